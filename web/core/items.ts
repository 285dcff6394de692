import type { Outbox, OutboxEntry } from "./outbox.ts";
import type { MessageStatus, Side } from "./protocol.ts";
import type { Timeline } from "./timeline.ts";

/** One bubble: an accepted message, or one on its way. */
export interface Item {
  /** The same while a message goes from "sending" to "read", so that its bubble stays the same. */
  readonly key: string;
  readonly seq: number | null;
  readonly clientId: string | null;
  readonly side: Side;
  readonly name: string | null;
  readonly content: string;
  readonly status: "sending" | MessageStatus;
  /** ISO 8601. */
  readonly at: string;
  /** The gateway's code when this message was refused. */
  readonly failure: string | null;
}

/** The accepted in their order, then the unsent in theirs. */
export function itemsOf(
  timeline: Timeline,
  unsent: readonly OutboxEntry[],
  outbox: Outbox,
  side: Side,
): Item[] {
  const accepted = timeline.messages.map((message): Item => ({
    key: `${message.sender_type}:${message.client_id ?? message.id}`,
    seq: message.seq,
    clientId: message.client_id,
    side: message.sender_type,
    name: message.sender_name,
    content: message.content,
    status: message.status,
    at: message.created_at,
    failure: null,
  }));
  const waiting = unsent.map((entry): Item => {
    const failure = outbox.failure(entry.client_id) ?? null;
    return {
      key: `${side}:${entry.client_id}`,
      seq: null,
      clientId: entry.client_id,
      side,
      name: null,
      content: entry.content,
      status: failure === null ? "sending" : "failed",
      at: new Date(entry.at).toISOString(),
      failure,
    };
  });
  return [...accepted, ...waiting];
}
