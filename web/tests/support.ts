import type { MessagePage, Side, SupportChat, SupportMessage } from "../core/protocol.ts";
import type { Socket } from "../core/cable.ts";

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

/** Lets every promise that can go on do so. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

/** The far end of a WebSocket, in the test's hands. */
export class FakeSocket implements Socket {
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  readonly sent: Record<string, unknown>[] = [];
  isClosed = false;

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.isClosed = true;
  }

  receive(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  drop(): void {
    this.onclose?.({});
  }

  /** The actions performed over this socket. */
  get actions(): Record<string, unknown>[] {
    return this.sent.filter(({ command }) => command === "message")
      .map(({ data }) => JSON.parse(data as string));
  }
}
