import { h } from "../view/dom.ts";
import { parsePlace, type Place, type ScreenName } from "./route.ts";
import type { Screen, ScreenModule, ScreenOptions } from "./screen/screen.ts";
import type { DashboardTranslate } from "./texts/en.ts";

declare const SCREEN_PATHS: Record<ScreenName, string>;

/** Where the screens beside the chats go. Each is fetched when the address first asks for it. */
export function screenPlace(options: ScreenOptions, t: DashboardTranslate): {
  element: HTMLElement;
  show(hash: string): Place | null;
  dispose(): void;
} {
  const element = h("main", { class: "screen-place", hidden: true });
  let shown: { path: string; screen: Screen } | null = null;
  let isOver = false;
  let attempts = 0;

  function leave(): void {
    shown?.screen.dispose();
    shown = null;
    element.replaceChildren();
  }

  function wanted(): string | null {
    const place = isOver ? null : parsePlace(location.hash);
    return place && SCREEN_PATHS[place.screen];
  }

  async function open(path: string): Promise<void> {
    element.replaceChildren(h("p", { class: "empty", role: "status" }, t("loading")));
    try {
      // A browser remembers that a module could not be loaded; another address is another try.
      const module = await import(path + (attempts ? `?${attempts}` : "")) as ScreenModule;
      if (wanted() !== path || shown !== null) return;
      shown = { path, screen: module.screen(options) };
      element.replaceChildren(shown.screen.element);
      shown.screen.show(location.hash);
    } catch {
      attempts++;
      if (wanted() !== path || shown !== null) return;
      const again = h("button", {
        type: "button",
        class: "plain",
        onclick: () => void open(path),
      }, t("retry"));
      element.replaceChildren(
        h("div", { class: "empty", role: "alert" }, h("p", {}, t("unreachable")), again),
      );
    }
  }

  return {
    element,
    /** Null when the address is one of the chats. */
    show(hash) {
      const place = parsePlace(hash);
      element.hidden = place === null;
      const path = place && SCREEN_PATHS[place.screen];
      if (path !== shown?.path) leave();
      if (path === null) return null;
      if (shown === null) void open(path);
      else shown.screen.show(hash);
      return place;
    },
    dispose() {
      isOver = true;
      leave();
    },
  };
}
