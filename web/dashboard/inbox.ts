import type { Api } from "../core/api.ts";
import type { Cable } from "../core/cable.ts";
import type { Connection } from "../core/chat-state.ts";
import type { AdminChat, AdminEvent, ChatCounts, ChatNews, ChatRow } from "../core/protocol.ts";
import { batch, Signal } from "../core/signal.ts";
import { ChatList } from "./chat-list.ts";
import { ListFeed } from "./list-feed.ts";
import { Presence } from "./presence.ts";
import type { Tab } from "./route.ts";
import { chatPath } from "./staff.ts";

/** When the row of a chat that an event told of is looked for, each after the one before, in ms. */
const looksAfter = [200, 1000, 5000];

export interface InboxOptions {
  api: Api;
  cable: Cable;
  agentId: string;
  unauthorized(): void;
}

/** The agent's lists of chats, live. */
export class Inbox {
  readonly rows = new Signal<readonly ChatRow[]>([]);
  readonly hasMore = new Signal(false);
  /** All unread messages of the active chats. */
  readonly unread = new Signal(0);
  readonly connection: Signal<Connection>;
  readonly isLoaded: Signal<boolean>;
  readonly counts: Signal<ChatCounts | null>;
  readonly presence: Presence;
  readonly #api: Api;
  readonly #agentId: string;
  readonly #list: ChatList;
  readonly #feed: ListFeed;
  readonly #fetching = new Set<string>();
  readonly #listeners = new Set<(event: AdminEvent) => void>();
  #tab: Tab = "active";
  #isOpen: (chatId: string) => boolean = () => false;
  #closed = false;

  constructor({ api, cable, agentId, unauthorized }: InboxOptions) {
    this.#api = api;
    this.#agentId = agentId;
    this.#list = new ChatList(agentId);
    this.presence = new Presence(agentId);
    this.#feed = new ListFeed({
      api,
      cable,
      agentId,
      loaded: (tab, page) => {
        this.#list.restart(tab, page);
        this.#changed();
      },
      received: (event) => this.#received(event),
      unauthorized,
    });
    this.connection = this.#feed.connection;
    this.isLoaded = this.#feed.isLoaded;
    this.counts = this.#feed.counts;
  }

  /** Which chat is before the agent's eyes, so that it does not become unread. */
  watch(isOpen: (chatId: string) => boolean): void {
    this.#isOpen = isOpen;
  }

  /** Passes on whatever the staff's channel says, until the answer is called. */
  listen(heard: (event: AdminEvent) => void): () => void {
    this.#listeners.add(heard);
    return () => this.#listeners.delete(heard);
  }

  show(tab: Tab): void {
    this.#tab = tab;
    this.#changed();
    this.#feed.show(tab);
  }

  row(chatId: string): ChatRow | undefined {
    return this.#list.row(chatId);
  }

  viewed(chatId: string): void {
    this.#list.viewed(chatId);
    this.#changed();
  }

  /** Throws `ApiError`. */
  async more(): Promise<void> {
    const tab = this.#tab;
    const before = this.#list.next(tab);
    if (before === null) return;
    this.#list.append(tab, await this.#feed.page(tab, before));
    this.#changed();
  }

  /** Throws `ApiError`. */
  async archive(chatId: string, archived: boolean): Promise<void> {
    const path = `${chatPath(chatId)}/${archived ? "archive" : "unarchive"}`;
    const { chat } = await this.#api.post<{ chat: Partial<ChatRow> }>(path);
    this.#updated({ ...chat, id: chatId, archived: chat.archived ?? archived });
  }

  /** What an action on a chat has made of its row. */
  told(chat: ChatNews): void {
    this.#updated(chat);
  }

  /** The chat's own page tells its row, too. */
  opened(chat: AdminChat): void {
    const { messages: _, position: __, persisted_up_to: ___, conversation: ____, ...row } = chat;
    this.#list.put({ ...row, unread_count: 0 });
    this.#changed();
  }

  close(): void {
    this.#closed = true;
    this.#feed.close();
    this.presence.close();
  }

  #received(event: AdminEvent): void {
    for (const heard of this.#listeners) heard(event);
    this.presence.heardOfAll(event);
    if (event.type === "chat_updated") {
      const { chat, agent_id, unread_count } = event;
      if (isMoving(chat)) this.#feed.count();
      const isOwn = agent_id === this.#agentId && typeof unread_count === "number";
      if (agent_id === this.#agentId && !isOwn) void this.#feed.refresh();
      // That somebody read an old chat is no reason to look for its row.
      if (agent_id !== undefined && !this.row(chat.id)) return;
      this.#updated(isOwn ? { ...chat, unread_count } : chat);
    } else if (event.type === "new_user_message") {
      if (this.#list.row(event.chat_id)?.status !== event.chat.status) this.#feed.count();
      this.#list.received(event.chat, this.#isOpen(event.chat_id));
      this.#changed();
      if (this.#list.isEarly(event.chat_id)) void this.#fetch(event.chat_id);
    }
  }

  #updated(chat: Partial<ChatRow> & { id: string }): void {
    // An open chat is being read: its row does not turn unread for a moment and back.
    const changes = this.#isOpen(chat.id) ? { ...chat, unread_count: 0 } : chat;
    if (this.#list.update(changes)) this.#changed();
    else void this.#fetch(chat.id);
  }

  /**
   * The row of a chat that is not in the list, or not wholly. The first page is asked for, not the
   * chat itself: asking for the chat would mark it as viewed, and a chat with news is on the first
   * page. The event may be faster than the list by some milliseconds, hence the second and third look.
   */
  async #fetch(chatId: string): Promise<void> {
    if (this.#fetching.has(chatId)) return;
    this.#fetching.add(chatId);
    try {
      for (const delay of looksAfter) {
        await new Promise((resolve) => setTimeout(resolve, delay));
        if (this.#closed || await this.#look(chatId)) break;
      }
    } catch {
      this.#feed.later();
    } finally {
      this.#fetching.delete(chatId);
    }
  }

  /** Whether one of the first pages had the row. */
  async #look(chatId: string): Promise<boolean> {
    for (const tab of ["active", "archived"] as const) {
      const page = await this.#feed.page(tab);
      const row = page.chats.find(({ id }) => id === chatId);
      if (!row) continue;
      this.#list.put(row);
      this.#changed();
      return true;
    }
    return false;
  }

  #changed(): void {
    batch(() => {
      this.rows.value = this.#list.rows(this.#tab);
      this.hasMore.value = this.#list.next(this.#tab) !== null;
      this.unread.value = this.#list.unread;
    });
  }
}

/** It may be in another tab now. */
function isMoving({ archived, status, assignee }: ChatNews): boolean {
  return archived !== undefined || status !== undefined || assignee !== undefined;
}
