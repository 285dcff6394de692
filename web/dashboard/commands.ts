/** Something that can be done now: by its key, or from the palette. */
export interface Command {
  id: string;
  label: string;
  /** A single character, as `KeyboardEvent.key` has it. */
  key?: string;
  run(): void;
}

/** What of a key press tells which command is meant. */
export type Press = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "isComposing">;

export function isPaletteKey({ key, ctrlKey, metaKey, altKey }: Press): boolean {
  return key.toLowerCase() === "k" && (ctrlKey || metaKey) && !altKey;
}

/** The command that a key press means; none with a modifier, which is the browser's or the system's. */
export function commandFor(press: Press, commands: readonly Command[]): Command | undefined {
  const { key, ctrlKey, metaKey, altKey, isComposing } = press;
  if (ctrlKey || metaKey || altKey || isComposing) return undefined;
  return commands.find((command) => command.key === key);
}

/** The one after or before the present one; at the ends it stays, and begins at the top. */
export function neighbour(
  ids: readonly string[],
  present: string | null,
  step: 1 | -1,
): string | undefined {
  const at = ids.indexOf(present ?? "");
  return at < 0 ? ids[0] : ids[Math.min(ids.length - 1, Math.max(0, at + step))];
}
