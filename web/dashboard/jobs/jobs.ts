import type { Api } from "../../core/api.ts";
import { translator } from "../../core/i18n.ts";
import { h, set, setText } from "../../view/dom.ts";
import styles from "./jobs.css" with { type: "text" };
import { overviewPart } from "./overview.ts";
import { processesPart } from "./processes.ts";
import { apiPath, linkTo, type Section, sections } from "./section.ts";
import { en, type JobsKey, type JobsTranslate } from "./texts/en.ts";
import { zh } from "./texts/zh-CN.ts";
import { waitingPart } from "./waiting.ts";

/** What a part needs of the page around it. */
export interface JobsPage {
  api: Api;
  locale: string;
  t: JobsTranslate;
  /** Says how an action went. */
  tell(key: JobsKey): void;
  /** Runs an action, tells of it, and loads the part again. */
  act(action: () => Promise<unknown>, done?: JobsKey): Promise<void>;
}

/** One part of the page. `load` throws what `Api` throws. */
export interface JobsPart {
  element: HTMLElement;
  load(): Promise<void>;
}

export interface JobsOptions {
  api: Api;
  locale: string;
  unauthorized(): void;
}

const languages: Record<string, typeof en> = { en, "zh-CN": zh };
const pause = 5000;

/** Loaded by the dashboard when somebody goes there: most never do. */
export function jobsPage(options: JobsOptions): {
  element: HTMLElement;
  show(section: Section): void;
  dispose(): void;
} {
  const { api, locale, unauthorized } = options;
  const t = translator(languages[locale] ?? en);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  document.adoptedStyleSheets.push(sheet);

  const tabs = sections.map((name) => h("a", { href: linkTo({ name }) }, t(name)));
  const heading = h("h2", { tabindex: -1 });
  const notice = h("p", { class: "notice", role: "status", "data-testid": "jobs-notice" });
  const body = h("div", {});
  const element = h(
    "div",
    { class: "jobs", "data-testid": "jobs" },
    h(
      "nav",
      { class: "sections", "aria-label": t("jobs") },
      h("a", { href: "#/active", "aria-label": t("back") }, "←"),
      ...tabs,
    ),
    heading,
    notice,
    body,
  );

  let part: JobsPart | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Loads the part that is shown, and again after a while as long as somebody looks. */
  async function refresh(): Promise<void> {
    clearTimeout(timer);
    const current = part;
    try {
      if (!document.hidden) await current?.load();
      if (current === part && notice.dataset["kind"] === "problem") say("");
    } catch (error) {
      if (current === part) say(problemOf(error, unauthorized, t), "problem");
    }
    if (current === part && part !== null) timer = setTimeout(() => void refresh(), pause);
  }

  function say(text: string, kind = "news"): void {
    notice.dataset["kind"] = kind;
    setText(notice, text);
  }

  const page: JobsPage = {
    api,
    locale,
    t,
    tell: (key) => say(t(key)),
    async act(action, done = "done") {
      try {
        await action();
        say(t(done));
      } catch (error) {
        say(problemOf(error, unauthorized, t), "news");
      }
      await refresh();
    },
  };

  return {
    element,
    show(section) {
      const title = section.name === "queue"
        ? t("queue", { name: section.queue })
        : t(section.name);
      setText(heading, title);
      document.title = `${title} · Switchboard`;
      tabs.forEach((tab, index) =>
        set(tab, "aria-current", sections[index] === section.name ? "page" : null)
      );
      say("");
      part = partOf(section, page);
      body.replaceChildren(part.element);
      heading.focus();
      void refresh();
    },
    dispose() {
      clearTimeout(timer);
      part = null;
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    },
  };
}

function partOf(section: Section, page: JobsPage): JobsPart {
  switch (section.name) {
    case "overview":
      return overviewPart(page);
    case "processes":
      return processesPart(page);
    default:
      return waitingPart(section, apiPath(section), page);
  }
}

/** By the status alone: this module has classes of its own. */
function problemOf(error: unknown, unauthorized: () => void, t: JobsTranslate): string {
  const { status = 0 } = error as { status?: number };
  if (status === 401) unauthorized();
  if (status === 403) return t("forbidden");
  return t(status === 404 ? "gone" : "unreachable");
}
