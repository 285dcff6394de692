import type { PanelModule } from "./host.ts";

/** Where a module of ours finds whom to hand itself to, when it runs in a frame. */
export interface Apart extends Window {
  switchboard?: (module: PanelModule) => void;
}

/**
 * Runs the panel's module in an empty frame of the same origin, with globals of its own: a page that
 * breaks `JSON`, `fetch` or `Array.prototype` for itself does not break them for the chat. Where the
 * page's policy forbids that, the module runs in the page.
 */
export function loadApart(root: Node, address: string, nonce: string): Promise<PanelModule> {
  return new Promise<PanelModule>((resolve, reject) => {
    const frame = document.createElement("iframe");
    frame.hidden = true;
    frame.onload = () => {
      try {
        const inner = frame.contentWindow as Apart;
        const script = inner.document.createElement("script");
        inner.switchboard = resolve;
        Object.assign(script, { type: "module", src: address, nonce, onerror: reject });
        inner.document.head.append(script);
      } catch (error) {
        reject(error);
      }
    };
    root.appendChild(frame);
  }).catch(() => import(address) as Promise<PanelModule>);
}
