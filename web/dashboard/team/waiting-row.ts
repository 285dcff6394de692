import { relativeTime } from "../../core/time.ts";
import { h, set, setText } from "../../view/dom.ts";
import { routeTo } from "../route.ts";
import { chatPath } from "../staff.ts";
import { byRoom } from "./colleagues.ts";
import { type Colleague, priorities, type Team, type Waiting } from "./protocol.ts";
import type { TeamStage } from "./team.ts";

/** One who waits. Everybody may take them; supervisors give them to somebody, or sooner their turn. */
export function waitingRow(chatId: string, stage: TeamStage): {
  element: HTMLElement;
  show(entry: Waiting, agents: readonly Colleague[], teams: readonly Team[]): void;
} {
  const { api, act, agent, locale, t } = stage;
  const path = chatPath(chatId);
  const address = routeTo({ tab: "active", chatId });
  const link = h("a", { href: address, dir: "auto" });
  const state = h("span", { class: "detail" });
  const take = button("take", () => void claim());
  const target = h("select", { "data-testid": "target" });
  const give = button("assign", () => void assign());
  const priority = h(
    "select",
    {
      "data-testid": "priority",
      onchange: () =>
        void act(() => api.send("PATCH", path, { priority: priority.value }), "moved"),
    },
    ...priorities.map((name) => h("option", { value: name }, t(name))),
  );
  const isSupervisor = agent.role !== "agent";
  const element = h(
    "li",
    { "data-testid": "person", "data-chat-id": chatId },
    h("strong", {}, link),
    state,
    h(
      "div",
      { class: "choices" },
      take,
      ...(isSupervisor ? [target, give, priority] : []),
    ),
  );

  function button(key: "take" | "assign", onclick: () => void): HTMLButtonElement {
    return h("button", { type: "button", class: "plain", "data-testid": key, onclick }, t(key));
  }

  async function claim(): Promise<void> {
    if (await act(() => api.post(`${path}/claim`))) location.hash = address;
  }

  /** A supervisor may go beyond somebody's capacity, and says so. */
  async function assign(): Promise<void> {
    const [kind, id] = target.value.split(" ");
    if (!id) return;
    await act(async () => {
      const to = kind === "team" ? { team_id: id } : { agent_id: id };
      try {
        await api.post(`${path}/assign`, to);
      } catch (error) {
        const isFull = (error as { code?: string }).code === "agent_full";
        const name = target.selectedOptions[0]?.text ?? "";
        if (!isFull || !confirm(t("overCapacity", { name }))) throw error;
        await api.post(`${path}/assign`, { ...to, override: true });
      }
    });
  }

  return {
    element,
    show(entry, agents, teams) {
      const name = entry.contact?.name || entry.contact?.email || t("visitor");
      setText(link, name);
      setText(
        state,
        [
          t("position", { position: entry.position }),
          ...(entry.since ? [t("since", { time: relativeTime(entry.since, locale) })] : []),
          t(entry.priority),
          ...entry.skills,
        ].join(" · "),
      );
      set(take, "aria-label", `${t("take")}: ${name}`);
      set(give, "aria-label", `${t("assign")}: ${name}`);
      set(target, "aria-label", t("to", { name }));
      set(priority, "aria-label", t("priorityOf", { name }));
      if (document.activeElement !== priority) priority.value = entry.priority;
      if (isSupervisor && document.activeElement !== target) fill(target, agents, teams);
    },
  };

  function fill(
    select: HTMLSelectElement,
    agents: readonly Colleague[],
    teams: readonly Team[],
  ): void {
    const chosen = select.value;
    select.replaceChildren(
      h("option", { value: "" }, t("toWhom")),
      ...byRoom(agents).map(({ id, name, load, capacity, online }) => {
        const now = online ? `${load}/${capacity}` : t("offline");
        return h("option", { value: `agent ${id}` }, `${name} (${now})`);
      }),
      ...teams.map(({ id, name }) =>
        h("option", { value: `team ${id}` }, t("teamNamed", { name }))
      ),
    );
    select.value = chosen;
    if (select.selectedIndex < 0) select.selectedIndex = 0;
  }
}
