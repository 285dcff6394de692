import { h, setText } from "../../view/dom.ts";
import type { SettingsStage } from "./settings.ts";

/** Whether an inbox takes conversations at all. Closing it is asked about, as it sends away those who wait. */
export function closing(path: string, { api, act, t }: SettingsStage): {
  element: HTMLElement;
  show(isClosed: boolean): void;
} {
  let isClosed = false;
  const state = h("p", { class: "detail", "data-testid": "closed" });
  const button = h("button", {
    type: "button",
    class: "plain",
    "data-testid": "close-inbox",
    onclick: () => {
      if (!isClosed && !confirm(t("sureClose"))) return;
      void act(
        () => api.send("PUT", `${path}/closed`, { closed: !isClosed }),
        isClosed ? "openedInbox" : "closedInbox",
      );
    },
  });
  return {
    element: h("section", {}, h("h3", {}, t("taking")), state, button),
    show(now) {
      isClosed = now;
      setText(state, t(now ? "isClosed" : "isOpen"));
      setText(button, t(now ? "openInbox" : "closeInbox"));
    },
  };
}
