import type { OutboxEntry } from "../core/outbox.ts";

/** What the tabs of one visitor tell each other; the rest they all hear from the gateway. */
type Word = { entry: OutboxEntry } | { forgotten: true };

export interface Tabs {
  tell(word: Word): void;
  close(): void;
}

export function tabs(name: string, heard: (word: Word) => void): Tabs {
  const channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }: MessageEvent<Word>) => heard(data);
  return { tell: (word) => channel.postMessage(word), close: () => channel.close() };
}
