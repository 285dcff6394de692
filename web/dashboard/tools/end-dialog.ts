import { translator } from "../../core/i18n.ts";
import { h, setText } from "../../view/dom.ts";
import type { EndReason } from "../desk.ts";
import { openDialog } from "./dialog.ts";
import { en, type ToolsKey } from "./texts/en.ts";
import { zh } from "./texts/zh-CN.ts";

export interface EndOptions {
  locale: string;
  /** Ends it, or throws. */
  end(reason: EndReason, comment: string): Promise<void>;
  problem(error: unknown): string;
}

const reasons = ["service_ended", "user_ended", "transferred", "inactive"] as const;

/** Asks why a conversation ends, and for a word to the colleagues. */
export function endDialog({ locale, end, problem }: EndOptions): HTMLDialogElement {
  const t = translator(locale === "zh-CN" ? zh : en);
  const select = h(
    "select",
    { "data-testid": "end-reason" },
    ...reasons.map((reason) => h("option", { value: reason }, t(reason satisfies ToolsKey))),
  );
  const comment = h("textarea", { rows: 3, maxlength: 2000, "data-testid": "end-comment" });
  const trouble = h("p", { class: "problem", role: "alert" });
  const submit = h(
    "button",
    { type: "submit", class: "primary", "data-testid": "end-confirm" },
    t("end"),
  );
  const form = h(
    "form",
    {
      onsubmit: (event) => {
        event.preventDefault();
        void send();
      },
    },
    h("h2", {}, t("endTitle")),
    h("label", {}, h("span", {}, t("reason")), select),
    h("label", {}, h("span", {}, t("comment")), comment),
    trouble,
    h(
      "div",
      { class: "buttons" },
      h("button", { type: "button", class: "plain", onclick: () => dialog.close() }, t("cancel")),
      submit,
    ),
  );
  const dialog = openDialog(t("endTitle"), "end-dialog", () => undefined, form);

  async function send(): Promise<void> {
    submit.disabled = true;
    setText(trouble, "");
    try {
      await end(select.value as EndReason, comment.value.trim());
      dialog.close();
    } catch (error) {
      setText(trouble, problem(error));
    } finally {
      submit.disabled = false;
    }
  }
  return dialog;
}
