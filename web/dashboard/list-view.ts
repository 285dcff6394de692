import type { ChatRow } from "../core/protocol.ts";
import { effect, type Signal } from "../core/signal.ts";
import { relativeTime } from "../core/time.ts";
import { h, set, setText } from "../view/dom.ts";
import { keyedList } from "../view/keyed.ts";
import { nameOf, unreadOf } from "./chat-list.ts";
import type { Inbox } from "./inbox.ts";
import { presenceDot } from "./presence-view.ts";
import { type Route, routeTo, type Tab } from "./route.ts";
import type { DashboardKey, DashboardTranslate } from "./texts/en.ts";

interface Row {
  element: HTMLElement;
  link: HTMLAnchorElement;
  dot: ReturnType<typeof presenceDot>;
  badge: HTMLElement;
  name: HTMLElement;
  time: HTMLElement;
  preview: HTMLElement;
  count: HTMLElement;
}

type Part = Exclude<Tab, "archived">;

/** What the chosen tab is called when there is nothing in it. */
const nothing = {
  active: "noneActive",
  mine: "noneMine",
  unassigned: "noneUnassigned",
  archived: "noneArchived",
} as const satisfies Record<Tab, DashboardKey>;

/** The tabs and the rows of the chosen one. Rows are links: Tab, arrows and Enter go through them. */
export function listView(
  inbox: Inbox,
  route: Signal<Route>,
  locale: string,
  t: DashboardTranslate,
): { element: HTMLElement; dispose(): void } {
  const tabs = (["active", "archived"] as const).map((tab) => tabLink(tab, t));
  const parts = (["mine", "unassigned", "active"] as const).map((tab) => partLink(tab, t));
  const filters = h(
    "div",
    { class: "filters", role: "group", "aria-label": t("filters") },
    ...parts.map(({ link }) => link),
  );
  const rows = h("ul", { class: "rows", "data-testid": "chat-list" });
  const empty = h("p", { class: "empty", role: "status" });
  const more = h("button", {
    type: "button",
    class: "earlier",
    "data-testid": "more",
    // What went wrong shows in the connection's state; the button stays for another try.
    onclick: () => void inbox.more().catch(() => undefined),
  }, t("more"));
  const element = h(
    "nav",
    { class: "list", "aria-label": t("chats"), onkeydown: moveByArrows },
    h("div", { class: "tabs", role: "tablist", "aria-label": t("chats") }, ...tabs),
    filters,
    h("div", { id: "chats", class: "scroll", role: "tabpanel" }, rows, empty, more),
  );
  const render = keyedList<ChatRow, Row>(rows, {
    key: (row) => row.id,
    create: (row) => createRow(row.id, t),
    update: (view, row) => {
      view.dot.show(inbox.presence.online.of(row.id) === true);
      updateRow(view, row, route.value, locale, t);
    },
  });

  const stop = effect(() => {
    const { tab } = route.value;
    const listed = inbox.rows.value;
    render(listed);
    more.hidden = !inbox.hasMore.value;
    empty.hidden = listed.length > 0;
    setText(empty, t(inbox.isLoaded.value ? nothing[tab] : "loading"));
    const chosen = tab === "archived" ? "archived" : "active";
    tabs.forEach((link) => set(link, "aria-selected", String(link.dataset["tab"] === chosen)));
    filters.hidden = tab === "archived";
    parts.forEach(({ link, part }) => set(link, "aria-current", part === tab ? "true" : null));
  });
  const stopCounting = effect(() => {
    const counts = inbox.counts.value;
    for (const { part, count } of parts) {
      const number = counts?.[part === "active" ? "all" : part];
      count.hidden = number === undefined;
      setText(count, number === undefined ? "" : number > 999 ? "999+" : String(number));
    }
  });
  const clock = setInterval(() => render(inbox.rows.peek()), 30_000);

  return {
    element,
    dispose() {
      stop();
      stopCounting();
      clearInterval(clock);
    },
  };
}

function tabLink(tab: Tab, t: DashboardTranslate): HTMLElement {
  return h("a", {
    role: "tab",
    href: routeTo({ tab, chatId: null }),
    "aria-controls": "chats",
    "data-tab": tab,
    "data-testid": `tab-${tab}`,
  }, t(tab === "active" ? "tabActive" : "tabArchived"));
}

function partLink(part: Part, t: DashboardTranslate): {
  part: Part;
  link: HTMLElement;
  count: HTMLElement;
} {
  const count = h("span", { class: "count", "data-testid": `count-${part}` });
  const link = h(
    "a",
    { href: routeTo({ tab: part, chatId: null }), "data-testid": `filter-${part}` },
    t(part === "active" ? "all" : part),
    " ",
    count,
  );
  return { part, link, count };
}

function createRow(id: string, t: DashboardTranslate): Row {
  const dot = presenceDot(t);
  const badge = h("span", { class: "badge", role: "img", "data-testid": "unread" });
  const name = h("span", { class: "who", dir: "auto" });
  const time = h("time");
  const preview = h("span", { class: "preview", dir: "auto" });
  const count = h("span", { class: "count" });
  const link = h(
    "a",
    { "data-testid": "chat-row", "data-chat-id": id },
    h("span", { class: "line" }, dot.element, name, time),
    h("span", { class: "line" }, preview, badge, count),
  );
  return { element: h("li", {}, link), link, dot, badge, name, time, preview, count };
}

function updateRow(
  view: Row,
  row: ChatRow,
  route: Route,
  locale: string,
  t: DashboardTranslate,
): void {
  const unread = unreadOf(row);
  set(view.link, "href", routeTo({ tab: route.tab, chatId: row.id }));
  set(view.link, "aria-current", row.id === route.chatId ? "true" : null);
  set(view.link, "data-unread", String(unread > 0));
  view.badge.hidden = unread === 0;
  setText(view.badge, unread > 99 ? "99+" : String(unread));
  set(view.badge, "aria-label", t("unread", { count: unread }));
  setText(view.name, nameOf(row) ?? t("visitor"));
  set(view.time, "datetime", row.last_message_at);
  setText(view.time, row.last_message_at ? relativeTime(row.last_message_at, locale) : "");
  const prefix = row.last_message_sender === "admin" ? `${t("you")}: ` : "";
  setText(view.preview, prefix + (row.last_message_preview ?? ""));
  setText(view.count, String(row.message_count));
  set(view.count, "aria-label", t("count", { count: row.message_count }));
  set(view.count, "role", "img");
}

function moveByArrows(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const list = event.currentTarget as HTMLElement;
  const rows = [...list.querySelectorAll<HTMLElement>("[data-chat-id]")];
  const at = rows.findIndex((row) => row === document.activeElement);
  if (step === undefined || at < 0) return;
  event.preventDefault();
  rows[at + step]?.focus();
}
