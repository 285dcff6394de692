import { Api } from "../core/api.ts";
import { Cable } from "../core/cable.ts";
import { ChatSession } from "../core/chat.ts";
import { forgetStore, IndexedStore } from "../core/indexed-store.ts";
import { Outbox } from "../core/outbox.ts";
import type { WidgetSession } from "../core/protocol.ts";
import { BrowserStore, type KeyValueStore } from "../core/storage.ts";
import { VisitorTransport } from "../core/visitor.ts";
import { followNetwork } from "../view/network.ts";
import type { Host } from "./host.ts";
import { tabs } from "./tabs.ts";

/** One visitor's chat, with what this browser keeps of it. */
export interface Connected {
  chat: ChatSession;
  visitor: VisitorTransport;
  store: KeyValueStore;
  /** The beginning of every key in `store`. */
  key: string;
  send(content: string): void;
  close(): void;
}

/** One per gateway and website token: a page may have moved from one to the other. */
export function keyOf({ origin, websiteToken }: Host): string {
  return `switchboard:${origin}:${websiteToken}:`;
}

export async function connect(
  host: Host,
  locale: string,
  opened: (session: WidgetSession) => void,
): Promise<Connected> {
  const { origin, websiteToken, said } = host;
  const api = new Api(origin);
  const store = new BrowserStore();
  const key = keyOf(host);
  const outbox = new Outbox(await IndexedStore.open(`${key}outbox:`), `${key}outbox:`);
  const cable = new Cable({ address: () => api.cableAddress() });
  const visitor = new VisitorTransport({
    api,
    store,
    key: `${key}token`,
    websiteToken,
    locale,
    wishes: said,
    opened(session) {
      if (said.person?.identifier || said.person?.identity_token) {
        own(session.contact.id);
      }
      opened(session);
      cable.connect();
      cable.wake();
    },
  });
  const chat = new ChatSession({
    transport: visitor,
    cable,
    outbox,
    side: "user",
  });
  /** What somebody else left unsent on this machine is not said in this person's name. */
  function own(contactId: string): void {
    const before = store.get(`${key}person`);
    store.set(`${key}person`, contactId);
    if (before === null || before === contactId) return;
    outbox.clear();
    store.delete(`${key}draft`);
  }
  const others = tabs(key, (word) => {
    if ("entry" in word) chat.adopt(word.entry);
    else host.anew();
  });
  const unfollow = followNetwork(cable, (up) => chat.feed.network(up));
  return {
    chat,
    visitor,
    store,
    key,
    send(content) {
      others.tell({ entry: chat.send(content) });
    },
    close() {
      others.close();
      unfollow();
      chat.close();
      cable.close();
    },
  };
}

/** The next chat here is another person's. */
export function forget(host: Host): void {
  const key = keyOf(host);
  const store = new BrowserStore();
  for (const kept of store.keys(key)) store.delete(kept);
  forgetStore(`${key}outbox:`);
  const others = tabs(key, () => undefined);
  others.tell({ forgotten: true });
  others.close();
}
