import type { Api } from "../core/api.ts";
import type { ChatRow, ChatRowPage } from "../core/protocol.ts";
import { nameOf } from "./chat-list.ts";
import type { Command } from "./commands.ts";
import type { Inbox } from "./inbox.ts";
import { routeTo } from "./route.ts";
import type { DashboardTranslate } from "./texts/en.ts";
import { loadTools } from "./tools-place.ts";
import type { Choice } from "./tools/picker.ts";

export interface PaletteOptions {
  api: Api;
  inbox: Inbox;
  commands(): readonly Command[];
  t: DashboardTranslate;
}

/** Everything that can be done, and every chat by its name: those known here at once, the others by asking. */
export async function openPalette({ api, inbox, commands, t }: PaletteOptions): Promise<void> {
  const tools = await loadTools();
  const chat = (row: ChatRow): Choice => ({
    id: row.id,
    label: nameOf(row) ?? t("visitor"),
    detail: row.last_message_preview ?? "",
    run: () =>
      location.hash = routeTo({ tab: row.archived ? "archived" : "active", chatId: row.id }),
  });
  const find = async (query: string, archived: boolean): Promise<Choice[]> => {
    const path = `/admin/chats?${new URLSearchParams({ q: query, archived: String(archived) })}`;
    return (await api.get<ChatRowPage>(path)).chats.map(chat);
  };
  tools.picker({
    name: t("palette"),
    testId: "palette",
    hint: t("paletteHint"),
    empty: t("nothingFits"),
    choices: [...commands(), ...inbox.rows.peek().map(chat)],
    search: async (query) => (await Promise.all([find(query, false), find(query, true)])).flat(),
  });
}
