import type { Translate } from "../../../core/i18n.ts";
import { frameTexts } from "../../screen/texts.ts";

export const en = {
  ...frameTexts,
  jobs: "Jobs",
  overview: "Overview",
  retries: "Retries",
  scheduled: "Scheduled",
  dead: "Dead",
  processes: "Workers",
  queue: "Queue {name}",
  totals: "{processed} processed · {failed} failed · {busy} running",
  depth: "{count} waiting",
  latency: "oldest waits {seconds} s",
  noQueues: "No queue has been used yet.",
  noRetries: "No job waits to be tried again.",
  noScheduled: "No job is planned for later.",
  noDead: "No job has been given up.",
  noQueue: "Nothing waits in this queue.",
  noProcesses: "No worker runs. Jobs wait until one does.",
  noMatch: "No job has that text.",
  search: "Search",
  searchHint: "Class, id, error …",
  more: "More jobs",
  retry: "Run now",
  kill: "Give up",
  delete: "Delete",
  retryAll: "Run all now",
  killAll: "Give all up",
  deleteAll: "Delete all",
  sure: "{action}: {count} jobs. Are you sure?",
  quiet: "Quiet",
  stop: "Stop",
  isQuiet: "takes no more jobs",
  slots: "{busy} of {concurrency} busy",
  memory: "{mb} MB",
  failures: "failed {count} times",
  forbidden:
    "Jobs belong to the whole installation. Only administrators of the account that runs it see them.",
  gone: "That job is not there any more.",
  asked: "Asked. It takes a few seconds.",
};

export type JobsKey = keyof typeof en;
export type JobsTranslate = Translate<JobsKey>;
