import { parseJson } from "./json.ts";
import type { KeyValueStore } from "./storage.ts";

export interface OutboxEntry {
  readonly client_id: string;
  readonly content: string;
  /** When it was written, ms; rises strictly within one outbox and so keeps the order. */
  readonly at: number;
}

/**
 * What was written here and is not yet known to be in the database.
 *
 * An entry stays, over reloads, until the gateway says that its message is persisted: that is
 * what lets a chat survive the loss of everything that was only in memory on the other side.
 * Each entry has a key of its own, so tabs that share the storage never overwrite one another's;
 * two tabs sending the same entry is harmless, since `client_id` makes it one message.
 */
export class Outbox {
  readonly #store: KeyValueStore;
  readonly #prefix: string;
  /** The entries that the gateway will never take as they are. Forgotten on reload. */
  readonly refused = new Set<string>();
  #entries: OutboxEntry[];

  constructor(store: KeyValueStore, prefix: string) {
    this.#store = store;
    this.#prefix = prefix;
    this.#entries = store.keys(prefix)
      .map((key) => parseJson(store.get(key)))
      .filter(isEntry)
      .sort((a, b) => a.at - b.at);
  }

  /** Oldest first. */
  get entries(): readonly OutboxEntry[] {
    return this.#entries;
  }

  add(content: string, now: number = Date.now()): OutboxEntry {
    const last = this.#entries.at(-1)?.at ?? 0;
    const entry = { client_id: randomId(), content, at: Math.max(now, last + 1) };
    this.#entries = [...this.#entries, entry];
    this.#store.set(this.#prefix + entry.client_id, JSON.stringify(entry));
    return entry;
  }

  /** What another tab has written, and sends: it is shown here, too. False: it is known. */
  adopt(entry: OutboxEntry): boolean {
    if (this.#entries.some(({ client_id }) => client_id === entry.client_id)) return false;
    this.#entries = [...this.#entries, entry].sort((a, b) => a.at - b.at);
    return true;
  }

  clear(): void {
    for (const { client_id } of this.#entries) this.remove(client_id);
  }

  remove(clientId: string): void {
    this.refused.delete(clientId);
    this.#entries = this.#entries.filter((entry) => entry.client_id !== clientId);
    this.#store.delete(this.#prefix + clientId);
  }
}

/** 128 random bits. `crypto.randomUUID` is missing where a page is plain http. */
function randomId(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}

function isEntry(value: unknown): value is OutboxEntry {
  return typeof (value as OutboxEntry | null)?.content === "string";
}
