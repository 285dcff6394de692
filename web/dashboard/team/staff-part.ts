import { h, set, setText } from "../../view/dom.ts";
import { keyedList } from "../../view/keyed.ts";
import type { Part } from "../screen/frame.ts";
import { Colleagues, parseSkills } from "./colleagues.ts";
import { availabilities, type Colleague } from "./protocol.ts";
import type { TeamStage } from "./team.ts";

/** The agents with what they have and may have, live. Supervisors change it; one's own state anybody. */
export function staffPart(stage: TeamStage): Part {
  const { api, t } = stage;
  const rows = h("ul", { class: "cards", "data-testid": "agents" });
  const empty = h("p", { class: "empty", role: "status" }, t("loading"));
  const colleagues = new Colleagues();
  const render = keyedList<Colleague, ReturnType<typeof agentRow>>(rows, {
    key: ({ id }) => id,
    create: (colleague) => agentRow(colleague, stage),
    update: (row, colleague) => row.show(colleague),
  });
  return {
    element: h("div", {}, rows, empty),
    async load() {
      const { agents } = await api.get<{ agents: Colleague[] }>("/admin/agents");
      colleagues.listed(agents);
      render(colleagues.all);
      setText(empty, agents.length > 0 ? "" : t("noAgents"));
    },
    heard(event) {
      const isIncomplete = colleagues.heard(event);
      render(colleagues.all);
      return isIncomplete;
    },
  };
}

function agentRow({ id, name }: Colleague, stage: TeamStage): {
  element: HTMLElement;
  show(colleague: Colleague): void;
} {
  const { agent, locale, t } = stage;
  const state = h("span", { class: "state" });
  const meter = h("meter", { min: 0 });
  const detail = h("span", { class: "detail" });
  const mayChange = agent.role !== "agent";
  const form = changeForm(id, name, mayChange, stage);
  const element = h(
    "li",
    { "data-testid": "colleague", "data-agent-id": id },
    h(
      "span",
      { class: "line" },
      h("strong", { dir: "auto" }, name),
      state,
      meter,
    ),
    detail,
    mayChange || id === agent.id ? form.element : null,
  );
  return {
    element,
    show(colleague) {
      const { availability, load, capacity, skills, role } = colleague;
      const number = new Intl.NumberFormat(locale);
      const said = t("loadOf", { load: number.format(load), capacity: number.format(capacity) });
      set(element, "data-availability", availability);
      setText(state, t(availability in words ? availability as keyof typeof words : "offline"));
      set(meter, "max", Math.max(capacity, load, 1));
      set(meter, "value", load);
      set(meter, "aria-label", said);
      setText(
        detail,
        [said, t(role in roles ? role as keyof typeof roles : "agent"), ...skills].join(" · "),
      );
      form.show(colleague);
    },
  };
}

const words = { online: 1, busy: 1, away: 1, offline: 1 };
const roles = { agent: 1, supervisor: 1, administrator: 1 };

/** Closed until asked for; what is being entered is not touched by what comes in meanwhile. */
function changeForm(id: string, name: string, mayAll: boolean, { api, act, t }: TeamStage): {
  element: HTMLElement;
  show(colleague: Colleague): void;
} {
  const availability = h(
    "select",
    { name: "availability" },
    ...availabilities.map((word) => h("option", { value: word }, t(word))),
  );
  const capacity = h("input", {
    name: "capacity",
    type: "number",
    min: 0,
    max: 1000,
    required: true,
  });
  const skills = h("input", { name: "skills", autocomplete: "off" });
  let shown: Colleague | null = null;

  async function save(): Promise<void> {
    const all = {
      capacity: capacity.valueAsNumber,
      skills: parseSkills(skills.value),
    };
    // Saying that somebody who is not there is available would only be confusing.
    const state = availability.disabled ? {} : { availability: availability.value };
    const body = { ...state, ...(mayAll ? all : {}) };
    if (await act(() => api.send("PATCH", `/admin/agents/${id}`, body), "saved")) {
      element.open = false;
      summary.focus();
    }
  }

  const summary = h("summary", { "aria-label": `${t("change")}: ${name}` }, t("change"));
  const element = h(
    "details",
    {},
    summary,
    h(
      "form",
      {
        class: "form",
        onsubmit: (event) => {
          event.preventDefault();
          void save();
        },
      },
      labelled(t("availability"), availability),
      ...(mayAll ? [labelled(t("capacity"), capacity), labelled(t("skills"), skills)] : []),
      h("button", { class: "plain main", "data-testid": "save" }, t("save")),
    ),
  );
  function fill(): void {
    if (shown === null) return;
    availability.value = shown.online ? shown.availability : "online";
    availability.disabled = !shown.online;
    capacity.value = String(shown.capacity);
    skills.value = shown.skills.join(", ");
  }
  element.ontoggle = () => {
    if (element.open) fill();
  };
  return {
    element,
    show(colleague) {
      shown = colleague;
      if (!element.open) fill();
    },
  };
}

export function labelled(text: string, field: HTMLElement): HTMLElement {
  return h("label", {}, h("span", {}, text), field);
}
