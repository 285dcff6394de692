import type { ChatState } from "../core/chat-state.ts";
import type { Agent, Conversation } from "../core/protocol.ts";
import { effect } from "../core/signal.ts";
import { clockTime } from "../core/time.ts";
import { h, set, setText } from "../view/dom.ts";
import type { Desk } from "./desk.ts";
import type { DashboardKey, DashboardTranslate } from "./texts/en.ts";

export interface ActionsOptions {
  chatId: string;
  state: ChatState;
  desk: Desk;
  agent: Agent;
  locale: string;
  t: DashboardTranslate;
  /** Runs an action and tells what went wrong. */
  run(action: () => Promise<void>): void;
  /** Ask further questions first. */
  assign(): void;
  end(): void;
}

/** The keys of what can be done in an open chat, by the test id of its button. */
export const actionKeys: Record<string, string> = {
  claim: "c",
  accept: "c",
  assign: "a",
  giveBack: "b",
  end: "e",
  archive: "x",
  unarchive: "x",
};

/** Whose the conversation is, and what can be done about it. */
export function threadActions(options: ActionsOptions): {
  standing: HTMLElement;
  element: HTMLElement;
  dispose(): void;
} {
  const { chatId, state, desk, agent, locale, t, run } = options;
  const status = h("span", { class: "chip", "data-testid": "standing" });
  const target = h("span", { class: "chip", "data-testid": "target" });
  const standing = h("div", { class: "line chips", role: "status" }, status, target);
  const button = (key: DashboardKey, act: () => void, kind = "plain"): HTMLButtonElement =>
    h(
      "button",
      { type: "button", class: kind, "data-testid": key, onclick: act },
      t(key),
    );
  const accept = button("accept", () => run(() => desk.accept(chatId)), "primary");
  const decline = button("decline", () => run(() => desk.decline(chatId)));
  const claim = button("claim", () => run(() => desk.claim(chatId)), "primary");
  const assign = button("assign", options.assign);
  const giveBack = button("giveBack", () => run(() => desk.giveBack(chatId)));
  const end = button("end", options.end);
  const element = h(
    "div",
    { class: "actions-row", role: "group", "aria-label": t("actions") },
    accept,
    decline,
    claim,
    assign,
    giveBack,
    end,
  );

  const stop = effect(() => {
    const conversation = state.conversation.value;
    const isOffered = desk.offers.value.some((offer) => offer.chatId === chatId);
    const isWaiting = conversation?.status === "waiting";
    const isActive = conversation?.status === "active";
    const isMine = isActive && conversation.assignee?.id === agent.id;
    accept.hidden = decline.hidden = !(isWaiting && isOffered);
    claim.hidden = !isWaiting || isOffered;
    assign.hidden = end.hidden = !isWaiting && !isActive;
    setText(assign, t(isActive ? "transfer" : "assign"));
    giveBack.hidden = !isMine && !(isActive && agent.role !== "agent");
    element.hidden = assign.hidden;
    set(status, "data-status", conversation?.status ?? null);
    status.hidden = conversation === null;
    setText(status, wordOf(conversation, agent.id, t));

    const missed = desk.targets.value.get(chatId);
    target.hidden = missed === undefined || missed.conversation_id !== conversation?.id;
    if (missed === undefined) return;
    const values = { what: t(missed.target), time: clockTime(missed.due_at, locale) };
    set(target, "data-stage", missed.stage);
    setText(target, t(missed.stage === "missed" ? "targetMissed" : "targetDue", values));
  });
  return { standing, element, dispose: stop };
}

/** The conversation in a few words, as the asking agent sees it. */
export function wordOf(
  conversation: Conversation | null,
  agentId: string,
  t: DashboardTranslate,
): string {
  switch (conversation?.status) {
    case "waiting":
      return conversation.position
        ? t("waitingAt", { position: conversation.position })
        : t("waitingShort");
    case "active": {
      const { assignee } = conversation;
      if (!assignee) return t("activeShort");
      return assignee.id === agentId ? t("withYou") : t("with", { name: assignee.name });
    }
    case "ended":
      return t("endedShort");
    default:
      return "";
  }
}
