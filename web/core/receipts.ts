import type { Side } from "./protocol.ts";
import type { Timeline } from "./timeline.ts";

export interface ReceiptsOptions {
  timeline: Timeline;
  side: Side;
  /** False when the socket does not serve just now. */
  perform(action: string, data: object): boolean;
  markRead?(upTo: number): Promise<unknown>;
}

const typingAgainAfter = 2500;

/** What this side tells the other about itself: received, read, typing. */
export class Receipts {
  readonly #options: ReceiptsOptions;
  #delivered = 0;
  #typedAt = 0;

  constructor(options: ReceiptsOptions) {
    this.#options = options;
  }

  /** Messages have arrived here. */
  arrived(): void {
    const upTo = this.#newest("delivered_at");
    if (upTo <= this.#delivered) return;
    if (this.#options.perform("delivered", { up_to_seq: upTo })) this.#delivered = upTo;
  }

  /** All that is loaded has been seen; the answer tells whether anything of it was new. */
  seen(): boolean {
    const { timeline, side, perform, markRead } = this.#options;
    const upTo = this.#newest("read_at");
    if (upTo === 0) return false;
    // A receipt that gets lost is made good by the next one, so nobody waits for it.
    if (!perform("read", { up_to_seq: upTo })) markRead?.(upTo).catch(() => undefined);
    return timeline.applyStatus("read", side, upTo, new Date().toISOString());
  }

  typing(on: boolean): void {
    const now = Date.now();
    if (on ? now - this.#typedAt < typingAgainAfter : this.#typedAt === 0) return;
    this.#typedAt = on ? now : 0;
    this.#options.perform("typing", { on });
  }

  /** The `seq` of the other side's newest message that still lacks the stamp; 0 for none. */
  #newest(stamp: "delivered_at" | "read_at"): number {
    const { timeline, side } = this.#options;
    return timeline.messages.findLast((message) =>
      message.sender_type !== side && message[stamp] === null
    )?.seq ?? 0;
  }
}
