import { backoff, longestBackoff } from "./backoff.ts";

/** The part of WebSocket that is used here. */
export interface Socket {
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: unknown) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface CableOptions {
  /** A fresh address for each attempt; a rejection counts as a failed attempt. */
  address(): Promise<string>;
  failed?(error: unknown): void;
  open?(address: string): Socket;
}

export interface SubscriptionHandler {
  /** From now on nothing published is missed; comes again after every reconnection. */
  confirmed(): void;
  received(message: unknown): void;
  lost(): void;
  rejected?(): void;
}

interface Subscription {
  identifier: string;
  handler: SubscriptionHandler;
  confirmed: boolean;
  askedAt: number;
}

/** The server pings every 3 s: silence for longer than two of them means a dead connection. */
const staleAfter = 7000;
const handshakeLasts = 10_000;
const askAgainAfter = 5000;
/** A connection that held this long was a good one: the next back-off starts from the bottom. */
const stableAfter = 10_000;

/**
 * A client of ActionCable's wire protocol that stays connected.
 *
 *     idle ──connect──▶ opening ──welcome──▶ open
 *                          ▲                   │ closed, silent, told to leave
 *                          └──── waiting ◀─────┘
 *
 * It is silent about errors: a lost connection is tried again for as long as the cable is open.
 */
export class Cable {
  readonly #options: CableOptions;
  readonly #subscriptions = new Map<string, Subscription>();
  #state: "idle" | "opening" | "open" | "waiting" = "idle";
  #socket: Socket | null = null;
  /** Tells events of the present attempt from those of an abandoned one. */
  #generation = 0;
  #attempt = 0;
  #heardAt = 0;
  #welcomedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor(options: CableOptions) {
    this.#options = options;
  }

  connect(): void {
    if (this.#state !== "idle") return;
    this.#watch = setInterval(() => this.#check(), 1000);
    this.#open();
  }

  close(): void {
    clearInterval(this.#watch);
    this.#end();
    clearTimeout(this.#timer);
    this.#state = "idle";
  }

  /** Something suggests that the network is back: does not wait out the back-off. */
  wake(): void {
    if (this.#state !== "waiting") return;
    this.#attempt = 0;
    this.#open();
  }

  /** Stays subscribed over reconnections until the answered function is called. */
  subscribe(channel: { channel: string }, handler: SubscriptionHandler): CableSubscription {
    const identifier = JSON.stringify(channel);
    const subscription = { identifier, handler, confirmed: false, askedAt: 0 };
    this.#subscriptions.set(identifier, subscription);
    if (this.#state === "open") this.#ask(subscription);
    return {
      perform: (action, data = {}) => {
        if (!subscription.confirmed) return false;
        this.#send({
          command: "message",
          identifier,
          data: JSON.stringify({ ...data, action }),
        });
        return true;
      },
      unsubscribe: () => {
        if (this.#subscriptions.get(identifier) !== subscription) return;
        this.#subscriptions.delete(identifier);
        subscription.confirmed = false;
        if (this.#state === "open") this.#send({ command: "unsubscribe", identifier });
      },
    };
  }

  async #open(): Promise<void> {
    clearTimeout(this.#timer);
    this.#state = "opening";
    this.#heardAt = Date.now();
    const generation = ++this.#generation;
    try {
      const address = await this.#options.address();
      if (generation !== this.#generation) return;
      const socket = this.#options.open?.(address) ??
        new WebSocket(address, ["actioncable-v1-json"]) as Socket;
      this.#socket = socket;
      this.#heardAt = Date.now();
      socket.onmessage = ({ data }) => {
        if (generation === this.#generation) this.#receive(String(data));
      };
      socket.onclose = () => {
        if (generation === this.#generation) this.#lose();
      };
    } catch (error) {
      if (generation !== this.#generation) return;
      this.#lose();
      this.#options.failed?.(error);
    }
  }

  #receive(text: string): void {
    this.#heardAt = Date.now();
    const frame = parse(text);
    const subscription = this.#subscriptions.get(frame.identifier ?? "");
    switch (frame.type) {
      case "welcome":
        this.#state = "open";
        this.#welcomedAt = Date.now();
        for (const each of this.#subscriptions.values()) this.#ask(each);
        break;
      case "confirm_subscription":
        if (!subscription || subscription.confirmed) break;
        subscription.confirmed = true;
        subscription.handler.confirmed();
        break;
      case "reject_subscription":
        if (!subscription) break;
        this.#subscriptions.delete(subscription.identifier);
        subscription.confirmed = false;
        subscription.handler.rejected?.();
        break;
      case "disconnect":
        // Told not to come back: come back seldom. Access itself is decided where tickets are given.
        this.#lose(frame.reconnect === false ? longestBackoff : undefined);
        break;
      case undefined:
        subscription?.handler.received(frame.message);
    }
  }

  #check(): void {
    const silent = Date.now() - this.#heardAt;
    if (this.#state === "open" && silent > staleAfter) this.#lose();
    else if (this.#state === "opening" && silent > handshakeLasts) this.#lose();
    if (this.#state !== "open") return;
    for (const subscription of this.#subscriptions.values()) {
      const overdue = Date.now() - subscription.askedAt > askAgainAfter;
      if (!subscription.confirmed && overdue) this.#ask(subscription);
    }
  }

  #lose(wait?: number): void {
    if (this.#state === "open" && Date.now() - this.#welcomedAt > stableAfter) this.#attempt = 0;
    this.#state = "waiting";
    this.#end();
    this.#timer = setTimeout(() => this.#open(), wait ?? backoff(this.#attempt++));
  }

  #end(): void {
    this.#generation++;
    this.#socket?.close();
    this.#socket = null;
    for (const subscription of this.#subscriptions.values()) {
      if (!subscription.confirmed) continue;
      subscription.confirmed = false;
      subscription.handler.lost();
    }
  }

  #ask(subscription: Subscription): void {
    subscription.askedAt = Date.now();
    this.#send({ command: "subscribe", identifier: subscription.identifier });
  }

  #send(frame: object): void {
    this.#socket?.send(JSON.stringify(frame));
  }
}

export interface CableSubscription {
  /** False when not subscribed just now: nothing was sent. */
  perform(action: string, data?: object): boolean;
  unsubscribe(): void;
}

interface Frame {
  type?: string;
  identifier?: string;
  message?: unknown;
  reconnect?: boolean;
}

function parse(text: string): Frame {
  try {
    const frame: unknown = JSON.parse(text);
    return typeof frame === "object" && frame !== null ? frame : { type: "unreadable" };
  } catch {
    return { type: "unreadable" };
  }
}
