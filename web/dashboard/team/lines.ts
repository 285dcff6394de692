import type { InboxName, Line, Team } from "./protocol.ts";

/** What a line is called: its inbox, its team, and the skills that it is for. */
export function lineName(
  line: Line,
  inboxes: readonly InboxName[],
  teams: readonly Team[],
): string {
  const inbox = inboxes.find(({ inbox_id }) => inbox_id === line.inbox_id)?.name;
  const team = teams.find(({ id }) => id === line.team_id)?.name;
  return [inbox ?? line.inbox_id, ...(team ? [team] : []), ...line.skills].join(" · ");
}

/** The line that the address names, else the longest. */
export function chosenLine(lines: readonly Line[], id: string | undefined): Line | undefined {
  return lines.find((line) => line.id === id) ?? lines[0];
}
