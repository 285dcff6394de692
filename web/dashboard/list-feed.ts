import { type Api, type Heard, isUnauthorized } from "../core/api.ts";
import type { Cable } from "../core/cable.ts";
import type { Connection } from "../core/chat-state.ts";
import type { AdminEvent, ChatCounts, ChatRowPage, StreamPosition } from "../core/protocol.ts";
import { Signal } from "../core/signal.ts";
import type { Tab } from "./route.ts";

export interface ListFeedOptions {
  api: Api;
  cable: Cable;
  agentId: string;
  /** The tab's first page, anew. */
  loaded(tab: Tab, page: ChatRowPage): void;
  received(event: AdminEvent): void;
  unauthorized(): void;
}

const pollEvery = 5000;
const countAfter = 700;

/**
 * Keeps the list in view in step: by events, and by asking for its first page where events may
 * have been missed. That is at the beginning, when another tab is shown, and after a reconnection
 * whose history was not to be had. Without the socket it asks every 5 s.
 */
export class ListFeed {
  readonly connection = new Signal<Connection>("connecting");
  readonly isLoaded = new Signal(false);
  /** How many chats each tab has; null while that is not known. */
  readonly counts = new Signal<ChatCounts | null>(null);
  readonly #options: ListFeedOptions;
  readonly #unsubscribe: () => void;
  readonly #heard: Heard = {};
  /** How far the events have come. */
  #position: StreamPosition | null = null;
  /** The list may lack something that no event will tell: it has not been loaded since the break. */
  #isStale = true;
  #breaks = 0;
  #tab: Tab = "active";
  #subscribed = false;
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #counting: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ListFeedOptions) {
    this.#options = options;
    const subscription = options.cable.subscribe({ channel: "AdminNotificationChannel" }, {
      positions: () =>
        this.#isStale || this.#position === null ? undefined : { staff: this.#position },
      confirmed: (resumes) => {
        this.#subscribed = true;
        this.connection.value = "online";
        clearTimeout(this.#timer);
        if (!resumes || this.#isStale) this.#reload();
      },
      resumed: (complete) => {
        if (!complete) this.#reload();
      },
      received: (event, position) => this.#received(event as AdminEvent, position),
      lost: () => {
        this.#subscribed = false;
        this.connection.value = "reconnecting";
        this.later();
      },
    });
    this.#unsubscribe = subscription.unsubscribe;
  }

  show(tab: Tab): void {
    this.#tab = tab;
    void this.refresh();
  }

  page(tab: Tab, before?: string): Promise<ChatRowPage> {
    return this.#options.api.get(pathOf(tab, this.#options.agentId, before));
  }

  /** The counts, after a moment: once for all that happens in it, and when the database has it. */
  count(): void {
    this.#counting ??= setTimeout(() => {
      this.#counting = undefined;
      void this.#count();
    }, countAfter);
  }

  later(): void {
    clearTimeout(this.#timer);
    if (!this.#closed) this.#timer = setTimeout(() => this.refresh(), pollEvery);
  }

  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    clearTimeout(this.#timer);
    clearTimeout(this.#counting);
  }

  async refresh(): Promise<void> {
    clearTimeout(this.#timer);
    const { api, agentId, loaded, unauthorized } = this.#options;
    const [tab, breaks] = [this.#tab, this.#breaks];
    try {
      const page = await api.get<ChatRowPage>(pathOf(tab, agentId), this.#heard);
      if (this.#closed) return;
      // What has changed since it was asked for is told by events.
      if (breaks === this.#breaks) this.#isStale = false;
      // The first answer comes before the socket can be up: that is not polling yet.
      if (!this.#subscribed && this.isLoaded.peek()) this.connection.value = "polling";
      this.isLoaded.value = true;
      if (page !== null) {
        loaded(tab, page);
        this.count();
      }
    } catch (error) {
      if (this.#closed) return;
      if (isUnauthorized(error)) unauthorized();
      else if (!this.#subscribed) this.connection.value = "offline";
      else this.later();
    }
    if (!this.#subscribed) this.later();
  }

  async #count(): Promise<void> {
    try {
      const counts = await this.#options.api.get<ChatCounts>("/admin/chats/counts");
      if (!this.#closed) this.counts.value = counts;
    } catch {
      // They are asked for again with whatever happens next.
    }
  }

  #received(event: AdminEvent, { epoch, offset }: Partial<StreamPosition>): void {
    if (epoch !== undefined && offset !== undefined) this.#reached({ epoch, offset });
    if (event.type === "reset") this.#reload();
    // In a resumed stream this is where the missed events will lead to, not where they begin.
    else if (event.type === "staff_state" && this.#isStale) this.#position = event.position;
    this.#options.received(event);
  }

  /** Never back. */
  #reached(position: StreamPosition): void {
    const known = this.#position;
    if (known?.epoch !== position.epoch || position.offset > known.offset) {
      this.#position = position;
    }
  }

  #reload(): void {
    this.#isStale = true;
    this.#breaks++;
    void this.refresh();
  }
}

function pathOf(tab: Tab, agentId: string, before?: string): string {
  const query = new URLSearchParams({
    archived: String(tab === "archived"),
    ...(tab === "mine" && { status: "active", assignee: agentId }),
    ...(tab === "unassigned" && { status: "waiting" }),
    ...(before !== undefined && { before }),
  });
  return `/admin/chats?${query}`;
}
