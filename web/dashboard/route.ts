/** A part of the list: `mine` and `unassigned` are parts of `active`. */
export type Tab = "active" | "mine" | "unassigned" | "archived";

const tabs: readonly string[] = ["active", "mine", "unassigned", "archived"] satisfies Tab[];

export interface Route {
  tab: Tab;
  chatId: string | null;
}

/** What there is beside the chats. Each is fetched when the address first asks for it. */
export const screens = ["queue", "team", "settings", "system", "jobs"] as const;
export type ScreenName = typeof screens[number];

/** A screen and where in it: `#/settings/inboxes/ID`. */
export interface Place {
  screen: ScreenName;
  rest: string[];
}

/** `#/active`, `#/mine`, `#/active/CHAT`: after the hash, so that any static server will do. */
export function parseRoute(hash: string): Route {
  const [tab, chatId] = hash.replace(/^#\/?/, "").split("/");
  return { tab: tabs.includes(tab!) ? tab as Tab : "active", chatId: decode(chatId) };
}

export function routeTo({ tab, chatId }: Route): string {
  return chatId === null ? `#/${tab}` : `#/${tab}/${encodeURIComponent(chatId)}`;
}

/** Null for an address of the chats. */
export function parsePlace(hash: string): Place | null {
  const [name, ...rest] = hash.replace(/^#\/?/, "").split("/");
  const screen = screens.find((known) => known === name);
  return screen === undefined
    ? null
    : { screen, rest: rest.map((part) => decode(part) ?? "").filter((part) => part !== "") };
}

export function placeTo(screen: ScreenName, ...rest: string[]): string {
  return ["#", screen, ...rest.map(encodeURIComponent)].join("/");
}

/** Whom a screen has something for. The gateway refuses the others, whatever the page shows. */
export function screensFor(role: string): ScreenName[] {
  const isAdministrator = role === "administrator";
  return screens.filter((name) => isAdministrator || (name !== "system" && name !== "jobs"));
}

function decode(part: string | undefined): string | null {
  try {
    return part ? decodeURIComponent(part) : null;
  } catch {
    return null;
  }
}
