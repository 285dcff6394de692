import { absence, type Parting } from "./backoff.ts";
import { parseJson } from "./json.ts";
import type { StreamPosition } from "./protocol.ts";
import type { CableSubscription, SubscriptionHandler } from "./subscription.ts";

/** The part of WebSocket that is used here. */
export interface Socket {
  /** The subprotocol that the server chose. */
  readonly protocol: string;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: unknown) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface CableOptions {
  /** A fresh address for each attempt; a rejection counts as a failed attempt. */
  address(): Promise<string>;
  open?(address: string, protocols: string[]): Socket;
}

interface Subscription {
  identifier: string;
  handler: SubscriptionHandler;
  confirmed: boolean;
  /** What was missed has been asked for along with the subscription. */
  resumes: boolean;
}

interface Frame extends Parting, Partial<StreamPosition> {
  type?: string;
  identifier?: string;
  message?: unknown;
}

/** The one with history is preferred. */
const protocols = ["actioncable-v1-ext-json", "actioncable-v1-json"];
/** The server pings every 3 s: silence for longer than two of them means a dead connection. */
const staleAfter = 7000;
const handshakeLasts = 10_000;

/**
 * A client of ActionCable's wire protocol, with AnyCable's history where the server has it, that
 * stays connected.
 *
 *     idle ──connect──▶ opening ──welcome──▶ open ──told to stay away──▶ refused
 *                          ▲                   │ closed, silent, told to leave
 *                          └──── waiting ◀─────┘
 *
 * It is silent about errors: a lost connection is tried again for as long as the cable is open.
 */
export class Cable {
  readonly #options: CableOptions;
  readonly #subscriptions = new Map<string, Subscription>();
  #state: "idle" | "opening" | "open" | "waiting" | "refused" = "idle";
  #socket: Socket | null = null;
  /** Tells events of the present attempt from those of an abandoned one. */
  #generation = 0;
  #attempt = 0;
  #heardAt = 0;
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

  /** Something suggests that the network or the access is back: does not wait out the back-off. */
  wake(): void {
    if (this.#state !== "waiting") return;
    this.#attempt = 0;
    this.#open();
  }

  /** Stays subscribed over reconnections until the answered function is called. */
  subscribe(
    channel: { channel: string; chat_id?: string },
    handler: SubscriptionHandler,
  ): CableSubscription {
    const identifier = JSON.stringify(channel);
    const subscription = { identifier, handler, confirmed: false, resumes: false };
    this.#subscriptions.set(identifier, subscription);
    if (this.#state === "open") this.#ask(subscription);
    return {
      perform: (action, data) => {
        if (!subscription.confirmed) return false;
        this.#send("message", identifier, { data: JSON.stringify({ ...data, action }) });
        return true;
      },
      unsubscribe: () => {
        if (this.#subscriptions.get(identifier) !== subscription) return;
        this.#subscriptions.delete(identifier);
        subscription.confirmed = false;
        if (this.#state === "open") this.#send("unsubscribe", identifier);
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
      const socket = this.#options.open?.(address, protocols) ??
        new WebSocket(address, protocols) as Socket;
      this.#socket = socket;
      this.#heardAt = Date.now();
      socket.onmessage = ({ data }) => {
        if (generation === this.#generation) this.#receive(data as string);
      };
      socket.onclose = () => {
        if (generation === this.#generation) this.#lose();
      };
    } catch {
      if (generation === this.#generation) this.#lose();
    }
  }

  #receive(text: string): void {
    this.#heardAt = Date.now();
    const frame = Object(parseJson(text)) as Frame;
    if (frame.type === "welcome") {
      this.#state = "open";
      for (const each of this.#subscriptions.values()) this.#ask(each);
    } else if (frame.type === "disconnect") this.#lose(frame);
    // It held until the first beat, so it was a good one: the next back-off starts from the bottom.
    else if (frame.type === "ping") this.#attempt = 0;
    const subscription = this.#subscriptions.get(frame.identifier ?? "");
    if (subscription) this.#deliver(subscription, frame);
  }

  #deliver(subscription: Subscription, frame: Frame): void {
    const { handler } = subscription;
    switch (frame.type) {
      case "confirm_subscription":
        if (subscription.confirmed) break;
        subscription.confirmed = true;
        handler.confirmed(subscription.resumes);
        break;
      case "confirm_history":
      case "reject_history":
        handler.resumed?.(frame.type === "confirm_history");
        break;
      case "reject_subscription":
        this.#subscriptions.delete(subscription.identifier);
        subscription.confirmed = false;
        handler.rejected?.();
        break;
      case undefined:
        handler.received(frame.message, frame);
    }
  }

  #check(): void {
    const silent = Date.now() - this.#heardAt;
    if (this.#state === "open" && silent > staleAfter) this.#lose();
    else if (this.#state === "opening" && silent > handshakeLasts) this.#lose();
  }

  #lose(parting: Parting = {}): void {
    const wait = absence(parting, this.#attempt++);
    this.#state = wait === null ? "refused" : "waiting";
    this.#end();
    if (wait !== null) this.#timer = setTimeout(() => this.#open(), wait);
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
    const { identifier, handler } = subscription;
    const hasHistory = this.#socket?.protocol === protocols[0];
    const streams = hasHistory ? handler.positions?.() : undefined;
    subscription.resumes = streams !== undefined;
    this.#send("subscribe", identifier, streams && { history: { streams } });
  }

  #send(command: string, identifier: string, more?: object): void {
    this.#socket?.send(JSON.stringify({ command, identifier, ...more }));
  }
}
