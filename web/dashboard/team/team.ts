import { translator } from "../../core/i18n.ts";
import { parsePlace, placeTo } from "../route.ts";
import { frame, type Stage } from "../screen/frame.ts";
import styles from "../screen/screen.css" with { type: "text" };
import type { Screen, ScreenOptions } from "../screen/screen.ts";
import { queuePart } from "./queue.ts";
import { staffPart } from "./staff-part.ts";
import { teamsPart } from "./teams-part.ts";
import own from "./team.css" with { type: "text" };
import { en, type TeamKey } from "./texts/en.ts";
import { zh } from "./texts/zh-CN.ts";

export type TeamStage = Stage<TeamKey>;

const languages: Record<string, typeof en> = { en, "zh-CN": zh };

/** Who waits, who works, and in which teams: `#/queue`, `#/queue/LINE`, `#/team`, `#/team/teams`. */
export function screen(options: ScreenOptions): Screen {
  const t = translator(languages[options.locale] ?? en);
  const links = [
    { href: placeTo("queue"), text: t("queue") },
    { href: placeTo("team"), text: t("agents") },
    { href: placeTo("team", "teams"), text: t("teams") },
  ];
  const { element, open, stage, dispose } = frame<TeamKey>({
    screen: options,
    t,
    name: t("team"),
    testId: "team",
    styles: [styles, own],
    links,
  });
  return {
    element,
    show(hash) {
      const place = parsePlace(hash);
      if (place?.screen === "queue") {
        open(t("queue"), links[0]!.href, queuePart(stage, place.rest[0]));
      } else if (place?.rest[0] === "teams") {
        open(t("teams"), links[2]!.href, teamsPart(stage));
      } else open(t("agents"), links[1]!.href, staffPart(stage));
    },
    dispose,
  };
}
