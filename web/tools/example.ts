import { readFileSync } from "node:fs";

/** The guide's first example as a page of the gateway's own, whose policy allows no script within it. */
export function example(
  guide: string,
): { script: string; html(script: string, icon: string): string } {
  const [, , page] = /## Plain\n+(```html\n)([^]*?)```/.exec(readFileSync(guide, "utf8"))!;
  const [element, code] = /<script type="module">([^]*?)<\/script>/.exec(page!)!;
  return {
    script: code!.replaceAll("https://chat.example.com", ""),
    html: (path, icon) =>
      page!.replace("<title>", `<meta charset="utf-8">\n<link rel="icon" href="${icon}">\n<title>`)
        .replace(element!, `<script type="module" src="${path}"></script>`),
  };
}
