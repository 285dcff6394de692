import { Api } from "../core/api.ts";
import { Cable } from "../core/cable.ts";
import { ChatSession } from "../core/chat.ts";
import { IndexedStore } from "../core/indexed-store.ts";
import { Outbox } from "../core/outbox.ts";
import { effect, Signal } from "../core/signal.ts";
import { BrowserStore } from "../core/storage.ts";
import { VisitorTransport } from "../core/visitor.ts";
import { followNetwork } from "../view/network.ts";
import type { ChatSnapshot, ConnectOptions, SupportChatClient } from "./types.ts";

export type * from "./types.ts";

/**
 * A visitor's chat without the widget: the same rules of sending, order and coming back, and your own
 * page around them. Connects at once; everything happens in the snapshots.
 */
export async function connect(options: ConnectOptions): Promise<SupportChatClient> {
  const origin = new URL(options.origin ?? import.meta.url).origin;
  const { websiteToken, locale = navigator.language, attributes } = options;
  const key = `switchboard:${origin}:${websiteToken}:`;
  const api = new Api(origin);
  const cable = new Cable({ address: () => api.cableAddress() });
  const transport = new VisitorTransport({
    api,
    store: new BrowserStore(),
    key: `${key}token`,
    websiteToken,
    locale,
    wishes: { person: personOf(options), ...attributes && { attributes } },
    opened() {
      cable.connect();
      cable.wake();
    },
  });
  const outbox = new Outbox(await IndexedStore.open(`${key}outbox:`), `${key}outbox:`);
  const staffOnline = new Signal<boolean | null>(null);
  const chat = new ChatSession({
    transport,
    cable,
    outbox,
    side: "user",
    heard(event) {
      if (event.type !== "presence") return;
      if (event.staff) staffOnline.value = event.staff.online;
      else if (event.by === "admin") staffOnline.value = event.online === true;
    },
  });
  const unfollow = followNetwork(cable, (up) => chat.feed.network(up));

  const { state } = chat;
  const listeners = new Set<() => void>();
  let snapshot: ChatSnapshot;
  const stop = effect(() => {
    snapshot = {
      connection: state.connection.value,
      messages: state.items.value,
      unread: state.unread.value,
      conversation: state.conversation.value,
      typing: state.peerTyping.value,
      hasEarlier: state.hasOlder.value,
      staffOnline: staffOnline.value,
    };
    for (const changed of listeners) changed();
  });
  chat.start();

  return {
    snapshot: () => snapshot,
    subscribe(changed) {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    send: (content) => void chat.send(content),
    retry: (clientId) => chat.retry(clientId),
    discard: (clientId) => chat.discard(clientId),
    typing: () => chat.typing(),
    markRead: () => chat.seen(),
    loadEarlier: () => chat.feed.older(),
    rate: async (score, comment = "") => void await transport.rate(score, comment),
    close() {
      stop();
      unfollow();
      chat.close();
      cable.close();
    },
  };
}

function personOf({ identifier, identifierHash, name, email }: ConnectOptions) {
  return {
    ...identifier && { identifier },
    ...identifierHash && { identifier_hash: identifierHash },
    ...name && { name },
    ...email && { email },
  };
}
