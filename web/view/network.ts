import type { Cable } from "../core/cable.ts";

/** Passes on the browser's hints that the network came or went, or that the page is seen again. */
export function followNetwork(cable: Cable, changed: (up: boolean) => void): () => void {
  const stop = new AbortController();
  const options = { signal: stop.signal };
  addEventListener("online", () => {
    cable.wake();
    changed(true);
  }, options);
  addEventListener("offline", () => changed(false), options);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) cable.wake();
  }, options);
  return () => stop.abort();
}
