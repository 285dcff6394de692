import type { Api } from "../core/api.ts";
import type { Cable } from "../core/cable.ts";
import { ChatSession } from "../core/chat.ts";
import { Outbox } from "../core/outbox.ts";
import type { AdminChat, ChatEvent } from "../core/protocol.ts";
import { effect } from "../core/signal.ts";
import type { KeyValueStore } from "../core/storage.ts";
import { outboxPrefix } from "./leftovers.ts";
import { staffTransport } from "./staff.ts";

export interface ChatsOptions {
  api: Api;
  cable: Cable;
  store: KeyValueStore;
  agentId: string;
  loaded(chat: AdminChat): void;
  heard(chatId: string, event: ChatEvent): void;
  unauthorized(): void;
}

/** The chats that are connected: the one in view, and those left while they were still sending. */
export class Chats {
  readonly #options: ChatsOptions;
  readonly #sessions = new Map<string, ChatSession>();
  readonly #left = new Map<string, () => void>();

  constructor(options: ChatsOptions) {
    this.#options = options;
  }

  isOpen(chatId: string): boolean {
    return this.#sessions.has(chatId);
  }

  open(chatId: string): ChatSession {
    this.#left.get(chatId)?.();
    this.#left.delete(chatId);
    const known = this.#sessions.get(chatId);
    if (known) return known;
    const { api, cable, store, agentId, loaded, heard, unauthorized } = this.#options;
    const transport = staffTransport(api, chatId);
    const session = new ChatSession({
      transport: {
        ...transport,
        async load() {
          const chat = await transport.load();
          loaded(chat as AdminChat);
          return chat;
        },
      },
      cable,
      outbox: new Outbox(store, outboxPrefix(agentId, chatId)),
      side: "admin",
      heard: (event) => heard(chatId, event),
      unauthorized,
    });
    this.#sessions.set(chatId, session);
    session.start();
    return session;
  }

  /** No longer in view: disconnects once everything written there is accepted. */
  leave(chatId: string): void {
    const session = this.#sessions.get(chatId);
    if (!session) return;
    let done = false;
    const stop = effect(() => {
      // What was refused does not keep it open.
      const isSending = session.state.items.value.some(({ status }) => status === "sending");
      if (done || isSending) return;
      done = true;
      this.#sessions.delete(chatId);
      this.#left.delete(chatId);
      session.close();
    });
    if (done) stop();
    else this.#left.set(chatId, stop);
  }

  network(up: boolean): void {
    for (const session of this.#sessions.values()) session.feed.network(up);
  }

  close(): void {
    for (const stop of this.#left.values()) stop();
    for (const session of this.#sessions.values()) session.close();
  }
}
