import type { ChatRow, ChatRowPage, SupportMessage } from "../core/protocol.ts";
import type { Tab } from "./route.ts";

const previewLength = 100;

/** The rows of both tabs, each chat once, the most recently active first. */
export class ChatList {
  readonly #rows = new Map<string, ChatRow>();
  readonly #next: Record<Tab, string | null> = { active: null, archived: null };

  rows(tab: Tab): ChatRow[] {
    return [...this.#rows.values()]
      .filter((row) => tabOf(row) === tab)
      .sort((a, b) => compare(b, a));
  }

  get unread(): number {
    return this.rows("active").filter(isUnread).length;
  }

  /** The cursor of the tab's next page; null when all is loaded. */
  next(tab: Tab): string | null {
    return this.#next[tab];
  }

  row(id: string): ChatRow | undefined {
    return this.#rows.get(id);
  }

  /** The tab's first page, anew. Rows in its range that it lacks have moved; later ones stay. */
  restart(tab: Tab, page: ChatRowPage): void {
    const last = page.next === null ? undefined : page.chats.at(-1);
    const [gone, kept] = [[] as ChatRow[], [] as ChatRow[]];
    for (const row of this.rows(tab)) (last && compare(row, last) < 0 ? kept : gone).push(row);
    for (const row of gone) this.#rows.delete(row.id);
    for (const row of page.chats) this.#rows.set(row.id, row);
    if (kept.length === 0) this.#next[tab] = page.next;
  }

  append(tab: Tab, page: ChatRowPage): void {
    for (const row of page.chats) this.#rows.set(row.id, row);
    this.#next[tab] = page.next;
  }

  put(row: ChatRow): void {
    this.#rows.set(row.id, row);
  }

  /** False when the chat is not known here: its row has to be fetched. */
  update(chat: Partial<ChatRow> & { id: string; contact_name?: string | null }): boolean {
    const row = this.#rows.get(chat.id);
    if (!row) return false;
    const { contact_name, ...changes } = chat;
    const contact = contact_name === undefined
      ? row.contact
      : { ...row.contact, name: contact_name };
    this.#rows.set(row.id, { ...row, contact, ...changes });
    return true;
  }

  /** A visitor wrote. The count comes with `chat_updated`, which knows it. */
  received(chatId: string, message: SupportMessage, isSeen: boolean): boolean {
    const row = this.#rows.get(chatId);
    if (!row) return false;
    if (row.last_message_at !== null && message.created_at < row.last_message_at) return true;
    return this.update({
      id: chatId,
      last_message_at: message.created_at,
      last_message_preview: [...message.content].slice(0, previewLength).join(""),
      last_message_sender: message.sender_type,
      unread: isSeen ? false : Number(row.unread) + 1,
    });
  }

  viewed(chatId: string): void {
    this.update({ id: chatId, unread: false });
  }
}

export function isUnread(row: ChatRow): boolean {
  return Number(row.unread) > 0;
}

/** The name to call the contact by; null when nothing is known of them. */
export function nameOf(row: ChatRow): string | null {
  return row.contact.name || row.contact.email || row.user_email || null;
}

function tabOf(row: ChatRow): Tab {
  return row.archived ? "archived" : "active";
}

function compare(a: ChatRow, b: ChatRow): number {
  const [one, other] = [a.last_message_at ?? "", b.last_message_at ?? ""];
  if (one !== other) return one < other ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}
