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
  const dispose = effect(() => {
    const conversation = state.conversation.value;
    const text = state.rateLimited.value
      ? t("rateLimited")
      : state.peerTyping.value
      ? t("typing")
      : describe(conversation, t);
    set(element, "data-conversation", conversation?.status ?? null);
    setText(element, text);
    element.hidden = text === "";
  });
  return { element, dispose };
}

function describe(conversation: Conversation | null, t: ChatTranslate): string {
  switch (conversation?.status) {
    case "waiting":
      return conversation.position
        ? `${t("waiting")} · ${t("place", { position: conversation.position })}`
        : t("waiting");
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
