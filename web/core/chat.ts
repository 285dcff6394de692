import { isUnauthorized } from "./api.ts";
import type { Cable } from "./cable.ts";
import { ChatState } from "./chat-state.ts";
import { Courier } from "./courier.ts";
import { ChatFeed, type ChatTransport } from "./feed.ts";
import type { Outbox } from "./outbox.ts";
import type { ChatEvent, Side } from "./protocol.ts";
import { Receipts } from "./receipts.ts";
import { Sender } from "./sender.ts";

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

/**
 * One side of one chat: what comes in is kept in step by the feed, what goes out leaves through
 * the outbox, and receipts tell the other side how far one has come.
 *
 * When the gateway lost its live state the feed loads again from the start, and the outbox sends
 * again what the database did not have yet.
 */
export class ChatSession {
  readonly state: ChatState;
  readonly #outbox: Outbox;
  readonly #feed: ChatFeed;
  readonly #sender: Sender;
  readonly #courier: Courier;
  readonly #receipts: Receipts;

  constructor({ transport, cable, outbox, side, unauthorized, heard }: ChatOptions) {
    const state = new ChatState(outbox, side);
    this.state = state;
    this.#outbox = outbox;
    this.#feed = new ChatFeed({
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
        heard?.(event);
      },
      unauthorized: () => unauthorized?.(),
    });
    this.#courier = new Courier({
      post: (content, clientId) => transport.send(this.#feed.chatId, content, clientId),
      received: (message) => this.#feed.merge([message]),
      failed: (error) => {
        if (isUnauthorized(error)) this.#feed.expired();
      },
    });
    this.#sender = new Sender({
      outbox,
      isAccepted: (entry) => state.isAccepted(entry),
      deliver: async (entry) =>
        this.#feed.isStale ? { kind: "retry" } : await this.#courier.deliver(entry),
      changed: () => {
        state.rateLimited.value = this.#sender.rateLimited;
        state.show();
      },
    });
    this.#receipts = new Receipts({
      timeline: state.timeline,
      side,
      perform: (action, data) => this.#feed.perform(action, data),
      markRead: async (upTo) => await transport.markRead?.(this.#feed.chatId, upTo),
    });
  }

  start(): void {
    void this.#feed.refresh();
  }

  close(): void {
    this.#feed.close();
    this.#sender.stop();
    this.state.peerTypes(false);
  }

  /** True while something written here has not been accepted; refused messages do not count. */
  get isSending(): boolean {
    return this.state.items.peek().some((item) => item.status === "sending");
  }

  send(content: string): void {
    this.#outbox.add(content);
    this.#receipts.typing(false);
    this.state.show();
    this.#sender.wake();
  }

  retry(clientId: string): void {
    this.#outbox.revive(clientId);
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
    if (this.#receipts.seen()) this.state.show();
  }

  /** Loads the page before the oldest message. Throws `ApiError`. */
  older(): Promise<void> {
    return this.#feed.older();
  }

  network(up: boolean): void {
    this.#feed.network(up);
  }

  #heard(event: ChatEvent): void {
    if (event.type === "error") {
      if (event.client_id === undefined) return;
      const wait = event.retry_after === undefined ? undefined : event.retry_after * 1000;
      this.#courier.refused(event.client_id, event.code, wait);
    } else if (event.type === "new_message" || event.type === "message_ack") {
      const { client_id, sender_type } = event.message;
      if (client_id !== null && sender_type === this.state.side) {
        this.#courier.acknowledged(client_id);
      }
    }
  }
}
