import type { Holiday, Hours, Interval, Target, Timers } from "./protocol.ts";

export const days = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;

const interval = /^([01]\d|2[0-3]):([0-5]\d)-(([01]\d|2[0-3]):[0-5]\d|24:00)$/;

/** `09:00-12:30, 13:30-18:00`; empty is closed, and null what cannot be read. */
export function parseIntervals(text: string): Interval[] | null {
  const parts = text.replace(/\s*[-–—~]\s*/g, "-").split(/[\s,，、;]+/).filter((part) => part);
  if (!parts.every((part) => interval.test(part))) return null;
  return parts.map((part) => {
    const [opens, closes] = part.split("-");
    return { opens: opens!, closes: closes! };
  });
}

export function writeIntervals(intervals: readonly Interval[] | null | undefined): string {
  return (intervals ?? []).map(({ opens, closes }) => `${opens}-${closes}`).join(", ");
}

const holiday = /^(\d{4}-\d{2}-\d{2})(\*?)((?:\s+\d\d:\d\d-\d\d:\d\d,?)*)(?:\s+(.*))?$/;

/** A line for each day: `2026-12-25* Christmas`, with a star every year, with times open then. */
export function parseHolidays(text: string): Holiday[] | null {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const found: Holiday[] = [];
  for (const line of lines) {
    const [, date, star, times, name] = holiday.exec(line) ?? [];
    const intervals = parseIntervals(times ?? "");
    if (date === undefined || intervals === null) return null;
    found.push({ date, yearly: star === "*", ...(name ? { name } : {}), intervals });
  }
  return found;
}

export function writeHolidays(holidays: readonly Holiday[] | null | undefined): string {
  return (holidays ?? []).map(({ date, yearly, name, intervals }) =>
    [date + (yearly ? "*" : ""), writeIntervals(intervals), name]
      .filter((part) => part).join(" ")
  ).join("\n");
}

/** What a form of hours holds; null is always open. */
export function writeHours(hours: Hours | null, zone: string): Record<string, string> {
  return {
    always: hours === null ? "yes" : "",
    time_zone: hours?.time_zone ?? zone,
    ...Object.fromEntries(days.map((day) => [day, writeIntervals(hours?.week[day])])),
    holidays: writeHolidays(hours?.holidays),
  };
}

/** Of what can be read: `problemsOf` says what cannot. */
export function readHours(values: Record<string, string>): Hours | null {
  if (values["always"] === "yes") return null;
  const week = days.map((day) => [day, parseIntervals(values[day] ?? "") ?? []] as const);
  return {
    time_zone: (values["time_zone"] ?? "").trim(),
    week: Object.fromEntries(week.filter(([, intervals]) => intervals.length > 0)),
    holidays: parseHolidays(values["holidays"] ?? "") ?? [],
  };
}

/** The fields of hours that cannot be read. */
export function unreadable(values: Record<string, string>): string[] {
  const wrong: string[] = days.filter((day) => parseIntervals(values[day] ?? "") === null);
  if (parseHolidays(values["holidays"] ?? "") === null) wrong.push("holidays");
  return wrong;
}

const targets = ["first_reply", "next_reply", "resolution"] as const;

/** Minutes, and days for the archive; empty is never. */
export function writeTimers(timers: Timers): Record<string, string> {
  const minutes = (seconds: number | undefined): string =>
    seconds === undefined ? "" : String(seconds / 60);
  return {
    ...Object.fromEntries(targets.map((name) => [name, minutes(timers[name]?.within_s)])),
    idle: minutes(timers.idle?.after_s),
    countdown: minutes(timers.idle?.countdown_s),
    archive: timers.archive_after_s === null ? "" : String(timers.archive_after_s / 86_400),
  };
}

/** What the form does not show of a target, its warning, stays unless the target changes. */
export function readTimers(values: Record<string, string>, before: Timers): Timers {
  const seconds = (name: string, unit: number): number | null =>
    values[name] ? Math.round(Number(values[name]) * unit) : null;
  const target = (name: typeof targets[number]): Target | null => {
    const within_s = seconds(name, 60);
    if (within_s === null) return null;
    return within_s === before[name]?.within_s ? before[name] : { within_s };
  };
  const after_s = seconds("idle", 60);
  return {
    first_reply: target("first_reply"),
    next_reply: target("next_reply"),
    resolution: target("resolution"),
    idle: after_s === null ? null : { after_s, countdown_s: seconds("countdown", 60) ?? 0 },
    archive_after_s: seconds("archive", 86_400),
  };
}

/** What a website's owner puts into their pages. Origin and token have no character that HTML reads. */
export function snippet(origin: string, token: string): string {
  return `<script async src="${origin}/w.js" data-token="${token}"></script>`;
}
