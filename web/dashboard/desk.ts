import type { Api } from "../core/api.ts";
import type {
  AdminEvent,
  Availability,
  ChatNews,
  Colleague,
  Conversation,
  Duty,
  Team,
} from "../core/protocol.ts";
import { Signal } from "../core/signal.ts";
import { chatPath } from "./staff.ts";

export interface DeskOptions {
  api: Api;
  agentId: string;
  /** A chat's row, as an action left it. */
  changed(chat: ChatNews): void;
}

/** A conversation that this agent is asked to take, until then by this machine's clock, ms. */
export interface Offer {
  chatId: string;
  until: number;
}

/** What this agent may end a conversation for. */
export type EndReason = "service_ended" | "user_ended" | "transferred" | "inactive";

type TargetEvent = Extract<AdminEvent, { type: "target" }>;

/** Who serves whom: how this agent stands at work, and what is done with a conversation. */
export class Desk {
  /** Null while it is not known. */
  readonly duty = new Signal<Duty | null>(null);
  readonly offers = new Signal<readonly Offer[]>([]);
  /** The target that a chat will miss or has missed, as far as this page was told. */
  readonly targets = new Signal<ReadonlyMap<string, TargetEvent>>(new Map());
  readonly #options: DeskOptions;
  #asking = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  heard(event: AdminEvent): void {
    switch (event.type) {
      // With every connection: what was told meanwhile is asked for.
      case "staff_state":
        void this.refresh();
        break;
      case "agent_presence":
        if (event.agent.id === this.#options.agentId) void this.refresh();
        break;
      case "target":
        this.targets.value = new Map(this.targets.peek()).set(event.chat_id, event);
        break;
      case "chat_updated":
        this.#updated(event.chat);
    }
  }

  /** Asks how this agent stands. What goes wrong is asked again with the next event. */
  async refresh(): Promise<void> {
    const asking = ++this.#asking;
    try {
      const duty = await this.#options.api.get<Duty>("/admin/agents/me");
      if (asking !== this.#asking || this.#closed) return;
      this.duty.value = duty;
      this.#offer(duty.offers.map(({ chat_id, in_s }) => ({
        chatId: chat_id,
        until: Date.now() + in_s * 1000,
      })));
    } catch {
      // The list tells of the connection, and of a token that no longer counts.
    }
  }

  /** Throws `ApiError`, as all that follow do. */
  async choose(availability: Availability): Promise<void> {
    const path = `/admin/agents/${this.#options.agentId}`;
    await this.#options.api.send("PATCH", path, { availability });
    await this.refresh();
  }

  claim(chatId: string): Promise<void> {
    return this.#act(chatId, "claim");
  }

  accept(chatId: string): Promise<void> {
    this.#dropOffer(chatId);
    return this.#act(chatId, "accept");
  }

  decline(chatId: string): Promise<void> {
    this.#dropOffer(chatId);
    return this.#act(chatId, "decline");
  }

  giveBack(chatId: string): Promise<void> {
    return this.#act(chatId, "unassign");
  }

  /** `override` goes beyond the agent's capacity: a supervisor's to say. */
  assign(
    chatId: string,
    to: { agent_id: string; override?: true } | { team_id: string },
  ): Promise<void> {
    return this.#act(chatId, "assign", to);
  }

  async end(
    chatId: string,
    ending: { reason: EndReason; comment?: string; conversation_id?: string },
  ): Promise<void> {
    type Answer = { conversation: Conversation | null };
    const path = `${chatPath(chatId)}/end`;
    const { conversation } = await this.#options.api.post<Answer>(path, ending);
    const { status = null, assignee = null } = conversation ?? {};
    this.#options.changed({ id: chatId, status, assignee });
  }

  async colleagues(): Promise<{ agents: Colleague[]; teams: Team[] }> {
    const { api } = this.#options;
    const [{ agents }, { teams }] = await Promise.all([
      api.get<{ agents: Colleague[] }>("/admin/agents"),
      api.get<{ teams: Team[] }>("/admin/teams"),
    ]);
    return { agents, teams };
  }

  async #act(chatId: string, action: string, body?: object): Promise<void> {
    try {
      await this.#options.api.post(`${chatPath(chatId)}/${action}`, body);
    } finally {
      // Also after a refusal: it means that something here was out of date.
      void this.refresh();
    }
  }

  #updated(chat: ChatNews): void {
    if (chat.status === "ended" || chat.last_message_sender === "admin") {
      this.#dropTarget(chat.id, chat.status === "ended");
    }
    const isOffered = this.offers.peek().some(({ chatId }) => chatId === chat.id);
    if (chat.offer?.agent_id === this.#options.agentId) void this.refresh();
    else if (isOffered && chat.offer !== undefined) {
      this.#dropOffer(chat.id);
      void this.refresh();
    } else if (chat.assignee !== undefined) this.#later();
  }

  /** Hands changed: the own load may have. Once for many. */
  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.refresh(), 500);
  }

  #dropTarget(chatId: string, isOver: boolean): void {
    const target = this.targets.peek().get(chatId);
    // An answer meets the targets of answering, not that of the end.
    if (target === undefined || (!isOver && target.target === "resolution")) return;
    const left = new Map(this.targets.peek());
    left.delete(chatId);
    this.targets.value = left;
  }

  #dropOffer(chatId: string): void {
    this.#offer(this.offers.peek().filter((offer) => offer.chatId !== chatId));
  }

  #offer(offers: readonly Offer[]): void {
    if (offers.length > 0 || this.offers.peek().length > 0) this.offers.value = offers;
  }
}
