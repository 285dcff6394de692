/** The wire types of `/admin/inboxes`: what there is to set of an inbox. Times are in seconds. */
export interface Inbox {
  id: string;
  name: string;
  channel: string;
  website_token: string | null;
  settings: {
    greeting?: string | null;
    locale?: string | null;
    color?: string | null;
    pre_chat?: object | null;
  };
}

export interface Rules {
  mode: "automatic" | "offer" | "manual";
  line_limit: number;
  wait_limit_s: number;
  offer_s: number;
  first_reply_s: number;
  widen_after_s: number;
  grace_s: number;
  overflow_team_id?: string | null;
  /** In hundredths of a conversation; without one, what the account says of its channel. */
  weight?: number | null;
}

export interface InboxRules {
  inbox_id: string;
  closed: boolean;
  rules: Rules;
  agent_ids: string[];
}

export interface Interval {
  opens: string;
  closes: string;
}

export interface Holiday {
  date: string;
  yearly?: boolean | null;
  name?: string | null;
  intervals?: Interval[] | null;
}

export interface Hours {
  time_zone: string;
  week: Record<string, Interval[]>;
  holidays?: Holiday[] | null;
}

export interface Target {
  within_s: number;
  warn_before_s?: number | null;
}

export interface Timers {
  first_reply: Target | null;
  next_reply: Target | null;
  resolution: Target | null;
  idle: { after_s: number; countdown_s: number } | null;
  archive_after_s: number | null;
}
