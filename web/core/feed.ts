import { isUnauthorized } from "./api.ts";
import { backoff, longestBackoff } from "./backoff.ts";
import type { Cable } from "./cable.ts";
import type { ChatState } from "./chat-state.ts";
import type { ChatEvent, MessagePage, SupportChat, SupportMessage } from "./protocol.ts";
import type { CableSubscription } from "./subscription.ts";

/** How one side reaches its chat by REST. Every method may throw `ApiError`. */
export interface ChatTransport {
  load(): Promise<SupportChat>;
  /** null: the same as when it was asked last. */
  since(chatId: string, seq: number): Promise<MessagePage | null>;
  before(chatId: string, seq: number): Promise<Pick<MessagePage, "messages">>;
  send(chatId: string, content: string, clientId: string): Promise<{ message: SupportMessage }>;
  markRead?(chatId: string, upTo: number): Promise<unknown>;
}

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
  chatId = "";
  /** What is loaded cannot be trusted, or nothing is: the next refresh loads from the start. */
  isStale = true;
  #epoch = "";
  #subscription: CableSubscription | null = null;
  #subscribed = false;
  /** What was missed is on its way over the socket: holes are no reason to ask for it. */
  #resuming = false;
  #networkDown = false;
  #refreshing = false;
  #again = false;
  #failures = 0;
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #resubscription: ReturnType<typeof setTimeout> | undefined;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  close(): void {
    this.#closed = true;
    this.#subscription?.unsubscribe();
    clearTimeout(this.#timer);
    clearTimeout(this.#resubscription);
  }

  perform(action: string, data: object): boolean {
    return this.#subscription?.perform(action, data) ?? false;
  }

  /** Loads the page before the oldest message. Throws `ApiError`. */
  async older(): Promise<void> {
    const { state, transport } = this.#options;
    if (this.isStale || !state.hasOlder.peek()) return;
    const page = await transport.before(this.chatId, state.timeline.from);
    if (!this.#closed) state.prepend(page.messages);
  }

  /** The browser's word on the network. It may be wrong, so it only hastens or renames things. */
  network(up: boolean): void {
    const { connection } = this.#options.state;
    this.#networkDown = !up;
    if (!up) connection.value = "offline";
    else if (this.#subscribed) connection.value = "online";
    if (up) void this.refresh();
  }

  merge(messages: readonly SupportMessage[]): void {
    const { state, arrived } = this.#options;
    const result = state.merge(messages);
    arrived();
    if (result === "conflict") this.#reload();
    else if (!this.#refreshing && !this.#resuming) this.#fill();
  }

  /** The token was refused: the next one may be another visitor's. */
  expired(): void {
    this.isStale = true;
    this.#options.unauthorized();
    if (!this.#refreshing) void this.refresh();
  }

  async refresh(): Promise<void> {
    if (this.#refreshing) {
      this.#again = true;
      return;
    }
    this.#refreshing = true;
    clearTimeout(this.#timer);
    let next: number | null = null;
    try {
      do {
        this.#again = false;
        if (this.isStale) await this.#load();
        else await this.#catchUp();
      } while (this.#again && !this.#closed);
      this.#failures = 0;
      if (!this.#subscribed) next = pollEvery;
    } catch (error) {
      next = this.#failed(error);
    }
    this.#refreshing = false;
    if (next !== null) this.#later(next);
  }

  #failed(error: unknown): number {
    if (isUnauthorized(error)) this.expired();
    if (!this.#subscribed) this.#options.state.connection.value = "offline";
    const asked = (error as { retryAfter?: number }).retryAfter ?? 0;
    return Math.max(asked, this.isStale ? backoff(this.#failures++) : pollEvery);
  }

  #later(wait: number): void {
    clearTimeout(this.#timer);
    if (!this.#closed) this.#timer = setTimeout(() => this.refresh(), wait);
  }

  async #load(): Promise<void> {
    const { state, transport, arrived, refreshed } = this.#options;
    const chat = await transport.load();
    if (this.#closed) return;
    this.isStale = false;
    this.#epoch = chat.position.epoch;
    state.replace(chat);
    arrived();
    if (chat.id !== this.chatId) this.#subscribe(chat.id);
    refreshed();
  }

  async #catchUp(): Promise<void> {
    const { state, transport, refreshed } = this.#options;
    let from = state.timeline.refreshFrom(state.side);
    for (;;) {
      const known = state.timeline.knownUpTo;
      const page = await transport.since(this.chatId, from);
      if (this.#closed || this.isStale) return;
      if (page === null) break;
      if (page.position.epoch !== this.#epoch) return this.#reload();
      if (page.conversation !== undefined) state.conversation.value = page.conversation;
      this.merge(page.messages);
      state.persisted(page.persisted_up_to);
      const reached = Math.max(from, ...page.messages.map((message) => message.seq));
      if (reached === from || reached === known) break;
      from = reached;
    }
    if (!this.#subscribed && !this.#networkDown) state.connection.value = "polling";
    refreshed();
  }

  #subscribe(chatId: string): void {
    const { cable, state, linked } = this.#options;
    this.#subscription?.unsubscribe();
    clearTimeout(this.#resubscription);
    this.#unlink();
    this.chatId = chatId;
    const subscription = cable.subscribe({ channel: "ChatChannel", chat_id: chatId }, {
      positions: () => {
        const position = { epoch: this.#epoch, offset: state.timeline.knownUpTo };
        return this.isStale ? undefined : { [`chat:${chatId}`]: position };
      },
      confirmed: (resumes) => {
        this.#subscribed = true;
        this.#resuming = resumes;
        state.connection.value = "online";
        clearTimeout(this.#timer);
        linked(subscription);
        if (!resumes || this.isStale) void this.refresh();
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
        this.#later(pollEvery);
      },
      rejected: () => {
        this.#resubscription = setTimeout(() => this.#subscribe(chatId), longestBackoff);
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
    if (this.isStale) this.#again = true;
    switch (event.type) {
      case "new_message":
      case "message_ack":
        this.merge([event.message]);
        break;
      case "chat_state":
        if (event.position.epoch === this.#epoch) state.stand(event);
        else this.#reload();
        break;
      case "reset":
        this.#reload();
        break;
      case "persisted":
        state.persisted(event.up_to_seq);
        break;
      case "message_status":
        state.applyStatus(event.status, event.by, event.up_to_seq, event.at);
        break;
      case "typing":
        if (event.by !== state.side) state.peerTypes(event.on, event.expires_in);
        break;
      case "conversation":
        state.conversation.value = event.conversation;
    }
    heard(event);
  }

  #fill(): void {
    if (this.#options.state.timeline.hasGap) void this.refresh();
  }

  #reload(): void {
    if (this.isStale) return;
    this.isStale = true;
    void this.refresh();
  }
}
