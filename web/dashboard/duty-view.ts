import type { Availability } from "../core/protocol.ts";
import { effect } from "../core/signal.ts";
import { h, set, setText } from "../view/dom.ts";
import type { Desk } from "./desk.ts";
import type { DashboardTranslate } from "./texts/en.ts";

const choices = ["online", "busy", "away"] as const;
const names = { online: "available", busy: "busy", away: "away" } as const;

/** Whether this agent takes conversations, and how many of those that they may they have. */
export function dutyView(desk: Desk, t: DashboardTranslate): {
  element: HTMLElement;
  dispose(): void;
} {
  const select = h(
    "select",
    {
      "aria-label": t("availability"),
      "data-testid": "availability",
      onchange: () => void choose(),
    },
    ...choices.map((choice) => h("option", { value: choice }, t(names[choice]))),
  );
  const load = h("span", { class: "load", role: "img", "data-testid": "load" });
  const element = h("div", { class: "duty", hidden: true }, select, load);

  async function choose(): Promise<void> {
    try {
      await desk.choose(select.value as Availability);
    } catch {
      // It was not heard: what is shown is what counts.
      show();
    }
  }
  function show(): void {
    const duty = desk.duty.value;
    element.hidden = duty === null;
    if (duty === null) return;
    select.value = duty.availability;
    set(select, "data-availability", duty.availability);
    const values = { load: duty.load, capacity: duty.capacity ?? "∞" };
    setText(load, `${values.load}/${values.capacity}`);
    set(load, "aria-label", t("load", values));
    set(load, "title", t("load", values));
  }
  return { element, dispose: effect(show) };
}
