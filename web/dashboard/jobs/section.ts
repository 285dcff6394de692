/** Where jobs wait, and what surrounds them: one part of the jobs page. */
export type Section =
  | { name: "overview" | "processes" }
  | { name: Waiting }
  | { name: "queue"; queue: string };

export type Waiting = "retries" | "scheduled" | "dead";
export const sections = ["overview", "retries", "scheduled", "dead", "processes"] as const;

/** `#/jobs`, `#/jobs/dead`, `#/jobs/queue/NAME`; null for an address that is not of jobs. */
export function parseSection(hash: string): Section | null {
  const [page, name = "overview", queue] = hash.replace(/^#\/?/, "").split("/");
  if (page !== "jobs") return null;
  if (name === "queue" && queue) return { name, queue: decode(queue) };
  return { name: sections.find((known) => known === name) ?? "overview" };
}

export function linkTo(section: Section): string {
  if (section.name === "overview") return "#/jobs";
  return section.name === "queue"
    ? `#/jobs/queue/${encodeURIComponent(section.queue)}`
    : `#/jobs/${section.name}`;
}

/** The place's address in the REST surface. */
export function apiPath(section: Section): string {
  if (section.name === "overview") return "/admin/jobs";
  return section.name === "queue"
    ? `/admin/jobs/queues/${encodeURIComponent(section.queue)}`
    : `/admin/jobs/${section.name}`;
}

export type Action = "retry" | "kill" | "delete";

/** What may be done with the jobs of a part, the likeliest first. */
export function actionsOf(section: Section): Action[] {
  switch (section.name) {
    case "retries":
    case "scheduled":
      return ["retry", "kill", "delete"];
    case "dead":
      return ["retry", "delete"];
    case "queue":
      return ["delete"];
    default:
      return [];
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
