import type { Texts, Translate } from "../../core/i18n.ts";
import type { Item } from "../../core/items.ts";
import type { WidgetSession } from "../../core/protocol.ts";
import type { effect, Signal } from "../../core/signal.ts";
import type { h, set, setText } from "../../view/dom.ts";
import type { Connected } from "../connect.ts";
import type { Host } from "../host.ts";
import type { WidgetKey } from "../texts/en.ts";
import type { MoreKey } from "./texts.ts";

/** What the panel hands over: the two are built apart, and share one set of signals only so. */
export interface Lent extends Connected {
  host: Host;
  locale: string;
  texts: Texts<WidgetKey> & Partial<Texts<MoreKey>>;
  settings: Signal<WidgetSession["settings"] | null>;
  panel: HTMLElement;
  activity: HTMLElement;
  composer: HTMLElement;
  isMuted(): boolean;
  /** After each change of height: who reads the newest message still does. */
  stay(): void;
  h: typeof h;
  set: typeof set;
  setText: typeof setText;
  effect: typeof effect;
}

export interface Base extends Lent {
  t: Translate<WidgetKey | MoreKey>;
}

/** The parts of the widget that most chats never need. */
export interface More {
  /** A message has come that nobody sees. */
  notice(item: Item): void;
  /** Adds cards and quick replies to a message. */
  extend(item: Item, bubble: HTMLElement): void;
  remove(): void;
}

export interface MoreModule {
  more(lent: Lent): More;
}
