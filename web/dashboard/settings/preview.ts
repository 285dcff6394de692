import { readableOn, safeColor } from "../../core/color.ts";
import { h, setText } from "../../view/dom.ts";
import { chatIcon, icon } from "../../view/icon.ts";
import type { SettingsStage } from "./settings.ts";

/** How the widget will look, while it is being set. A picture only: nothing in it can be used. */
export function preview(t: SettingsStage["t"]): {
  element: HTMLElement;
  show(name: string, greeting: string, color: string): void;
} {
  const title = h("strong", { dir: "auto" });
  const greeting = h("p", { dir: "auto" });
  const element = h(
    "figure",
    { class: "preview", "data-testid": "preview" },
    h("figcaption", {}, t("preview")),
    h("div", { class: "mock" }, h("div", { class: "mock-top" }, title), greeting),
    h("div", { class: "mock-launcher" }, icon(chatIcon)),
  );
  return {
    element,
    show(name, text, color) {
      const safe = safeColor(color) ?? "#2456d6";
      element.style.setProperty("--accent", safe);
      element.style.setProperty("--on-accent", readableOn(safe));
      setText(title, name);
      setText(greeting, text);
      greeting.hidden = text.trim() === "";
    },
  };
}
