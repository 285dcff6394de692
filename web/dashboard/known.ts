import { Signal } from "../core/signal.ts";

/**
 * What is known of each chat, told in part and as a whole.
 *
 * The two may overtake each other on their way: of two words about a chat the one with the greater
 * version is right.
 */
export class Known<T> {
  readonly #values = new Signal<ReadonlyMap<string, T>>(new Map());
  readonly #versions = new Map<string, number>();
  #wholeVersion = 0;

  /** Follows, as reading a signal does. */
  of(chatId: string): T | undefined {
    return this.#values.value.get(chatId);
  }

  tell(chatId: string, value: T, version: number): void {
    if (version < (this.#versions.get(chatId) ?? this.#wholeVersion)) return;
    this.#versions.set(chatId, version);
    this.#values.value = new Map(this.#values.peek()).set(chatId, value);
  }

  /** The whole: nothing is known any more of chats that it leaves out. */
  replace(entries: readonly [string, T][], version: number): void {
    if (version < this.#wholeVersion) return;
    this.#wholeVersion = version;
    const values = new Map(entries);
    for (const [chatId, told] of this.#versions) {
      const newer = this.#values.peek().get(chatId);
      if (told > version && newer !== undefined) values.set(chatId, newer);
      else this.#versions.delete(chatId);
    }
    this.#values.value = values;
  }
}
