import type { ChatRow, Side, SupportMessage } from "../core/protocol.ts";

export interface MockChat {
  id: string;
  name: string;
  token: string;
  messages: SupportMessage[];
  persistedUpTo: number;
  archived: boolean;
  viewedUpTo: number;
}

/** The mock's chats, in memory: numbers, deduplicates and lists messages as the gateway would. */
export class MockChats {
  readonly byId = new Map<string, MockChat>();
  epoch = crypto.randomUUID();

  create(name: string): MockChat {
    const chat: MockChat = {
      id: crypto.randomUUID(),
      name,
      token: `visitor-${crypto.randomUUID()}`,
      messages: [],
      persistedUpTo: 0,
      archived: false,
      viewedUpTo: 0,
    };
    this.byId.set(chat.id, chat);
    return chat;
  }

  byToken(token: string): MockChat | undefined {
    return [...this.byId.values()].find((chat) => chat.token === token);
  }

  add(
    chat: MockChat,
    side: Side,
    content: string,
    clientId: string | null,
  ): { message: SupportMessage; isNew: boolean } {
    const known = chat.messages.find((message) =>
      clientId !== null && message.client_id === clientId && message.sender_type === side
    );
    if (known) return { message: known, isNew: false };
    const now = new Date().toISOString();
    const message: SupportMessage = {
      id: crypto.randomUUID(),
      seq: chat.messages.length + 1,
      client_id: clientId,
      content,
      sender_type: side,
      sender_name: side === "admin" ? "Ann" : null,
      status: "sent",
      created_at: now,
      sent_at: now,
      delivered_at: null,
      read_at: null,
    };
    chat.messages.push(message);
    if (side === "user") chat.archived = false;
    return { message, isNew: true };
  }

  /** Forgets what was not persisted, as the real thing does when Redis is lost. */
  lose(): void {
    this.epoch = crypto.randomUUID();
    for (const chat of this.byId.values()) chat.messages.splice(chat.persistedUpTo);
  }

  page(chat: MockChat, query: URLSearchParams = new URLSearchParams()): object {
    const since = query.get("since");
    const before = query.get("before");
    const messages = since !== null
      ? chat.messages.filter((message) => message.seq > Number(since)).slice(0, 100)
      : before !== null
      ? chat.messages.filter((message) => message.seq < Number(before)).slice(-50)
      : chat.messages.slice(-50);
    const position = { epoch: this.epoch, offset: chat.messages.length };
    return { messages, position, persisted_up_to: chat.persistedUpTo };
  }

  row(chat: MockChat): ChatRow {
    const last = chat.messages.at(-1);
    return {
      id: chat.id,
      user_email: null,
      contact: { id: `contact-${chat.id}`, name: chat.name, email: null },
      inbox: { id: "inbox", name: "Acme" },
      last_message_at: last?.created_at ?? null,
      last_message_preview: last?.content.slice(0, 100) ?? null,
      last_message_sender: last?.sender_type ?? null,
      message_count: chat.messages.length,
      unread:
        chat.messages.filter(({ seq, sender_type }) =>
          sender_type === "user" && seq > chat.viewedUpTo
        ).length,
      archived: chat.archived,
      status: "active",
      assignee: null,
    };
  }
}
