import { h, setText } from "../../view/dom.ts";
import { keyedList } from "../../view/keyed.ts";
import type { Part } from "../screen/frame.ts";
import type { JobsPage } from "./jobs.ts";
import type { Overview } from "./protocol.ts";
import { linkTo } from "./section.ts";

/** Totals, and the queues as links to what waits in them. */
export function overviewPart({ api, locale, t }: JobsPage): Part {
  const totals = h("p", { "data-testid": "jobs-totals" }, t("loading"));
  const rows = h("ul", { class: "cards", "data-testid": "queues" });
  const empty = h("p", { class: "empty", hidden: true }, t("noQueues"));
  const number = new Intl.NumberFormat(locale);
  const render = keyedList<Overview["queues"][number], ReturnType<typeof queueRow>>(rows, {
    key: (queue) => queue.name,
    create: ({ name }) => queueRow(name),
    update: (row, { size, latency }) => {
      const age = size > 0
        ? ` · ${t("latency", { seconds: number.format(Math.round(latency)) })}`
        : "";
      setText(row.state, t("depth", { count: number.format(size) }) + age);
    },
  });
  return {
    element: h("div", {}, totals, rows, empty),
    async load() {
      const all = await api.get<Overview>("/admin/jobs");
      setText(
        totals,
        t("totals", {
          processed: number.format(all.processed),
          failed: number.format(all.failed),
          busy: number.format(all.busy),
        }),
      );
      render(all.queues);
      empty.hidden = all.queues.length > 0;
    },
  };
}

function queueRow(name: string): { element: HTMLElement; state: HTMLElement } {
  const state = h("span", { class: "detail" });
  const link = h("a", { href: linkTo({ name: "queue", queue: name }) }, name);
  return { element: h("li", {}, h("strong", {}, link), state), state };
}
