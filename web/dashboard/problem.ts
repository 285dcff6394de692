import { ApiError } from "../core/api.ts";
import type { DashboardTranslate } from "./texts/en.ts";

/** What to say of an action that was refused or failed. */
export function problemOf(error: unknown, t: DashboardTranslate): string {
  if (!(error instanceof ApiError)) return t("actionFailed");
  switch (error.code) {
    case "taken":
      return error.holder ? t("takenBy", { name: error.holder }) : t("taken");
    case "agent_full":
      return t("agentFull");
    case "offer_lapsed":
      return t("offerLapsed");
    case "conversation_ended":
      return t("overAlready");
    default:
      return t(error.status === 403 ? "notAllowed" : "actionFailed");
  }
}
