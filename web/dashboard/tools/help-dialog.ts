import { translator } from "../../core/i18n.ts";
import { h } from "../../view/dom.ts";
import { openDialog } from "./dialog.ts";
import { en } from "./texts/en.ts";
import { zh } from "./texts/zh-CN.ts";

export interface HelpOptions {
  locale: string;
  /** Key and what it does, in the order in which they are shown. */
  keys: readonly { key: string; label: string }[];
  isOn: boolean;
  turn(on: boolean): void;
}

/** What the keys do, and whether single ones do anything. */
export function helpDialog({ locale, keys, isOn, turn }: HelpOptions): HTMLDialogElement {
  const t = translator(locale === "zh-CN" ? zh : en);
  const modifier = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl";
  const box = h("input", {
    type: "checkbox",
    checked: isOn,
    "data-testid": "keys-on",
    onchange: () => turn(box.checked),
  });
  const rows = [
    ...keys,
    { key: `${modifier} K`, label: t("palette") },
    { key: "Esc", label: t("escape") },
  ].map(({ key, label }) => h("div", {}, h("dt", {}, h("kbd", {}, key)), h("dd", {}, label)));
  const dialog = openDialog(
    t("helpTitle"),
    "help",
    () => undefined,
    h("h2", {}, t("helpTitle")),
    h("dl", { class: "keys" }, ...rows),
    h("label", { class: "check" }, box, h("span", {}, t("singleKeys"))),
    h(
      "div",
      { class: "buttons" },
      h("button", { type: "button", class: "plain", onclick: () => dialog.close() }, t("close")),
    ),
  );
  return dialog;
}
