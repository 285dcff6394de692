import type { Item } from "../../core/items.ts";
import type { Card } from "../../core/protocol.ts";
import type { Base } from "./base.ts";

/** The cards of a message, and its answers to choose from: one choice, and they are gone. */
export function extend({ h, send }: Base, item: Item, bubble: HTMLElement): void {
  const cards = (item.cards ?? []).slice(0, 10).map((card) => cardOf(h, card));
  if (cards.length > 0) bubble.append(h("div", { class: "cards" }, ...cards));
  const replies = (item.quick_replies ?? []).slice(0, 10);
  if (replies.length === 0) return;
  const row = h(
    "div",
    { class: "replies" },
    ...replies.map((reply) =>
      h("button", {
        type: "button",
        "data-testid": "quick-reply",
        dir: "auto",
        onclick: () => {
          row.remove();
          send(reply);
        },
      }, reply)
    ),
  );
  bubble.append(row);
}

function cardOf(h: Base["h"], { title, text, image, link }: Card): HTMLElement {
  const picture = secure(image);
  const address = secure(link);
  const inside = [
    picture ? h("img", { src: picture, alt: "", loading: "lazy" }) : null,
    h("strong", { dir: "auto" }, title),
    text ? h("span", { dir: "auto" }, text) : null,
  ];
  return address
    ? h(
      "a",
      { class: "card", href: address, target: "_blank", rel: "noreferrer", "data-testid": "card" },
      ...inside,
    )
    : h("div", { class: "card", "data-testid": "card" }, ...inside);
}

/** Only ever https:. */
function secure(address: string | undefined): string | null {
  return address && /^https:/i.test(address) && URL.canParse(address) ? address : null;
}
