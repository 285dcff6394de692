import { isUnauthorized } from "./api.ts";
import { backoff, longestBackoff } from "./backoff.ts";
import type { Cable, CableSubscription } from "./cable.ts";
import { ChatState } from "./chat-state.ts";
import { Courier } from "./courier.ts";
import type { Outbox } from "./outbox.ts";
import type { ChatEvent, MessagePage, Side, SupportChat, SupportMessage } from "./protocol.ts";
import { Receipts } from "./receipts.ts";
import { Sender } from "./sender.ts";

/** How one side reaches its chat by REST. Every method may throw `ApiError`. */
export interface ChatTransport {
  load(): Promise<SupportChat>;
  since(chatId: string, seq: number): Promise<MessagePage>;
  before(chatId: string, seq: number): Promise<Pick<MessagePage, "messages">>;
  send(chatId: string, content: string, clientId: string): Promise<{ message: SupportMessage }>;
  markRead?(chatId: string, upTo: number): Promise<unknown>;
}

export interface ChatOptions {
  transport: ChatTransport;
  cable: Cable;
  outbox: Outbox;
  side: Side;
  /** A request was refused for its token. The chat goes on trying. */
  unauthorized?(): void;
}

const pollEvery = 5000;

/**
 * One side of one chat, kept in step with the gateway whatever the network does.
 *
 * Load; subscribe; after every confirmation ask for what came after the last known `seq`. Without
 * a subscription ask the same every 5 s. When the stream's epoch changes, or a `seq` turns out to
 * belong to another message, the gateway lost its live state: load again from the start, and the
 * outbox sends again what the database did not have yet.
 */
