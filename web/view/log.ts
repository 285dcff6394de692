import type { ChatSession } from "../core/chat.ts";
import type { Item } from "../core/items.ts";
import { linkify } from "../core/linkify.ts";
import type { Side } from "../core/protocol.ts";
import { effect } from "../core/signal.ts";
import { clockTime, dayName, dayOf } from "../core/time.ts";
import { h, set, setText } from "./dom.ts";
import { keyedList } from "./keyed.ts";
import type { ChatTranslate } from "./texts/en.ts";

export interface LogOptions {
  chat: ChatSession;
  side: Side;
  locale: string;
  t: ChatTranslate;
  /** Adds to a new bubble what its message has besides text. */
  extend?(item: Item, bubble: HTMLElement): void;
}

export interface MessageLog {
  element: HTMLElement;
  isAtBottom(): boolean;
  toBottom(): void;
  /** There is less room: who was at the bottom stays there. */
  stay(): void;
  /** Calls back whenever the reader moves. */
  onscroll(moved: () => void): void;
  dispose(): void;
}

interface Bubble {
  element: HTMLElement;
  day: HTMLElement;
  bubble: HTMLElement;
  time: HTMLElement;
  status: HTMLElement;
  actions: HTMLElement;
}

const nearBottom = 80;

/** The messages of a chat as a live log that follows the newest unless one is reading back. */
export function messageLog({ chat, side, locale, t, extend }: LogOptions): MessageLog {
  const earlier = h("button", {
    type: "button",
    class: "earlier",
    "data-testid": "earlier",
    onclick: () => void loadEarlier(),
  }, t("earlier"));
  const list = h("div", { class: "messages" });
  const log = h(
    "div",
    {
      class: "log",
      role: "log",
      "aria-label": t("messages"),
      "data-testid": "messages",
      tabindex: 0,
    },
    earlier,
    list,
  );
  const pill = h("button", {
    type: "button",
    class: "pill",
    "data-testid": "new-messages",
    hidden: true,
    onclick: () => toBottom(),
  }, t("newMessages"));

  const render = keyedList<Item, Bubble>(list, {
    key: (item) => item.key,
    create: (item) => {
      const view = createBubble(item, side, t, chat);
      extend?.(item, view.bubble);
      return view;
    },
    update: (view, item, before) => updateBubble(view, item, before, side, locale, t),
  });
  const isAtBottom = (): boolean =>
    log.scrollHeight - log.scrollTop - log.clientHeight < nearBottom;
  const toBottom = (): void => {
    log.scrollTop = log.scrollHeight;
    pill.hidden = true;
  };
  let newest: string | undefined;
  let isFollowing = true;
  let moved = (): void => undefined;
  log.addEventListener("scroll", () => {
    isFollowing = isAtBottom();
    if (isFollowing) pill.hidden = true;
    moved();
  }, { passive: true });

  const dispose = effect(() => {
    const items = chat.state.items.value;
    const last = items.at(-1);
    const wroteMyself = last !== undefined && last.key !== newest && last.sender_type === side;
    const follow = wroteMyself || newest === undefined || isAtBottom();
    render(items);
    earlier.hidden = !chat.state.hasOlder.value;
    if (follow) toBottom();
    else if (last?.key !== newest) pill.hidden = false;
    newest = last?.key;
  });

  async function loadEarlier(): Promise<void> {
    const fromBottom = log.scrollHeight - log.scrollTop;
    earlier.disabled = true;
    try {
      await chat.feed.older();
      log.scrollTop = log.scrollHeight - fromBottom;
    } catch {
      // The connection's state is shown already; the button stays for another try.
    } finally {
      earlier.disabled = false;
    }
  }

  return {
    element: h("div", { class: "scroller" }, log, pill),
    isAtBottom,
    toBottom,
    stay: () => {
      if (isFollowing) toBottom();
    },
    onscroll: (next) => moved = next,
    dispose,
  };
}

function createBubble(item: Item, side: Side, t: ChatTranslate, chat: ChatSession): Bubble {
  const day = h("div", { class: "day" });
  const content = h("div", { class: "content", dir: "auto" });
  for (const { text, href } of linkify(item.content)) {
    content.append(
      href ? h("a", { href, target: "_blank", rel: "noreferrer" }, text) : text,
    );
  }
  const time = h("time", { dir: "auto" });
  const status = h("span", { class: "status" });
  const id = item.client_id ?? "";
  const actions = h(
    "span",
    { class: "actions" },
    h("button", { type: "button", onclick: () => chat.retry(id) }, t("retry")),
    h("button", { type: "button", onclick: () => chat.discard(id) }, t("discard")),
  );
  const mine = item.sender_type === side;
  const bubble = h(
    "div",
    { class: "bubble", "data-testid": "message", "data-sender": item.sender_type },
    mine ? null : h("div", { class: "name" }, item.sender_name),
    content,
    h("div", { class: "meta" }, time, mine ? status : null, mine ? actions : null),
  );
  const element = h("div", { class: mine ? "row mine" : "row" }, day, bubble);
  return { element, day, bubble, time, status, actions };
}

function updateBubble(
  view: Bubble,
  item: Item,
  before: Item | null,
  side: Side,
  locale: string,
  t: ChatTranslate,
): void {
  const startsDay = before === null || dayOf(before.created_at) !== dayOf(item.created_at);
  view.day.hidden = !startsDay;
  if (startsDay) setText(view.day, dayName(item.created_at, locale));
  set(view.time, "datetime", item.created_at);
  setText(view.time, clockTime(item.created_at, locale));
  set(view.bubble, "data-seq", item.seq);
  set(view.bubble, "data-status", item.status);
  if (item.sender_type !== side) return;
  setText(view.status, t(item.status));
  view.actions.hidden = item.status !== "failed";
}
