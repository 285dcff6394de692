import { type Api, type ApiError, type Heard, isUnauthorized } from "./api.ts";
import type { MessagePage, SupportChat, WidgetSession } from "./protocol.ts";
import type { KeyValueStore } from "./storage.ts";
import type { ChatTransport } from "./transport.ts";

/** The refusals after which only a new beginning helps. */
const endOfToken = /^(invalid|expired)_token$/;

/** What is known of the visitor, or was chosen for them. */
export interface SessionWishes {
  /** Who they are, and the proof of it. */
  person?: {
    identifier?: string;
    identifier_hash?: string;
    identity_token?: string;
    name?: string;
    email?: string;
  } | undefined;
  attributes?: Record<string, unknown>;
}

export interface VisitorOptions {
  api: Api;
  store: KeyValueStore;
  /** Where the visitor's own token is kept; one per gateway and website token. */
  key: string;
  websiteToken: string;
  locale: string;
  /** Read at each beginning. */
  wishes?: SessionWishes;
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
    try {
      if (api.token === null) await this.open();
      return await api.get("/support_chat");
    } catch (error) {
      if (api.token === null || !isUnauthorized(error)) throw error;
    }
    await this.open();
    return await api.get("/support_chat");
  }

  since(seq: number): Promise<MessagePage | null> {
    return this.#options.api.get(`/support_chat/messages?since=${seq}`, this.#heard);
  }

  before(seq: number): Promise<MessagePage> {
    return this.#options.api.get(`/support_chat/messages?before=${seq}&limit=50`);
  }

  send(content: string, client_id: string): ReturnType<ChatTransport["send"]> {
    return this.#options.api.post("/support_chat/messages", { content, client_id });
  }

  markRead(up_to_seq: number): Promise<unknown> {
    return this.#options.api.send("PATCH", "/support_chat/mark_read", { up_to_seq });
  }

  rate(score: number, comment: string, conversation_id?: string): Promise<unknown> {
    const words = { ...comment && { comment }, ...conversation_id && { conversation_id } };
    return this.#options.api.post("/support_chat/rating", { score, ...words });
  }

  /** Has what was said so far sent by e-mail. */
  transcript(email: string): Promise<unknown> {
    return this.#options.api.post("/support_chat/transcript", { email });
  }

  /** Continues as the contact known here; if that token has lapsed, as a new one. Throws `ApiError`. */
  async open(): Promise<void> {
    const { api, store, key, websiteToken: website_token, locale, wishes, opened } = this.#options;
    const contact_token = store.get(key) ?? undefined;
    const { person, attributes } = wishes ?? {};
    const asked = { website_token, contact_token, locale, ...person, attributes };
    api.token = null;
    try {
      const session = await api.post<WidgetSession>("/widget/sessions", asked);
      api.token = session.token;
      store.set(key, session.token);
      opened(session);
    } catch (error) {
      const { code } = error as ApiError;
      if (contact_token === undefined || !endOfToken.test(code)) throw error;
      store.delete(key);
      await this.open();
    }
  }
}
