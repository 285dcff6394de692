import type { Api } from "../core/api.ts";
import { Cable } from "../core/cable.ts";
import type { Agent } from "../core/protocol.ts";
import { effect, Signal } from "../core/signal.ts";
import type { KeyValueStore } from "../core/storage.ts";
import { h, set, setText } from "../view/dom.ts";
import { bellIcon, icon } from "../view/icon.ts";
import { followNetwork } from "../view/network.ts";
import { Alerts } from "./alerts.ts";
import { showBadge } from "./badge.ts";
import { Chats } from "./chats.ts";
import type { Command } from "./commands.ts";
import { Desk } from "./desk.ts";
import { dutyView } from "./duty-view.ts";
import { Inbox } from "./inbox.ts";
import { sendLeftovers } from "./leftovers.ts";
import { keyboard } from "./keyboard.ts";
import { listView } from "./list-view.ts";
import { navigation } from "./navigation.ts";
import { offersView } from "./offers-view.ts";
import { openPalette } from "./palette.ts";
import { placeCommands, type Walk } from "./place-commands.ts";
import { parsePlace, parseRoute, type Route, routeTo } from "./route.ts";
import { screenPlace } from "./screen-place.ts";
import { shownChat } from "./shown-chat.ts";
import type { Staff } from "./staff.ts";
import type { DashboardTranslate } from "./texts/en.ts";
import { loadTools } from "./tools-place.ts";

export interface WorkspaceOptions {
  api: Api;
  store: KeyValueStore;
  staff: Staff;
  agent: Agent;
  locale: string;
  t: DashboardTranslate;
}

const findIcon = "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM16 16l5 5";

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
  const placeKey = `switchboard:place:${agent.id}`;
  // Where one was, unless the address says where to go.
  if (location.hash.length < 2) {
    history.replaceState(null, "", routeTo(parseRoute(store.get(placeKey) ?? "")));
  }
  const route = new Signal<Route>(
    parseRoute(parsePlace(location.hash) ? "" : location.hash),
  );
  const isWatched = (chatId: string): boolean => route.peek().chatId === chatId && !document.hidden;
  const alerts = new Alerts({
    agentId: agent.id,
    isWatched,
    row: (chatId) => inbox.row(chatId),
    store,
    t,
  });
  const bell = h("button", {
    type: "button",
    class: "plain find",
    "aria-label": t("alerts"),
    title: t("alerts"),
    "data-testid": "alerts",
    onclick: () => alerts.turn(!alerts.isOn.peek()),
  }, icon(bellIcon));
  const list = listView(inbox, route, locale, t);
  const pane = h("main", { class: "pane" });
  const duty = dutyView(desk, t);
  const offers = offersView(desk, inbox, t);
  const screens = screenPlace({
    api,
    store,
    locale,
    agent,
    listen: (heard) => inbox.listen(heard),
    unauthorized: expired,
  }, t);
  const ways = navigation(agent.role, () => isOn(), t);
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
      ways.element,
      connection,
      h("button", {
        type: "button",
        class: "plain find",
        "aria-label": t("palette"),
        title: t("palette"),
        "data-testid": "palette-open",
        onclick: () => find(),
      }, icon(findIcon)),
      bell,
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
    screens.element,
  );

  inbox.watch(isWatched);
  inbox.listen((event) => {
    desk.heard(event);
    alerts.heard(event);
  });
  /** The chats stay as they are behind another screen. */
  const followHash = (): void => {
    const screen = screens.show(location.hash)?.screen ?? null;
    ways.show(screen);
    set(element, "data-page", screen);
    if (screen !== null) return;
    route.value = parseRoute(location.hash);
    store.set(placeKey, location.hash);
    document.title = titleOf(inbox.unread.peek());
  };
  addEventListener("hashchange", followHash);
  const keysKey = `switchboard:keys:${agent.id}`;
  const isOn = (): boolean => store.get(keysKey) !== "off";
  const walk: Walk = { isByKey: false };
  const places = placeCommands(options, { route, inbox, desk, list: list.element, walk });
  const shown = shownChat({ ...options, route, inbox, desk, chats, pane, element, walk });
  const commands = (): Command[] => [
    // What is behind another page cannot be meant.
    ...(element.dataset["page"] ? [] : shown.commands()),
    ...places,
    { id: "find", key: "/", label: t("palette"), run: find },
    { id: "keys", key: "?", label: t("keys"), run: help },
  ];
  function find(): void {
    const others = (): Command[] => commands().filter(({ id }) => id !== "find");
    // Without the network there is nothing to choose from: the connection's state says so.
    openPalette({ api, inbox, commands: others, t }).catch(() => undefined);
  }
  function help(): void {
    const keys = commands().flatMap(({ key, label }) => key === undefined ? [] : [{ key, label }]);
    const turn = (on: boolean): void => store.set(keysKey, on ? "on" : "off");
    loadTools().then((tools) => tools.helpDialog({ locale, keys, isOn: isOn(), turn }))
      .catch(() => undefined);
  }
  const stops = [
    keyboard({ commands, isOn, openPalette: find }),
    effect(() => {
      set(connection, "data-state", inbox.connection.value);
      setText(connection, t(inbox.connection.value));
    }),
    effect(() => {
      document.title = titleOf(inbox.unread.value);
      showBadge(inbox.unread.value);
    }),
    shown.dispose,
    duty.dispose,
    effect(() => set(bell, "aria-pressed", String(alerts.isOn.value))),
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
      screens.dispose();
      ways.dispose();
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
