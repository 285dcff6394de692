import { longestMessage } from "../core/protocol.ts";
import { h, icon, sendIcon } from "./dom.ts";
import type { ChatTranslate } from "./texts/en.ts";

export interface ComposerOptions {
  t: ChatTranslate;
  send(content: string): void;
  typing(): void;
}

/** Enter sends, Shift+Enter breaks the line, and Enter that ends an IME composition does neither. */
export function composer({ t, send, typing }: ComposerOptions): {
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
    on: {
      input: () => {
        if (input.value.trim() !== "") typing();
      },
      keydown: (event) => {
        // keyCode 229: Safari ends the composition before it reports the Enter that ended it.
        if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
        if (event.shiftKey) return;
        event.preventDefault();
        submit();
      },
    },
  });
  const button = h("button", {
    type: "submit",
    "aria-label": t("send"),
    "data-testid": "send",
  }, icon(sendIcon));
  const element = h(
    "form",
    {
      class: "composer",
      on: {
        submit: (event) => {
          event.preventDefault();
          submit();
        },
      },
    },
    input,
    button,
  );

  function submit(): void {
    const content = input.value.trim();
    if (content === "") return;
    input.value = "";
    send(content);
    input.focus();
  }

  return { element, input };
}
