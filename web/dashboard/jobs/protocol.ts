/** The wire types of `/admin/jobs`. Times are ISO 8601. */
export interface Overview {
  processed: number;
  failed: number;
  enqueued: number;
  retries: number;
  scheduled: number;
  dead: number;
  processes: number;
  busy: number;
  queues: { name: string; size: number; latency: number }[];
}

export interface Job {
  id: string;
  jid: string;
  class: string;
  queue: string;
  /** Without what people wrote. */
  arguments: string;
  at?: string;
  enqueued_at?: string;
  failures: number;
  error_class?: string;
  error_message?: string;
}

export interface JobPage {
  total: number;
  jobs: Job[];
  next?: number;
}

export interface Process {
  identity: string;
  hostname: string;
  tag: string;
  concurrency: number;
  busy: number;
  queues: string[];
  started_at?: string;
  quiet: boolean;
  /** KiB. */
  rss: number;
  work: { thread: string; class: string; jid: string; queue: string; since: string }[];
}
