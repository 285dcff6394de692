import { backoff } from "./backoff.ts";
import type { Outbox, OutboxEntry } from "./outbox.ts";

/** What became of one attempt to hand an entry to the gateway. */
export type Delivery =
  | { kind: "accepted" }
  | { kind: "refused"; code: string }
  /** Not now: try again, after `wait` ms where the gateway said so. */
  | { kind: "retry"; wait?: number; code?: string };

export interface SenderOptions {
  outbox: Outbox;
  isAccepted(entry: OutboxEntry): boolean;
  deliver(entry: OutboxEntry): Promise<Delivery>;
  /** Something that views show has changed. */
  changed(): void;
}

/**
 * Empties the outbox into the gateway, oldest first, one at a time: only so do a refusal or a
 * lost connection in the middle leave the order as it was written.
 *
 * A refused entry stays, marked as failed, until it is retried or discarded by hand.
 */
export class Sender {
  readonly #options: SenderOptions;
  #busy = false;
  #wanted = false;
  #stopped = false;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heldUntil = 0;
  /** The gateway asked for patience: there are too many messages. */
  rateLimited = false;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** There is something to send, or a better chance to: ends a back-off, but no wait asked for. */
  wake(): void {
    this.#wanted = true;
    if (this.#busy || this.#stopped || Date.now() < this.#heldUntil) return;
    clearTimeout(this.#timer);
    void this.#run();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    this.#busy = true;
    for (let entry = this.#next(); entry && !this.#stopped; entry = this.#next()) {
      this.#wanted = false;
      const delivery = await this.#options.deliver(entry);
      this.rateLimited = delivery.kind === "retry" && delivery.code === "rate_limited";
      if (delivery.kind === "retry") {
        this.#wait(delivery.wait);
        break;
      }
      this.#attempt = 0;
      if (delivery.kind === "refused") this.#options.outbox.fail(entry.client_id, delivery.code);
      this.#options.changed();
    }
    this.#busy = false;
  }

  #wait(asked: number | undefined): void {
    if (this.#stopped) return;
    // A better chance came up while the attempt was failing: take it at once.
    const wait = asked ?? (this.#wanted ? 0 : backoff(this.#attempt++));
    this.#heldUntil = asked === undefined ? 0 : Date.now() + asked;
    this.#timer = setTimeout(() => {
      this.#heldUntil = 0;
      this.wake();
    }, wait);
    this.#options.changed();
  }

  #next(): OutboxEntry | undefined {
    const { outbox, isAccepted } = this.#options;
    return outbox.entries.find((entry) =>
      outbox.failure(entry.client_id) === undefined && !isAccepted(entry)
    );
  }
}
