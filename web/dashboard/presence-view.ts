import { effect } from "../core/signal.ts";
import { h, set, setText } from "../view/dom.ts";
import type { Presence } from "./presence.ts";
import type { DashboardTranslate } from "./texts/en.ts";

/** Filled while the contact is connected, a ring otherwise: it does not rest on colour alone. */
export function presenceDot(t: DashboardTranslate): {
  element: HTMLElement;
  show(online: boolean): void;
} {
  const element = h("span", { class: "presence", role: "img", "data-testid": "presence" });
  return {
    element,
    show(online) {
      const word = t(online ? "present" : "absent");
      set(element, "data-online", String(online));
      set(element, "aria-label", word);
      set(element, "title", word);
    },
  };
}

/** One line on the other agents who look at a chat or write in it; hidden when there are none. */
export function companyLine(
  { viewing, typing }: Presence,
  chatId: string,
  locale: string,
  t: DashboardTranslate,
): { element: HTMLElement; dispose(): void } {
  const element = h("div", { class: "activity", role: "status", "data-testid": "company" });
  const list = new Intl.ListFormat(locale);
  const dispose = effect(() => {
    const viewers = { key: "viewing", people: viewing.of(chatId) ?? [] } as const;
    const writers = { key: "writing", people: typing.value.get(chatId) ?? [] } as const;
    const parts = [viewers, writers]
      .filter(({ people }) => people.length > 0)
      .map(({ key, people }) => t(key, { names: list.format(people.map(({ name }) => name)) }));
    setText(element, parts.join(" · "));
    element.hidden = parts.length === 0;
  });
  return { element, dispose };
}
