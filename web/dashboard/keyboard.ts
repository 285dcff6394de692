import { type Command, commandFor, isPaletteKey } from "./commands.ts";

export interface KeyboardOptions {
  commands(): readonly Command[];
  /** Whether single keys are wanted: who dictates or uses switches may not want them. */
  isOn(): boolean;
  openPalette(): void;
}

/** Keys of the whole page. Where one types they are letters, and in a dialog they are the dialog's. */
export function keyboard({ commands, isOn, openPalette }: KeyboardOptions): () => void {
  const onkeydown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || document.querySelector("dialog[open]") !== null) return;
    if (isPaletteKey(event)) {
      event.preventDefault();
      openPalette();
      return;
    }
    if (event.repeat && !/^[jk]$/.test(event.key)) return;
    if (!isOn() || isTyping(event.target as Element)) return;
    const command = commandFor(event, commands());
    if (command === undefined) return;
    event.preventDefault();
    command.run();
  };
  addEventListener("keydown", onkeydown);
  return () => removeEventListener("keydown", onkeydown);
}

function isTyping(target: Element): boolean {
  return target.matches?.("input, textarea, select, [contenteditable]") ?? false;
}
