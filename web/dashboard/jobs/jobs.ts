import { translator } from "../../core/i18n.ts";
import { frame, type Part, type Stage } from "../screen/frame.ts";
import styles from "../screen/screen.css" with { type: "text" };
import type { Screen, ScreenOptions } from "../screen/screen.ts";
import { overviewPart } from "./overview.ts";
import { processesPart } from "./processes.ts";
import { apiPath, linkTo, parseSection, type Section, sections } from "./section.ts";
import { en, type JobsKey } from "./texts/en.ts";
import { zh } from "./texts/zh-CN.ts";
import { waitingPart } from "./waiting.ts";

export type JobsPage = Stage<JobsKey>;

const languages: Record<string, typeof en> = { en, "zh-CN": zh };

/** What the installation has to do and does, for its operators: most never go there. */
export function screen(options: ScreenOptions): Screen {
  const t = translator(languages[options.locale] ?? en);
  const { element, open, stage, dispose } = frame<JobsKey>({
    screen: options,
    t,
    name: t("jobs"),
    testId: "jobs",
    styles: [styles],
    links: sections.map((name) => ({ href: linkTo({ name }), text: t(name) })),
  });
  return {
    element,
    show(hash) {
      const section = parseSection(hash);
      if (section === null) return;
      const title = section.name === "queue"
        ? t("queue", { name: section.queue })
        : t(section.name);
      open(title, linkTo(section), partOf(section, stage));
    },
    dispose,
  };
}

function partOf(section: Section, page: JobsPage): Part {
  switch (section.name) {
    case "overview":
      return overviewPart(page);
    case "processes":
      return processesPart(page);
    default:
      return waitingPart(section, apiPath(section), page);
  }
}
