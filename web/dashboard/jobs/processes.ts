import { relativeTime } from "../../core/time.ts";
import { h, setText } from "../../view/dom.ts";
import { keyedList } from "../../view/keyed.ts";
import type { Part } from "../screen/frame.ts";
import type { JobsPage } from "./jobs.ts";
import type { Process } from "./protocol.ts";

/** The worker processes with what they run; they can be made quiet and stopped. */
export function processesPart(page: JobsPage): Part {
  const { api, t } = page;
  const rows = h("ul", { class: "cards", "data-testid": "processes" });
  const empty = h("p", { class: "empty" }, t("loading"));
  const render = keyedList<Process, ReturnType<typeof processRow>>(rows, {
    key: (process) => process.identity,
    create: ({ identity }) => processRow(identity, page),
    update: (row, process) => row.show(process),
  });
  return {
    element: h("div", {}, rows, empty),
    async load() {
      const { processes } = await api.get<{ processes: Process[] }>("/admin/jobs/processes");
      render(processes);
      setText(empty, processes.length > 0 ? "" : t("noProcesses"));
    },
  };
}

function processRow(identity: string, { api, act, locale, t }: JobsPage): {
  element: HTMLElement;
  show(process: Process): void;
} {
  const state = h("span", { class: "detail" });
  const work = h("ul", { class: "work" });
  const buttons = (["quiet", "stop"] as const).map((action) =>
    h("button", {
      type: "button",
      class: "plain",
      onclick: () =>
        void act(
          () => api.post(`/admin/jobs/processes/${encodeURIComponent(identity)}`, { action }),
          "asked",
        ),
    }, t(action))
  );
  const element = h(
    "li",
    { "data-testid": "process" },
    h("strong", {}, identity),
    state,
    work,
    h("div", { class: "choices" }, ...buttons),
  );
  return {
    element,
    show({ busy, concurrency, quiet, rss, queues, work: running }) {
      setText(
        state,
        [
          t("slots", { busy, concurrency }),
          ...(quiet ? [t("isQuiet")] : []),
          t("memory", { mb: Math.round(rss / 1024) }),
          queues.join(", "),
        ].join(" · "),
      );
      buttons[0]!.disabled = quiet;
      work.replaceChildren(
        ...running.map((job) =>
          h("li", {}, `${job.class} · ${job.jid} · ${relativeTime(job.since, locale)}`)
        ),
      );
    },
  };
}
