import type { SessionWishes } from "../core/visitor.ts";

/** What the page has said through `window.Switchboard`, also before there was a chat to tell it to. */
export interface Said extends SessionWishes {
  locale?: string | null;
  /** The page chose the colour: the inbox's does not replace it. */
  color?: string | null;
}

/** What the loader hands to the panel. */
export interface Host {
  /** The gateway's origin: where the loader itself came from. */
  origin: string;
  websiteToken: string;
  said: Said;
  root: ShadowRoot;
  launcher: HTMLButtonElement;
  /** Adds a sheet of style to the root. */
  style(css: string): void;
  setColor(color: string | null | undefined): void;
  setUnread(count: number): void;
  isOpen(): boolean;
  open(): void;
  close(): void;
  /** Takes the chat down and puts it up again. */
  anew(): void;
  /** Tells the page what happened. */
  emit(name: string, detail?: unknown): void;
}

/** What the panel's module exports, as the loader sees it. */
export interface PanelModule {
  mountPanel(host: Host): Promise<Panel>;
  /** Forgets whoever wrote here. */
  forget(host: Host): void;
}

export interface Panel {
  /** Or hides it. */
  show(open: boolean): void;
  /** The page has said something new of its visitor. */
  introduce(): void;
  /** The chat goes on elsewhere: as another person, or in another language. */
  remove(): void;
}
