import { ApiError, isUnauthorized } from "./api.ts";
import type { Cable } from "./cable.ts";
import { ChatState } from "./chat-state.ts";
import { Courier } from "./courier.ts";
import { ChatFeed } from "./feed.ts";
import type { Outbox, OutboxEntry } from "./outbox.ts";
import type { ChatEvent, Side } from "./protocol.ts";
import { Receipts } from "./receipts.ts";
import { Sender } from "./sender.ts";
import type { ChatTransport } from "./transport.ts";

export interface ChatOptions {
  transport: ChatTransport;
  cable: Cable;
  outbox: Outbox;
  side: Side;
  /** A request was refused for its token. The chat goes on trying. */
  unauthorized?(): void;
  /** Everything that the chat's channel says. */
  heard?(event: ChatEvent): void;
}

const adoptAfter = 3000;
const ignore = (): void => undefined;

/**
 * One side of one chat: what comes in is kept in step by the feed, what goes out leaves through
 * the outbox, and receipts tell the other side how far one has come.
 *
 * When the gateway lost its live state the feed loads again from the start, and the outbox sends
 * again what the database did not have yet.
 */
export class ChatSession {
  readonly state: ChatState;
  readonly feed: ChatFeed;
  readonly #outbox: Outbox;
  readonly #sender: Sender;
  readonly #courier: Courier;
  readonly #receipts: Receipts;

  constructor(
    { transport, cable, outbox, side, unauthorized = ignore, heard = ignore }: ChatOptions,
  ) {
    const state = new ChatState(outbox, side);
    this.state = state;
    this.#outbox = outbox;
    this.feed = new ChatFeed({
      transport,
      cable,
      state,
      linked: (subscription) => {
        this.#courier.use(subscription);
        if (subscription) this.#sender.wake();
      },
      arrived: () => this.#receipts.arrived(),
      refreshed: () => this.#sender.wake(),
      heard: (event) => {
        this.#heard(event);
        heard(event);
      },
      unauthorized,
    });
    this.#courier = new Courier(async (content, clientId) => {
      const { message } = await transport.send(content, clientId);
      this.feed.merge([message]);
    });
    this.#sender = new Sender({
      outbox,
      isAccepted: (entry) => state.isAccepted(entry),
      deliver: async (entry) => {
        if (this.feed.isStale) throw new ApiError(0, "stale");
        try {
          await this.#courier.deliver(entry);
        } catch (error) {
          if (isUnauthorized(error)) this.feed.expired();
          throw error;
        }
      },
      changed: () => {
        state.heldUntil.value = this.#sender.heldUntil;
        state.show();
      },
    });
    this.#receipts = new Receipts(state, this.feed);
  }

  start(): void {
    this.feed.refresh();
  }

  close(): void {
    this.feed.close();
    this.#sender.stop();
    this.state.peerTypes(false);
  }

  send(content: string): OutboxEntry {
    const entry = this.#outbox.add(content);
    this.#receipts.typing(false);
    this.state.show();
    this.#sender.wake();
    return entry;
  }

  /** What was written in another tab. That one sends it; this one does should it be gone. */
  adopt(entry: OutboxEntry): void {
    if (this.state.isAccepted(entry) || !this.#outbox.adopt(entry)) return;
    this.state.show();
    setTimeout(() => this.#sender.wake(), adoptAfter);
  }

  retry(clientId: string): void {
    this.#outbox.refused.delete(clientId);
    this.state.show();
    this.#sender.wake();
  }

  discard(clientId: string): void {
    this.#outbox.remove(clientId);
    this.state.show();
  }

  typing(): void {
    this.#receipts.typing(true);
  }

  /** Everything loaded is before the reader's eyes. */
  seen(): void {
    this.#receipts.seen();
  }

  #heard(event: ChatEvent): void {
    switch (event.type) {
      case "new_message":
      case "message_ack": {
        const { client_id, sender_type } = event.message;
        if (sender_type === this.state.side) this.#courier.acknowledged(client_id);
        break;
      }
      case "chat_state":
        if (!this.feed.isStale) this.#receipts.stand(event.marks[this.state.side]);
        break;
      case "error":
        if (event.client_id !== undefined) {
          this.#courier.refused(event.client_id, event.code, event.retry_after);
        }
    }
  }
}
