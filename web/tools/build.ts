import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { brotliCompressSync, constants } from "node:zlib";
import { declarations } from "./declarations.ts";
import { example } from "./example.ts";

/*
 * Builds everything the gateway serves into a folder (web/dist, or the one named):
 * the files, each also as .gz and .br, and manifest.json, which tells how to serve them.
 * The same sources give the same bytes, wherever and whenever they are built.
 */
const web = join(import.meta.dirname!, "..");
const out = process.argv[2] ?? join(web, "dist");
const briefly = "public, max-age=300, stale-while-revalidate=86400";
const immutable = "public, max-age=31536000, immutable";

/** The most that a file may weigh, gzipped. */
const budgets: Record<string, number> = {
  "w.js": 2500,
  "more.js": 4500,
  "app.js": 30_000,
  "app.css": 5000,
  "jobs.js": 8000,
  "tools.js": 8000,
  "team.js": 9000,
  "settings.js": 12_000,
  "system.js": 5000,
  "sdk.js": 9500,
  "react.js": 1000,
  "vue.js": 1000,
};

interface Served {
  path: string;
  file: string;
  type: string;
  cache: string;
  bytes: number;
  sha256: string;
}
const manifest: Served[] = [];
let overBudget = false;

/** What a visitor who opens the chat has fetched, and the most that it may weigh, gzipped. */
const widget = { files: ["w.js", "panel.js"], bytes: 0, budget: 14_700 };

const types: Record<string, string> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  svg: "image/svg+xml",
  ts: "text/plain; charset=utf-8",
};

/** Comments and the blanks that mean nothing. Bun's own CSS minifier rewrites modern CSS. */
function minifyCss(text: string): string {
  return text.replace(/\/\*[^]*?\*\//g, "").replace(/\s+/g, " ")
    .replace(/ ?([{};,>]) ?/g, "$1").replace(/: /g, ":").replace(/;}/g, "}").replace(/ !/g, "!")
    .trim();
}

const cssAsText: BunPlugin = {
  name: "css-as-text",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, ({ path }) => ({
      contents: minifyCss(readFileSync(path, "utf8")),
      loader: "text",
    }));
  },
};

function source(path: string): string {
  return readFileSync(join(web, path), "utf8");
}

async function bundle(
  entry: string,
  format: "esm" | "iife",
  define: Record<string, string> = {},
): Promise<string> {
  const result = await Bun.build({
    entrypoints: [join(web, entry)],
    format,
    target: "browser",
    minify: true,
    define,
    plugins: [cssAsText],
  });
  if (!result.success) throw new Error(result.logs.join("\n"));
  return await result.outputs[0]!.text();
}

/** By zopfli: a twenty-fifth smaller than the best of zlib. */
function gzip(bytes: Buffer): Buffer {
  const script = "import sys, zopfli.gzip as z\n" +
    "sys.stdout.buffer.write(z.compress(sys.stdin.buffer.read()))";
  const { status, stdout, stderr } = spawnSync("python3", ["-c", script], { input: bytes });
  if (status !== 0) throw new Error(String(stderr));
  return stdout;
}

function write(path: string, file: string, name: string, content: string, cache: string): void {
  const bytes = Buffer.from(content);
  const zipped = gzip(bytes);
  const brotli = brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
  mkdirSync(dirname(join(out, file)), { recursive: true });
  writeFileSync(join(out, file), bytes);
  writeFileSync(join(out, `${file}.gz`), zipped);
  writeFileSync(join(out, `${file}.br`), brotli);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const type = types[file.split(".").at(-1)!]!;
  manifest.push({ path, file, type, cache, bytes: bytes.length, sha256 });

  if (widget.files.includes(name)) widget.bytes += zipped.length;
  const budget = budgets[name];
  const over = budget !== undefined && zipped.length > budget;
  overBudget ||= over;
  const sizes = [bytes.length, zipped.length, brotli.length].map((n) => String(n).padStart(7));
  console.log(`${name.padEnd(15)}${sizes.join("")}${over ? `  over its budget of ${budget}` : ""}`);
}

