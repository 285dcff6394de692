import type { ChatSession } from "../core/chat.ts";
import type { Agent } from "../core/protocol.ts";
import { effect } from "../core/signal.ts";
import type { KeyValueStore } from "../core/storage.ts";
import { composer } from "../view/composer.ts";
import { h, setText } from "../view/dom.ts";
import { messageLog } from "../view/log.ts";
import { activityLine, connectionState } from "../view/status.ts";
import { nameOf } from "./chat-list.ts";
import type { Command } from "./commands.ts";
import type { Inbox } from "./inbox.ts";
import { assignChoices } from "./assign.ts";
import type { Desk } from "./desk.ts";
import { draftOf } from "./drafts.ts";
import { companyLine, presenceDot } from "./presence-view.ts";
import { problemOf } from "./problem.ts";
import { routeTo, type Tab } from "./route.ts";
import type { DashboardTranslate } from "./texts/en.ts";
import { actionKeys, threadActions } from "./thread-actions.ts";
import { loadTools } from "./tools-place.ts";

export interface ThreadOptions {
  chatId: string;
  chat: ChatSession;
  inbox: Inbox;
  desk: Desk;
  agent: Agent;
  store: KeyValueStore;
  tab: Tab;
  locale: string;
  t: DashboardTranslate;
}

/** One chat: who it is, what was said, and where to answer. */
export function threadView(options: ThreadOptions): {
  element: HTMLElement;
  focus(): void;
  /** What can be done here now: what its buttons do, and answering. */
  commands(): Command[];
  dispose(): void;
} {
  const { chatId, chat, inbox, desk, agent, store, tab, locale, t } = options;
  const name = h("h2", { dir: "auto" });
  const email = h("span", { class: "email" });
  const dot = presenceDot(t);
  const problem = h("p", { class: "problem", role: "alert" });
  const archive = h("button", {
    type: "button",
    class: "plain",
    onclick: () => run(() => inbox.archive(chatId, !inbox.row(chatId)?.archived)),
  });
  const actions = threadActions({
    chatId,
    state: chat.state,
    desk,
    agent,
    locale,
    t,
    run,
    assign: () => run(assign),
    end: () => run(end),
  });
  const state = connectionState(chat.state, t);
  const activity = activityLine(chat.state, t);
  const company = companyLine(inbox.presence, chatId, locale, t);
  const log = messageLog({ chat, side: "admin", locale, t });
  const write = composer({
    t,
    send: (content) => chat.send(content),
    typing: () => chat.typing(),
    draft: draftOf(store, agent.id, chatId),
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
      actions.standing,
      actions.element,
      archive,
    ),
    problem,
    log.element,
    activity.element,
    company.element,
    write.element,
  );

  let isRunning = false;
  /** One at a time: a second press of a button changes nothing. */
  function run(action: () => Promise<void>): void {
    if (isRunning) return;
    isRunning = true;
    setText(problem, "");
    action()
      .catch((error) => setText(problem, problemOf(error, t)))
      .finally(() => isRunning = false);
  }
  async function assign(): Promise<void> {
    const [tools, colleagues] = await Promise.all([loadTools(), desk.colleagues()]);
    tools.picker({
      name: t("assignTo"),
      testId: "assign-picker",
      hint: t("assignHint"),
      empty: t("nobodyFits"),
      choices: assignChoices(colleagues, agent, t, (to) => run(() => desk.assign(chatId, to))),
    });
  }
  async function end(): Promise<void> {
    // The one that is seen: another that opens meanwhile stays as it is.
    const conversation = chat.state.conversation.peek();
    (await loadTools()).endDialog({
      locale,
      problem: (error) => problemOf(error, t),
      end: (reason, comment) =>
        desk.end(chatId, {
          reason,
          ...(comment && { comment }),
          ...(conversation && { conversation_id: conversation.id }),
        }),
    });
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
    actions.dispose,
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
  // Out of the field, so that keys are commands again.
  write.input.addEventListener("keydown", ({ key, isComposing }) => {
    if (key === "Escape" && !isComposing) write.input.blur();
  });
  document.addEventListener("visibilitychange", markSeen);

  return {
    element,
    focus: () => write.input.focus(),
    commands() {
      const buttons = [...element.querySelectorAll<HTMLElement>("header button")]
        .filter((button) => button.offsetParent !== null);
      const commands: Command[] = [
        { id: "reply", key: "r", label: t("reply"), run: () => write.input.focus() },
      ];
      for (const button of buttons) {
        const id = button.dataset["testid"] ?? "";
        const command: Command = { id, label: button.textContent, run: () => button.click() };
        const key = actionKeys[id];
        if (key !== undefined) command.key = key;
        commands.push(command);
      }
      return commands;
    },
    dispose() {
      for (const stop of stops) stop();
      document.removeEventListener("visibilitychange", markSeen);
    },
  };
}
