import { readableOn, safeColor } from "../core/color.ts";
import { chatIcon, icon } from "../view/icon.ts";
import type { Host, Panel, PanelModule, Said } from "./host.ts";
import { loadApart } from "./apart.ts";
import styles from "./launcher.css" with { type: "text" };

/** The panel's hashed path and the launcher's name per language, put in by the build. */
declare const PANEL_PATH: string;
declare const LABELS: Record<string, string>;
const labels = LABELS;

/*
 * All that a page view pays: a button, and `window.Switchboard`. The panel is fetched when a
 * pointer or the focus comes near, and runs (session, socket, storage) only after the click.
 */
const script = document.currentScript as HTMLScriptElement;
const { origin } = new URL(script.src);
const { lang, token: websiteToken = "", color, position, mode, dir } = script.dataset;
const said: Said = { locale: lang ?? null };

const element = document.createElement("switchboard-widget");
const root = element.attachShadow({ mode: "open" });
const launcher = document.createElement("button");
const badge = document.createElement("span");
const listeners: Record<string, Set<(detail: unknown) => void>> = {};
let unread = 0;
let panel: Promise<Panel> | null = null;
let module: Promise<PanelModule> | null = null;
let attempts = 0;

const isOpen = (): boolean => launcher.ariaExpanded === "true";

function prefetch(): Promise<PanelModule> {
  if (module) return module;
  // A failed import is remembered under its address by some browsers: ask under another one.
  module = loadApart(root, origin + PANEL_PATH + (attempts ? `?${attempts}` : ""), script.nonce);
  module.catch(() => {
    attempts++;
    module = null;
  });
  return module;
}

async function show(open: boolean): Promise<void> {
  const was = isOpen();
  launcher.ariaExpanded = String(open);
  try {
    if (open) panel ??= prefetch().then(({ mountPanel }) => mountPanel(host));
    (await panel)?.show(isOpen());
    if (was !== isOpen()) return;
  } catch (error) {
    panel = null;
    launcher.ariaExpanded = "false";
    emit("error", error);
    return;
  }
  if (open !== was) emit(open ? "open" : "close");
}

/** Takes the chat down, does something, and puts it up again if it was up. */
async function anew(change?: () => unknown): Promise<void> {
  const old = panel;
  panel = null;
  (await old)?.remove();
  await change?.();
  setUnread(0);
  if (isOpen()) await show(true);
}

function style(css: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}

function setColor(wanted: string | null | undefined): void {
  const color = safeColor(wanted);
  if (!color) return;
  element.style.setProperty("--accent", color);
  element.style.setProperty("--on-accent", readableOn(color));
}

function setUnread(count: number): void {
  if (count !== unread) emit("unread", count);
  unread = count;
  badge.hidden = count === 0;
  badge.textContent = count > 9 ? "9+" : String(count);
  const wish = (said.locale ?? navigator.language).toLowerCase();
  const title = labels[wish] ?? labels[wish.slice(0, 2)] ?? labels["en"]!;
  launcher.ariaLabel = count ? `${title} (${badge.textContent})` : title;
}

function emit(name: string, detail?: unknown): void {
  for (const listener of listeners[name] ?? []) {
    try {
      listener(detail);
    } catch (error) {
      // The page's own mistake, shown where its others are.
      setTimeout(() => {
        throw error;
      });
    }
  }
}

const api = {
  open: () => show(true),
  close: () => show(false),
  toggle: () => show(!isOpen()),
  on(name: string, listener: (detail: unknown) => void): () => void {
    (listeners[name] ??= new Set()).add(listener);
    return () => listeners[name]!.delete(listener);
  },
  identify(person: Said["person"]): Promise<void> {
    said.person = person;
    return anew();
  },
  async setAttributes(attributes: object): Promise<void> {
    said.attributes = { ...said.attributes, ...attributes };
    (await panel)?.introduce();
  },
  setLocale(locale: string): Promise<void> {
    said.locale = locale;
    return anew();
  },
  reset(): Promise<void> {
    delete said.person;
    delete said.attributes;
    return anew(async () => (await prefetch()).forget(host));
  },
  theme(wish: { color?: string; position?: string; mode?: string; dir?: string }): void {
    if (wish.color) setColor(said.color = wish.color);
    for (const name of ["position", "mode"] as const) {
      if (wish[name]) element.dataset[name] = wish[name];
    }
    if (wish.dir) element.dir = wish.dir;
  },
  /** What the page wrote down before this script was there. */
  push([name, ...values]: [string, ...unknown[]]): unknown {
    return (api as unknown as Record<string, (...values: unknown[]) => unknown>)[name]?.(...values);
  },
};

const host: Host = {
  origin,
  websiteToken,
  said,
  root,
  launcher,
  style,
  setColor: (color) => said.color || setColor(color),
  setUnread,
  isOpen,
  open: api.open,
  close() {
    void api.close();
    launcher.focus();
  },
  anew: () => void anew(),
  emit,
};

Object.assign(launcher, {
  type: "button",
  className: "launcher",
  ariaHasPopup: "dialog",
  ariaExpanded: "false",
  onclick: api.toggle,
  onpointerenter: prefetch,
  onfocus: prefetch,
});
launcher.dataset["testid"] = "launcher";
badge.className = badge.dataset["testid"] = "badge";
launcher.append(icon(chatIcon), badge);
setUnread(0);
style(styles);
root.append(launcher);
// The page's own shortcuts must not hear what is typed here.
for (const name of ["keydown", "keyup", "keypress"]) {
  root.addEventListener(name, (event) => event.stopPropagation());
}
api.theme({ color, position, mode, dir } as Parameters<typeof api.theme>[0]);

const page = window as unknown as { Switchboard?: unknown };
const waiting = page.Switchboard;
page.Switchboard = api;

// Beside the body, not in it: pages that exchange their body keep the chat.
const attach = (): void => {
  document.documentElement.append(element);
  if (Array.isArray(waiting)) waiting.forEach(api.push);
  emit("ready");
};
if (document.body) attach();
else addEventListener("DOMContentLoaded", attach);
