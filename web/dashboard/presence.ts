import type { AdminEvent, ChatEvent, Person } from "../core/protocol.ts";
import { Signal } from "../core/signal.ts";

/** How long "typing" holds without another word of it, in seconds, unless it says so itself. */
const typingLasts = 4;

/** Who else is there, chat by chat, as the channels tell it. Nothing of it is kept anywhere. */
export class Presence {
  /** The chats whose contact is connected. */
  readonly online = new Signal<ReadonlySet<string>>(new Set());
  /** The other agents who have a chat open. */
  readonly viewing = new Signal<ReadonlyMap<string, readonly Person[]>>(new Map());
  /** The other agents who are writing in a chat. */
  readonly typing = new Signal<ReadonlyMap<string, readonly Person[]>>(new Map());
  readonly #agentId: string;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(agentId: string) {
    this.#agentId = agentId;
  }

  heard(chatId: string, event: ChatEvent): void {
    if (event.type === "presence") {
      const online = event.user?.online ?? (event.by === "user" ? event.online : undefined);
      if (online !== undefined) this.#connected(chatId, online);
    } else if (event.type === "typing" && event.agent) {
      this.#typed(chatId, event.agent, event.on ? event.expires_in ?? typingLasts : 0);
    }
  }

  heardOfAll(event: AdminEvent): void {
    if (event.type === "presence") this.#connected(event.chat_id, event.online);
    else if (event.type === "viewing") {
      const others = event.agents.filter(({ id }) => id !== this.#agentId);
      this.viewing.value = new Map(this.viewing.peek()).set(event.chat_id, others);
    }
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #connected(chatId: string, online: boolean): void {
    const chats = new Set(this.online.peek());
    if (online) chats.add(chatId);
    else chats.delete(chatId);
    this.online.value = chats;
  }

  #typed(chatId: string, agent: Person, lasts: number): void {
    if (agent.id === this.#agentId) return;
    const key = `${chatId} ${agent.id}`;
    clearTimeout(this.#timers.get(key));
    const typists = (this.typing.peek().get(chatId) ?? []).filter(({ id }) => id !== agent.id);
    if (lasts > 0) {
      typists.push(agent);
      this.#timers.set(key, setTimeout(() => this.#typed(chatId, agent, 0), lasts * 1000));
    }
    this.typing.value = new Map(this.typing.peek()).set(chatId, typists);
  }
}
