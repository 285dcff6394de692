import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { ApiError } from "../core/api.ts";
import { Cable } from "../core/cable.ts";
import { ChatSession } from "../core/chat.ts";
import { Outbox } from "../core/outbox.ts";
import type { SupportMessage } from "../core/protocol.ts";
import type { ChatTransport } from "../core/transport.ts";
import { chat, FakeSocket, MemoryStore, message, page, settled, standing } from "./support.ts";

const identifier = '{"channel":"ChatChannel","chat_id":"chat"}';

describe("a chat session", () => {
  let socket: FakeSocket;
  let store: MemoryStore;
  let cable: Cable;
  let session: ChatSession;
  let asked: string[];
  let server: {
    [Name in keyof ChatTransport]-?: ReturnType<typeof mock.fn<ChatTransport[Name] & {}>>;
  };

  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
    mock.method(Math, "random", () => 1);
    asked = [];
    store = new MemoryStore();
    server = {
      load: mock.fn(() => Promise.resolve(chat([]))),
      since: mock.fn((seq) => {
        asked.push(`since ${seq}`);
        return Promise.resolve(page([]));
      }),
      before: mock.fn(() => Promise.resolve(page([]))),
      send: mock.fn(() => Promise.reject(new ApiError(0, "network"))),
      markRead: mock.fn(() => Promise.resolve()),
    };
    cable = new Cable({
      address: () => Promise.resolve("ws://gateway/cable"),
      open: () => socket = new FakeSocket(),
    });
    session = create();
  });
  afterEach(() => {
    session.close();
    cable.close();
    mock.timers.reset();
    mock.restoreAll();
  });

  function create(): ChatSession {
    const outbox = new Outbox(store, "box:");
    return new ChatSession({ transport: server, cable, outbox, side: "user" });
  }

  async function online(): Promise<void> {
    session.start();
    cable.connect();
    await settled();
    await confirm();
  }

  async function confirm(): Promise<void> {
    socket.receive({ type: "welcome" });
    socket.receive({ type: "confirm_subscription", identifier });
    await settled();
  }

  async function receive(event: object): Promise<void> {
    socket.receive({ identifier, message: event });
    await settled();
  }

  const shown = (): (string | number | null)[][] =>
    session.state.items.value.map(({ content, seq, status }) => [content, seq, status]);
  const kept = (): number => store.keys("box:").length;
  const sends = () => socket.actions.filter(({ action }) => action === "send_message");
  const accept = (seq: number, sent = sends().at(-1)!): SupportMessage =>
    message(seq, {
      id: `id-${sent["client_id"]}`,
      client_id: sent["client_id"] as string,
      content: sent["content"] as string,
      sender_type: "user",
    });

  it("shows a message at once, as sent when accepted, and keeps it until it is persisted", async () => {
    await online();
    session.send("hello");
    assert.deepEqual(shown(), [["hello", null, "sending"]]);
    await settled();
    const accepted = accept(1);
    await receive({ type: "message_ack", client_id: accepted.client_id, message: accepted });
    await receive({ type: "new_message", message: accepted });
    assert.deepEqual(shown(), [["hello", 1, "sent"]]);
    assert.equal(kept(), 1);
    await receive({ type: "persisted", up_to_seq: 1 });
    assert.equal(kept(), 0);
    assert.deepEqual(shown(), [["hello", 1, "sent"]]);
  });

  it("keeps a bubble's key from sending to sent", async () => {
    await online();
    session.send("hello");
    await settled();
    const [before] = session.state.items.value;
    await receive({ type: "new_message", message: accept(1) });
    assert.equal(session.state.items.value[0]?.key, before?.key);
  });

  it("sends one message after the other", async () => {
    await online();
    session.send("one");
    session.send("two");
    await settled();
    assert.equal(sends().length, 1);
    await receive({ type: "new_message", message: accept(1) });
    assert.deepEqual(sends().map(({ content }) => content), ["one", "two"]);
  });

  it("posts when the socket does not answer, with the same client_id", async () => {
    await online();
    session.send("hello");
    await settled();
    const { client_id } = sends()[0]!;
    server.send.mock.mockImplementation((content, id) =>
      Promise.resolve({ message: message(1, { client_id: id, content, sender_type: "user" }) })
    );
    for (let second = 0; second < 10; second++) {
      mock.timers.tick(1000);
      socket.receive({ type: "ping" });
    }
    await settled();
    mock.timers.tick(0);
    await settled();
    assert.deepEqual(server.send.mock.calls.map((call) => call.arguments[1]), [client_id]);
    assert.deepEqual(shown(), [["hello", 1, "sent"]]);
  });

  it("catches up from its last seq after every confirmation", async () => {
    server.load.mock.mockImplementation(() => Promise.resolve(chat([message(1), message(2)])));
    await online();
    assert.deepEqual(asked, ["since 2"]);
    socket.drop();
    assert.equal(session.state.connection.value, "reconnecting");
    mock.timers.tick(1000);
    await settled();
    server.since.mock.mockImplementation((seq) => {
      asked.push(`since ${seq}`);
      const position = { epoch: "e1", offset: 5 };
      const next = [message(seq + 1), message(seq + 2)].filter((each) => each.seq <= 5);
      return Promise.resolve({ ...page(next), position });
    });
    await confirm();
    assert.deepEqual(asked, ["since 2", "since 2", "since 4"]);
    assert.deepEqual(session.state.items.value.map(({ seq }) => seq), [1, 2, 3, 4, 5]);
    assert.equal(session.state.connection.value, "online");
  });

  it("fetches what lies between when a message arrives too early", async () => {
    server.load.mock.mockImplementation(() => Promise.resolve(chat([message(1)])));
    await online();
    server.since.mock.mockImplementation((seq) =>
      Promise.resolve(page([message(2), message(3)].filter((each) => each.seq > seq)))
    );
    await receive({ type: "new_message", message: message(3) });
    assert.deepEqual(session.state.items.value.map(({ seq }) => seq), [1, 2, 3]);
  });

  it("polls every five seconds without a socket, and says so", async () => {
    session.start();
    await settled();
    assert.equal(session.state.connection.value, "connecting");
    for (let round = 1; round <= 3; round++) {
      mock.timers.tick(5000);
      await settled();
      assert.equal(asked.length, round);
    }
    assert.equal(session.state.connection.value, "polling");
    server.since.mock.mockImplementation(() => Promise.reject(new ApiError(0, "network")));
    mock.timers.tick(5000);
    await settled();
    assert.equal(session.state.connection.value, "offline");
  });

  it("sends after a reload what was not persisted, and makes one bubble of it", async () => {
    const entry = new Outbox(store, "box:").add("from before");
    session = create();
    await online();
    assert.equal(sends()[0]?.["client_id"], entry.client_id);
    await receive({ type: "new_message", message: accept(1) });
    assert.deepEqual(shown(), [["from before", 1, "sent"]]);
  });

  it("sends again what was accepted but not persisted when the epoch changes", async () => {
    await online();
    for (const [at, text] of ["one", "two"].entries()) {
      session.send(text);
      await settled();
      await receive({ type: "new_message", message: accept(at + 1) });
    }
    await receive({ type: "persisted", up_to_seq: 1 });
    const first = session.state.timeline.messages[0]!;
    server.load.mock.mockImplementation(() => Promise.resolve(chat([first], 1, "e2")));
    server.since.mock.mockImplementation(() => Promise.resolve(page([], 1, "e2")));
    socket.drop();
    mock.timers.tick(1000);
    await settled();
    await confirm();
    assert.deepEqual(sends().map(({ content }) => content), ["two"]);
    assert.deepEqual(shown(), [["one", 1, "sent"], ["two", null, "sending"]]);
    await receive({ type: "new_message", message: accept(2) });
    assert.deepEqual(shown(), [["one", 1, "sent"], ["two", 2, "sent"]]);
  });

  it("sends again when its seq turns out to be another message's", async () => {
    await online();
    session.send("mine");
    await settled();
    await receive({ type: "new_message", message: accept(1) });
    const other = message(1, { id: "other", content: "theirs" });
    server.load.mock.mockImplementation(() => Promise.resolve(chat([other], 1, "e2")));
    await receive({ type: "new_message", message: other });
    await receive({ type: "persisted", up_to_seq: 1 });
    assert.equal(kept(), 1);
    assert.deepEqual(sends().map(({ content }) => content), ["mine", "mine"]);
    assert.deepEqual(shown(), [["theirs", 1, "sent"], ["mine", null, "sending"]]);
  });

  it("drops an entry whose message lies before the loaded part", async () => {
    new Outbox(store, "box:").add("long ago");
    session = create();
    server.load.mock.mockImplementation(() => Promise.resolve(chat([message(60)], 60)));
    await online();
    await receive({ type: "message_ack", client_id: sends()[0]!["client_id"], message: accept(3) });
    assert.equal(kept(), 0);
    assert.deepEqual(session.state.items.value.map(({ seq }) => seq), [60]);
  });

  it("leaves what another tab has written to that tab, and sends it when that one does not", async () => {
    await online();
    const entry = { client_id: "c1", content: "from the other tab", at: 1 };
    session.adopt(entry);
    await settled();
    assert.deepEqual(shown(), [["from the other tab", null, "sending"]]);
    assert.equal(sends().length, 0);
    mock.timers.tick(3000);
    await settled();
    assert.equal(sends()[0]?.["client_id"], "c1");
    await receive({ type: "new_message", message: accept(1) });
    assert.deepEqual(shown(), [["from the other tab", 1, "sent"]]);
    session.adopt(entry);
    assert.equal(session.state.items.value.length, 1);
  });

  it("knows when the conversation will end, and that a message calls it off", async () => {
    await online();
    const conversation = { id: "c", status: "active" as const, position: null, assignee: null };
    const ends_at = "2000-01-01T00:00:00.000Z";
    const warned = { ...conversation, ends_at };
    await receive({ type: "conversation", conversation: warned, ends_in_s: 60 });
    assert.equal(session.state.endsAt.value, Date.now() + 60_000);
    await receive({ type: "new_message", message: message(1) });
    assert.equal(session.state.endsAt.value, 0);
    // What comes out of the history after the state was there before the warning.
    await receive(standing(3, { conversation: warned }));
    await receive({ type: "new_message", message: message(2) });
    assert.equal(session.state.endsAt.value, Date.parse(ends_at));
    await receive({ type: "conversation", conversation });
    assert.equal(session.state.endsAt.value, 0);
  });

  it("marks what is refused for good, goes on with the next, and retries by hand", async () => {
    session.start();
    await settled();
    server.send.mock.mockImplementation((content, client_id) =>
      content === "bad"
        ? Promise.reject(new ApiError(422, "too_long"))
        : Promise.resolve({ message: message(1, { client_id, content, sender_type: "user" }) })
    );
    session.send("bad");
    session.send("good");
    await settled();
    assert.deepEqual(shown(), [["good", 1, "sent"], ["bad", null, "failed"]]);
    const { client_id } = session.state.items.value[1]!;
    session.retry(client_id!);
    await settled();
    assert.equal(server.send.mock.callCount(), 3);
    session.discard(client_id!);
    assert.equal(kept(), 1);
  });

  it("waits as long as the gateway asks when it sends too fast", async () => {
    session.start();
    await settled();
    server.send.mock.mockImplementation(() =>
      Promise.reject(new ApiError(429, "rate_limited", 7000))
    );
    session.send("hello");
    await settled();
    assert.equal(session.state.heldUntil.value, Date.now() + 7000);
    session.send("again");
    await settled();
    mock.timers.tick(6999);
    await settled();
    assert.equal(server.send.mock.callCount(), 1);
    mock.timers.tick(1);
    await settled();
    assert.equal(server.send.mock.callCount(), 2);
  });

  it("reports what arrived and what was seen, once", async () => {
    await online();
    await receive({ type: "new_message", message: message(1) });
    assert.deepEqual(socket.actions, [{ up_to_seq: 1, action: "delivered" }]);
    assert.equal(session.state.unread.value, 1);
    session.seen();
    session.seen();
    assert.equal(session.state.unread.value, 0);
    assert.deepEqual(socket.actions.slice(1), [{ up_to_seq: 1, action: "read" }]);
  });

  it("says again after a reconnection what the gateway has not heard", async () => {
    await online();
    await receive({ type: "new_message", message: message(1) });
    session.seen();
    const said = [{ up_to_seq: 1, action: "delivered" }, { up_to_seq: 1, action: "read" }];
    assert.deepEqual(socket.actions, said);
    const none = { delivered: 0, delivered_at: null, read: 0, read_at: null };
    const both = { delivered: 1, delivered_at: "t", read: 1, read_at: "t" };
    for (const [user, again] of [[none, said.slice(1)], [both, []]] as const) {
      socket.drop();
      mock.timers.tick(2000);
      await settled();
      await confirm();
      await receive(standing(1, { marks: { user, admin: none } }));
      assert.deepEqual(socket.actions, again);
    }
  });

  it("marks as read by REST without a socket", async () => {
    server.load.mock.mockImplementation(() => Promise.resolve(chat([message(1)])));
    session.start();
    await settled();
    session.seen();
    await settled();
    assert.deepEqual(server.markRead.mock.calls[0]?.arguments, [1]);
  });

  it("forgets the other side's typing after four seconds", async () => {
    await online();
    await receive({ type: "typing", by: "user", on: true });
    assert.equal(session.state.peerTyping.value, false);
    await receive({ type: "typing", by: "admin", on: true });
    assert.equal(session.state.peerTyping.value, true);
    mock.timers.tick(4000);
    assert.equal(session.state.peerTyping.value, false);
  });

  it("asks for its channel again, half a minute after it was rejected", async () => {
    session.start();
    cable.connect();
    await settled();
    socket.receive({ type: "welcome" });
    socket.receive({ type: "reject_subscription", identifier });
    for (let second = 0; second < 30; second++) {
      mock.timers.tick(1000);
      socket.receive({ type: "ping" });
      await settled();
    }
    assert.equal(socket.sent.filter(({ command }) => command === "subscribe").length, 2);
    assert.equal(session.state.connection.value, "polling");
  });

  it("loads again after its token was refused", async () => {
    await online();
    server.since.mock.mockImplementationOnce(() => Promise.reject(new ApiError(401, "expired")));
    socket.drop();
    mock.timers.tick(5000);
    await settled();
    mock.timers.tick(1000);
    await settled();
    assert.equal(server.load.mock.callCount(), 2);
  });
});
