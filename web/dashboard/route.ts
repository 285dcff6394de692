export type Tab = "active" | "archived";

export interface Route {
  tab: Tab;
  chatId: string | null;
}

/** `#/active`, `#/archived`, `#/active/CHAT`: after the hash, so that any static server will do. */
export function parseRoute(hash: string): Route {
  const [tab, chatId] = hash.replace(/^#\/?/, "").split("/");
  return { tab: tab === "archived" ? "archived" : "active", chatId: decode(chatId) };
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
