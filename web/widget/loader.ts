import { chatIcon, icon } from "../view/icon.ts";
import type { Panel, PanelModule } from "./host.ts";
import styles from "./launcher.css" with { type: "text" };

/** The panel's hashed path, put in by the build. */
declare const PANEL_PATH: string;

/*
 * All that a page view pays: a button. The panel is fetched when a pointer or the focus comes
 * near, and runs (session, socket, storage) only after the click.
 */
const script = document.currentScript as HTMLScriptElement;
const { origin } = new URL(script.src);
const { lang: locale = null, token: websiteToken = "" } = script.dataset;
const title = /^zh/i.test(locale ?? navigator.language) ? "打开聊天" : "Open chat";

const launcher = document.createElement("button");
const badge = document.createElement("span");
Object.assign(launcher, {
  type: "button",
  className: "launcher",
  ariaLabel: title,
  ariaHasPopup: "dialog",
  ariaExpanded: "false",
  onclick: toggle,
  onpointerenter: prefetch,
  onfocus: prefetch,
});
launcher.dataset["testid"] = "launcher";
badge.className = badge.dataset["testid"] = "badge";
badge.hidden = true;
launcher.append(icon(chatIcon), badge);

let panel: Promise<Panel> | null = null;
let module: Promise<PanelModule> | null = null;
let attempts = 0;

function prefetch(): Promise<PanelModule> {
  if (module) return module;
  // A failed import is remembered under its address by some browsers: ask under another one.
  module = import(origin + PANEL_PATH + (attempts ? `?${attempts}` : "")) as Promise<PanelModule>;
  module.catch(() => {
    attempts++;
    module = null;
  });
  return module;
}

async function toggle(): Promise<void> {
  const open = launcher.ariaExpanded !== "true";
  launcher.ariaExpanded = String(open);
  try {
    if (open) {
      const { mountPanel } = await prefetch();
      const page = { origin, websiteToken, locale };
      panel ??= mountPanel({ ...page, root, launcher, style, setUnread, closed });
    }
    (await panel)?.show(launcher.ariaExpanded === "true");
  } catch {
    panel = null;
    launcher.ariaExpanded = "false";
  }
}

function style(css: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets.push(sheet);
}

function setUnread(count: number): void {
  badge.hidden = count === 0;
  badge.textContent = count > 9 ? "9+" : String(count);
  launcher.ariaLabel = count ? `${title} (${badge.textContent})` : title;
}

function closed(): void {
  launcher.ariaExpanded = "false";
  launcher.focus();
}

const host = document.createElement("switchboard-widget");
const root = host.attachShadow({ mode: "open" });
style(styles);
root.append(launcher);
// The page's own shortcuts must not hear what is typed here.
for (const name of ["keydown", "keyup", "keypress"]) {
  root.addEventListener(name, (event) => event.stopPropagation());
}

const attach = (): void => document.body.append(host);
if (document.body) attach();
else addEventListener("DOMContentLoaded", attach);
