import { longestMessage } from "../core/protocol.ts";
import { h } from "./dom.ts";
import { icon, sendIcon } from "./icon.ts";
import type { ChatTranslate } from "./texts/en.ts";

export interface ComposerOptions {
  t: ChatTranslate;
  send(content: string): void;
  typing(): void;
  /** What was written here before and not sent. */
  draft?: { load(): string; save(text: string): void };
}

/** Enter sends, Shift+Enter breaks the line, and Enter that ends an IME composition does neither. */
export function composer({ t, send, typing, draft }: ComposerOptions): {
  element: HTMLFormElement;
  input: HTMLTextAreaElement;
} {
  const input = h("textarea", {
    rows: 1,
    maxlength: longestMessage,
    placeholder: t("write"),
    "aria-label": t("message"),
    "data-testid": "message-input",
    enterkeyhint: "send",
    dir: "auto",
    oninput: () => {
      if (input.value.trim() !== "") typing();
      draft?.save(input.value);
      grow();
    },
    onkeydown: (event) => {
      if (event.key !== "Enter" || event.shiftKey) return;
      // keyCode 229: Safari ends the composition before it reports the Enter that ended it.
      if (event.isComposing || event.keyCode === 229) return;
      submit(event);
    },
  });
  const button = h("button", {
    type: "submit",
    "aria-label": t("send"),
    "data-testid": "send",
  }, icon(sendIcon));
  const element = h("form", { class: "composer", onsubmit: submit }, input, button);

  function submit(event: Event): void {
    event.preventDefault();
    const content = input.value.trim();
    if (content === "") return;
    input.value = "";
    draft?.save("");
    grow();
    send(content);
    input.focus();
  }

  /** Only where the browser does not do it by itself. */
  function grow(): void {
    if (CSS.supports("field-sizing", "content")) return;
    input.style.height = "auto";
    input.style.height = `${input.scrollHeight + 2}px`;
  }

  input.value = draft?.load() ?? "";
  return { element, input };
}
