import type { Person, StreamPosition } from "../core/protocol.ts";
import type { MockChat } from "./mock-chats.ts";

/** Who a socket or a request belongs to: the contact of a chat, or an agent. */
export interface Owner {
  chat: MockChat | null;
  agent: Person | null;
}

export interface Link extends Owner {
  isExtended: boolean;
  identifiers: Set<string>;
}

export interface Channel {
  channel: string;
  chat_id?: string;
}

interface Command {
  command: string;
  identifier: string;
  data?: string;
  history?: { streams?: Record<string, StreamPosition> };
}

/** One kept publication: its place in the stream, and what it said. */
type Kept = [offset: number, message: object];

export interface MockCableOptions {
  epoch(): string;
  /** What a subscription is told of the present state right after it is confirmed. */
  standing(channel: Channel): object[];
  kept(channel: Channel): Kept[];
  perform(socket: BunSocket<Link>, identifier: string, action: Record<string, unknown>): void;
  /** Somebody came to a channel, or left it. */
  moved(owner: Owner, channel: Channel): void;
}

export const staffChannel: Channel = { channel: "AdminNotificationChannel" };
export const extended = "actioncable-v1-ext-json";

/** The mock's sockets: subscriptions, positions and history as the gateway's protocol has them. */
export class MockCable {
  readonly #options: MockCableOptions;
  readonly #sockets = new Set<BunSocket<Link>>();

  constructor(options: MockCableOptions) {
    this.#options = options;
  }

  opened(socket: BunSocket<Link>): void {
    this.#sockets.add(socket);
    const sid = socket.data.isExtended ? { sid: crypto.randomUUID() } : {};
    this.#send(socket, { type: "welcome", ...sid });
  }

  closed(socket: BunSocket<Link>): void {
    this.#sockets.delete(socket);
    for (const identifier of socket.data.identifiers) {
      this.#options.moved(socket.data, JSON.parse(identifier) as Channel);
    }
  }

  ping(): void {
    const message = Math.floor(Date.now() / 1000);
    for (const socket of this.#sockets) this.#send(socket, { type: "ping", message });
  }

  /** Ends every socket, with a word of parting or without. */
  drop(reason?: string): void {
    for (const socket of this.#sockets) {
      if (reason) {
        const reconnect = reason !== "too_many_errors";
        this.#send(socket, { type: "disconnect", reason, reconnect });
      }
      socket.close(1001, "");
    }
  }

  received(socket: BunSocket<Link>, text: string): void {
    const { command, identifier, data, history } = JSON.parse(text) as Command;
    const { identifiers } = socket.data;
    const channel = JSON.parse(identifier ?? "{}") as Channel;
    if (command === "subscribe") {
      if (identifiers.has(identifier)) return;
      identifiers.add(identifier);
      this.#send(socket, { type: "confirm_subscription", identifier });
      for (const message of this.#options.standing(channel)) {
        this.#send(socket, { identifier, message });
      }
      if (history && socket.data.isExtended) this.#resume(socket, identifier, channel, history);
      this.#options.moved(socket.data, channel);
    } else if (command === "unsubscribe") {
      if (identifiers.delete(identifier)) this.#options.moved(socket.data, channel);
    } else if (command === "message") {
      this.#options.perform(socket, identifier, JSON.parse(data!) as Record<string, unknown>);
    }
  }

  /** `offset`: the publication is kept, at this place of its stream. */
  publish(channel: Channel, message: object, offset?: number): void {
    for (const { socket, identifier } of this.#subscribers(channel)) {
      const position = socket.data.isExtended && offset !== undefined
        ? this.#position(channel, offset)
        : {};
      this.#send(socket, { identifier, message, ...position });
    }
  }

  answer(socket: BunSocket<Link>, identifier: string, message: object): void {
    this.#send(socket, { identifier, message });
  }

  /** Whose sockets are subscribed to a channel now. */
  present(channel: Channel): Owner[] {
    return [...this.#subscribers(channel)].map(({ socket }) => socket.data);
  }

  #resume(
    socket: BunSocket<Link>,
    identifier: string,
    channel: Channel,
    { streams = {} }: NonNullable<Command["history"]>,
  ): void {
    const asked = streams[streamOf(channel)];
    if (asked?.epoch !== this.#options.epoch()) {
      this.#send(socket, { type: "reject_history", identifier });
      return;
    }
    for (const [offset, message] of this.#options.kept(channel)) {
      if (offset <= asked.offset) continue;
      this.#send(socket, { identifier, message, ...this.#position(channel, offset) });
    }
    this.#send(socket, { type: "confirm_history", identifier });
  }

  #position(channel: Channel, offset: number): object {
    return { stream_id: streamOf(channel), epoch: this.#options.epoch(), offset };
  }

  *#subscribers(wanted: Channel): Iterable<{ socket: BunSocket<Link>; identifier: string }> {
    for (const socket of this.#sockets) {
      for (const identifier of socket.data.identifiers) {
        const held = JSON.parse(identifier) as Channel;
        const matches = held.channel === wanted.channel && held.chat_id === wanted.chat_id;
        if (matches) yield { socket, identifier };
      }
    }
  }

  #send(socket: BunSocket<Link>, frame: object): void {
    socket.send(JSON.stringify(frame));
  }
}

function streamOf({ chat_id }: Channel): string {
  return chat_id === undefined ? "staff" : `chat:${chat_id}`;
}
