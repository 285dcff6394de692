import { effect, type Signal, untracked } from "../core/signal.ts";
import { h, set } from "../view/dom.ts";
import type { Chats } from "./chats.ts";
import type { Command } from "./commands.ts";
import type { Desk } from "./desk.ts";
import type { Inbox } from "./inbox.ts";
import type { Walk } from "./place-commands.ts";
import type { Route } from "./route.ts";
import { threadView } from "./thread-view.ts";
import type { WorkspaceOptions } from "./workspace.ts";

export interface ShownOptions extends WorkspaceOptions {
  route: Signal<Route>;
  inbox: Inbox;
  desk: Desk;
  chats: Chats;
  pane: HTMLElement;
  element: HTMLElement;
  walk: Walk;
}

/** Shows the tab and the chat that the address names. */
export function shownChat(options: ShownOptions): { commands(): Command[]; dispose(): void } {
  const { route, inbox, desk, chats, pane, element, walk, agent, store, locale, t } = options;
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
        store,
        tab,
        locale,
        t,
      });
      pane.replaceChildren(thread?.element ?? h("p", { class: "empty" }, t("choose")));
      // Who goes through the chats by key goes on by key.
      if (!walk.isByKey) thread?.focus();
      walk.isByKey = false;
    }
    shownTab = tab;
    shownChat = chatId;
  }
  return {
    commands: () => thread?.commands() ?? [],
    dispose() {
      stop();
      leave();
    },
  };
}
