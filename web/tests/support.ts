import type {
  ChatRow,
  ChatStanding,
  MessagePage,
  Side,
  SupportChat,
  SupportMessage,
} from "../core/protocol.ts";
import type { Socket } from "../core/cable.ts";
import type { KeyValueStore } from "../core/storage.ts";

/** Keeps for as long as the page lives. */
export class MemoryStore implements KeyValueStore {
  readonly #values = new Map<string, string>();

  get(key: string): string | null {
    return this.#values.get(key) ?? null;
  }

  set(key: string, value: string): void {
    this.#values.set(key, value);
  }

  delete(key: string): void {
    this.#values.delete(key);
  }

  keys(prefix: string): string[] {
    return [...this.#values.keys()].filter((key) => key.startsWith(prefix));
  }
}

/** A message as the gateway would send it; its id tells sequence and content. */
export function message(
  seq: number,
  fields: Partial<SupportMessage> = {},
): SupportMessage {
  const at = new Date(1_700_000_000_000 + seq).toISOString();
  return {
    id: `m${seq}`,
    seq,
    client_id: null,
    content: `message ${seq}`,
    sender_type: "admin" as Side,
    sender_name: null,
    status: "sent",
    created_at: at,
    sent_at: at,
    delivered_at: null,
    read_at: null,
    ...fields,
  };
}

export function page(messages: SupportMessage[], persisted = 0, epoch = "e1"): MessagePage {
  const offset = messages.at(-1)?.seq ?? 0;
  return { messages, position: { epoch, offset }, persisted_up_to: persisted };
}

export function chat(messages: SupportMessage[], persisted = 0, epoch = "e1"): SupportChat {
  return {
    ...page(messages, persisted, epoch),
    id: "chat",
    archived: false,
    unread: 0,
    conversation: null,
  };
}

/** What a subscription is told of a chat's present state. */
export function standing(offset: number, fields: Partial<ChatStanding> = {}): object {
  const none = { delivered: 0, delivered_at: null, read: 0, read_at: null };
  return {
    type: "chat_state",
    position: { epoch: "e1", offset },
    persisted_up_to: offset,
    conversation: null,
    marks: { user: none, admin: none },
    ...fields,
  };
}

/** A row of the dashboard's list; `minute` orders the rows. */
export function row(id: string, minute: number, fields: Partial<ChatRow> = {}): ChatRow {
  return {
    id,
    user_email: null,
    contact: { id: `c${id}`, name: id, email: null },
    inbox: { id: "i", name: "Acme" },
    last_message_at: `2023-11-14T22:${minute}:00.000Z`,
    last_message_preview: "",
    last_message_sender: "user",
    message_count: 1,
    unread: false,
    unread_count: 0,
    archived: false,
    status: null,
    assignee: null,
    ...fields,
  };
}

export const extended = "actioncable-v1-ext-json";

/** Lets every promise that can go on do so. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

/** The far end of a WebSocket, in the test's hands. */
export class FakeSocket implements Socket {
  readonly protocol: string;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  readonly sent: Record<string, unknown>[] = [];
  isClosed = false;

  constructor(protocol = "actioncable-v1-json") {
    this.protocol = protocol;
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.isClosed = true;
  }

  receive(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  /** Welcomes the client, and confirms what it subscribes to. */
  serve(...identifiers: string[]): void {
    this.receive({ type: "welcome" });
    for (const identifier of identifiers) {
      this.receive({ type: "confirm_subscription", identifier });
    }
  }

  drop(): void {
    this.onclose?.({});
  }

  /** The subscribe commands sent over this socket. */
  get subscribes(): Record<string, unknown>[] {
    return this.sent.filter(({ command }) => command === "subscribe");
  }

  /** The actions performed over this socket. */
  get actions(): Record<string, unknown>[] {
    return this.sent.filter(({ command }) => command === "message")
      .map(({ data }) => JSON.parse(data as string));
  }
}
