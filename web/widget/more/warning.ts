import type { Base } from "./base.ts";

/** Says how long is left before the conversation ends by itself, and lets the visitor stay. */
export function warning({ h, chat, effect, setText, activity, send, stay, t }: Base): () => void {
  // A timer is read out when it is asked for, not every second.
  const text = h("span", { role: "timer" });
  const element = h(
    "div",
    { class: "warning", role: "alert", "data-testid": "warning", hidden: true },
    text,
    h("button", { type: "button", onclick: () => send(t("stillHere")) }, t("stay")),
  );
  activity.before(element);
  let ticking: ReturnType<typeof setTimeout> | undefined;

  function show(): void {
    clearTimeout(ticking);
    const left = Math.ceil((chat.state.endsAt.value - Date.now()) / 1000);
    element.hidden = left <= 0;
    if (element.hidden) return;
    stay();
    setText(text, t("warning", { time: clock(left) }));
    ticking = setTimeout(show, 1000);
  }

  const stop = effect(show);
  return () => {
    clearTimeout(ticking);
    stop();
    element.remove();
  };
}

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
