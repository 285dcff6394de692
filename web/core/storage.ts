/** Text by key. The browser may refuse storage at any time, so no method throws. */
export interface KeyValueStore {
  get(key: string): string | null;
  set(key: string, value: string): void;
  delete(key: string): void;
  keys(prefix: string): string[];
}

/** Keeps for as long as the page lives. */
export class MemoryStore implements KeyValueStore {
  readonly #values = new Map<string, string>();

  get(key: string): string | null {
    return this.#values.get(key) ?? null;
  }

  set(key: string, value: string): void {
    this.#values.set(key, value);
  }

  delete(key: string): void {
    this.#values.delete(key);
  }

  keys(prefix: string): string[] {
    return [...this.#values.keys()].filter((key) => key.startsWith(prefix));
  }
}

/** The browser's localStorage; what it refuses (blocked, full) stays in memory. */
export class BrowserStore implements KeyValueStore {
  readonly #memory = new MemoryStore();

  get(key: string): string | null {
    return this.#memory.get(key) ?? attempt(() => localStorage.getItem(key)) ?? null;
  }

  set(key: string, value: string): void {
    const kept = attempt(() => {
      localStorage.setItem(key, value);
      return true;
    });
    if (kept) this.#memory.delete(key);
    else this.#memory.set(key, value);
  }

  delete(key: string): void {
    this.#memory.delete(key);
    attempt(() => localStorage.removeItem(key));
  }

  keys(prefix: string): string[] {
    const kept = attempt(() => Object.keys(localStorage)) ?? [];
    return [
      ...new Set([...kept.filter((key) => key.startsWith(prefix)), ...this.#memory.keys(prefix)]),
    ];
  }
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
