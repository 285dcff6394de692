import { h, set, setText } from "../../view/dom.ts";
import { keyedList } from "../../view/keyed.ts";
import type { Part } from "../screen/frame.ts";
import { form } from "../screen/form.ts";
import { hoursForm, zoneList } from "./hours.ts";
import type { SettingsStage } from "./settings.ts";

interface Agent {
  id: string;
  name: string;
  role: string;
}

const roles = ["agent", "supervisor", "administrator"] as const;

/** Who works here and as what: hiring, roles, and sending away. */
export function agentsPart(stage: SettingsStage): Part {
  const { api, act, t } = stage;
  const rows = h("ul", { class: "cards", "data-testid": "staff" });
  const hiring = form({
    title: t("hire"),
    testId: "hire-form",
    action: t("hire"),
    fields: [
      { name: "name", label: t("name"), kind: "text", more: { required: true, maxlength: 100 } },
      { name: "email", label: t("email"), kind: "email", more: { required: true, maxlength: 254 } },
      {
        name: "password",
        label: t("firstPassword"),
        kind: "password",
        hint: t("passwordHint"),
        more: { required: true, minlength: 10, maxlength: 200, autocomplete: "new-password" },
      },
      {
        name: "role",
        label: t("role"),
        kind: "select",
        options: roles.map((role) => [role, t(role)] as const),
      },
    ],
    save: async (values) => {
      let isTaken = false;
      const went = await act(async () => {
        try {
          await api.post("/admin/agents", values);
        } catch (error) {
          isTaken = (error as { code?: string }).code === "email_taken";
          throw error;
        }
      }, "hired");
      if (isTaken) stage.tell("emailTaken");
      if (went) hiring.put({ role: "agent" });
      return went;
    },
  });
  hiring.put({ role: "agent" });
  const render = keyedList<Agent, ReturnType<typeof agentRow>>(rows, {
    key: ({ id }) => id,
    create: ({ id }) => agentRow(id, stage),
    update: (row, agent) => row.show(agent),
  });
  return {
    element: h("div", {}, rows, zoneList(), hiring.element),
    isStill: true,
    async load() {
      render((await api.get<{ agents: Agent[] }>("/admin/agents")).agents);
    },
  };
}

/** One's own role is another administrator's to change: so one always stays. */
function agentRow(id: string, stage: SettingsStage): {
  element: HTMLElement;
  show(agent: Agent): void;
} {
  const { api, act, agent, t, tell } = stage;
  const path = `/admin/agents/${id}`;
  const isOwn = id === agent.id;
  const name = h("strong", { dir: "auto" });
  const role = h(
    "select",
    {
      disabled: isOwn,
      "data-testid": "role",
      onchange: () =>
        void act(() => api.send("PUT", `${path}/role`, { role: role.value }), "saved"),
    },
    ...roles.map((each) => h("option", { value: each }, t(each))),
  );
  const remove = h("button", {
    type: "button",
    class: "plain",
    disabled: isOwn,
    "data-testid": "remove",
    onclick: () => {
      if (!confirm(t("sureAgent", { name: name.textContent ?? "" }))) return;
      void act(() => api.send("DELETE", path), "removed");
    },
  }, t("remove"));
  const summary = h("summary", {}, t("workingHours"));
  const hours = h("details", { "data-testid": "hours" }, summary);
  let times: ReturnType<typeof hoursForm> | null = null;
  hours.ontoggle = () => {
    if (!hours.open) return;
    if (times === null) {
      times = hoursForm(path, t("workingHours"), t("noHours"), stage);
      hours.append(times.element);
    }
    times.load().catch(() => tell("unreachable"));
  };
  return {
    element: h(
      "li",
      { "data-testid": "member" },
      name,
      h("div", { class: "choices" }, role, remove),
      hours,
    ),
    show(shown) {
      setText(name, shown.name);
      set(role, "aria-label", t("roleOf", { name: shown.name }));
      set(remove, "aria-label", `${t("remove")}: ${shown.name}`);
      set(summary, "aria-label", `${t("workingHours")}: ${shown.name}`);
      if (document.activeElement !== role) role.value = shown.role;
    },
  };
}
