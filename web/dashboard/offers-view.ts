import { effect } from "../core/signal.ts";
import { h, setText } from "../view/dom.ts";
import { keyedList } from "../view/keyed.ts";
import { nameOf } from "./chat-list.ts";
import type { Desk, Offer } from "./desk.ts";
import type { Inbox } from "./inbox.ts";
import { problemOf } from "./problem.ts";
import { routeTo } from "./route.ts";
import type { DashboardTranslate } from "./texts/en.ts";

interface Row {
  element: HTMLElement;
  who: HTMLElement;
  left: HTMLElement;
  link: HTMLAnchorElement;
}

/** What this agent is asked to take, with the time that is left to answer; gone when there is nothing. */
export function offersView(desk: Desk, inbox: Inbox, t: DashboardTranslate): {
  element: HTMLElement;
  dispose(): void;
} {
  const rows = h("ul", { class: "plain-list" });
  const problem = h("p", { class: "problem", role: "alert" });
  const element = h(
    "section",
    { class: "offers", "aria-label": t("offers"), "data-testid": "offers" },
    rows,
    problem,
  );
  let ticking: ReturnType<typeof setTimeout> | undefined;

  async function answer(chatId: string, isAccepted: boolean): Promise<void> {
    setText(problem, "");
    try {
      await (isAccepted ? desk.accept(chatId) : desk.decline(chatId));
      if (isAccepted) location.hash = routeTo({ tab: "active", chatId });
    } catch (error) {
      setText(problem, problemOf(error, t));
    }
  }
  function button(key: "accept" | "decline", chatId: string): HTMLElement {
    return h("button", {
      type: "button",
      class: key === "accept" ? "primary" : "plain",
      "data-testid": key,
      onclick: () => void answer(chatId, key === "accept"),
    }, t(key));
  }
  const render = keyedList<Offer, Row>(rows, {
    key: ({ chatId }) => chatId,
    create: ({ chatId }) => {
      const who = h("span", { dir: "auto" });
      const left = h("span", { class: "left", role: "timer", "data-testid": "offer-left" });
      const link = h("a", { class: "who", href: routeTo({ tab: "active", chatId }) }, who);
      const actions = [button("accept", chatId), button("decline", chatId)];
      const element = h(
        "li",
        { "data-testid": "offer", "data-chat-id": chatId },
        link,
        left,
        ...actions,
      );
      return { element, who, left, link };
    },
    update: (row, { chatId, until }) => {
      const known = inbox.row(chatId);
      setText(row.who, t("offered", { name: (known && nameOf(known)) ?? t("visitor") }));
      setText(row.left, t("secondsLeft", { seconds: secondsLeft(until) }));
    },
  });

  function show(): void {
    clearTimeout(ticking);
    void inbox.rows.value;
    const standing = desk.offers.value.filter(({ until }) => until > Date.now());
    render(standing);
    element.hidden = standing.length === 0 && problem.textContent === "";
    if (standing.length > 0) ticking = setTimeout(show, 500);
  }
  const stop = effect(show);
  return {
    element,
    dispose() {
      clearTimeout(ticking);
      stop();
    },
  };
}

function secondsLeft(until: number): number {
  return Math.max(0, Math.ceil((until - Date.now()) / 1000));
}
