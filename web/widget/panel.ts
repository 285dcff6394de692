import { pickLocale, type Texts, translator } from "../core/i18n.ts";
import type { Item } from "../core/items.ts";
import type { WidgetSession } from "../core/protocol.ts";
import { effect, Signal } from "../core/signal.ts";
import { composer } from "../view/composer.ts";
import { h, set, setText } from "../view/dom.ts";
import { bellIcon, closeIcon, icon } from "../view/icon.ts";
import { messageLog } from "../view/log.ts";
import { activityLine, connectionState } from "../view/status.ts";
import chatStyles from "../view/chat.css" with { type: "text" };
import type { Apart } from "./apart.ts";
import { connect, forget } from "./connect.ts";
import type { Host, Panel, PanelModule } from "./host.ts";
import type { More, MoreModule } from "./more/base.ts";
import { needsMore } from "./need.ts";
import panelStyles from "./panel.css" with { type: "text" };
import { texts as english, type WidgetKey } from "./texts/en.ts";

/** Where the rest is, put in by the build: the other languages' texts, and what is seldom needed. */
declare const TEXTS_PATHS: Record<string, string>;
declare const MORE_PATH: string;

let isStyled = false;

/** The chat itself, built and connected on the first click. */
async function mountPanel(host: Host): Promise<Panel> {
  const available = ["en", ...Object.keys(TEXTS_PATHS)];
  const locale = pickLocale([host.said.locale, ...navigator.languages], available);
  const texts = await textsOf(locale, host.origin);
  const t = translator(texts);
  const settings = new Signal<WidgetSession["settings"] | null>(null);
  const connected = await connect(host, locale, (session) => {
    settings.value = session.settings;
  });
  const { chat, store, key, send } = connected;
  const { state } = chat;

  const title = h("h2", { id: "title" }, t("title"));
  const greeting = h("p", { class: "greeting", dir: "auto", hidden: true });
  const mute = h("button", {
    type: "button",
    "data-testid": "mute",
    onclick: () => {
      store.set(`${key}muted`, isMuted() ? "" : "1");
      showMute();
    },
  });
  const log = messageLog({
    chat,
    side: "user",
    locale,
    t,
    extend(item, bubble) {
      if (item.cards || item.quick_replies) void more().then((more) => more.extend(item, bubble));
    },
  });
  const write = composer({
    t,
    send,
    typing: () => chat.typing(),
    draft: {
      load: () => store.get(`${key}draft`) ?? "",
      save: (text) => store.set(`${key}draft`, text),
    },
  });
  const activity = activityLine(state, t);
  const connection = connectionState(state, t);
  const panel = h(
    "section",
    {
      class: "panel",
      role: "dialog",
      "aria-labelledby": "title",
      lang: locale,
      "data-testid": "panel",
      hidden: true,
      onkeydown: (event) => {
        if (event.key === "Escape" && !event.isComposing) host.close();
      },
    },
    h(
      "div",
      { class: "head" },
      h("div", {}, title, connection.element),
      mute,
      h("button", {
        type: "button",
        "aria-label": t("close"),
        "data-testid": "close",
        onclick: host.close,
      }, icon(closeIcon)),
    ),
    greeting,
    log.element,
    activity.element,
    write.element,
  );
  if (!isStyled) host.style(chatStyles + panelStyles);
  isStyled = true;
  host.root.prepend(panel);

  let loading: Promise<More> | undefined;
  function more(): Promise<More> {
    loading ??= (import(host.origin + MORE_PATH) as Promise<MoreModule>).then((module) =>
      module.more({
        ...connected,
        host,
        locale,
        texts,
        settings,
        panel,
        activity: activity.element,
        composer: write.element,
        isMuted,
        stay: log.stay,
        h,
        set,
        setText,
        effect,
      })
    );
    loading.catch(() => loading = undefined);
    return loading;
  }

  const isMuted = (): boolean => store.get(`${key}muted`) === "1";
  function showMute(): void {
    set(mute, "aria-pressed", String(isMuted()));
    set(mute, "aria-label", t("mute"));
    mute.replaceChildren(icon(isMuted() ? `${bellIcon}M4 4l16 16` : bellIcon));
  }
  function markSeen(): void {
    if (!panel.hidden && !document.hidden && log.isAtBottom()) chat.seen();
  }

  let newest: number | undefined;
  function arrived(items: readonly Item[]): void {
    const news = items.filter(({ seq }) => seq !== null && seq > (newest ?? Infinity));
    if (!chat.feed.isStale) newest = Math.max(0, ...items.map(({ seq }) => seq ?? 0));
    for (const item of news) host.emit("message", item);
    const last = news.findLast(({ sender_type }) => sender_type === "admin");
    if (last && (panel.hidden || document.hidden)) void more().then((more) => more.notice(last));
  }

  const stops = [
    effect(() => {
      host.setUnread(state.unread.value);
      markSeen();
    }),
    effect(() => arrived(state.items.value)),
    effect(() => host.emit("conversation", state.conversation.value)),
    effect(() => host.emit("connection", state.connection.value)),
    effect(() => {
      const { value } = settings;
      if (!value) return;
      setText(title, value.inbox_name);
      setText(greeting, value.greeting ?? "");
      greeting.hidden = !value.greeting;
      host.setColor(value.color);
    }),
    // Once it is there it follows everything by itself.
    effect(() => {
      const isNeeded = needsMore(settings.value, state.conversation.value, state.endsAt.value);
      if (isNeeded) void more().catch(() => undefined);
    }),
    log.dispose,
    activity.dispose,
    connection.dispose,
  ];
  log.onscroll(markSeen);
  document.addEventListener("visibilitychange", markSeen);
  showMute();
  chat.start();

  return {
    show(open) {
      panel.hidden = !open;
      if (!open) return;
      log.toBottom();
      markSeen();
      if (!write.element.hidden) write.input.focus();
    },
    introduce: () => void connected.visitor.open().catch(() => undefined),
    remove() {
      document.removeEventListener("visibilitychange", markSeen);
      for (const stop of stops) stop();
      void loading?.then((more) => more.remove());
      connected.close();
      panel.remove();
    },
  };
}

async function textsOf(locale: string, origin: string): Promise<Texts<WidgetKey>> {
  const path = TEXTS_PATHS[locale];
  if (path === undefined) return english;
  return (await import(origin + path) as { texts: Texts<WidgetKey> }).texts;
}

const self: PanelModule = { mountPanel, forget };
(window as Apart).switchboard?.(self);
export { forget, mountPanel };
