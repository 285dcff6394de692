/** What the loader hands to the panel. */
export interface Host {
  /** The gateway's origin: where the loader itself came from. */
  origin: string;
  websiteToken: string;
  /** The page's wish, if it has one (`data-lang`). */
  locale: string | null;
  root: ShadowRoot;
  /** Adds a sheet of style to the root. */
  style(css: string): void;
  launcher: HTMLButtonElement;
  setUnread(count: number): void;
  closed(): void;
}

/** What the panel's module exports, as the loader sees it. */
export interface PanelModule {
  mountPanel(host: Host): Promise<Panel>;
}

export interface Panel {
  /** Or hides it. */
  show(open: boolean): void;
}
