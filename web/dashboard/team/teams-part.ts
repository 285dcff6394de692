import { h, set, setText } from "../../view/dom.ts";
import { keyedList } from "../../view/keyed.ts";
import type { Part } from "../screen/frame.ts";
import type { Colleague, Team } from "./protocol.ts";
import { labelled } from "./staff-part.ts";
import type { TeamStage } from "./team.ts";

/** The teams and who is in them; supervisors make, change and delete them. */
export function teamsPart(stage: TeamStage): Part {
  const { api, act, t } = stage;
  const mayChange = stage.agent.role !== "agent";
  const rows = h("ul", { class: "cards", "data-testid": "teams" });
  const empty = h("p", { class: "empty", role: "status" }, t("loading"));
  const name = h("input", {
    name: "team",
    required: true,
    maxlength: 100,
    "data-testid": "team-name",
  });
  let agents: Colleague[] = [];

  const creation = h(
    "form",
    {
      class: "tools",
      onsubmit: (event) => {
        event.preventDefault();
        void act(
          () => api.post("/admin/teams", { name: name.value.trim(), agent_ids: [] }),
          "saved",
        )
          .then((went) => {
            if (went) name.value = "";
          });
      },
    },
    labelled(t("newTeam"), name),
    h("button", { class: "plain main", "data-testid": "create-team" }, t("create")),
  );
  const render = keyedList<Team, ReturnType<typeof teamRow>>(rows, {
    key: ({ id }) => id,
    create: ({ id }) => teamRow(id, mayChange, stage),
    update: (row, team) => row.show(team, agents),
  });
  return {
    element: h("div", {}, mayChange ? creation : null, rows, empty),
    async load() {
      const { teams } = await api.get<{ teams: Team[] }>("/admin/teams");
      agents = (await api.get<{ agents: Colleague[] }>("/admin/agents")).agents;
      render(teams);
      setText(empty, teams.length > 0 ? "" : t("noTeams"));
    },
  };
}

function teamRow(id: string, mayChange: boolean, { api, act, locale, t }: TeamStage): {
  element: HTMLElement;
  show(team: Team, agents: readonly Colleague[]): void;
} {
  const path = `/admin/teams/${id}`;
  const title = h("strong", { dir: "auto" });
  const members = h("span", { class: "detail" });
  const name = h("input", { name: "name", required: true, maxlength: 100 });
  const boxes = h("fieldset", { class: "boxes" });
  const summary = h("summary", {}, t("change"));
  const remove = h("button", {
    type: "button",
    class: "plain",
    "data-testid": "delete-team",
    onclick: () => {
      const question = t("sureTeam", { name: title.textContent ?? "" });
      if (confirm(question)) void act(() => api.send("DELETE", path));
    },
  }, t("delete"));
  const form = h(
    "form",
    {
      class: "form",
      onsubmit: (event) => {
        event.preventDefault();
        void save();
      },
    },
    labelled(t("name"), name),
    boxes,
    h("div", { class: "choices" }, h("button", { class: "plain main" }, t("save")), remove),
  );
  const change = h("details", {}, summary, form);
  let fill = (): void => undefined;

  async function save(): Promise<void> {
    const checked = [...boxes.querySelectorAll("input")].filter((box) => box.checked);
    const body = { name: name.value.trim(), agent_ids: checked.map((box) => box.value) };
    if (await act(() => api.send("PATCH", path, body), "saved")) {
      change.open = false;
      summary.focus();
    }
  }
  change.ontoggle = () => {
    if (change.open) fill();
  };
  return {
    element: h("li", { "data-testid": "team-row" }, title, members, mayChange ? change : null),
    show(team, agents) {
      const names = agents.filter(({ id }) => team.agent_ids.includes(id)).map(({ name }) => name);
      setText(title, team.name);
      setText(
        members,
        names.length > 0 ? new Intl.ListFormat(locale).format(names) : t("noMembers"),
      );
      set(summary, "aria-label", `${t("change")}: ${team.name}`);
      set(remove, "aria-label", `${t("delete")}: ${team.name}`);
      fill = () => {
        name.value = team.name;
        boxes.replaceChildren(
          h("legend", {}, t("members")),
          ...agents.map((agent) => {
            const box = h("input", { type: "checkbox", value: agent.id });
            box.checked = team.agent_ids.includes(agent.id);
            return h("label", {}, box, agent.name);
          }),
        );
      };
    },
  };
}
