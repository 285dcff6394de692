import type { ChatState } from "./chat-state.ts";
import type { ChatFeed } from "./feed.ts";
import type { Marks } from "./protocol.ts";

const typingAgainAfter = 2500;

/** What this side tells the other about itself: received, read, typing. */
export class Receipts {
  readonly #state: ChatState;
  readonly #feed: Pick<ChatFeed, "perform" | "markRead">;
  #delivered = 0;
  #read = 0;
  #typedAt = 0;

  constructor(state: ChatState, feed: Pick<ChatFeed, "perform" | "markRead">) {
    this.#state = state;
    this.#feed = feed;
  }

  /** Messages have arrived here. */
  arrived(): void {
    const upTo = this.#newest("delivered_at");
    if (upTo <= this.#delivered) return;
    if (this.#feed.perform("delivered", { up_to_seq: upTo })) this.#delivered = upTo;
  }

  /** The gateway tells what it knows of this side: what got lost on the way is said again. */
  stand({ delivered, read }: Marks): void {
    this.#delivered = delivered;
    this.arrived();
    if (this.#read > read) this.#feed.perform("read", { up_to_seq: this.#read });
  }

  /** All that is loaded has been seen. */
  seen(): void {
    const upTo = this.#newest("read_at");
    if (upTo === 0) return;
    this.#read = upTo;
    // A receipt that gets lost is made good by the next one, so nobody waits for it.
    if (!this.#feed.perform("read", { up_to_seq: upTo })) this.#feed.markRead(upTo);
    this.#state.applyStatus("read", this.#state.side, upTo, new Date().toISOString());
  }

  typing(on: boolean): void {
    const now = Date.now();
    if (on ? now - this.#typedAt < typingAgainAfter : this.#typedAt === 0) return;
    this.#typedAt = on ? now : 0;
    this.#feed.perform("typing", { on });
  }

  /** The `seq` of the other side's newest message that still lacks the stamp; 0 for none. */
  #newest(stamp: "delivered_at" | "read_at"): number {
    const { timeline, side } = this.#state;
    return timeline.messages.findLast((message) =>
      message.sender_type !== side && message[stamp] === null
    )?.seq ?? 0;
  }
}