/** A file under /a/ whose name changes with its content; answers its path. */
function writeHashed(name: string, content: string): string {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 12);
  const file = `a/${name.replace(".", `.${hash}.`)}`;
  write(`/${file}`, file, name, content, immutable);
  return `/${file}`;
}

function page(path: string, from: string, assets: Record<string, string>): void {
  const html = source(from).replace(/\{([\w.]+)\}/g, (_, name: string) => assets[name]!);
  const file = from.split("/").at(-1)!;
  write(path, file, file, html, "no-cache");
}

rmSync(out, { recursive: true, force: true });
console.log("file".padEnd(15) + ["raw", "gz", "br"].map((text) => text.padStart(7)).join(""));

const texts: Record<string, string> = {};
/** What the launcher is called, by language. */
const labels: Record<string, string> = {};
for (const file of readdirSync(join(web, "widget/texts")).sort()) {
  const locale = file.replace(".ts", "");
  const table = await import(join(web, "widget/texts", file)) as { texts: { open: string } };
  labels[locale.split("-")[0]!] = table.texts.open;
  if (locale === "en") continue;
  texts[locale] = writeHashed(`${locale}.js`, await bundle(`widget/texts/${file}`, "esm"));
}
const more = writeHashed("more.js", await bundle("widget/more/more.ts", "esm"));
const panel = writeHashed(
  "panel.js",
  await bundle("widget/panel.ts", "esm", {
    TEXTS_PATHS: JSON.stringify(texts),
    MORE_PATH: JSON.stringify(more),
  }),
);
const loader = await bundle("widget/loader.ts", "iife", {
  PANEL_PATH: JSON.stringify(panel),
  LABELS: JSON.stringify(labels),
});
write("/w.js", "w.js", "w.js", loader, briefly);

write("/sdk.js", "sdk.js", "sdk.js", await bundle("sdk/index.ts", "esm"), briefly);
for (const name of ["react", "vue"]) {
  const file = `sdk/${name}.js`;
  write(`/${file}`, file, `${name}.js`, await bundle(`sdk/${name}.ts`, "esm"), briefly);
}

for (const [file, text] of Object.entries(declarations(web))) {
  write(`/${file}`, file, file, text, briefly);
}

/** Apart from the dashboard's first load: each is fetched when somebody goes there. */
const screens: Record<string, string> = {};
const modules = {
  team: ["queue", "team"],
  settings: ["settings"],
  system: ["system"],
  jobs: ["jobs"],
};
for (const [module, names] of Object.entries(modules)) {
  const path = writeHashed(
    `${module}.js`,
    await bundle(`dashboard/${module}/${module}.ts`, "esm"),
  );
  for (const name of names) screens[name] = path;
}
// What is opened now and then: dialogs, the palette.
const tools = writeHashed("tools.js", await bundle("dashboard/tools/tools.ts", "esm"));

const assets = {
  "icon.svg": writeHashed("icon.svg", source("demo/icon.svg").trim()),
  "demo.css": writeHashed("demo.css", minifyCss(source("demo/demo.css"))),
  "app.css": writeHashed(
    "app.css",
    minifyCss(source("view/chat.css") + source("dashboard/app.css")),
  ),
  "app.js": writeHashed(
    "app.js",
    await bundle("dashboard/main.ts", "esm", {
      SCREEN_PATHS: JSON.stringify(screens),
      TOOLS_PATH: JSON.stringify(tools),
    }),
  ),
};
const plain = example(join(web, "../docs/sdk.md"));
const script = writeHashed("plain.js", plain.script);
write(
  "/example",
  "example.html",
  "example.html",
  plain.html(script, assets["icon.svg"]),
  "no-cache",
);
page("/", "demo/index.html", assets);
page("/dashboard", "dashboard/dashboard.html", assets);

manifest.sort((a, b) => (a.path < b.path ? -1 : 1));
writeFileSync(join(out, "manifest.json"), JSON.stringify({ files: manifest }, null, 2) + "\n");
const isHeavy = widget.bytes > widget.budget;
console.log(`widget, gz: ${widget.bytes}${isHeavy ? `, over its budget of ${widget.budget}` : ""}`);
if (overBudget || isHeavy) process.exit(1);
