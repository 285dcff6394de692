import type { KeyValueStore } from "../core/storage.ts";

/** What an agent has begun to write in a chat, over reloads and other chats. */
export function draftOf(store: KeyValueStore, agentId: string, chatId: string): {
  load(): string;
  save(text: string): void;
} {
  const key = `switchboard:draft:${agentId}:${chatId}`;
  return {
    load: () => store.get(key) ?? "",
    save: (text) => text.trim() === "" ? store.delete(key) : store.set(key, text),
  };
}
