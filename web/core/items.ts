import type { Outbox, OutboxEntry } from "./outbox.ts";
import type { MessageStatus, Side, SupportMessage } from "./protocol.ts";
import type { Timeline } from "./timeline.ts";

type Shown =
  | "client_id"
  | "sender_type"
  | "sender_name"
  | "content"
  | "created_at"
  | "quick_replies"
  | "cards";

/** One bubble: an accepted message, or one on its way. */
export interface Item extends Pick<SupportMessage, Shown> {
  /** The same while a message goes from "sending" to "read", so that its bubble stays the same. */
  readonly key: string;
  readonly seq: number | null;
  readonly status: "sending" | MessageStatus;
}

/** The accepted in their order, then the unsent in theirs. */
export function itemsOf(
  timeline: Timeline,
  unsent: readonly OutboxEntry[],
  outbox: Outbox,
  side: Side,
): Item[] {
  const items = timeline.messages.map((message): Item => ({
    ...message,
    key: message.sender_type + (message.client_id ?? message.id),
  }));
  for (const { client_id, content, at } of unsent) {
    items.push({
      key: side + client_id,
      seq: null,
      client_id,
      sender_type: side,
      sender_name: null,
      content,
      status: outbox.refused.has(client_id) ? "failed" : "sending",
      created_at: new Date(at).toISOString(),
    });
  }
  return items;
}
