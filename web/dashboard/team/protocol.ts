/** The wire types of `/admin/queue`, `/admin/agents`, `/admin/teams` and `/admin/inboxes/rules`. */
export interface Line {
  id: string;
  inbox_id: string;
  team_id?: string | null;
  skills: string[];
  mode: "automatic" | "offer" | "manual";
  waiting: number;
  first_since?: string | null;
  /** Agents who have room for one more. */
  ready: number;
  /** Seconds between two who are served, of late. */
  pace_s?: number | null;
}

export const priorities = ["low", "normal", "high", "urgent"] as const;
export type Priority = typeof priorities[number];

export interface Waiting {
  chat_id: string;
  position: number;
  since?: string | null;
  priority: Priority;
  skills: string[];
  contact?: { name: string | null; email: string | null } | null;
}

export const availabilities = ["online", "busy", "away"] as const;

export interface Colleague {
  id: string;
  name: string;
  role: string;
  availability: string;
  online: boolean;
  /** In conversations, as is the capacity. */
  load: number;
  capacity: number;
  skills: string[];
}

export interface Team {
  id: string;
  name: string;
  agent_ids: string[];
}

export interface InboxName {
  inbox_id: string;
  name: string;
}
