/** A part of the list: `mine` and `unassigned` are parts of `active`. */
export type Tab = "active" | "mine" | "unassigned" | "archived";

const tabs: readonly string[] = ["active", "mine", "unassigned", "archived"] satisfies Tab[];

export interface Route {
  tab: Tab;
  chatId: string | null;
}

/** `#/active`, `#/mine`, `#/active/CHAT`: after the hash, so that any static server will do. */
export function parseRoute(hash: string): Route {
  const [tab, chatId] = hash.replace(/^#\/?/, "").split("/");
  return { tab: tabs.includes(tab!) ? tab as Tab : "active", chatId: decode(chatId) };
}

export function routeTo({ tab, chatId }: Route): string {
  return chatId === null ? `#/${tab}` : `#/${tab}/${encodeURIComponent(chatId)}`;
}

function decode(part: string | undefined): string | null {
  try {
    return part ? decodeURIComponent(part) : null;
  } catch {
    return null;
  }
}
