import type { Agent, Colleague, Team } from "../core/protocol.ts";
import type { Desk } from "./desk.ts";
import type { DashboardTranslate } from "./texts/en.ts";
import type { Choice } from "./tools/picker.ts";

/** Whom a conversation can be given to: who is there first, then teams, then who is not. */
export function assignChoices(
  { agents, teams }: { agents: readonly Colleague[]; teams: readonly Team[] },
  own: Agent,
  t: DashboardTranslate,
  give: (to: Parameters<Desk["assign"]>[1]) => void,
): Choice[] {
  /** Supervisors may go beyond what an agent can, and are told so beside the name. */
  const isBeyond = ({ load, capacity }: Colleague): boolean =>
    own.role !== "agent" && load >= capacity;
  const present = agents.filter(({ online }) => online);
  const absent = agents.filter(({ online }) => !online);
  const ofAgent = (agent: Colleague): Choice => ({
    id: agent.id,
    label: agent.id === own.id ? t("yourself", { name: agent.name }) : agent.name,
    detail: `${t(agent.availability === "online" ? "available" : agent.availability)} · ` +
      t("load", { load: agent.load, capacity: agent.capacity }) +
      (isBeyond(agent) ? ` · ${t("beyond")}` : ""),
    run: () => give({ agent_id: agent.id, ...(isBeyond(agent) && { override: true }) }),
  });
  return [
    ...present.map(ofAgent),
    ...teams.map((team): Choice => ({
      id: team.id,
      label: team.name,
      detail: t("teamOf", { count: team.agent_ids.length }),
      run: () => give({ team_id: team.id }),
    })),
    ...absent.map(ofAgent),
  ];
}
