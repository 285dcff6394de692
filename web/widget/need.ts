import type { Conversation, WidgetSession } from "../core/protocol.ts";

/** Whether there is something to show that most chats never need, and that is fetched apart. */
export function needsMore(
  settings: WidgetSession["settings"] | null,
  conversation: Conversation | null,
  endsAt: number,
): boolean {
  return Boolean(
    settings?.pre_chat || settings?.open === false || endsAt > 0 ||
      conversation?.status === "ended",
  );
}
