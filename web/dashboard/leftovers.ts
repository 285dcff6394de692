import type { Api } from "../core/api.ts";
import { Outbox } from "../core/outbox.ts";
import type { MessagePage, SupportMessage } from "../core/protocol.ts";
import type { KeyValueStore } from "../core/storage.ts";
import { chatPath } from "./staff.ts";

export function outboxPrefix(agentId: string, chatId: string): string {
  return `switchboard:outbox:${agentId}:${chatId}:`;
}

/**
 * Sends what this agent wrote in chats that are not open now, and forgets what is persisted.
 *
 * Stops at the first trouble of a chat; the next start, or opening the chat, goes on from there.
 */
export async function sendLeftovers(
  api: Api,
  store: KeyValueStore,
  agentId: string,
  isOpen: (chatId: string) => boolean,
): Promise<void> {
  const prefix = outboxPrefix(agentId, "").slice(0, -1);
  const chatIds = new Set(store.keys(prefix).map((key) => key.slice(prefix.length).split(":")[0]!));
  for (const chatId of chatIds) {
    const outbox = new Outbox(store, outboxPrefix(agentId, chatId));
    const path = `${chatPath(chatId)}/messages`;
    for (const { content, client_id } of outbox.entries) {
      if (isOpen(chatId)) break;
      try {
        const { message } = await api.post<{ message: SupportMessage }>(path, {
          content,
          client_id,
        });
        const page = await api.get<MessagePage>(`${path}?since=${message.seq - 1}`);
        if (page.persisted_up_to >= message.seq) outbox.remove(client_id);
      } catch {
        break;
      }
    }
  }
}
