import type { AdminEvent, ChatRow } from "../core/protocol.ts";
import { Signal } from "../core/signal.ts";
import type { KeyValueStore } from "../core/storage.ts";
import { chime } from "../view/chime.ts";
import { routeTo } from "./route.ts";
import type { DashboardTranslate } from "./texts/en.ts";

/** What an agent is called for. */
export interface Alert {
  chatId: string;
  name: string | null;
  /** Null: a conversation is offered. */
  text: string | null;
}

export interface Around {
  agentId: string;
  /** The chat is before the agent's eyes. */
  isWatched(chatId: string): boolean;
  row(chatId: string): ChatRow | undefined;
}

const longest = 120;

/** What of the staff's news calls this agent: an offer, and words of whoever is theirs or nobody's. */
export function alertOf(event: AdminEvent, { agentId, isWatched, row }: Around): Alert | null {
  if (event.type === "chat_updated") {
    const { id, offer } = event.chat;
    if (offer?.agent_id !== agentId) return null;
    return { chatId: id, name: row(id)?.contact.name ?? null, text: null };
  }
  if (event.type !== "new_user_message" || isWatched(event.chat_id)) return null;
  const assignee = row(event.chat_id)?.assignee;
  if (assignee && assignee.id !== agentId) return null;
  const name = event.contact_name ?? event.user_email;
  return { chatId: event.chat_id, name, text: event.message.content.slice(0, longest) };
}

export interface AlertsOptions extends Around {
  store: KeyValueStore;
  t: DashboardTranslate;
}

/** A sound, and a word on the desktop when the page is not looked at: once the agent has asked for it. */
export class Alerts {
  readonly isOn: Signal<boolean>;
  readonly #options: AlertsOptions;
  readonly #key: string;

  constructor(options: AlertsOptions) {
    this.#options = options;
    this.#key = `switchboard:alerts:${options.agentId}`;
    this.isOn = new Signal(options.store.get(this.#key) === "on");
  }

  /** The browser may ask, so it has to come of a press. Without its leave there is the sound alone. */
  turn(on: boolean): void {
    this.isOn.value = on;
    this.#options.store.set(this.#key, on ? "on" : "off");
    if (on && "Notification" in globalThis && Notification.permission === "default") {
      void Notification.requestPermission();
    }
  }

  heard(event: AdminEvent): void {
    if (!this.isOn.peek()) return;
    const alert = alertOf(event, this.#options);
    if (alert === null) return;
    chime("switchboard:staff:");
    if (!document.hasFocus()) this.#notify(alert);
  }

  #notify({ chatId, name, text }: Alert): void {
    const { t } = this.#options;
    if (!("Notification" in globalThis) || Notification.permission !== "granted") return;
    const who = name ?? t("visitor");
    try {
      // The tag keeps it to one a chat, however many tabs tell it.
      const shown = new Notification(text === null ? t("offered", { name: who }) : who, {
        body: text ?? "",
        tag: `switchboard:${chatId}`,
      });
      shown.onclick = () => {
        globalThis.focus();
        location.hash = routeTo({ tab: "active", chatId });
        shown.close();
      };
    } catch {
      // Telephones have notifications for service workers alone.
    }
  }
}
