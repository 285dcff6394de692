import type { ChatState } from "../core/chat-state.ts";
import type { Conversation } from "../core/protocol.ts";
import { effect } from "../core/signal.ts";
import { h, set, setText } from "./dom.ts";
import type { ChatTranslate } from "./texts/en.ts";

/** A dot and a word for the state of the connection; `data-state` has it for style and tests. */
export function connectionState(state: ChatState, t: ChatTranslate): {
  element: HTMLElement;
  dispose(): void;
} {
  const element = h("div", { class: "connection", role: "status", "data-testid": "connection" });
  const dispose = effect(() => {
    set(element, "data-state", state.connection.value);
    setText(element, t(state.connection.value));
  });
  return { element, dispose };
}

/** One line on what is going on: refused for haste, typing, or where the conversation stands. */
export function activityLine(state: ChatState, t: ChatTranslate): {
  element: HTMLElement;
  dispose(): void;
} {
  const element = h("div", { class: "activity", role: "status", "data-testid": "activity" });
  let ticking: ReturnType<typeof setTimeout> | undefined;
  const stop = effect(show);

  function show(): void {
    clearTimeout(ticking);
    const conversation = state.conversation.value;
    const left = Math.ceil((state.heldUntil.value - Date.now()) / 1000);
    const name = state.typist.value;
    const text = left > 0
      ? t("rateLimited", { seconds: left })
      : state.peerTyping.value
      ? name ? t("typingBy", { name }) : t("typing")
      : describe(conversation, t);
    // The reader sees the seconds go by; the next signal says when it is over.
    if (left > 0) ticking = setTimeout(show, 1000);
    set(element, "data-conversation", conversation?.status ?? null);
    setText(element, text);
    element.hidden = text === "";
  }

  return {
    element,
    dispose() {
      clearTimeout(ticking);
      stop();
    },
  };
}

function describe(conversation: Conversation | null, t: ChatTranslate): string {
  switch (conversation?.status) {
    case "waiting": {
      const { position, estimate_s } = conversation;
      return [
        t("waiting"),
        position && t("place", { position }),
        estimate_s && t("estimate", { minutes: Math.ceil(estimate_s / 60) }),
      ].filter(Boolean).join(" · ");
    }
    case "active": {
      const name = conversation.assignee?.name;
      return name ? t("active", { name }) : t("activeUnnamed");
    }
    case "ended":
      return t("ended");
    default:
      return "";
  }
}
