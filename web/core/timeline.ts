import type { MessageStatus, Receipt, Side, SupportMessage } from "./protocol.ts";

/** Everything up to a `seq` was received, or read; and when. */
interface Mark {
  upTo: number;
  at: string | null;
}

/**
 * The accepted messages of one chat, in `seq` order, each once.
 *
 * Messages come from answers, acknowledgements and publications, in any order and more than once.
 * The loaded part begins at `from` and has no holes up to `knownUpTo`; whatever lies beyond came
 * early, and the messages between are still to be fetched.
 *
 * What each side has received and read is kept as marks: a message that comes late, as it was when
 * it was sent, is given the status that the marks say.
 */
export class Timeline {
  messages: readonly SupportMessage[] = [];
  /** The lowest `seq` of the loaded part. */
  from = 1;
  knownUpTo = 0;
  readonly #marks = new Map<string, Mark>();

  get hasGap(): boolean {
    return (this.messages.at(-1)?.seq ?? 0) > this.knownUpTo;
  }

  get hasOlder(): boolean {
    return this.from > 1;
  }

  /** Starts over with what the gateway has now: the newest messages in order, or none. */
  replace(messages: readonly SupportMessage[]): void {
    this.messages = messages;
    this.from = this.messages[0]?.seq ?? 1;
    this.knownUpTo = this.from - 1;
    this.#marks.clear();
    this.#advance();
  }

  /** Adds the page that ends right before `from`. */
  prepend(messages: readonly SupportMessage[]): void {
    this.from = Math.min(this.from, ...messages.map((message) => message.seq));
    this.merge(messages);
  }

  /**
   * Messages before `from` are left out: they would stand there with a hole behind them. True: a
   * known message gave its place to another one, so the live state was rebuilt elsewhere.
   */
  merge(messages: readonly SupportMessage[]): boolean {
    let isConflict = false;
    for (const message of messages.map((message) => this.#stamped(message))) {
      if (message.seq < this.from) continue;
      const at = this.#indexOf(message.seq);
      const known = this.messages[at];
      if (known?.seq !== message.seq) this.messages = this.messages.toSpliced(at, 0, message);
      else if (known.id !== message.id || rank(message.status) > rank(known.status)) {
        this.messages = this.messages.with(at, message);
        isConflict ||= known.id !== message.id;
      }
    }
    this.#advance();
    return isConflict;
  }

  /** `by` has received or read everything of the other side up to `upTo`. False: nothing new. */
  applyStatus(status: Receipt, by: Side, upTo: number, at: string | null): boolean {
    if (upTo <= (this.#marks.get(by + status)?.upTo ?? 0)) return false;
    this.#marks.set(by + status, { upTo, at });
    const before = this.messages;
    this.messages = before.map((message) => this.#stamped(message));
    return this.messages.some((message, index) => message !== before[index]);
  }

  /** The accepted message that `side` sent under `clientId`. */
  sentAs(clientId: string, side: Side): SupportMessage | undefined {
    return this.messages.findLast((message) =>
      message.client_id === clientId && message.sender_type === side
    );
  }

  /**
   * Where to ask `?since=` from: behind the last known message, or a little earlier when receipts
   * for this side's recent messages are still missing and may have passed unseen.
   */
  refreshFrom(side: Side): number {
    const unread = this.messages.slice(-30).find((message) =>
      message.sender_type === side && message.status !== "read"
    );
    return Math.min(this.knownUpTo, (unread?.seq ?? Infinity) - 1);
  }

  /** The same object when the marks say nothing new of the message. */
  #stamped(message: SupportMessage): SupportMessage {
    const by = message.sender_type === "user" ? "admin" : "user";
    for (const status of ["read", "delivered"] as const) {
      const mark = this.#marks.get(by + status);
      if (!mark || message.seq > mark.upTo) continue;
      if (rank(message.status) >= rank(status)) break;
      const delivered_at = message.delivered_at ?? mark.at;
      return { ...message, status, delivered_at, [`${status}_at`]: mark.at };
    }
    return message;
  }

  #advance(): void {
    let at = this.#indexOf(this.knownUpTo + 1);
    while (this.messages[at++]?.seq === this.knownUpTo + 1) this.knownUpTo++;
  }

  /** Index of the first message with `seq` or a later one. */
  #indexOf(seq: number): number {
    return this.messages.findLastIndex((message) => message.seq < seq) + 1;
  }
}

function rank(status: MessageStatus): number {
  return ["failed", "sent", "delivered", "read"].indexOf(status);
}
