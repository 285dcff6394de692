import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { ApiError } from "../core/api.ts";
import { Cable } from "../core/cable.ts";
import { ChatSession } from "../core/chat.ts";
import { Outbox } from "../core/outbox.ts";
import type { MessagePage, SupportMessage } from "../core/protocol.ts";
import {
  chat,
  extended,
  FakeSocket,
  MemoryStore,
  message,
  page,
  settled,
  standing,
} from "./support.ts";

const identifier = '{"channel":"ChatChannel","chat_id":"chat"}';

describe("a chat session whose gateway keeps history", () => {
  let socket: FakeSocket;
  let cable: Cable;
  let session: ChatSession;
  let store: MemoryStore;
  let isDown: boolean;
  let rest: string[];
  let loaded: SupportMessage[];
  let loadedEpoch: string;
  let polled: MessagePage | null;

  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
    mock.method(Math, "random", () => 1);
    rest = [];
    store = new MemoryStore();
    isDown = false;
    loaded = [message(1), message(2, { sender_type: "user" })];
    loadedEpoch = "e1";
    polled = page([]);
    cable = new Cable({
      address: () => Promise.resolve("ws://gateway/cable"),
      open: () => socket = new FakeSocket(extended),
    });
    session = new ChatSession({
      transport: {
        load() {
          rest.push("load");
          if (isDown) return Promise.reject(new ApiError(0, "network"));
          return Promise.resolve(chat(loaded, 0, loadedEpoch));
        },
        since(seq) {
          rest.push(`since ${seq}`);
          return Promise.resolve(polled);
        },
        before: () => Promise.resolve(page([])),
        send: () => Promise.reject(new ApiError(0, "network")),
      },
      cable,
      outbox: new Outbox(store, "box:"),
      side: "user",
    });
  });
  afterEach(() => {
    session.close();
    cable.close();
    mock.timers.reset();
    mock.restoreAll();
  });

  const seqs = (): (number | null)[] => session.state.items.value.map(({ seq }) => seq);
  const statuses = (): string[] => session.state.items.value.map(({ status }) => status);
  const position = (): unknown => socket.subscribes[0]?.["history"];
  const at = (offset: number, epoch = "e1") => ({ streams: { "chat:chat": { epoch, offset } } });

  async function receive(event: object, offset?: number): Promise<void> {
    const place = offset === undefined ? {} : { stream_id: "chat:chat", epoch: "e1", offset };
    socket.receive({ identifier, message: event, ...place });
    await settled();
  }

  const publish = (seq: number): Promise<void> =>
    receive({ type: "new_message", message: message(seq) }, seq);

  async function history(confirmed: boolean): Promise<void> {
    socket.receive({ type: confirmed ? "confirm_history" : "reject_history", identifier });
    await settled();
  }

  async function online(): Promise<void> {
    session.start();
    cable.connect();
    await settled();
    socket.serve(identifier);
    await receive(standing(2));
    await history(true);
  }

  /** The socket is lost and the next one welcomes and confirms. */
  async function back(): Promise<void> {
    const lost = socket;
    socket.drop();
    mock.timers.tick(2000);
    await settled();
    assert.notEqual(socket, lost);
    socket.serve(identifier);
    await settled();
  }

  it("subscribes from the position it loaded, and asks REST for nothing more", async () => {
    await online();
    assert.deepEqual(position(), at(2));
    assert.deepEqual(rest, ["load"]);
    assert.equal(session.state.connection.value, "online");
    mock.timers.tick(6000);
    await settled();
    assert.deepEqual(rest, ["load"]);
  });

  it("gets what it missed over the socket alone", async () => {
    await online();
    await publish(3);
    await back();
    assert.deepEqual(position(), at(3));
    await receive(standing(5));
    await publish(4);
    await publish(5);
    await history(true);
    assert.deepEqual(seqs(), [1, 2, 3, 4, 5]);
    assert.deepEqual(rest, ["load"]);
    await back();
    assert.deepEqual(position(), at(5));
  });

  it("learns of receipts, persistence and the conversation from the chat's state", async () => {
    await online();
    session.send("mine");
    await settled();
    const sent = socket.actions.find(({ action }) => action === "send_message");
    const client_id = sent!["client_id"] as string;
    const mine = message(3, { client_id, sender_type: "user", content: "mine" });
    await receive({ type: "new_message", message: mine }, 3);
    await back();
    const marks = {
      user: { delivered: 1, delivered_at: "t", read: 1, read_at: "t" },
      admin: { delivered: 4, delivered_at: "t", read: 2, read_at: "t" },
    };
    const conversation = { id: "c", status: "active" as const };
    await receive(standing(4, { marks, conversation, persisted_up_to: 3 }));
    const fromAnotherTab = message(4, { sender_type: "user" });
    await receive({ type: "new_message", message: fromAnotherTab }, 4);
    await history(true);
    assert.deepEqual(statuses(), ["read", "read", "delivered", "delivered"]);
    assert.deepEqual(session.state.conversation.value, conversation);
    assert.equal(session.state.unread.value, 0);
    assert.deepEqual(store.keys("box:"), []);
    assert.deepEqual(rest, ["load"]);
  });

  it("loads anew, once, when the history is not to be had", async () => {
    await online();
    await back();
    loaded = [message(8), message(9)];
    await receive(standing(9));
    await history(false);
    assert.deepEqual(seqs(), [8, 9]);
    assert.deepEqual(rest, ["load", "load"]);
    await publish(10);
    assert.deepEqual(seqs(), [8, 9, 10]);
  });

  it("loads anew, once, when the epoch has changed", async () => {
    await online();
    await back();
    [loaded, loadedEpoch] = [[message(1)], "e2"];
    socket.receive({
      identifier,
      message: standing(1, { position: { epoch: "e2", offset: 1 } }),
    });
    socket.receive({ type: "reject_history", identifier });
    await settled();
    assert.deepEqual(rest, ["load", "load"]);
    await back();
    assert.deepEqual(position(), at(1, "e2"));
  });

  it("takes another epoch in the chat's state for a break by itself", async () => {
    await online();
    loadedEpoch = "e2";
    await receive(standing(2, { position: { epoch: "e2", offset: 2 } }));
    assert.deepEqual(rest, ["load", "load"]);
  });

  it("loads as soon as it is confirmed when that has failed while it was away", async () => {
    await online();
    socket.drop();
    mock.timers.tick(2000);
    await settled();
    socket.receive({ type: "welcome" });
    polled = page([], 0, "e2");
    isDown = true;
    mock.timers.tick(3000);
    await settled();
    assert.deepEqual(rest, ["load", "since 1", "load"]);
    isDown = false;
    socket.receive({ type: "confirm_subscription", identifier });
    await settled();
    assert.deepEqual(rest, ["load", "since 1", "load", "load"]);
  });

  it("loads anew after a reset, and asks once more for what came in between", async () => {
    await online();
    loaded = [message(1), message(2), message(3)];
    polled = page([message(4)]);
    socket.receive({ identifier, message: { type: "reset" } });
    socket.receive({ identifier, message: { type: "new_message", message: message(4) } });
    await settled();
    assert.deepEqual(rest, ["load", "load", "since 3"]);
    assert.deepEqual(seqs(), [1, 2, 3, 4]);
  });

  it("does not ask for a hole that its history is about to fill", async () => {
    await online();
    await back();
    await receive({ type: "message_ack", client_id: "c", message: message(5) });
    assert.deepEqual(rest, ["load"]);
    await publish(3);
    await publish(4);
    await history(true);
    assert.deepEqual(seqs(), [1, 2, 3, 4, 5]);
    assert.deepEqual(rest, ["load"]);
  });

  it("asks for a hole that its history left", async () => {
    await online();
    await back();
    await publish(4);
    polled = page([message(3)]);
    await history(true);
    assert.deepEqual(seqs(), [1, 2, 3, 4]);
  });

  it("polls while it is away, and resumes from where polling has come", async () => {
    await online();
    cable.close();
    polled = page([message(3)]);
    mock.timers.tick(5000);
    await settled();
    assert.equal(session.state.connection.value, "polling");
    polled = null;
    mock.timers.tick(5000);
    await settled();
    const before = rest.length;
    cable.connect();
    await settled();
    socket.serve(identifier);
    await receive(standing(3));
    await history(true);
    assert.deepEqual(position(), at(3));
    assert.equal(session.state.connection.value, "online");
    mock.timers.tick(6000);
    await settled();
    assert.equal(rest.length, before);
  });

  it("trusts no position while what it has is stale", async () => {
    await online();
    cable.close();
    polled = page([], 0, "e2");
    loaded = [];
    mock.timers.tick(5000);
    cable.connect();
    await Promise.resolve();
    socket.serve(identifier);
    await settled();
    assert.equal(position(), undefined);
    assert.equal(rest.filter((request) => request === "load").length, 2);
  });
});
