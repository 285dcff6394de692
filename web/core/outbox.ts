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
  readonly #failures = new Map<string, string>();
  #entries: OutboxEntry[];

  constructor(store: KeyValueStore, prefix: string) {
    this.#store = store;
    this.#prefix = prefix;
    this.#entries = store.keys(prefix)
      .map((key) => parse(store.get(key)))
      .filter((entry) => entry !== null)
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

  /** The gateway will never take this entry as it is; `code` says why. Forgotten on reload. */
  fail(clientId: string, code: string): void {
    this.#failures.set(clientId, code);
  }

  failure(clientId: string): string | undefined {
    return this.#failures.get(clientId);
  }

  /** Worth another attempt after all. */
  revive(clientId: string): void {
    this.#failures.delete(clientId);
  }

  remove(clientId: string): void {
    this.#failures.delete(clientId);
    this.#entries = this.#entries.filter((entry) => entry.client_id !== clientId);
    this.#store.delete(this.#prefix + clientId);
  }
}

/** A UUID, also where the page is plain http and `crypto.randomUUID` is therefore missing. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function parse(text: string | null): OutboxEntry | null {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    return isEntry(value) ? value : null;
  } catch {
    return null;
  }
}

function isEntry(value: unknown): value is OutboxEntry {
  const entry = value as OutboxEntry | null;
  return typeof entry === "object" && typeof entry?.client_id === "string" &&
    typeof entry.content === "string" && typeof entry.at === "number";
}
