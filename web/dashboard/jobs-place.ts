import { h } from "../view/dom.ts";
import type { JobsOptions, jobsPage } from "./jobs/jobs.ts";
import { parseSection } from "./jobs/section.ts";
import type { DashboardTranslate } from "./texts/en.ts";

declare const JOBS_PATH: string;

/** Where the jobs page goes. The page itself is fetched when the address first asks for it: few ever do. */
export function jobsPlace(options: JobsOptions, t: DashboardTranslate): {
  element: HTMLElement;
  show(hash: string): boolean;
  dispose(): void;
} {
  const element = h("main", { class: "jobs-place", hidden: true });
  let page: ReturnType<typeof jobsPage> | null = null;
  let isOver = false;
  let attempts = 0;

  function leave(): void {
    page?.dispose();
    page = null;
    element.replaceChildren();
  }

  async function open(): Promise<void> {
    try {
      // A browser remembers that a module could not be loaded; another address is another try.
      const path = JOBS_PATH + (attempts ? `?${attempts}` : "");
      const module = await import(path) as { jobsPage: typeof jobsPage };
      const section = parseSection(location.hash);
      if (isOver || page !== null || section === null) return;
      page = module.jobsPage(options);
      element.replaceChildren(page.element);
      page.show(section);
    } catch {
      attempts++;
      element.replaceChildren(h("p", { class: "empty", role: "alert" }, t("unreachable")));
    }
  }

  return {
    element,
    /** True when the address is one of its. */
    show(hash) {
      const section = parseSection(hash);
      element.hidden = section === null;
      if (section === null) {
        leave();
        return false;
      }
      if (page !== null) page.show(section);
      else {
        element.replaceChildren(h("p", { class: "empty", role: "status" }, t("loading")));
        void open();
      }
      return true;
    },
    dispose() {
      isOver = true;
      leave();
    },
  };
}
