import type { Translate } from "../../core/i18n.ts";
import type { AdminEvent } from "../../core/protocol.ts";
import { Repeater } from "../../core/repeater.ts";
import { h, set, setText } from "../../view/dom.ts";
import type { ScreenOptions } from "./screen.ts";
import type { FrameKey } from "./texts.ts";

/** What a part needs of the screen around it. */
export interface Stage<Key extends string> extends ScreenOptions {
  t: Translate<Key | FrameKey>;
  /** Says how an action went. */
  tell(key: Key | FrameKey, values?: Record<string, string | number>): void;
  /** Runs an action, tells of it, and loads the part again. True when it went well. */
  act(action: () => Promise<unknown>, done?: Key | FrameKey): Promise<boolean>;
}

/** One part of a screen. `load` throws what `Api` throws. */
export interface Part {
  element: HTMLElement;
  load(): Promise<void>;
  /** What it shows seldom changes, and is being edited: it is loaded when it is shown, and after an action. */
  isStill?: boolean;
  /** Whether the part has to be loaded again, by what the staff's channel said. */
  heard?(event: AdminEvent): boolean;
}

export interface FrameOptions<Key extends string> {
  screen: ScreenOptions;
  t: Translate<Key | FrameKey>;
  /** The screen as a whole, for screen readers. */
  name: string;
  testId: string;
  styles: readonly string[];
  links: readonly { href: string; text: string }[];
}

export interface Frame<Key extends string> {
  element: HTMLElement;
  stage: Stage<Key>;
  open(title: string, href: string, part: Part): void;
  dispose(): void;
}

const pause = 5000;
/** Events come by the second; a screen does not ask more often. */
const rest = 1000;

/** A screen: the ways to its parts, a heading, how the last action went, and the part that is shown, live. */
export function frame<Key extends string>(options: FrameOptions<Key>): Frame<Key> {
  const { screen, t, name, testId, links } = options;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(options.styles.join(""));
  document.adoptedStyleSheets.push(sheet);

  const tabs = links.map(({ href, text }) => h("a", { href }, text));
  const heading = h("h2", { tabindex: -1 });
  const notice = h("p", { class: "notice", role: "status", "data-testid": `${testId}-notice` });
  const body = h("div", {});
  const element = h(
    "div",
    { class: "screen", "data-testid": testId },
    h(
      "nav",
      { class: "sections", "aria-label": name },
      h("a", { href: "#/active", "aria-label": t("back") }, "←"),
      ...tabs,
    ),
    heading,
    notice,
    body,
  );

  let part: Part | null = null;
  let isLoaded = false;
  let news: ReturnType<typeof setTimeout> | undefined;

  /** Again after a while for as long as somebody looks: events may have been missed. */
  const repeater = new Repeater(async () => {
    const current = part;
    try {
      if (!document.hidden) {
        await current?.load();
        isLoaded = current === part;
      }
      if (current === part && notice.dataset["kind"] === "problem") say("");
    } catch (error) {
      isLoaded = false;
      if (current === part) say(t(problemOf(error, screen)), "problem");
    }
  }, () => part?.isStill && isLoaded ? undefined : pause);

  function say(text: string, kind = "news"): void {
    notice.dataset["kind"] = kind;
    setText(notice, text);
  }

  const stop = screen.listen((event) => {
    if (news !== undefined || !part?.heard?.(event)) return;
    news = setTimeout(() => {
      news = undefined;
      void repeater.run();
    }, rest);
  });

  return {
    element,
    stage: {
      ...screen,
      t,
      tell: (key, values) => say(t(key, values)),
      async act(action, done = "done") {
        let went = true;
        try {
          await action();
          say(t(done));
        } catch (error) {
          went = false;
          say(t(problemOf(error, screen)));
        }
        await repeater.run();
        return went;
      },
    },
    open(title, href, next) {
      setText(heading, title);
      document.title = `${title} · Switchboard`;
      tabs.forEach((tab, index) =>
        set(tab, "aria-current", links[index]!.href === href ? "page" : null)
      );
      say("");
      part = next;
      isLoaded = false;
      body.replaceChildren(next.element);
      heading.focus();
      void repeater.run();
    },
    dispose() {
      stop();
      clearTimeout(news);
      repeater.close();
      part = null;
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    },
  };
}

/** By the status alone: each screen's module has classes of its own. */
function problemOf(error: unknown, { unauthorized }: ScreenOptions): FrameKey {
  const { status = 0 } = error as { status?: number };
  if (status === 401) unauthorized();
  return ({ 403: "forbidden", 404: "gone", 409: "conflict", 422: "invalid" } as const)[status] ??
    "unreachable";
}
