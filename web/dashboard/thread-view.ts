import type { ChatSession } from "../core/chat.ts";
import { effect } from "../core/signal.ts";
import { composer } from "../view/composer.ts";
import { h, setText } from "../view/dom.ts";
import { messageLog } from "../view/log.ts";
import { activityLine, connectionState } from "../view/status.ts";
import { nameOf } from "./chat-list.ts";
import type { Inbox } from "./inbox.ts";
import { companyLine, presenceDot } from "./presence-view.ts";
import { routeTo, type Tab } from "./route.ts";
import type { DashboardTranslate } from "./texts/en.ts";

export interface ThreadOptions {
  chatId: string;
  chat: ChatSession;
  inbox: Inbox;
  tab: Tab;
  locale: string;
  t: DashboardTranslate;
}

/** One chat: who it is, what was said, and where to answer. */
export function threadView(options: ThreadOptions): {
  element: HTMLElement;
  focus(): void;
  dispose(): void;
} {
  const { chatId, chat, inbox, tab, locale, t } = options;
  const name = h("h2", { dir: "auto" });
  const email = h("span", { class: "email" });
  const dot = presenceDot(t);
  const problem = h("p", { class: "problem", role: "alert" });
  const archive = h("button", {
    type: "button",
    class: "plain",
    onclick: () => void toggleArchived(),
  });
  const state = connectionState(chat.state, t);
  const activity = activityLine(chat.state, t);
  const company = companyLine(inbox.presence, chatId, locale, t);
  const log = messageLog({ chat, side: "admin", locale, t });
  const write = composer({
    t,
    send: (content) => chat.send(content),
    typing: () => chat.typing(),
  });
  const element = h(
    "section",
    {
      class: "thread",
      "aria-label": t("messages"),
      "data-testid": "thread",
      "data-chat-id": chatId,
    },
    h(
      "header",
      {},
      h("a", { class: "back", href: routeTo({ tab, chatId: null }), "aria-label": t("back") }, "←"),
      h("div", { class: "contact" }, h("div", { class: "line" }, dot.element, name), email),
      state.element,
      archive,
    ),
    problem,
    log.element,
    activity.element,
    company.element,
    write.element,
  );

  async function toggleArchived(): Promise<void> {
    archive.disabled = true;
    setText(problem, "");
    try {
      await inbox.archive(chatId, !inbox.row(chatId)?.archived);
    } catch {
      setText(problem, t("actionFailed"));
    } finally {
      archive.disabled = false;
    }
  }
  function markSeen(): void {
    if (document.hidden || !log.isAtBottom()) return;
    chat.seen();
    inbox.viewed(chatId);
  }

  const stops = [
    state.dispose,
    activity.dispose,
    company.dispose,
    effect(() => dot.show(inbox.presence.online.of(chatId) === true)),
    log.dispose,
    effect(() => {
      void inbox.rows.value;
      const row = inbox.row(chatId);
      setText(name, (row && nameOf(row)) ?? t("visitor"));
      const address = row?.contact.email ?? row?.user_email ?? "";
      setText(email, address === name.textContent ? "" : address);
      archive.hidden = row === undefined;
      archive.dataset["testid"] = row?.archived ? "unarchive" : "archive";
      setText(archive, t(row?.archived ? "unarchive" : "archive"));
    }),
    effect(() => {
      if (chat.state.unread.value > 0) markSeen();
    }),
  ];
  log.onscroll(markSeen);
  document.addEventListener("visibilitychange", markSeen);

  return {
    element,
    focus: () => write.input.focus(),
    dispose() {
      for (const stop of stops) stop();
      document.removeEventListener("visibilitychange", markSeen);
    },
  };
}
