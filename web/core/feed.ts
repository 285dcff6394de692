import { type ApiError, isUnauthorized } from "./api.ts";
import { backoff, longestBackoff } from "./backoff.ts";
import type { Cable } from "./cable.ts";
import type { ChatState } from "./chat-state.ts";
import type { ChatEvent, SupportMessage } from "./protocol.ts";
import { Repeater } from "./repeater.ts";
import type { CableSubscription } from "./subscription.ts";
import type { ChatTransport } from "./transport.ts";

export interface FeedOptions {
  transport: ChatTransport;
  cable: Cable;
  state: ChatState;
  /** The socket serves from now on, or (null) no longer. */
  linked(subscription: CableSubscription | null): void;
  /** Messages have come. */
  arrived(): void;
  /** REST has answered: what is here is as good as what the gateway has. */
  refreshed(): void;
  heard(event: ChatEvent): void;
  unauthorized(): void;
}

const pollEvery = 5000;

/**
 * Keeps what one side knows of a chat in step with the gateway, whatever the network does.
 *
 *     load ──▶ subscribe, from the position loaded ──▶ live
 *      ▲         ▲                                      │ connection lost
 *      │         └── from the position reached ◀── poll ┘
 *      └── history rejected, reset, another epoch, a `seq` that is another message's
 *
 * Where the socket keeps history a reconnection asks nothing of REST: what was missed comes first.
 * Where it keeps none, every confirmation is followed by the request that polling makes every 5 s:
 * what came after the last known `seq`.
 */
export class ChatFeed {
  readonly #options: FeedOptions;
  /** What is loaded cannot be trusted, or nothing is: the next refresh loads from the start. */
  isStale = true;
  #chatId = "";
  #epoch = "";
  #subscription: CableSubscription | null = null;
  #subscribed = false;
  /** What was missed is on its way over the socket: holes are no reason to ask for it. */
  #resuming = false;
  #networkDown = false;
  readonly #refreshing = new Repeater(
    () => this.isStale ? this.#load() : this.#catchUp(),
    (error) => this.#rest(error),
  );
  #failures = 0;
  #closed = false;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  close(): void {
    this.#closed = true;
    this.#subscription?.unsubscribe();
    this.#refreshing.close();
  }

  perform(action: string, data: object): boolean {
    return this.#subscription?.perform(action, data) ?? false;
  }

  /** By REST; whether it worked shows when it is asked for again. */
  markRead(upTo: number): void {
    this.#options.transport.markRead?.(upTo).catch(() => undefined);
  }

  /** Loads the page before the oldest message. Throws `ApiError`. */
  async older(): Promise<void> {
    const { state, transport } = this.#options;
    if (this.isStale) return;
    const page = await transport.before(state.timeline.from);
    if (!this.#closed) state.prepend(page.messages);
  }

  /** The browser's word on the network. It may be wrong, so it only hastens or renames things. */
  network(up: boolean): void {
    const { connection } = this.#options.state;
    this.#networkDown = !up;
    if (!up) connection.value = "offline";
    else if (this.#subscribed) connection.value = "online";
    if (up) this.refresh();
  }

  merge(messages: readonly SupportMessage[]): void {
    const { state, arrived } = this.#options;
    const isConflict = state.merge(messages);
    arrived();
    if (isConflict) this.#reload();
    else if (!this.#refreshing.isRunning && !this.#resuming) this.#fill();
  }

  /** The token was refused: the next one may be another visitor's. */
  expired(): void {
    this.isStale = true;
    this.#options.unauthorized();
    this.refresh();
  }

  refresh(): void {
    void this.#refreshing.run();
  }

  /** How long until REST is asked again by itself. */
  #rest(error: unknown): number | undefined {
    if (error === undefined) {
      this.#failures = 0;
      return this.#subscribed ? undefined : pollEvery;
    }
    if (isUnauthorized(error)) this.expired();
    if (!this.#subscribed) this.#options.state.connection.value = "offline";
    const asked = (error as ApiError).retryAfter ?? 0;
    return Math.max(asked, this.isStale ? backoff(this.#failures++) : pollEvery);
  }

  async #load(): Promise<void> {
    const { state, transport, arrived, refreshed } = this.#options;
    const chat = await transport.load();
    if (this.#closed) return;
    this.isStale = false;
    this.#epoch = chat.position.epoch;
    state.replace(chat);
    arrived();
    if (chat.id !== this.#chatId) this.#subscribe(chat.id);
    refreshed();
  }

  async #catchUp(): Promise<void> {
    const { state, transport, refreshed } = this.#options;
    let from = state.timeline.refreshFrom(state.side);
    let end: number;
    do {
      const page = await transport.since(from);
      if (this.#closed || this.isStale) return;
      if (page === null) break;
      if (page.position.epoch !== this.#epoch) return this.#reload();
      this.merge(page.messages);
      if (page.conversation !== undefined) {
        state.converse(page.conversation, page.position.offset);
      }
      state.persisted(page.persisted_up_to);
      end = page.position.offset;
      from = page.messages.at(-1)?.seq ?? end;
    } while (from < end);
    if (!this.#subscribed && !this.#networkDown) state.connection.value = "polling";
    refreshed();
  }

  #subscribe(chatId: string): void {
    const { cable, state, linked } = this.#options;
    this.#subscription?.unsubscribe();
    this.#unlink();
    this.#chatId = chatId;
    const subscription = cable.subscribe({ channel: "ChatChannel", chat_id: chatId }, {
      positions: () => {
        const position = { epoch: this.#epoch, offset: state.timeline.knownUpTo };
        return this.isStale ? undefined : { [`chat:${chatId}`]: position };
      },
      confirmed: (resumes) => {
        this.#subscribed = true;
        this.#resuming = resumes;
        state.connection.value = "online";
        this.#refreshing.later(undefined);
        linked(subscription);
        if (!resumes || this.isStale) this.refresh();
      },
      resumed: (complete) => {
        this.#resuming = false;
        if (complete) this.#fill();
        else this.#reload();
      },
      received: (event) => this.#received(event as ChatEvent),
      lost: () => {
        this.#unlink();
        state.connection.value = this.#networkDown ? "offline" : "reconnecting";
        this.#refreshing.later(pollEvery);
      },
      rejected: () => {
        setTimeout(() => {
          if (!this.#closed && this.#chatId === chatId) this.#subscribe(chatId);
        }, longestBackoff);
      },
    });
    this.#subscription = subscription;
  }

  #unlink(): void {
    this.#subscribed = false;
    this.#resuming = false;
    this.#options.state.peerTypes(false);
    this.#options.linked(null);
  }

  #received(event: ChatEvent): void {
    const { state, heard } = this.#options;
    // An answer that is on its way now may be older than this.
    if (this.isStale && this.#refreshing.isRunning) this.refresh();
    const isLost = event.type === "reset" ||
      event.type === "chat_state" && event.position.epoch !== this.#epoch;
    if (isLost) this.#reload();
    else if (event.type === "new_message" || event.type === "message_ack") {
      this.merge([event.message]);
    } else state.apply(event);
    heard(event);
  }

  #fill(): void {
    if (this.#options.state.timeline.hasGap) this.refresh();
  }

  #reload(): void {
    if (this.isStale) return;
    this.isStale = true;
    this.refresh();
  }
}
