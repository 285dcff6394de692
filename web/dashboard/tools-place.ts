import type * as Tools from "./tools/tools.ts";

declare const TOOLS_PATH: string;

let loading: Promise<typeof Tools> | null = null;
let attempts = 0;

/** Dialogs, the palette and the help: fetched when one is first asked for. Rejects without the network. */
export function loadTools(): Promise<typeof Tools> {
  // A browser remembers that a module could not be loaded; another address is another try.
  loading ??= import(TOOLS_PATH + (attempts ? `?${attempts}` : "")).catch((error) => {
    attempts++;
    loading = null;
    throw error;
  });
  return loading;
}
