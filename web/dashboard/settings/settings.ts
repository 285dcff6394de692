import { translator } from "../../core/i18n.ts";
import { parsePlace, placeTo } from "../route.ts";
import { frame, type Stage } from "../screen/frame.ts";
import styles from "../screen/screen.css" with { type: "text" };
import type { Screen, ScreenOptions } from "../screen/screen.ts";
import { agentsPart } from "./agents.ts";
import { inboxPart } from "./inbox.ts";
import { inboxesPart } from "./inboxes.ts";
import { profilePart } from "./profile.ts";
import own from "./settings.css" with { type: "text" };
import { en, type SettingsKey } from "./texts/en.ts";
import { zh } from "./texts/zh-CN.ts";

export type SettingsStage = Stage<SettingsKey>;

const languages: Record<string, typeof en> = { en, "zh-CN": zh };

/** `#/settings` is one's own profile; `…/inboxes`, `…/inboxes/ID` and `…/agents` are for administrators. */
export function screen(options: ScreenOptions): Screen {
  const t = translator(languages[options.locale] ?? en);
  const isAdministrator = options.agent.role === "administrator";
  const [profile, inboxes, agents] = [
    { href: placeTo("settings"), text: t("profile") },
    { href: placeTo("settings", "inboxes"), text: t("inboxes") },
    { href: placeTo("settings", "agents"), text: t("agents") },
  ];
  const { element, open, stage, dispose } = frame<SettingsKey>({
    screen: options,
    t,
    name: t("settings"),
    testId: "settings",
    styles: [styles, own],
    links: isAdministrator ? [profile!, inboxes!, agents!] : [profile!],
  });
  return {
    element,
    show(hash) {
      const [part, id] = parsePlace(hash)?.rest ?? [];
      if (part === "inboxes" && id) open(t("inbox"), inboxes!.href, inboxPart(id, stage));
      else if (part === "inboxes") open(t("inboxes"), inboxes!.href, inboxesPart(stage));
      else if (part === "agents") open(t("agents"), agents!.href, agentsPart(stage));
      else open(t("profile"), profile!.href, profilePart(stage));
    },
    dispose,
  };
}
