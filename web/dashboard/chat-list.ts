import type { ChatNews, ChatRow, ChatRowPage } from "../core/protocol.ts";
import type { Tab } from "./route.ts";

/** The server's list follows what is told by this much, in ms, while the database keeps up. */
const listLag = 5000;

/** What decides in which tab a chat is. */
type Place = Pick<ChatRow, "archived" | "status" | "assignee">;

/** The rows of all tabs, each chat once, the most recently active first. */
export class ChatList {
  readonly #agentId: string;
  readonly #rows = new Map<string, ChatRow>();
  /** Rows that an event made, faster than the server's list: no page has had them yet. */
  readonly #early = new Set<string>();
  /** Where a chat is was told lately, so that a list from before must not bring it back. */
  readonly #moved = new Map<string, { place: Partial<Place>; at: number }>();
  readonly #next: Record<Tab, string | null> = {
    active: null,
    mine: null,
    unassigned: null,
    archived: null,
  };

  constructor(agentId: string) {
    this.#agentId = agentId;
  }

  rows(tab: Tab): ChatRow[] {
    return [...this.#rows.values()]
      .filter((row) => isIn(tab, row, this.#agentId))
      .sort((a, b) => compare(b, a));
  }

  /** All unread messages of the active chats. */
  get unread(): number {
    return this.rows("active").reduce((sum, row) => sum + unreadOf(row), 0);
  }

  /** The cursor of the tab's next page; null when all is loaded. */
  next(tab: Tab): string | null {
    return this.#next[tab];
  }

  row(id: string): ChatRow | undefined {
    return this.#rows.get(id);
  }

  /** Whether the row was made from an event, so that the server's list has more to say of it. */
  isEarly(id: string): boolean {
    return this.#early.has(id);
  }

  /** The tab's first page, anew. Rows in its range that it lacks have moved; later and early ones stay. */
  restart(tab: Tab, page: ChatRowPage): void {
    const last = page.next === null ? undefined : page.chats.at(-1);
    const [gone, kept] = [[] as ChatRow[], [] as ChatRow[]];
    for (const row of this.rows(tab)) (last && compare(row, last) < 0 ? kept : gone).push(row);
    for (const row of gone) if (!this.#isNews(row.id)) this.#forget(row, page);
    for (const row of page.chats) this.put(row);
    if (kept.length === 0) this.#next[tab] = page.next;
  }

  append(tab: Tab, page: ChatRowPage): void {
    for (const row of page.chats) this.put(row);
    this.#next[tab] = page.next;
  }

  /**
   * A row of the server's list. The list may be behind what events have told: the newer word stands.
   * Without a new message the number of unread ones only falls, so the lower one is the newer word.
   */
  put(listed: ChatRow): void {
    const row = { ...listed, ...this.#lately(listed.id) };
    const known = this.#rows.get(row.id);
    this.#early.delete(row.id);
    if (known === undefined || known.message_count < row.message_count) {
      this.#rows.set(row.id, row);
    } else if (known.message_count > row.message_count) {
      this.#rows.set(row.id, { ...known, contact: row.contact, inbox: row.inbox });
    } else {
      const unread_count = Math.min(unreadOf(known), unreadOf(row));
      this.#rows.set(row.id, { ...row, unread_count });
    }
  }

  /** Where the chat is, if that was told so lately that the server's list may not know it yet. */
  #lately(id: string): Partial<Place> | undefined {
    const moved = this.#moved.get(id);
    return moved && Date.now() - moved.at < listLag ? moved.place : undefined;
  }

  #isNews(id: string): boolean {
    return this.#early.has(id) || this.#lately(id) !== undefined;
  }

  #forget(row: ChatRow, page: ChatRowPage): void {
    if (!page.chats.some(({ id }) => id === row.id)) this.#rows.delete(row.id);
  }

  /** False when the chat is not known here: its row has to be fetched. */
  update(chat: ChatNews): boolean {
    const row = this.#rows.get(chat.id);
    if (!row) return false;
    const { contact_name, ...changes } = chat;
    const moves = placeOf(changes, row);
    if (Object.keys(moves).length > 0) {
      this.#moved.set(chat.id, { place: { ...this.#lately(chat.id), ...moves }, at: Date.now() });
    }
    const contact = contact_name === undefined
      ? row.contact
      : { ...row.contact, name: contact_name };
    this.#rows.set(row.id, { ...row, contact, ...changes });
    return true;
  }

  /** A visitor wrote: the chat moves up, and is there even if the server's list does not have it yet. */
  received(news: ChatNews, isSeen: boolean): void {
    const known = this.#rows.get(news.id);
    if (!known) {
      this.#early.add(news.id);
      this.#rows.set(news.id, { ...newRow(news), unread_count: isSeen ? 0 : 1 });
    } else if ((news.message_count ?? 0) > known.message_count) {
      this.update({ ...news, unread_count: isSeen ? 0 : unreadOf(known) + 1 });
    }
  }

  viewed(chatId: string): void {
    this.update({ id: chatId, unread_count: 0 });
  }
}

function newRow(news: ChatNews): ChatRow {
  const { contact_name = null, user_email = null, ...fields } = news;
  return {
    user_email,
    contact: { id: "", name: contact_name, email: user_email },
    inbox: { id: "", name: "" },
    last_message_at: null,
    last_message_preview: null,
    last_message_sender: null,
    message_count: 0,
    unread: false,
    archived: false,
    status: null,
    assignee: null,
    ...fields,
  };
}

/** How many of the contact's messages this agent has not read. */
export function unreadOf(row: ChatRow): number {
  return row.unread_count ?? Number(row.unread);
}

/** The name to call the contact by; null when nothing is known of them. */
export function nameOf(row: ChatRow): string | null {
  return row.contact.name || row.contact.email || row.user_email || null;
}

/** What is told of the chat's place and differs from what was known of it. */
function placeOf({ archived, status, assignee }: ChatNews, row: ChatRow): Partial<Place> {
  return {
    ...(archived !== undefined && archived !== row.archived && { archived }),
    ...(status !== undefined && status !== row.status && { status }),
    ...(assignee !== undefined && assignee?.id !== row.assignee?.id && { assignee }),
  };
}

function isIn(tab: Tab, { archived, status, assignee }: ChatRow, agentId: string): boolean {
  switch (tab) {
    case "archived":
      return archived;
    case "active":
      return !archived;
    case "mine":
      return !archived && status === "active" && assignee?.id === agentId;
    case "unassigned":
      return !archived && status === "waiting";
  }
}

function compare(a: ChatRow, b: ChatRow): number {
  const [one, other] = [a.last_message_at ?? "", b.last_message_at ?? ""];
  if (one !== other) return one < other ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}
