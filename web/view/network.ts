import type { Cable } from "../core/cable.ts";

/** Passes on the browser's hints that the network came or went, or that the page is seen again. */
export function followNetwork(cable: Cable, changed: (up: boolean) => void): () => void {
  const online = (): void => {
    cable.wake();
    changed(true);
  };
  const offline = (): void => changed(false);
  const seen = (): void => {
    if (document.visibilityState === "visible") cable.wake();
  };
  const stop = new AbortController();
  addEventListener("online", online, stop);
  addEventListener("offline", offline, stop);
  document.addEventListener("visibilitychange", seen, stop);
  return () => stop.abort();
}
