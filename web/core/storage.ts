/** Text by key. The browser may refuse storage at any time, so no method throws. */
export interface KeyValueStore {
  get(key: string): string | null;
  set(key: string, value: string): void;
  delete(key: string): void;
  keys(prefix: string): string[];
}

/** The browser's localStorage; what it refuses (blocked, full) stays in memory. */
export class BrowserStore implements KeyValueStore {
  readonly #memory = new Map<string, string>();

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
    return [...new Set([...kept, ...this.#memory.keys()])].filter((key) => key.startsWith(prefix));
  }
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
