import { chatIcon, h, icon } from "../view/dom.ts";
import type { Panel, PanelModule } from "./host.ts";
import styles from "./launcher.css" with { type: "text" };

/** The panel's hashed path, put in by the build. */
declare const PANEL_PATH: string;

/*
 * All that a page view pays: a button. The panel is fetched when a pointer or the focus comes
 * near, and runs (session, socket, storage) only after the click.
 */
const script = document.currentScript as HTMLScriptElement;
const origin = new URL(script.src).origin;
const locale = script.dataset["lang"] ?? null;
const chinese = /^zh/i.test(locale ?? navigator.language);
const title = chinese ? "打开聊天" : "Open chat";

const badge = h("span", { class: "badge", "data-testid": "badge", hidden: true });
const launcher = h(
  "button",
  {
    type: "button",
    class: "launcher",
    "aria-label": title,
    "aria-haspopup": "dialog",
    "aria-expanded": "false",
    "data-testid": "launcher",
    on: {
      click: () => void toggle(),
      pointerenter: () => void prefetch(),
      focus: () => void prefetch(),
    },
  },
  icon(chatIcon),
  badge,
);

let panel: Promise<Panel> | null = null;
let module: Promise<PanelModule> | null = null;
let attempts = 0;

function prefetch(): Promise<PanelModule> {
  // A failed import is remembered under its address by some browsers: ask under another one.
  const address = origin + PANEL_PATH + (attempts ? `?${attempts}` : "");
  module ??= (import(address) as Promise<PanelModule>).catch((error: unknown) => {
    attempts++;
    module = null;
    throw error;
  });
  module.catch(() => undefined);
  return module;
}

async function toggle(): Promise<void> {
  const open = launcher.ariaExpanded !== "true";
  launcher.ariaExpanded = String(open);
  if (!open) {
    (await panel)?.hide();
    return;
  }
  try {
    const { mountPanel } = await prefetch();
    panel ??= mountPanel({
      origin,
      websiteToken: script.dataset["token"] ?? "",
      locale,
      root,
      launcher,
      setUnread(count) {
        badge.hidden = count === 0;
        badge.textContent = count > 9 ? "9+" : String(count);
        launcher.ariaLabel = count ? `${title} (${badge.textContent})` : title;
      },
      closed() {
        launcher.ariaExpanded = "false";
        launcher.focus();
      },
    });
    const shown = await panel;
    if (launcher.ariaExpanded === "true") shown.show();
  } catch {
    panel = null;
    launcher.ariaExpanded = "false";
  }
}

const host = document.createElement("switchboard-widget");
const root = host.attachShadow({ mode: "open" });
const sheet = new CSSStyleSheet();
sheet.replaceSync(styles);
root.adoptedStyleSheets = [sheet];
root.append(launcher);
// The page's own shortcuts must not hear what is typed here.
for (const name of ["keydown", "keyup", "keypress"]) {
  root.addEventListener(name, (event) => event.stopPropagation());
}

function attach(): void {
  document.body.append(host);
}
if (document.body) attach();
else addEventListener("DOMContentLoaded", attach);
