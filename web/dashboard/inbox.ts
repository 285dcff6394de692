import { type Api, isUnauthorized } from "../core/api.ts";
import type { Cable } from "../core/cable.ts";
import type { Connection } from "../core/chat-state.ts";
import type { AdminChat, AdminEvent, ChatRow, ChatRowPage } from "../core/protocol.ts";
import { batch, Signal } from "../core/signal.ts";
import { ChatList } from "./chat-list.ts";
import type { Tab } from "./route.ts";
import { chatPath } from "./staff.ts";

const pollEvery = 5000;
/** When the row of a chat that an event told of is looked for, each after the one before, in ms. */
const looksAfter = [200, 1000, 5000];

/** The agent's lists of chats, live. Without the socket the list in view is asked for every 5 s. */
export class Inbox {
  readonly rows = new Signal<readonly ChatRow[]>([]);
  readonly hasMore = new Signal(false);
  readonly unread = new Signal(0);
  readonly connection = new Signal<Connection>("connecting");
  readonly isLoaded = new Signal(false);
  readonly #api: Api;
  readonly #unauthorized: () => void;
  readonly #list = new ChatList();
  readonly #fetching = new Set<string>();
  readonly #unsubscribe: () => void;
  #tab: Tab = "active";
  #isOpen: (chatId: string) => boolean = () => false;
  #subscribed = false;
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api, cable: Cable, unauthorized: () => void) {
    this.#api = api;
    this.#unauthorized = unauthorized;
    const subscription = cable.subscribe({ channel: "AdminNotificationChannel" }, {
      confirmed: () => {
        this.#subscribed = true;
        this.connection.value = "online";
        void this.#refresh();
      },
      received: (event) => this.#received(event as AdminEvent),
      lost: () => {
        this.#subscribed = false;
        this.connection.value = "reconnecting";
        this.#later();
      },
    });
    this.#unsubscribe = subscription.unsubscribe;
  }

  /** Which chat is before the agent's eyes, so that it does not become unread. */
  watch(isOpen: (chatId: string) => boolean): void {
    this.#isOpen = isOpen;
  }

  show(tab: Tab): void {
    this.#tab = tab;
    this.#changed();
    void this.#refresh();
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
    this.#list.append(tab, await this.#page(tab, before));
    this.#changed();
  }

  /** Throws `ApiError`. */
  async archive(chatId: string, archived: boolean): Promise<void> {
    const path = `${chatPath(chatId)}/${archived ? "archive" : "unarchive"}`;
    const { chat } = await this.#api.post<{ chat: Partial<ChatRow> }>(path);
    this.#updated({ ...chat, id: chatId, archived: chat.archived ?? archived });
  }

  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    clearTimeout(this.#timer);
  }

  async #refresh(): Promise<void> {
    clearTimeout(this.#timer);
    const tab = this.#tab;
    try {
      this.#list.restart(tab, await this.#page(tab));
      if (this.#closed) return;
      // The first answer comes before the socket can be up: that is not polling yet.
      if (!this.#subscribed && this.isLoaded.peek()) this.connection.value = "polling";
      this.isLoaded.value = true;
      this.#changed();
    } catch (error) {
      if (this.#closed) return;
      if (isUnauthorized(error)) this.#unauthorized();
      else if (!this.#subscribed) this.connection.value = "offline";
      else this.#later();
    }
    if (!this.#subscribed) this.#later();
  }

  #later(): void {
    clearTimeout(this.#timer);
    if (!this.#closed) this.#timer = setTimeout(() => this.#refresh(), pollEvery);
  }

  #page(tab: Tab, before?: string): Promise<ChatRowPage> {
    const query = new URLSearchParams({ archived: String(tab === "archived") });
    if (before !== undefined) query.set("before", before);
    return this.#api.get(`/admin/chats?${query}`);
  }

  #received(event: AdminEvent): void {
    if (event.type === "chat_updated") this.#updated(event.chat);
    else if (event.type === "new_user_message") {
      this.#list.received(event.chat, this.#isOpen(event.chat_id));
      this.#changed();
      if (this.#list.isEarly(event.chat_id)) void this.#fetch(event.chat_id);
    }
  }

  #updated(chat: Partial<ChatRow> & { id: string }): void {
    // An open chat is being read: its row does not turn unread for a moment and back.
    const changes = this.#isOpen(chat.id) ? { ...chat, unread: false } : chat;
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
      this.#later();
    } finally {
      this.#fetching.delete(chatId);
    }
  }

  /** Whether one of the first pages had the row. */
  async #look(chatId: string): Promise<boolean> {
    for (const tab of ["active", "archived"] as const) {
      const page = await this.#page(tab);
      const row = page.chats.find(({ id }) => id === chatId);
      if (!row) continue;
      this.#list.put(row);
      this.#changed();
      return true;
    }
    return false;
  }

  /** The chat's own page tells its row, too. */
  opened(chat: AdminChat): void {
    const { messages: _, position: __, persisted_up_to: ___, conversation: ____, ...row } = chat;
    this.#list.put({ ...row, unread: false });
    this.#changed();
  }

  #changed(): void {
    batch(() => {
      this.rows.value = this.#list.rows(this.#tab);
      this.hasMore.value = this.#list.next(this.#tab) !== null;
      this.unread.value = this.#list.unread;
    });
  }
}
