import { relativeTime } from "../../core/time.ts";
import { h, set, setText } from "../../view/dom.ts";
import { keyedList } from "../../view/keyed.ts";
import { placeTo } from "../route.ts";
import type { Part } from "../screen/frame.ts";
import { chosenLine, lineName } from "./lines.ts";
import type { Colleague, InboxName, Line, Team, Waiting } from "./protocol.ts";
import type { TeamStage } from "./team.ts";
import { waitingRow } from "./waiting-row.ts";

/** The lines, and who waits in one of them: the one that the address names, else the longest. */
export function queuePart(stage: TeamStage, wanted: string | undefined): Part {
  const { api, t } = stage;
  const isSupervisor = stage.agent.role !== "agent";
  const lineRows = h("ul", { class: "cards", "data-testid": "lines" });
  const title = h("h3", {});
  const people = h("ol", { class: "cards", "data-testid": "people" });
  const empty = h("p", { class: "empty", role: "status" }, t("loading"));
  const more = h("button", { type: "button", class: "earlier", hidden: true }, t("morePeople"));
  let inboxes: InboxName[] = [];
  let teams: Team[] = [];
  let agents: Colleague[] = [];
  let limit = 25;

  const renderLines = keyedList<Line, ReturnType<typeof lineRow>>(lineRows, {
    key: (line) => line.id,
    create: ({ id }) => lineRow(id),
    update: (row, line) => row.show(line, lineName(line, inboxes, teams), stage),
  });
  const renderPeople = keyedList<Waiting, ReturnType<typeof waitingRow>>(people, {
    key: ({ chat_id }) => chat_id,
    create: ({ chat_id }) => waitingRow(chat_id, stage),
    update: (row, entry) => row.show(entry, agents, teams),
  });
  more.onclick = () => {
    limit += 25;
    void load();
  };

  async function load(): Promise<void> {
    const { lines } = await api.get<{ lines: Line[] }>("/admin/queue");
    if (isSupervisor) agents = (await api.get<{ agents: Colleague[] }>("/admin/agents")).agents;
    if (lines.some((line) => !inboxes.some(({ inbox_id }) => inbox_id === line.inbox_id))) {
      inboxes = (await api.get<{ inboxes: InboxName[] }>("/admin/inboxes/rules")).inboxes;
    }
    teams = (await api.get<{ teams: Team[] }>("/admin/teams")).teams;
    const line = chosenLine(lines, wanted);
    const entries = line === undefined || line.waiting === 0 ? [] : await waitingIn(line);
    renderLines(lines);
    for (const row of lineRows.querySelectorAll("a")) {
      set(row, "aria-current", row.dataset["line"] === line?.id ? "true" : null);
    }
    setText(title, line === undefined ? "" : lineName(line, inboxes, teams));
    keepingFocus(() => renderPeople(entries));
    more.hidden = line === undefined || entries.length >= line.waiting;
    setText(empty, entries.length > 0 ? "" : t(lines.length > 0 ? "nobodyWaits" : "noLines"));
  }

  async function waitingIn(line: Line): Promise<Waiting[]> {
    const entries: Waiting[] = [];
    for (let offset = 0; offset < limit; offset += 100) {
      const query = new URLSearchParams({
        line: line.id,
        offset: String(offset),
        limit: String(Math.min(100, limit - offset)),
      });
      const page = await api.get<{ waiting: Waiting[] }>(`/admin/queue/waiting?${query}`);
      entries.push(...page.waiting);
    }
    return entries;
  }

  return {
    element: h("div", {}, lineRows, title, people, empty, more),
    load,
    heard: (event) => event.type === "queue" || (event.type === "presence" && "agents" in event),
  };
}

/** Who is moved in the list would lose the focus, and with it the keyboard its place. */
function keepingFocus(change: () => void): void {
  const focused = document.activeElement;
  change();
  if (focused instanceof HTMLElement && focused !== document.activeElement) focused.focus();
}

function lineRow(id: string): {
  element: HTMLElement;
  show(line: Line, name: string, stage: TeamStage): void;
} {
  const link = h("a", { href: placeTo("queue", id), "data-line": id });
  const state = h("span", { class: "detail" });
  return {
    element: h("li", { "data-testid": "line", "data-line": id }, h("strong", {}, link), state),
    show(line, name, { t, locale }) {
      const number = new Intl.NumberFormat(locale);
      setText(link, name);
      setText(
        state,
        [
          t("waitingCount", { count: number.format(line.waiting) }),
          ...(line.first_since
            ? [t("firstSince", { time: relativeTime(line.first_since, locale) })]
            : []),
          t("ready", { count: number.format(line.ready) }),
          ...(line.pace_s ? [t("pace", { seconds: number.format(Math.round(line.pace_s)) })] : []),
          t(line.mode),
        ].join(" · "),
      );
    },
  };
}
