import { h, set } from "../view/dom.ts";
import { placeTo, type ScreenName, screensFor } from "./route.ts";
import type { DashboardTranslate } from "./texts/en.ts";

/** The second key after `g`. */
const keys: Record<string, ScreenName | "chats"> = {
  c: "chats",
  q: "queue",
  t: "team",
  s: "settings",
  y: "system",
  j: "jobs",
};
const patience = 1500;

/**
 * The way among the screens: links, and `g` with a letter. Only what the role has something in.
 *
 * `isOn` tells whether single keys are wanted. It comes before `keyboard`, which has some of the letters by themselves.
 */
export function navigation(role: string, isOn: () => boolean, t: DashboardTranslate): {
  element: HTMLElement;
  show(screen: ScreenName | null): void;
  dispose(): void;
} {
  const names = ["chats", ...screensFor(role)] as const;
  const links = new Map(names.map((name) => {
    const key = Object.keys(keys).find((each) => keys[each] === name)!;
    const link = h("a", {
      href: name === "chats" ? "#/active" : placeTo(name),
      "aria-keyshortcuts": `g ${key}`,
      title: `${t(name)} (g ${key})`,
      "data-testid": `${name}-link`,
    }, t(name));
    return [name, link] as const;
  }));
  const element = h("nav", { class: "screens", "aria-label": t("screens") }, ...links.values());
  let askedAt = -patience;

  function press(event: KeyboardEvent): void {
    const { key, timeStamp, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || !isOn()) return;
    if (isField(target) || document.querySelector("dialog[open]") !== null) return;
    const link = timeStamp - askedAt < patience ? links.get(keys[key] ?? "chats") : undefined;
    askedAt = key === "g" ? timeStamp : -patience;
    if (link === undefined || !(key in keys)) return;
    event.preventDefault();
    link.click();
  }
  addEventListener("keydown", press);

  return {
    element,
    show(screen) {
      for (const [name, link] of links) {
        const isHere = name === (screen ?? "chats");
        set(link, "aria-current", isHere ? "page" : null);
        // On a telephone there is no room for all of them at once.
        if (isHere) link.scrollIntoView({ block: "nearest", inline: "nearest" });
      }
    },
    dispose: () => removeEventListener("keydown", press),
  };
}

function isField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select") !== null;
}
