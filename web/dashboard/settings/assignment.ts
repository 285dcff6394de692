import { h } from "../../view/dom.ts";
import { form } from "../screen/form.ts";
import type { InboxRules, Rules } from "./protocol.ts";
import type { SettingsStage } from "./settings.ts";

interface Named {
  id: string;
  name: string;
}

/** How an inbox gives out its conversations, and to whom: nobody in particular means everybody. */
export function assignmentForm(path: string, { api, act, t }: SettingsStage): {
  element: HTMLElement;
  load(now: InboxRules): Promise<void>;
} {
  const number = (name: keyof Rules, min: number, max: number) => ({
    name,
    label: t(name as "offer_s"),
    kind: "number" as const,
    more: { min, max, required: true },
  });
  const team = h("select", { name: "overflow_team_id" });
  const boxes = h("fieldset", { class: "boxes" });
  let isTouched = false;

  const rules = form({
    title: t("assignment"),
    testId: "rules-form",
    action: t("save"),
    fields: [
      {
        name: "mode",
        label: t("mode"),
        kind: "select",
        options: [["automatic", t("automatic")], ["offer", t("offer")], ["manual", t("manual")]],
      },
      number("line_limit", 0, 1_000_000),
      number("wait_limit_s", 0, 604_800),
      number("offer_s", 5, 600),
      number("first_reply_s", 0, 86_400),
      number("widen_after_s", 0, 86_400),
      number("grace_s", 5, 3600),
      {
        name: "weight",
        label: t("weight"),
        kind: "number",
        more: { min: 0.01, max: 100, step: 0.01 },
      },
    ],
    async save({ mode, weight, ...numbers }) {
      const checked = [...boxes.querySelectorAll("input")].filter((box) => box.checked);
      const body = {
        rules: {
          mode,
          ...Object.fromEntries(
            Object.entries(numbers).map(([name, text]) => [name, Number(text)]),
          ),
          weight: weight ? Math.round(Number(weight) * 100) : null,
          overflow_team_id: team.value || null,
        },
        agent_ids: checked.map((box) => box.value),
      };
      isTouched = false;
      const went = await act(() => api.send("PUT", `${path}/rules`, body), "saved");
      isTouched ||= !went;
      return went;
    },
  });
  rules.element.lastElementChild!.before(
    h("label", {}, h("span", {}, t("overflow_team_id")), team),
    boxes,
  );
  rules.element.addEventListener("input", () => isTouched = true);

  return {
    element: rules.element,
    async load({ rules: { overflow_team_id, weight, ...now }, agent_ids }) {
      const [{ teams }, { agents }] = await Promise.all([
        api.get<{ teams: Named[] }>("/admin/teams"),
        api.get<{ agents: Named[] }>("/admin/agents"),
      ]);
      if (isTouched) return;
      rules.put({
        ...Object.fromEntries(Object.entries(now).map(([name, value]) => [name, String(value)])),
        weight: weight ? String(weight / 100) : "",
      });
      team.replaceChildren(
        h("option", { value: "" }, t("noTeam")),
        ...teams.map(({ id, name }) => h("option", { value: id }, name)),
      );
      team.value = overflow_team_id ?? "";
      boxes.replaceChildren(
        h("legend", {}, t("servedBy")),
        ...agents.map(({ id, name }) => {
          const box = h("input", { type: "checkbox", value: id });
          box.checked = agent_ids.includes(id);
          return h("label", {}, box, name);
        }),
      );
    },
  };
}
