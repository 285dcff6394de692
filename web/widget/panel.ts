import { Api } from "../core/api.ts";
import { Cable } from "../core/cable.ts";
import { ChatSession } from "../core/chat.ts";
import { readableOn, safeColor } from "../core/color.ts";
import { pickLocale, type Texts, translator } from "../core/i18n.ts";
import { Outbox } from "../core/outbox.ts";
import type { WidgetSession } from "../core/protocol.ts";
import { effect } from "../core/signal.ts";
import { BrowserStore } from "../core/storage.ts";
import { VisitorTransport } from "../core/visitor.ts";
import { composer } from "../view/composer.ts";
import { h, setText } from "../view/dom.ts";
import { closeIcon, icon } from "../view/icon.ts";
import { messageLog } from "../view/log.ts";
import { followNetwork } from "../view/network.ts";
import { activityLine, connectionState } from "../view/status.ts";
import chatStyles from "../view/chat.css" with { type: "text" };
import type { Host, Panel } from "./host.ts";
import panelStyles from "./panel.css" with { type: "text" };
import { texts as english, type WidgetKey } from "./texts/en.ts";

/** Paths of the other languages' texts, put in by the build. */
declare const TEXTS_PATHS: Record<string, string>;

/** The chat itself, built and connected on the first click. */
export async function mountPanel(host: Host): Promise<Panel> {
  const available = ["en", ...Object.keys(TEXTS_PATHS)];
  const locale = pickLocale([host.locale, ...navigator.languages], available);
  const t = translator(await textsOf(locale, host.origin));
  const title = h("h2", { id: "title" }, t("title"));
  const greeting = h("p", { class: "greeting", dir: "auto", hidden: true });

  const chat = connect(host, locale, ({ settings }) => {
    setText(title, settings.inbox_name);
    setText(greeting, settings.greeting ?? "");
    greeting.hidden = !settings.greeting;
    const color = safeColor(settings.color);
    if (!color) return;
    for (const element of [panel, host.launcher]) {
      element.style.setProperty("--accent", color);
      element.style.setProperty("--on-accent", readableOn(color));
    }
  });
  const log = messageLog({ chat, side: "user", locale, t });
  const write = composer({
    t,
    send: (content) => chat.send(content),
    typing: () => chat.typing(),
  });
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
        if (event.key === "Escape" && !event.isComposing) close();
      },
    },
    h(
      "div",
      { class: "head" },
      h("div", {}, title, connectionState(chat.state, t).element),
      h("button", {
        type: "button",
        "aria-label": t("close"),
        "data-testid": "close",
        onclick: close,
      }, icon(closeIcon)),
    ),
    greeting,
    log.element,
    activityLine(chat.state, t).element,
    write.element,
  );
  host.style(chatStyles + panelStyles);
  host.root.prepend(panel);

  function markSeen(): void {
    if (!panel.hidden && !document.hidden && log.isAtBottom()) chat.seen();
  }
  function close(): void {
    panel.hidden = true;
    host.closed();
  }
  effect(() => {
    host.setUnread(chat.state.unread.value);
    markSeen();
  });
  log.element.addEventListener("scroll", markSeen, { passive: true });
  document.addEventListener("visibilitychange", markSeen);
  chat.start();

  return {
    show(open) {
      panel.hidden = !open;
      if (!open) return;
      log.element.scrollTop = log.element.scrollHeight;
      markSeen();
      write.input.focus();
    },
  };
}

async function textsOf(locale: string, origin: string): Promise<Texts<WidgetKey>> {
  const path = TEXTS_PATHS[locale];
  if (path === undefined) return english;
  return (await import(origin + path) as { texts: Texts<WidgetKey> }).texts;
}

function connect(
  { origin, websiteToken }: Host,
  locale: string,
  opened: (session: WidgetSession) => void,
): ChatSession {
  const api = new Api(origin);
  const store = new BrowserStore();
  const key = `switchboard:${origin}:${websiteToken}:`;
  const cable = new Cable({ address: () => api.cableAddress() });
  const chat = new ChatSession({
    transport: new VisitorTransport({
      api,
      store,
      key: `${key}token`,
      websiteToken,
      locale,
      opened(session) {
        opened(session);
        cable.connect();
        cable.wake();
      },
    }),
    cable,
    outbox: new Outbox(store, `${key}outbox:`),
    side: "user",
  });
  followNetwork(cable, (up) => chat.feed.network(up));
  return chat;
}
