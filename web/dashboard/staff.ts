import type { Api, Heard } from "../core/api.ts";
import { parseJson } from "../core/json.ts";
import type { AdminChat, Agent, MessagePage, StaffLogin } from "../core/protocol.ts";
import { Signal } from "../core/signal.ts";
import type { KeyValueStore } from "../core/storage.ts";
import type { ChatTransport } from "../core/transport.ts";

const key = "switchboard:staff";

/** Who is logged in, over reloads. */
export class Staff {
  readonly agent = new Signal<Agent | null>(null);
  readonly #api: Api;
  readonly #store: KeyValueStore;

  constructor(api: Api, store: KeyValueStore) {
    this.#api = api;
    this.#store = store;
    const kept = parse(store.get(key));
    if (!kept) return;
    api.token = kept.token;
    this.agent.value = kept.agent;
  }

  /** Throws `ApiError`. */
  async logIn(email: string, password: string): Promise<void> {
    const login = await this.#api.post<StaffLogin>("/auth/login", { email, password });
    this.#store.set(key, JSON.stringify({ token: login.token, agent: login.agent }));
    this.#api.token = login.token;
    this.agent.value = login.agent;
  }

  async logOut(): Promise<void> {
    const done = this.#api.send("DELETE", "/auth/login");
    this.forget();
    // Here the token is gone either way; a gateway that could not be told lets it lapse.
    await done.catch(() => undefined);
  }

  /** The token no longer counts. */
  forget(): void {
    this.#store.delete(key);
    this.#api.token = null;
    this.agent.value = null;
  }
}

/** An agent's way to one chat. Loading it marks it as viewed. */
export function staffTransport(api: Api, id: string): ChatTransport {
  const path = chatPath(id);
  const heard: Heard = {};
  return {
    load: () => api.get<AdminChat>(path),
    since: (seq) => api.get<MessagePage>(`${path}/messages?since=${seq}`, heard),
    before: (seq) => api.get<MessagePage>(`${path}/messages?before=${seq}&limit=50`),
    send: (content, client_id) => api.post(`${path}/messages`, { content, client_id }),
  };
}

export function chatPath(id: string): string {
  return `/admin/chats/${encodeURIComponent(id)}`;
}

function parse(text: string | null): { token: string; agent: Agent } | null {
  const kept = parseJson(text) as { token?: string; agent?: Agent } | null;
  return kept?.token && kept.agent ? { token: kept.token, agent: kept.agent } : null;
}
