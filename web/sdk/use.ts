import type { ChatSnapshot, ConnectOptions, SupportChatClient } from "./types.ts";

/** `connect` of the SDK: the hooks are handed it, so that a page has it once. */
export type Connect = (options: ConnectOptions) => Promise<SupportChatClient>;

/** What the hooks answer beside the snapshot. They may be called before there is a connection. */
export interface ChatActions {
  sendMessage(content: string): void;
  retry(clientId: string): void;
  discard(clientId: string): void;
  /** Somebody writes here; to be called with each key. */
  startTyping(): void;
  markAsRead(): void;
  loadEarlier(): Promise<void>;
  rate(score: number, comment?: string): Promise<void>;
}

export const nothingYet: ChatSnapshot = {
  connection: "connecting",
  messages: [],
  unread: 0,
  conversation: null,
  typing: false,
  hasEarlier: false,
  staffOnline: null,
};

/** A connection that may come later or be given up before it came; what is said before, waits. */
export class Held {
  #client: SupportChatClient | null = null;
  #waiting: string[] = [];
  #isOver = false;
  #changed: () => void = () => undefined;
  readonly #timer: ReturnType<typeof setTimeout>;

  constructor(connect: Connect, options: ConnectOptions) {
    // Frameworks that mount twice to see whether it hurts take the first one down within this turn.
    this.#timer = setTimeout(async () => {
      const client = await connect(options);
      if (this.#isOver) return client.close();
      this.#client = client;
      client.subscribe(() => this.#changed());
      this.#changed();
      for (const content of this.#waiting.splice(0)) client.send(content);
    });
  }

  follow(changed: () => void): void {
    this.#changed = changed;
  }

  snapshot(): ChatSnapshot {
    return this.#client?.snapshot() ?? nothingYet;
  }

  close(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#client?.close();
  }

  send(content: string): void {
    if (this.#client) this.#client.send(content);
    else this.#waiting.push(content);
  }

  get client(): SupportChatClient | null {
    return this.#client;
  }
}

export function actionsOf(held: () => Held | null): ChatActions {
  const client = () => held()?.client;
  return {
    sendMessage: (content) => held()?.send(content),
    retry: (clientId) => client()?.retry(clientId),
    discard: (clientId) => client()?.discard(clientId),
    startTyping: () => client()?.typing(),
    markAsRead: () => client()?.markRead(),
    loadEarlier: async () => await client()?.loadEarlier(),
    rate: async (score, comment) => await client()?.rate(score, comment),
  };
}
