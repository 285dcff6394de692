import { relativeTime } from "../../core/time.ts";
import { h, setText } from "../../view/dom.ts";
import { keyedList } from "../../view/keyed.ts";
import type { Part } from "../screen/frame.ts";
import type { JobsPage } from "./jobs.ts";
import type { Job, JobPage } from "./protocol.ts";
import { type Action, actionsOf, type Section } from "./section.ts";
import type { JobsKey } from "./texts/en.ts";

const nothing: Record<string, JobsKey> = {
  retries: "noRetries",
  scheduled: "noScheduled",
  dead: "noDead",
  queue: "noQueue",
};

/** The jobs of a set or a queue: searched, page after page, one by one or all at once. */
export function waitingPart(section: Section, path: string, page: JobsPage): Part {
  const { api, act, t } = page;
  const actions = actionsOf(section);
  const rows = h("ul", { class: "cards", "data-testid": "waiting" });
  const empty = h("p", { class: "empty", role: "status" }, t("loading"));
  const search = h("input", {
    type: "search",
    name: "q",
    placeholder: t("searchHint"),
    "aria-label": t("search"),
    "data-testid": "jobs-search",
  });
  const more = h("button", { type: "button", class: "earlier", hidden: true }, t("more"));
  const all = actions.map((action) =>
    h("button", {
      type: "button",
      class: "plain",
      "data-testid": `${action}-all`,
      onclick: () => askForAll(action),
    }, t(`${action}All`))
  );
  let total = 0;
  let pages = 1;
  let asked = 0;

  const render = keyedList<Job, ReturnType<typeof jobRow>>(rows, {
    key: (job) => job.id,
    create: ({ id }) =>
      jobRow(
        actions,
        page,
        (action) => act(() => api.post(`${path}/${encodeURIComponent(id)}`, { action })),
      ),
    update: (row, job) => row.show(job),
  });

  function askForAll(action: Action): void {
    const question = t("sure", { action: t(`${action}All`), count: total });
    if (confirm(question)) void act(() => api.post(path, { action }));
  }

  /** All pages that are shown, anew: between two looks jobs come and go at either end. */
  async function load(): Promise<void> {
    const turn = ++asked;
    const query = search.value.trim();
    const jobs: Job[] = [];
    let next: number | undefined = 0;
    for (let count = 0; count < pages && next !== undefined; count++) {
      const words: URLSearchParams = new URLSearchParams({ offset: String(next), q: query });
      const found: JobPage = await api.get<JobPage>(`${path}?${words}`);
      if (turn !== asked) return;
      jobs.push(...found.jobs);
      total = found.total;
      next = found.next;
    }
    render(jobs);
    more.hidden = next === undefined;
    for (const button of all) button.disabled = total === 0;
    const text = query && total > 0 ? "noMatch" : nothing[section.name]!;
    setText(empty, jobs.length > 0 ? "" : t(text));
  }

  const again = (): void => void load().catch(() => page.tell("unreachable"));
  search.oninput = () => {
    pages = 1;
    again();
  };
  more.onclick = () => {
    pages++;
    again();
  };
  return {
    element: h("div", {}, h("div", { class: "tools" }, search, ...all), rows, empty, more),
    load,
  };
}

function jobRow(
  actions: Action[],
  { locale, t }: JobsPage,
  perform: (action: Action) => Promise<unknown>,
): { element: HTMLElement; show(job: Job): void } {
  const name = h("strong", {});
  const detail = h("span", { class: "detail" });
  const problem = h("span", { class: "problem" });
  const text = h("code", {});
  const buttons = actions.map((action) =>
    h("button", {
      type: "button",
      class: "plain",
      "data-testid": action,
      onclick: () => void perform(action),
    }, t(action))
  );
  return {
    element: h(
      "li",
      { "data-testid": "job" },
      name,
      detail,
      problem,
      text,
      h("div", { class: "choices" }, ...buttons),
    ),
    show(job) {
      const time = job.at ?? job.enqueued_at;
      setText(name, job.class);
      setText(
        detail,
        [
          job.queue,
          ...(time ? [relativeTime(time, locale)] : []),
          ...(job.failures > 0 ? [t("failures", { count: job.failures })] : []),
          job.jid,
        ].join(" · "),
      );
      setText(problem, job.error_class ? `${job.error_class}: ${job.error_message ?? ""}` : "");
      setText(text, job.arguments);
      for (const [index, button] of buttons.entries()) {
        button.setAttribute("aria-label", `${t(actions[index]!)}: ${job.class} ${job.jid}`);
      }
    },
  };
}
