import { ApiError } from "./api.ts";
import type { OutboxEntry } from "./outbox.ts";
import type { CableSubscription } from "./subscription.ts";

/** Posts, and answers once the accepted message is shown. Throws `ApiError`. */
export type Post = (content: string, clientId: string) => Promise<void>;

const answerTakes = 10_000;

/**
 * Takes one entry at a time to the gateway: over the socket while it serves, else by POST.
 *
 * An error over the socket, or no answer, makes the next attempt a POST: its status tells for
 * certain whether trying again makes sense. Both ways carry the same `client_id`, so a message
 * that arrived twice is still one message.
 */
export class Courier {
  readonly #post: Post;
  #socket: CableSubscription | null = null;
  #trusted = true;
  #waiting: { clientId: string; settle: (error?: ApiError) => void } | null = null;

  constructor(post: Post) {
    this.#post = post;
  }

  /** The subscription was confirmed, or lost (null). */
  use(socket: CableSubscription | null): void {
    this.#socket = socket;
    this.#trusted = true;
    if (!socket) this.#waiting?.settle(new ApiError(0, "network", 0));
  }

  acknowledged(clientId: string | null): void {
    if (this.#waiting?.clientId === clientId) this.#waiting.settle();
  }

  /** `wait` is in seconds. */
  refused(clientId: string, code: string, wait: number = 0): void {
    if (this.#waiting?.clientId !== clientId) return;
    this.#trusted = false;
    this.#waiting.settle(new ApiError(0, code, wait * 1000));
  }

  /** Done when the entry is accepted. Throws `ApiError`. */
  async deliver({ client_id, content }: OutboxEntry): Promise<void> {
    const socket = this.#trusted ? this.#socket : null;
    this.#trusted = true;
    if (!socket?.perform("send_message", { content, client_id })) {
      return await this.#post(content, client_id);
    }
    await new Promise<void>((resolve, reject) => {
      const settle = (error?: ApiError): void => {
        clearTimeout(timer);
        this.#waiting = null;
        if (error) reject(error);
        else resolve();
      };
      const timer = setTimeout(() => this.refused(client_id, "timeout"), answerTakes);
      this.#waiting = { clientId: client_id, settle };
    });
  }
}
