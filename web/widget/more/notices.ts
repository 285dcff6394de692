import type { Item } from "../../core/items.ts";
import { chime } from "../../view/chime.ts";
import type { Base } from "./base.ts";

const longestPreview = 100;

/** A bubble beside the launcher with the beginning of a message that nobody sees, and a sound. */
export function notices(base: Base): { notice(item: Item): void; remove(): void } {
  const { h, host, panel, effect, chat, setText, isMuted, key, t } = base;
  const name = h("strong");
  const text = h("span", { dir: "auto" });
  const bubble = h(
    "div",
    { class: "notice", role: "status", "data-testid": "notice", hidden: true },
    h("button", { type: "button", class: "read", onclick: host.open }, name, text),
    h("button", {
      type: "button",
      class: "dismiss",
      "aria-label": t("dismiss"),
      onclick: () => bubble.hidden = true,
    }, "×"),
  );
  host.root.append(bubble);
  const stop = effect(() => {
    if (chat.state.unread.value === 0) bubble.hidden = true;
  });
  return {
    notice({ sender_name, content }) {
      if (!isMuted()) chime(key);
      if (!panel.hidden) return;
      setText(name, sender_name ? t("newFrom", { name: sender_name }) : t("newFromUs"));
      const characters = [...content];
      const isLong = characters.length > longestPreview;
      setText(text, characters.slice(0, longestPreview).join("") + (isLong ? "…" : ""));
      bubble.hidden = false;
    },
    remove() {
      stop();
      bubble.remove();
    },
  };
}
