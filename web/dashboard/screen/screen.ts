import type { Api } from "../../core/api.ts";
import type { AdminEvent, Agent } from "../../core/protocol.ts";
import type { KeyValueStore } from "../../core/storage.ts";

/** Where this browser keeps the language that somebody chose instead of its own. */
export const languageKey = "switchboard:language";

/** What the workspace lends to a screen, which is a module of its own. */
export interface ScreenOptions {
  api: Api;
  store: KeyValueStore;
  locale: string;
  agent: Agent;
  /** Hears what the staff's channel says, until the answer is called. */
  listen(heard: (event: AdminEvent) => void): () => void;
  unauthorized(): void;
}

export interface Screen {
  element: HTMLElement;
  /** Goes to where an address of its own points. */
  show(hash: string): void;
  dispose(): void;
}

/** What each module gives that `screen-place.ts` fetches. */
export interface ScreenModule {
  screen(options: ScreenOptions): Screen;
}
