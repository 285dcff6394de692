import { translator } from "../../core/i18n.ts";
import { h, set, setText } from "../../view/dom.ts";
import { keyedList } from "../../view/keyed.ts";
import { placeTo } from "../route.ts";
import { frame, type Part, type Stage } from "../screen/frame.ts";
import styles from "../screen/screen.css" with { type: "text" };
import type { Screen, ScreenOptions } from "../screen/screen.ts";
import { en, type SystemKey } from "./texts/en.ts";
import { zh } from "./texts/zh-CN.ts";

/** What `/admin/system` answers. */
interface Report {
  status: string;
  checks: Record<string, { status: string; detail: string }>;
  gateways: number;
  workers: number;
  journal: { facts: number; lag_s: number } | null;
}

const languages: Record<string, typeof en> = { en, "zh-CN": zh };
const parts = ["redis", "postgres", "jobs", "journal"] as const;
const words = ["ok", "degraded", "unavailable"] as const;

/** How the installation is, for administrators: states and numbers, nothing of other accounts. */
export function screen(options: ScreenOptions): Screen {
  const t = translator(languages[options.locale] ?? en);
  const href = placeTo("system");
  const { element, open, stage, dispose } = frame<SystemKey>({
    screen: options,
    t,
    name: t("system"),
    testId: "system",
    styles: [styles],
    links: [{ href, text: t("system") }],
  });
  return { element, show: () => open(t("system"), href, healthPart(stage)), dispose };
}

function healthPart({ api, locale, t }: Stage<SystemKey>): Part {
  const summary = h("p", { "data-testid": "summary" }, t("loading"));
  const rows = h("ul", { class: "cards", "data-testid": "checks" });
  const number = new Intl.NumberFormat(locale);
  const render = keyedList<Row, { element: HTMLElement; state: HTMLElement }>(rows, {
    key: ({ key }) => key,
    create({ key }) {
      const state = h("span", { class: "detail" });
      const element = h("li", { "data-check": key }, h("strong", {}, t(key)), state);
      return { element, state };
    },
    update({ element, state }, { status, text }) {
      set(element, "data-status", status);
      setText(state, text);
    },
  });

  return {
    element: h("div", {}, summary, rows),
    async load() {
      const { status, checks, gateways, workers, journal } = await api.get<Report>("/admin/system");
      setText(summary, t(`all_${wordOf(status)}`));
      const numbers: Partial<Record<typeof parts[number], string>> = {
        jobs: t("workers", { count: number.format(workers) }),
        journal: journal === null ? t("unknown") : t("lag", {
          facts: number.format(journal.facts),
          seconds: number.format(Math.round(journal.lag_s * 10) / 10),
        }),
      };
      render([
        { key: "gateways", status: "ok", text: t("alive", { count: number.format(gateways) }) },
        ...parts.map((key) => {
          const check = checks[key]?.status ?? "unavailable";
          const detail = numbers[key];
          return {
            key,
            status: check,
            text: [t(wordOf(check)), ...(detail ? [detail] : [])].join(" · "),
          };
        }),
      ]);
    },
  };
}

interface Row {
  key: "gateways" | typeof parts[number];
  status: string;
  text: string;
}

function wordOf(status: string): typeof words[number] {
  return words.find((word) => word === status) ?? "degraded";
}
