import { ApiError } from "./api.ts";
import type { CableSubscription } from "./subscription.ts";
import type { OutboxEntry } from "./outbox.ts";
import type { SupportMessage } from "./protocol.ts";
import type { Delivery } from "./sender.ts";

const answerTakes = 10_000;

/**
 * Takes one entry at a time to the gateway: over the socket while it serves, else by POST.
 *
 * An error over the socket, or no answer, makes the next attempt a POST: its status tells for
 * certain whether trying again makes sense. Both ways carry the same `client_id`, so a message
 * that arrived twice is still one message.
 */
export class Courier {
  readonly #post: (content: string, clientId: string) => Promise<{ message: SupportMessage }>;
  readonly #received: (message: SupportMessage) => void;
  readonly #failed: (error: ApiError) => void;
  #socket: CableSubscription | null = null;
  #trusted = true;
  #waiting: { clientId: string; settle: (delivery: Delivery) => void } | null = null;

  constructor(options: {
    post(content: string, clientId: string): Promise<{ message: SupportMessage }>;
    received(message: SupportMessage): void;
    failed(error: ApiError): void;
  }) {
    this.#post = options.post;
    this.#received = options.received;
    this.#failed = options.failed;
  }

  /** The subscription was confirmed, or lost (null). */
  use(socket: CableSubscription | null): void {
    this.#socket = socket;
    this.#trusted = true;
    if (!socket) this.#waiting?.settle({ kind: "retry", wait: 0 });
  }

  acknowledged(clientId: string): void {
    if (this.#waiting?.clientId === clientId) this.#waiting.settle({ kind: "accepted" });
  }

  refused(clientId: string, code: string, wait: number | undefined): void {
    if (this.#waiting?.clientId !== clientId) return;
    this.#trusted = false;
    this.#waiting.settle({ kind: "retry", wait: wait ?? 0, code });
  }

  async deliver(entry: OutboxEntry): Promise<Delivery> {
    const { client_id, content } = entry;
    const socket = this.#trusted ? this.#socket : null;
    this.#trusted = true;
    if (!socket?.perform("send_message", { content, client_id })) return this.#deliverByPost(entry);
    return new Promise((resolve) => {
      const settle = (delivery: Delivery): void => {
        clearTimeout(timer);
        this.#waiting = null;
        resolve(delivery);
      };
      const timer = setTimeout(() => {
        this.#trusted = false;
        settle({ kind: "retry", wait: 0 });
      }, answerTakes);
      this.#waiting = { clientId: client_id, settle };
    });
  }

  async #deliverByPost({ content, client_id }: OutboxEntry): Promise<Delivery> {
    try {
      const { message } = await this.#post(content, client_id);
      this.#received(message);
      return { kind: "accepted" };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.isFinal) return { kind: "refused", code: error.code };
      this.#failed(error);
      const code = error.status === 429 ? "rate_limited" : error.code;
      return error.retryAfter === undefined
        ? { kind: "retry", code }
        : { kind: "retry", code, wait: error.retryAfter };
    }
  }
}
