import type { Signal } from "../core/signal.ts";
import { type Command, neighbour } from "./commands.ts";
import type { Desk } from "./desk.ts";
import type { Inbox } from "./inbox.ts";
import { placeTo, type Route, routeTo, screensFor } from "./route.ts";
import type { WorkspaceOptions } from "./workspace.ts";

/** Whether the next chat is come to by the keys that go through the list. */
export interface Walk {
  isByKey: boolean;
}

const parts = {
  mine: "mine",
  unassigned: "unassigned",
  active: "all",
  archived: "tabArchived",
} as const;
const stands = { online: "available", busy: "busy", away: "away" } as const;

/** Going elsewhere, and what an agent may say of themselves. */
export function placeCommands(
  { staff, agent, t }: WorkspaceOptions,
  { route, inbox, desk, list, walk }: {
    route: Signal<Route>;
    inbox: Inbox;
    desk: Desk;
    list: HTMLElement;
    walk: Walk;
  },
): Command[] {
  function go(step: 1 | -1): void {
    const { tab, chatId } = route.peek();
    const next = neighbour(inbox.rows.peek().map(({ id }) => id), chatId, step);
    if (next === undefined || next === chatId) return;
    walk.isByKey = true;
    list.querySelector<HTMLElement>(`[data-chat-id="${CSS.escape(next)}"]`)?.focus();
    location.hash = routeTo({ tab, chatId: next });
  }
  return [
    { id: "next", key: "j", label: t("nextChat"), run: () => go(1) },
    { id: "previous", key: "k", label: t("previousChat"), run: () => go(-1) },
    ...(["mine", "unassigned", "active", "archived"] as const).map((tab): Command => ({
      id: `tab-${tab}`,
      label: t("goTo", { what: t(parts[tab]) }),
      run: () => location.hash = routeTo({ tab, chatId: null }),
    })),
    ...(["online", "busy", "away"] as const).map((status): Command => ({
      id: status,
      label: t("beAvailable", { what: t(stands[status]) }),
      // What was not heard shows in the choice above, which stays as it was.
      run: () => void desk.choose(status).catch(() => undefined),
    })),
    ...screensFor(agent.role).map((name): Command => ({
      id: name,
      label: t("goTo", { what: t(name) }),
      run: () => location.hash = placeTo(name),
    })),
    { id: "logout", label: t("logOut"), run: () => void staff.logOut() },
  ];
}
