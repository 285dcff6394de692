import type {
  ChatRow,
  ChatStanding,
  Marks,
  Receipt,
  Side,
  SupportMessage,
} from "../core/protocol.ts";

export interface MockChat {
  id: string;
  name: string;
  token: string;
  messages: SupportMessage[];
  persistedUpTo: number;
  archived: boolean;
  marks: Record<Side, Marks>;
  /** How far each agent has read, by the agent's id. */
  readBy: Map<string, number>;
}

/** The mock's chats, in memory: numbers, deduplicates and lists messages as the gateway would. */
export class MockChats {
  readonly byId = new Map<string, MockChat>();
  epoch = crypto.randomUUID();

  create(name: string): MockChat {
    const unmarked = { delivered: 0, delivered_at: null, read: 0, read_at: null };
    const chat: MockChat = {
      id: crypto.randomUUID(),
      name,
      token: `visitor-${crypto.randomUUID()}`,
      messages: [],
      persistedUpTo: 0,
      archived: false,
      marks: { user: { ...unmarked }, admin: { ...unmarked } },
      readBy: new Map(),
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
    sender: string | null,
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
      sender_name: sender,
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

  /** False when the mark was as high already. */
  mark(chat: MockChat, by: Side, status: Receipt, wanted: number, at: string): boolean {
    const marks = chat.marks[by];
    const upTo = Math.min(wanted, chat.messages.length);
    if (marks[status] >= upTo) return false;
    marks[status] = upTo;
    marks[`${status}_at`] = at;
    for (const message of chat.messages) {
      if (message.sender_type === by || message.seq > upTo || message.status === "read") continue;
      message.status = status;
      message.delivered_at ??= at;
      if (status === "read") message.read_at = at;
    }
    return true;
  }

  /** Forgets what was not persisted, as the real thing does when Redis is lost. */
  lose(): void {
    this.epoch = crypto.randomUUID();
    for (const chat of this.byId.values()) chat.messages.splice(chat.persistedUpTo);
  }

  standing(chat: MockChat): ChatStanding {
    const conversation = {
      id: "conversation",
      status: "active" as const,
      assignee: { id: "1", name: "Ann" },
    };
    return {
      position: { epoch: this.epoch, offset: chat.messages.length },
      persisted_up_to: chat.persistedUpTo,
      conversation,
      marks: chat.marks,
    };
  }

  page(chat: MockChat, query: URLSearchParams = new URLSearchParams()): object {
    const since = query.get("since");
    const before = query.get("before");
    const messages = since !== null
      ? chat.messages.filter((message) => message.seq > Number(since)).slice(0, 100)
      : before !== null
      ? chat.messages.filter((message) => message.seq < Number(before)).slice(-50)
      : chat.messages.slice(-50);
    const { marks: _, ...standing } = this.standing(chat);
    return { messages, ...standing };
  }

  row(chat: MockChat, agentId: string): ChatRow {
    return { ...this.fields(chat), ...this.unread(chat, agentId) };
  }

  /** A row, without what is different for each agent. */
  fields(chat: MockChat): Omit<ChatRow, "unread" | "unread_count"> {
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
      archived: chat.archived,
      status: "active",
      assignee: null,
    };
  }

  /** What one agent has not read yet. */
  unread(chat: MockChat, agentId: string): { unread: boolean; unread_count: number } {
    const readUpTo = chat.readBy.get(agentId) ?? 0;
    const count =
      chat.messages.filter(({ seq, sender_type }) => sender_type === "user" && seq > readUpTo)
        .length;
    return { unread: count > 0, unread_count: count };
  }
}
