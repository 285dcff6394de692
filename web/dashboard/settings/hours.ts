import { h } from "../../view/dom.ts";
import { form } from "../screen/form.ts";
import type { Hours } from "./protocol.ts";
import type { SettingsStage } from "./settings.ts";
import { days, readHours, unreadable, writeHours } from "./written.ts";

/** The zones that a field of hours offers; once in a part that has such a form. */
export function zoneList(): HTMLElement {
  return h(
    "datalist",
    { id: "zones" },
    ...Intl.supportedValuesOf("timeZone").map((zone) => h("option", { value: zone })),
  );
}

/** The hours of an inbox or of an agent. `none` names what it is to have no hours. */
export function hoursForm(
  path: string,
  title: string,
  none: string,
  { api, act, t }: SettingsStage,
): { element: HTMLElement; load(): Promise<void> } {
  const hours = form({
    title,
    testId: "hours-form",
    action: t("save"),
    fields: [
      { name: "always", label: none, kind: "check" },
      {
        name: "time_zone",
        label: t("timeZone"),
        kind: "text",
        more: { list: "zones", required: true },
      },
      ...days.map((day) => ({
        name: day,
        label: t(day),
        kind: "text" as const,
        more: { placeholder: "09:00-12:30, 13:30-18:00" },
      })),
      { name: "holidays", label: t("holidays"), kind: "area", hint: t("holidaysHint") },
    ],
    check: (values) =>
      Object.fromEntries(unreadable(values).map((name) => [name, t("unreadable")])),
    save: (values) =>
      act(() => api.send("PUT", `${path}/hours`, { hours: readHours(values) }), "saved"),
  });
  return {
    element: hours.element,
    async load() {
      const opened = await api.get<{ hours: Hours | null }>(`${path}/hours`);
      hours.put(writeHours(opened.hours, Intl.DateTimeFormat().resolvedOptions().timeZone));
    },
  };
}
