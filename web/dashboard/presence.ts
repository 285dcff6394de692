import type { AdminEvent, ChatEvent, Person } from "../core/protocol.ts";
import { Signal } from "../core/signal.ts";
import { Known } from "./known.ts";

/** How long "typing" holds without another word of it, in seconds, unless it says so itself. */
const typingLasts = 4;

/** Who else is there, chat by chat, as the channels tell it. Nothing of it is kept anywhere. */
export class Presence {
  /** Whether a chat's contact is connected. */
  readonly online = new Known<boolean>();
  /** The agents who have a chat open, without this one. */
  readonly viewing = new Known<readonly Person[]>();
  /** The other agents who are writing in a chat. */
  readonly typing = new Signal<ReadonlyMap<string, readonly Person[]>>(new Map());
  readonly #agentId: string;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(agentId: string) {
    this.#agentId = agentId;
  }

  /** What a chat's channel said. */
  heard(chatId: string, event: ChatEvent): void {
    if (event.type === "typing") this.#typed(chatId, event);
    else if (event.type === "presence") {
      const online = event.user?.online ?? (event.by === "user" ? event.online : undefined);
      if (online !== undefined) this.online.tell(chatId, online, event.version);
    }
  }

  /** What the channel of all staff said. */
  heardOfAll(event: AdminEvent): void {
    if (event.type === "typing") this.#typed(event.chat_id, event);
    else if (event.type === "viewing") {
      this.viewing.tell(event.chat_id, this.#others(event.agents), event.version);
    } else if (event.type === "presence") {
      if ("chat_id" in event) this.online.tell(event.chat_id, event.online, event.version);
      else {
        this.online.replace(event.chats.map((id) => [id, true]), event.version);
        this.viewing.replace(
          event.viewing.map(({ chat_id, agents }) => [chat_id, this.#others(agents)]),
          event.version,
        );
      }
    }
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #others(agents: readonly Person[]): Person[] {
    return agents.filter(({ id }) => id !== this.#agentId);
  }

  #typed(
    chatId: string,
    { agent, on, expires_in = typingLasts }: { agent?: Person; on: boolean; expires_in?: number },
  ): void {
    if (!agent || agent.id === this.#agentId) return;
    const key = `${chatId} ${agent.id}`;
    clearTimeout(this.#timers.get(key));
    const typists = (this.typing.peek().get(chatId) ?? []).filter(({ id }) => id !== agent.id);
    if (on) {
      typists.push(agent);
      const over = (): void => this.#typed(chatId, { agent, on: false });
      this.#timers.set(key, setTimeout(over, expires_in * 1000));
    }
    this.typing.value = new Map(this.typing.peek()).set(chatId, typists);
  }
}
