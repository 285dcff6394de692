import type { AdminEvent } from "../../core/protocol.ts";
import type { Colleague } from "./protocol.ts";

/** The agents as they are at work: the list, and what the staff's channel has said of each since. */
export class Colleagues {
  #known: Colleague[] = [];
  readonly #versions = new Map<string, number>();

  get all(): readonly Colleague[] {
    return this.#known;
  }

  listed(agents: Colleague[]): void {
    this.#known = agents;
  }

  /** True when the list has to be asked for: the event does not say all. */
  heard(event: AdminEvent): boolean {
    // Comes after each confirmation: what was said meanwhile is not told again.
    if (event.type === "presence") return "agents" in event;
    if (event.type !== "agent_presence") return false;
    const { agent, online, availability, load, capacity, version } = event;
    if (version < (this.#versions.get(agent.id) ?? 0)) return false;
    this.#versions.set(agent.id, version);
    const known = this.#known.find(({ id }) => id === agent.id);
    if (!known || (online && availability === undefined)) return true;
    const changed = {
      ...known,
      online,
      availability: online ? availability! : "offline",
      load: load === undefined ? known.load : load / 100,
      capacity: capacity == null ? known.capacity : capacity / 100,
    };
    this.#known = this.#known.map((each) => each === known ? changed : each);
    return false;
  }
}

/** Skills as people write them: between blanks and commas, in any case. */
export function parseSkills(text: string): string[] {
  return [...new Set(text.toLowerCase().split(/[\s,，、]+/).filter((word) => word !== ""))];
}

/** Whoever can take one more comes first, and of those who has least to do. */
export function byRoom(agents: readonly Colleague[]): Colleague[] {
  const room = ({ availability, load, capacity }: Colleague): boolean =>
    availability === "online" && load < capacity;
  return [...agents].sort((a, b) =>
    Number(room(b)) - Number(room(a)) || Number(b.online) - Number(a.online) || a.load - b.load
  );
}
