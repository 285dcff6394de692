import { type Api, ApiError, type Heard, isUnauthorized } from "./api.ts";
import type { ChatTransport } from "./feed.ts";
import type { MessagePage, SupportChat, WidgetSession } from "./protocol.ts";
import type { KeyValueStore } from "./storage.ts";

/** The refusals after which only a new beginning helps. */
const endOfToken = new Set(["invalid_token", "expired_token"]);

export interface VisitorOptions {
  api: Api;
  store: KeyValueStore;
  /** Where the visitor's own token is kept; one per gateway and website token. */
  key: string;
  websiteToken: string;
  locale: string;
  opened(session: WidgetSession): void;
}

/**
 * The visitor's way to their chat. It has a session only while it needs one: the first load opens
 * it, and a load after a refused token opens it again.
 */
export class VisitorTransport implements ChatTransport {
  readonly #options: VisitorOptions;
  readonly #heard: Heard = {};

  constructor(options: VisitorOptions) {
    this.#options = options;
  }

  async load(): Promise<SupportChat> {
    const { api } = this.#options;
    if (api.token === null) return await this.#openAndLoad();
    try {
      return await api.get("/support_chat");
    } catch (error) {
      if (!isUnauthorized(error)) throw error;
      return await this.#openAndLoad();
    }
  }

  since(_chatId: string, seq: number): Promise<MessagePage | null> {
    return this.#options.api.poll(`/support_chat/messages?since=${seq}`, this.#heard);
  }

  before(_chatId: string, seq: number): Promise<MessagePage> {
    return this.#options.api.get(`/support_chat/messages?before=${seq}&limit=50`);
  }

  send(_chatId: string, content: string, client_id: string): ReturnType<ChatTransport["send"]> {
    return this.#options.api.post("/support_chat/messages", { content, client_id });
  }

  markRead(_chatId: string, up_to_seq: number): Promise<unknown> {
    return this.#options.api.send("PATCH", "/support_chat/mark_read", { up_to_seq });
  }

  async #openAndLoad(): Promise<SupportChat> {
    const { api, store, key, opened } = this.#options;
    api.token = null;
    const session = await this.#open();
    api.token = session.token;
    store.set(key, session.token);
    opened(session);
    return await api.get("/support_chat");
  }

  /** Continues as the contact known here; if that token has lapsed, as a new one. */
  async #open(): Promise<WidgetSession> {
    const { api, store, key, websiteToken: website_token, locale } = this.#options;
    const contact_token = store.get(key);
    if (contact_token === null) {
      return await api.post("/widget/sessions", { website_token, locale });
    }
    try {
      return await api.post("/widget/sessions", { website_token, contact_token, locale });
    } catch (error) {
      if (!(error instanceof ApiError) || !endOfToken.has(error.code)) throw error;
      store.delete(key);
      return await api.post("/widget/sessions", { website_token, locale });
    }
  }
}
