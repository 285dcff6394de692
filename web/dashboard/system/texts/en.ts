import { frameTexts } from "../../screen/texts.ts";

export const en = {
  ...frameTexts,
  forbidden: "Only administrators see how the installation is.",
  system: "System",
  all_ok: "Everything works.",
  all_degraded: "Messages come and go, but something needs to be looked at.",
  all_unavailable: "Messages cannot be accepted at the moment.",
  gateways: "Gateways",
  redis: "Redis",
  postgres: "PostgreSQL",
  jobs: "Workers",
  journal: "Journal",
  ok: "works",
  degraded: "needs to be looked at",
  unavailable: "does not answer",
  alive: "{count} alive",
  workers: "{count} alive",
  lag: "{facts} facts on their way to PostgreSQL, the oldest for {seconds} s",
  unknown: "not known",
};

export type SystemKey = keyof typeof en;
