import { type Item, itemsOf } from "./items.ts";
import type { Outbox, OutboxEntry } from "./outbox.ts";
import type {
  ChatEvent,
  ChatStanding,
  Conversation,
  Receipt,
  Side,
  SupportChat,
  SupportMessage,
} from "./protocol.ts";
import { batch, Signal } from "./signal.ts";
import { Timeline } from "./timeline.ts";

/**
 * - connecting: the chat is not loaded yet, or its socket has never been up
 * - online: publications arrive as they happen
 * - reconnecting: the socket was lost a moment ago
 * - polling: no socket, but REST answers every 5 s
 * - offline: nothing answers; what is written waits in the outbox
 */
export type Connection = "connecting" | "online" | "reconnecting" | "polling" | "offline";

/** How long "typing" holds without another word of it, in seconds, unless it says so itself. */
const typingLasts = 4;

/** What one side knows of one chat, as signals for the views. It asks nobody for anything. */
export class ChatState {
  readonly items = new Signal<readonly Item[]>([]);
  readonly unread = new Signal(0);
  readonly connection = new Signal<Connection>("connecting");
  readonly conversation = new Signal<Conversation | null>(null);
  /** When the conversation ends unless somebody writes, ms by this machine's clock; 0: it does not. */
  readonly endsAt = new Signal(0);
  readonly peerTyping = new Signal(false);
  /** Whose typing that is, if it is known. */
  readonly typist = new Signal<string | null>(null);
  /** Until when the gateway asked to send no more, ms; 0: it did not. */
  readonly heldUntil = new Signal(0);
  readonly hasOlder = new Signal(false);

  readonly timeline = new Timeline();
  readonly side: Side;
  readonly #outbox: Outbox;
  /** Own messages that were accepted but lie before the loaded part, by `client_id`. */
  readonly #acceptedBefore = new Map<string, number>();
  #persistedUpTo = 0;
  /** A message beyond this `seq` calls the end off. */
  #warnedAfter = 0;
  #typingTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(outbox: Outbox, side: Side) {
    this.#outbox = outbox;
    this.side = side;
    this.show();
  }

  replace(chat: SupportChat): void {
    this.timeline.replace(chat.messages);
    this.#acceptedBefore.clear();
    this.#persistedUpTo = chat.persisted_up_to;
    batch(() => {
      this.converse(chat.conversation, chat.position.offset);
      this.settle();
    });
  }

  /** True: a message turned out to be another one. */
  merge(messages: readonly SupportMessage[]): boolean {
    for (const { client_id, seq, sender_type } of messages) {
      if (seq > this.#warnedAfter) this.endsAt.value = 0;
      if (sender_type !== this.side) this.peerTypes(false);
      else if (client_id !== null && seq < this.timeline.from) {
        this.#acceptedBefore.set(client_id, seq);
      }
    }
    const isConflict = this.timeline.merge(messages);
    this.settle();
    return isConflict;
  }

  prepend(messages: readonly SupportMessage[]): void {
    this.timeline.prepend(messages);
    this.show();
  }

  persisted(upTo: number): void {
    this.#persistedUpTo = Math.max(this.#persistedUpTo, upTo);
    this.settle();
  }

  applyStatus(status: Receipt, by: Side, upTo: number, at: string | null): void {
    if (this.timeline.applyStatus(status, by, upTo, at)) this.show();
  }

  /** Everything that is told but messages themselves. */
  apply(event: ChatEvent): void {
    switch (event.type) {
      case "chat_state":
        this.#stand(event);
        break;
      case "persisted":
        this.persisted(event.up_to_seq);
        break;
      case "message_status":
        this.applyStatus(event.status, event.by, event.up_to_seq, event.at);
        break;
      case "typing":
        if (event.by === this.side) break;
        this.typist.value = event.agent?.name ?? null;
        this.peerTypes(event.on, event.expires_in);
        break;
      case "conversation":
        this.converse(event.conversation, this.timeline.messages.at(-1)?.seq ?? 0, event.ends_in_s);
    }
  }

  /** Where the conversation stands, after the message `seq`. */
  converse(conversation: Conversation | null, seq: number, endsIn?: number): void {
    this.#warnedAfter = seq;
    this.conversation.value = conversation;
    this.endsAt.value = endsIn === undefined
      ? Date.parse(conversation?.ends_at ?? "") || 0
      : Date.now() + endsIn * 1000;
  }

  isAccepted(entry: OutboxEntry): boolean {
    return this.#seqOf(entry) !== undefined;
  }

  /** `lasts` is in seconds. */
  peerTypes(on: boolean, lasts: number = typingLasts): void {
    clearTimeout(this.#typingTimer);
    this.peerTyping.value = on;
    if (on) this.#typingTimer = setTimeout(() => this.peerTypes(false), lasts * 1000);
  }

  /** Drops from the outbox what the database has, and shows the rest. */
  settle(): void {
    for (const entry of this.#outbox.entries) {
      if ((this.#seqOf(entry) ?? Infinity) <= this.#persistedUpTo) {
        this.#outbox.remove(entry.client_id);
      }
    }
    this.show();
  }

  show(): void {
    const { timeline, side } = this;
    const unsent = this.#outbox.entries.filter((entry) => !this.isAccepted(entry));
    batch(() => {
      this.items.value = itemsOf(timeline, unsent, this.#outbox, side);
      this.hasOlder.value = timeline.hasOlder;
      this.unread.value = timeline.messages.filter((message) =>
        message.sender_type !== side && message.read_at === null
      ).length;
    });
  }

  #stand({ conversation, marks, persisted_up_to, position }: ChatStanding): void {
    batch(() => {
      this.converse(conversation, position.offset);
      for (const by of ["user", "admin"] as const) {
        for (const status of ["delivered", "read"] as const) {
          this.applyStatus(status, by, marks[by][status], marks[by][`${status}_at`]);
        }
      }
      this.persisted(persisted_up_to);
    });
  }

  #seqOf(entry: OutboxEntry): number | undefined {
    return this.timeline.sentAs(entry.client_id, this.side)?.seq ??
      this.#acceptedBefore.get(entry.client_id);
  }
}
