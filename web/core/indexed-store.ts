import { BrowserStore, type KeyValueStore } from "./storage.ts";

const table = "texts";

/**
 * Text by key in IndexedDB, which has room for long messages where localStorage is full.
 *
 * All of it is in memory, so reading needs no waiting. What is written is in localStorage at once,
 * as a reload may come the next moment, and leaves there when the database has it. Where there
 * is no database everything stays in localStorage, or in memory.
 */
export class IndexedStore implements KeyValueStore {
  readonly #values = new Map<string, string>();
  readonly #early = new BrowserStore();
  #database: IDBDatabase | undefined;

  /**
   * Every key has to begin with `name`: so they are told from others' in localStorage. Waits for
   * the database a second at most: some browsers never answer.
   */
  static async open(name: string): Promise<IndexedStore> {
    const store = new IndexedStore();
    await Promise.race([
      store.#load(name).catch(() => undefined),
      new Promise((resolve) => setTimeout(resolve, 1000)),
    ]);
    for (const key of store.#early.keys(name)) {
      const value = store.#early.get(key)!;
      store.#values.set(key, value);
      store.#write(key, value);
    }
    return store;
  }

  get(key: string): string | null {
    return this.#values.get(key) ?? null;
  }

  set(key: string, value: string): void {
    this.#values.set(key, value);
    this.#early.set(key, value);
    this.#write(key, value);
  }

  delete(key: string): void {
    this.#values.delete(key);
    this.#early.delete(key);
    this.#write(key, null);
  }

  keys(prefix: string): string[] {
    return [...this.#values.keys()].filter((key) => key.startsWith(prefix));
  }

  async #load(name: string): Promise<void> {
    const opening = indexedDB.open(name);
    opening.onupgradeneeded = () => opening.result.createObjectStore(table);
    const database = await done(opening);
    const all = database.transaction(table).objectStore(table);
    const [keys, values] = await Promise.all([done(all.getAllKeys()), done(all.getAll())]);
    for (const [at, key] of keys.entries()) this.#values.set(String(key), String(values[at]));
    // Whoever wants to forget everything may.
    database.onversionchange = () => {
      database.close();
      this.#database = undefined;
    };
    this.#database = database;
  }

  #write(key: string, value: string | null): void {
    try {
      const writing = this.#database?.transaction(table, "readwrite");
      if (!writing) return;
      const texts = writing.objectStore(table);
      if (value === null) texts.delete(key);
      else texts.put(value, key);
      writing.oncomplete = () => {
        if (value !== null && this.#early.get(key) === value) this.#early.delete(key);
      };
    } catch {
      // It stays where it is: in localStorage.
    }
  }
}

/** Forgets everything that a store of this name keeps. */
export function forgetStore(name: string): void {
  const early = new BrowserStore();
  for (const key of early.keys(name)) early.delete(key);
  try {
    indexedDB.deleteDatabase(name);
  } catch {
    // There is none.
  }
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
