import type { ApiError } from "./api.ts";
import { backoff } from "./backoff.ts";
import type { Outbox, OutboxEntry } from "./outbox.ts";

export interface SenderOptions {
  outbox: Outbox;
  isAccepted(entry: OutboxEntry): boolean;
  /** Done when the entry is accepted. Throws `ApiError`. */
  deliver(entry: OutboxEntry): Promise<void>;
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
  /** Until when the gateway asked for patience, as there are too many messages, ms; 0: it did not. */
  heldUntil = 0;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** There is something to send, or a better chance to: ends a back-off, but no wait asked for. */
  wake(): void {
    this.#wanted = true;
    if (this.#busy || this.#stopped || Date.now() < this.heldUntil) return;
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
      try {
        await this.#options.deliver(entry);
      } catch (error) {
        const { isFinal, retryAfter } = error as ApiError;
        if (!isFinal) {
          this.#wait(retryAfter);
          break;
        }
        this.#options.outbox.refused.add(entry.client_id);
      }
      this.#attempt = 0;
      this.#options.changed();
    }
    this.#busy = false;
  }

  #wait(asked: number | undefined): void {
    if (this.#stopped) return;
    // A better chance came up while the attempt was failing: take it at once.
    const wait = asked ?? (this.#wanted ? 0 : backoff(this.#attempt++));
    this.heldUntil = asked ? Date.now() + asked : 0;
    this.#timer = setTimeout(() => {
      this.heldUntil = 0;
      this.#options.changed();
      this.wake();
    }, wait);
    this.#options.changed();
  }

  #next(): OutboxEntry | undefined {
    const { outbox, isAccepted } = this.#options;
    return outbox.entries.find((entry) =>
      !outbox.refused.has(entry.client_id) && !isAccepted(entry)
    );
  }
}
