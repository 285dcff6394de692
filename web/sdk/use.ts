import type {
  ChatActions,
  ChatSnapshot,
  Connect,
  ConnectOptions,
  SupportChatClient,
} from "./types.ts";

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
