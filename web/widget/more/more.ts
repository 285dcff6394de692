import { translator } from "../../core/i18n.ts";
import type { Base, Lent, More } from "./base.ts";
import { extend } from "./cards.ts";
import { ending } from "./ending.ts";
import { forms } from "./forms.ts";
import styles from "./more.css" with { type: "text" };
import { notices } from "./notices.ts";
import { moreTexts } from "./texts.ts";
import { warning } from "./warning.ts";

let isStyled = false;

/** Everything of the widget that is fetched only when there is something to show of it. */
export function more(lent: Lent): More {
  const base: Base = { ...lent, t: translator({ ...moreTexts, ...lent.texts }) };
  if (!isStyled) base.host.style(styles);
  isStyled = true;
  const { notice, remove } = notices(base);
  const stops = [warning(base), ending(base), forms(base), remove];
  return {
    notice,
    extend: (item, bubble) => extend(base, item, bubble),
    remove() {
      for (const stop of stops) stop();
    },
  };
}
