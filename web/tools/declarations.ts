import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The SDK's types as they are served, by file: each stands alone, but for `sdk.d.ts`. */
export function declarations(web: string): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), "declarations-"));
  const sources = ["index", "types", "react", "vue"].map((name) => `sdk/${name}.ts`);
  const wanted = ["core/protocol.ts", ...sources];
  const options = ["transpile", "--quiet", "--declaration", "--outdir", folder];
  const { status, stderr } = spawnSync("deno", [...options, ...wanted], { cwd: web });
  if (status !== 0) throw new Error(String(stderr));
  const of = (name: string): string =>
    readFileSync(join(folder, `${name}.d.ts`), "utf8")
      .replace(/^\/\/\/ .*\n/gm, "")
      .replace(/^(import|export) [^;]*from "\.[^;]*;\n/gm, "")
      .replace(/^export type \{[^}]*\};\n/gm, "");
  const types = "ChatActions, ChatSnapshot, Connect, ConnectOptions";
  const shared = `import type { ${types} } from "../sdk.d.ts";\n`;
  const made = {
    "sdk.d.ts": of("core/protocol") + of("sdk/types") + of("sdk/index"),
    "sdk/react.d.ts": shared + of("sdk/react"),
    "sdk/vue.d.ts": shared + of("sdk/vue"),
  };
  rmSync(folder, { recursive: true });
  return made;
}
