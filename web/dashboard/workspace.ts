import type { Api } from "../core/api.ts";
import { Cable } from "../core/cable.ts";
import type { Agent } from "../core/protocol.ts";
import { effect, Signal, untracked } from "../core/signal.ts";
import type { KeyValueStore } from "../core/storage.ts";
import { h, set, setText } from "../view/dom.ts";
import { followNetwork } from "../view/network.ts";
import { Chats } from "./chats.ts";
import { Desk } from "./desk.ts";
import { dutyView } from "./duty-view.ts";
import { Inbox } from "./inbox.ts";
import { jobsPlace } from "./jobs-place.ts";
import { parseSection } from "./jobs/section.ts";
import { sendLeftovers } from "./leftovers.ts";
import { listView } from "./list-view.ts";
import { offersView } from "./offers-view.ts";
import { parseRoute, type Route } from "./route.ts";
import type { Staff } from "./staff.ts";
import type { DashboardTranslate } from "./texts/en.ts";
import { threadView } from "./thread-view.ts";

export interface WorkspaceOptions {
  api: Api;
  store: KeyValueStore;
  staff: Staff;
  agent: Agent;
  locale: string;
  t: DashboardTranslate;
}

/** Everything behind the log-in: the list on the left, the chosen chat on the right. */
export function workspace(options: WorkspaceOptions): { element: HTMLElement; dispose(): void } {
  const { api, store, staff, agent, locale, t } = options;
  const expired = (): void => staff.forget();
  const cable = new Cable({ address: () => api.cableAddress() });
  const desk = new Desk({ api, agentId: agent.id, changed: (chat) => inbox.told(chat) });
  const inbox = new Inbox({
    api,
    cable,
    agentId: agent.id,
    heard: (event) => desk.heard(event),
    unauthorized: expired,
  });
  const chats = new Chats({
    api,
    cable,
    store,
    agentId: agent.id,
    loaded: (chat) => inbox.opened(chat),
    heard: (chatId, event) => inbox.presence.heard(chatId, event),
    unauthorized: expired,
  });
  const route = new Signal<Route>(
    parseRoute(parseSection(location.hash) ? "" : location.hash),
  );
  const list = listView(inbox, route, locale, t);
  const pane = h("main", { class: "pane" });
  const duty = dutyView(desk, t);
  const offers = offersView(desk, inbox, t);
  const jobs = jobsPlace({ api, locale, unauthorized: expired }, t);
  const connection = h("div", {
    class: "connection",
    role: "status",
    "data-testid": "inbox-connection",
  });
  const element = h(
    "div",
    { class: "workspace", "data-testid": "workspace" },
    h(
      "header",
      { class: "top" },
      h("h1", {}, "Switchboard"),
      connection,
      agent.role === "administrator"
        ? h("a", { href: "#/jobs", class: "plain", "data-testid": "jobs-link" }, t("jobs"))
        : null,
      duty.element,
      h("span", { class: "agent", "data-testid": "agent" }, agent.name),
      h("button", {
        type: "button",
        class: "plain",
        "data-testid": "logout",
        onclick: () => void staff.logOut(),
      }, t("logOut")),
    ),
    offers.element,
    list.element,
    pane,
    jobs.element,
  );

  const isWatched = (chatId: string): boolean => route.peek().chatId === chatId && !document.hidden;
  inbox.watch(isWatched);
  /** The chats stay as they are behind the jobs page. */
  const followHash = (): void => {
    const isElsewhere = jobs.show(location.hash);
    set(element, "data-page", isElsewhere ? "jobs" : null);
    if (isElsewhere) return;
    route.value = parseRoute(location.hash);
    document.title = titleOf(inbox.unread.peek());
  };
  addEventListener("hashchange", followHash);
  const stops = [
    effect(() => {
      set(connection, "data-state", inbox.connection.value);
      setText(connection, t(inbox.connection.value));
    }),
    effect(() => {
      document.title = titleOf(inbox.unread.value);
    }),
    followRoute({ ...options, route, inbox, desk, chats, pane, element }),
    duty.dispose,
    offers.dispose,
    followNetwork(cable, (up) => chats.network(up)),
  ];
  followHash();
  cable.connect();
  void sendLeftovers(api, store, agent.id, (chatId) => chats.isOpen(chatId));

  return {
    element,
    dispose() {
      removeEventListener("hashchange", followHash);
      for (const stop of stops) stop();
      list.dispose();
      jobs.dispose();
      desk.close();
      inbox.close();
      chats.close();
      cable.close();
    },
  };
}

function titleOf(unread: number): string {
  return unread ? `(${unread}) Switchboard` : "Switchboard";
}

/** Shows the tab and the chat that the address names. */
function followRoute(
  options: WorkspaceOptions & {
    route: Signal<Route>;
    inbox: Inbox;
    desk: Desk;
    chats: Chats;
    pane: HTMLElement;
    element: HTMLElement;
  },
): () => void {
  const { route, inbox, desk, chats, pane, element, agent, locale, t } = options;
  let shownTab: string | null = null;
  let shownChat: string | null = null;
  let thread: ReturnType<typeof threadView> | null = null;

  function leave(): void {
    thread?.dispose();
    if (shownChat !== null) chats.leave(shownChat);
  }
  const stop = effect(() => {
    const next = route.value;
    untracked(() => show(next));
  });

  function show({ tab, chatId }: Route): void {
    set(element, "data-view", chatId === null ? "list" : "thread");
    if (tab !== shownTab) inbox.show(tab);
    if (chatId !== shownChat || shownTab === null) {
      leave();
      thread = chatId === null ? null : threadView({
        chatId,
        chat: chats.open(chatId),
        inbox,
        desk,
        agent,
        tab,
        locale,
        t,
      });
      pane.replaceChildren(thread?.element ?? h("p", { class: "empty" }, t("choose")));
      thread?.focus();
    }
    shownTab = tab;
    shownChat = chatId;
  }
  return () => {
    stop();
    leave();
  };
}