export class ChatSession {
  readonly state: ChatState;
  readonly #options: ChatOptions;
  readonly #sender: Sender;
  readonly #courier: Courier;
  readonly #receipts: Receipts;
  #chatId: string | null = null;
  #epoch: string | null = null;
  /** What is loaded cannot be trusted, or nothing is: the next refresh loads from the start. */
  #stale = true;
  #subscription: CableSubscription | null = null;
  #subscribed = false;
  #networkDown = false;
  #refreshing = false;
  #again = false;
  #failures = 0;
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #resubscription: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ChatOptions) {
    const { transport, outbox, side } = options;
    const state = new ChatState(outbox, side);
    this.#options = options;
    this.state = state;
    this.#courier = new Courier({
      post: (content, clientId) => transport.send(this.#chatId!, content, clientId),
      received: (message) => this.#merge([message]),
      failed: (error) => {
        if (isUnauthorized(error)) this.#expired();
      },
    });
    this.#sender = new Sender({
      outbox,
      isAccepted: (entry) => state.isAccepted(entry),
      deliver: async (entry) =>
        this.#stale ? { kind: "retry" } : await this.#courier.deliver(entry),
      changed: () => {
        state.rateLimited.value = this.#sender.rateLimited;
        state.show();
      },
    });
    this.#receipts = new Receipts({
      timeline: state.timeline,
      side,
      perform: (action, data) => this.#subscription?.perform(action, data) ?? false,
      markRead: async (upTo) => await transport.markRead?.(this.#chatId!, upTo),
    });
  }

  start(): void {
    void this.#refresh();
  }

  close(): void {
    this.#closed = true;
    this.#subscription?.unsubscribe();
    this.#sender.stop();
    clearTimeout(this.#timer);
    clearTimeout(this.#resubscription);
    this.state.peerTypes(false);
  }

  /** True while something written here has not been accepted; refused messages do not count. */
  get isSending(): boolean {
    return this.state.items.peek().some((item) => item.status === "sending");
  }

  send(content: string): void {
    this.#options.outbox.add(content);
    this.#receipts.typing(false);
    this.state.show();
    this.#sender.wake();
  }

  retry(clientId: string): void {
    this.#options.outbox.revive(clientId);
    this.state.show();
    this.#sender.wake();
  }

  discard(clientId: string): void {
    this.#options.outbox.remove(clientId);
    this.state.show();
  }

  typing(): void {
    this.#receipts.typing(true);
  }

  /** Everything loaded is before the reader's eyes. */
  seen(): void {
    if (this.#receipts.seen()) this.state.show();
  }

  /** Loads the page before the oldest message. Throws `ApiError`. */
  async older(): Promise<void> {
    if (this.#stale || !this.state.hasOlder.peek()) return;
    const page = await this.#options.transport.before(this.#chatId!, this.state.timeline.from);
    if (!this.#closed) this.state.prepend(page.messages);
  }

  /** The browser's word on the network. It may be wrong, so it only hastens or renames things. */
  network(up: boolean): void {
    this.#networkDown = !up;
    if (!up) this.state.connection.value = "offline";
    else if (this.#subscribed) this.state.connection.value = "online";
    if (up) void this.#refresh();
  }

  async #refresh(): Promise<void> {
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
        if (this.#stale) await this.#load();
        else await this.#catchUp();
      } while (this.#again && !this.#closed);
      this.#failures = 0;
      if (!this.#subscribed) next = pollEvery;
    } catch (error) {
      next = this.#failed(error);
    }
    this.#refreshing = false;
    if (next !== null && !this.#closed) this.#timer = setTimeout(() => this.#refresh(), next);
  }

  #failed(error: unknown): number {
    if (isUnauthorized(error)) this.#expired();
    if (!this.#subscribed) this.state.connection.value = "offline";
    const asked = (error as { retryAfter?: number }).retryAfter ?? 0;
    return Math.max(asked, this.#stale ? backoff(this.#failures++) : pollEvery);
  }

  async #load(): Promise<void> {
    const chat = await this.#options.transport.load();
    if (this.#closed) return;
    this.#stale = false;
    this.#epoch = chat.position.epoch;
    this.state.replace(chat);
    this.#receipts.arrived();
    if (chat.id !== this.#chatId) this.#subscribe(chat.id);
    this.#sender.wake();
  }

  async #catchUp(): Promise<void> {
    const { state } = this;
    let from = state.timeline.refreshFrom(state.side);
    for (;;) {
      const known = state.timeline.knownUpTo;
      const page = await this.#options.transport.since(this.#chatId!, from);
      if (this.#closed || this.#stale) return;
      if (page.position.epoch !== this.#epoch) {
        this.#reload();
        return;
      }
      if (page.conversation !== undefined) state.conversation.value = page.conversation;
      this.#merge(page.messages);
      state.persisted(page.persisted_up_to);
      const reached = Math.max(from, ...page.messages.map((message) => message.seq));
      if (reached === from || reached === known) break;
      from = reached;
    }
    if (!this.#subscribed && !this.#networkDown) state.connection.value = "polling";
    this.#sender.wake();
  }

  #subscribe(chatId: string): void {
    this.#subscription?.unsubscribe();
    clearTimeout(this.#resubscription);
    this.#lost();
    this.#chatId = chatId;
    const channel = { channel: "ChatChannel", chat_id: chatId };
    this.#subscription = this.#options.cable.subscribe(channel, {
      confirmed: () => {
        this.#subscribed = true;
        this.state.connection.value = "online";
        this.#courier.use(this.#subscription);
        this.#sender.wake();
        void this.#refresh();
      },
      received: (message) => this.#received(message as ChatEvent),
      lost: () => {
        this.#lost();
        this.state.connection.value = this.#networkDown ? "offline" : "reconnecting";
        clearTimeout(this.#timer);
        if (!this.#closed) this.#timer = setTimeout(() => this.#refresh(), pollEvery);
      },
      rejected: () => {
        this.#resubscription = setTimeout(() => this.#subscribe(chatId), longestBackoff);
      },
    });
  }

  #lost(): void {
    this.#subscribed = false;
    this.state.peerTypes(false);
    this.#courier.use(null);
  }

  #received(event: ChatEvent): void {
    switch (event.type) {
      case "new_message":
      case "message_ack": {
        const { client_id, sender_type } = event.message;
        this.#merge([event.message]);
        if (client_id !== null && sender_type === this.state.side) {
          this.#courier.acknowledged(client_id);
        }
        break;
      }
      case "persisted":
        this.state.persisted(event.up_to_seq);
        break;
      case "message_status":
        this.state.applyStatus(event.status, event.by, event.up_to_seq, event.at);
        break;
      case "typing":
        if (event.by !== this.state.side) this.state.peerTypes(event.on);
        break;
      case "conversation":
        this.state.conversation.value = event.conversation;
        break;
      case "error":
        if (event.client_id !== undefined) {
          const wait = event.retry_after === undefined ? undefined : event.retry_after * 1000;
          this.#courier.refused(event.client_id, event.code, wait);
        }
    }
  }

  #merge(messages: readonly SupportMessage[]): void {
    const result = this.state.merge(messages);
    this.#receipts.arrived();
    if (result === "conflict") this.#reload();
    else if (this.state.timeline.hasGap && !this.#refreshing) void this.#refresh();
  }

  #reload(): void {
    this.#stale = true;
    void this.#refresh();
  }

  #expired(): void {
    this.#stale = true;
    this.#options.unauthorized?.();
    if (!this.#refreshing) void this.#refresh();
  }
}
