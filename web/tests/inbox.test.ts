import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { Api } from "../core/api.ts";
import { Cable } from "../core/cable.ts";
import type { ChatCounts, ChatRow } from "../core/protocol.ts";
import { Inbox } from "../dashboard/inbox.ts";
import { extended, FakeSocket, message, row, settled } from "./support.ts";

const identifier = '{"channel":"AdminNotificationChannel"}';

describe("an inbox", () => {
  let socket: FakeSocket;
  let protocol: string;
  let cable: Cable;
  let inbox: Inbox;
  let listed: ChatRow[];
  let asked: number;
  let counted: ChatCounts;
  let answer: () => Promise<Response>;

  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
    mock.method(Math, "random", () => 1);
    protocol = extended;
    listed = [row("a", 11)];
    asked = 0;
    counted = { mine: 0, unassigned: 1, all: 1 };
    answer = () => Promise.resolve(Response.json({ chats: listed, next: null }));
    const api = new Api("https://gateway", (path) => {
      if (String(path).endsWith("/counts")) return Promise.resolve(Response.json(counted));
      asked++;
      return answer();
    });
    cable = new Cable({
      address: () => Promise.resolve("ws://gateway/cable"),
      open: () => socket = new FakeSocket(protocol),
    });
    inbox = new Inbox({ api, cable, agentId: "ann", unauthorized: () => undefined });
  });
  afterEach(() => {
    inbox.close();
    cable.close();
    mock.timers.reset();
    mock.restoreAll();
  });

  const counts = (): [string, number | undefined][] =>
    inbox.rows.value.map(({ id, unread_count }) => [id, unread_count]);
  const position = (): unknown => socket.subscribes[0]?.["history"];
  const at = (offset: number, epoch = "e") => ({ streams: { staff: { epoch, offset } } });

  async function receive(event: object, offset?: number): Promise<void> {
    const place = offset === undefined ? {} : { stream_id: "staff", epoch: "e", offset };
    socket.receive({ identifier, message: event, ...place });
    await answered();
  }

  async function answered(): Promise<void> {
    for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
    await settled();
  }

  function wrote(id: string, count: number): object {
    const chat = { id, message_count: count, last_message_at: "2023-11-14T23:00:00.000Z" };
    const fields = { chat_id: id, user_email: null, contact_name: null };
    return { type: "new_user_message", ...fields, message: message(count), chat };
  }

  async function online(): Promise<void> {
    inbox.show("active");
    cable.connect();
    await answered();
    socket.serve(identifier);
    await receive({ type: "staff_state", position: { epoch: "e", offset: 7 } });
  }

  async function back(): Promise<void> {
    const lost = socket;
    socket.drop();
    mock.timers.tick(2000);
    await answered();
    assert.notEqual(socket, lost);
    socket.serve(identifier);
    await answered();
  }

  it("loads its list once it is subscribed, and resumes from there without loading it again", async () => {
    await online();
    assert.equal(position(), undefined);
    const before = asked;
    await receive(wrote("a", 2), 8);
    await back();
    assert.deepEqual(position(), at(8));
    await receive({ type: "staff_state", position: { epoch: "e", offset: 10 } });
    await receive(wrote("a", 3), 9);
    await receive({ type: "chat_updated", chat: { id: "a", assignee: null } }, 10);
    socket.receive({ type: "confirm_history", identifier });
    mock.timers.tick(6000);
    await answered();
    assert.deepEqual(counts(), [["a", 2]]);
    assert.equal(asked, before);
  });

  it("does not take where the stream stands for what it has heard of it", async () => {
    await online();
    await back();
    await receive({ type: "staff_state", position: { epoch: "e", offset: 10 } });
    await back();
    assert.deepEqual(position(), at(7));
  });

  it("never goes back in a stream", async () => {
    await online();
    await receive(wrote("a", 2), 9);
    await receive(wrote("a", 2), 8);
    await back();
    assert.deepEqual(position(), at(9));
  });

  it("loads its list again when the history is not to be had, and after a reset", async () => {
    await online();
    await back();
    let before = asked;
    listed = [row("b", 12)];
    await receive({ type: "staff_state", position: { epoch: "e2", offset: 3 } });
    socket.receive({ type: "reject_history", identifier });
    await answered();
    assert.deepEqual([asked, counts()], [before + 1, [["b", 0]]]);
    before = asked;
    await receive({ type: "reset" });
    assert.equal(asked, before + 1);
  });

  it("loads its list after every confirmation where there is no history", async () => {
    protocol = "actioncable-v1-json";
    await online();
    const before = asked;
    await back();
    assert.equal(position(), undefined);
    assert.equal(asked, before + 1);
  });

  it("resumes from nowhere while its list is not loaded", async () => {
    answer = () => Promise.reject(new TypeError("no network"));
    await online();
    await back();
    assert.equal(position(), undefined);
  });

  it("does not take an answer from before a reset for one from after it", async () => {
    await online();
    const { promise, resolve } = Promise.withResolvers<Response>();
    answer = () => promise;
    inbox.show("active");
    answer = () => Promise.reject(new TypeError("no network"));
    await receive({ type: "reset" });
    resolve(Response.json({ chats: listed, next: null }));
    await answered();
    await back();
    assert.equal(position(), undefined);
  });

  it("counts the unread for this agent alone", async () => {
    listed = [row("a", 11, { unread: true, unread_count: 3 }), row("b", 10)];
    await online();
    assert.equal(inbox.unread.value, 3);
    await receive(wrote("b", 2), 8);
    await receive(wrote("b", 3), 9);
    assert.equal(inbox.unread.value, 5);
    const read = { type: "chat_updated", chat: { id: "a", unread: false, read_up_to: 2 } };
    await receive({ ...read, agent_id: "bob", unread_count: 0 }, 10);
    assert.equal(inbox.unread.value, 5);
    await receive({ ...read, agent_id: "ann", unread_count: 1 }, 11);
    assert.deepEqual(counts(), [["b", 2], ["a", 1]]);
    assert.equal(inbox.unread.value, 3);
  });

  it("asks for its list when the count cannot be told", async () => {
    listed = [row("a", 11, { unread_count: 7 })];
    await online();
    const before = asked;
    listed = [row("a", 11, { unread_count: 4 })];
    const read = { type: "chat_updated", chat: { id: "a", unread: false }, unread_count: null };
    await receive({ ...read, agent_id: "bob" }, 8);
    assert.equal(asked, before);
    await receive({ ...read, agent_id: "ann" }, 9);
    assert.deepEqual([asked, inbox.unread.value], [before + 1, 4]);
  });

  it("looks for the row of a chat that it does not know, but not because somebody read it", async () => {
    await online();
    const before = asked;
    const chat = { id: "old", archived: false };
    await receive({ type: "chat_updated", agent_id: "bob", unread_count: 0, chat }, 8);
    mock.timers.tick(200);
    await answered();
    assert.equal(asked, before);
    listed = [row("a", 11), row("old", 10)];
    await receive({ type: "chat_updated", chat }, 9);
    mock.timers.tick(200);
    await answered();
    assert.deepEqual(counts(), [["a", 0], ["old", 0]]);
  });

  it("counts its tabs again, once, when conversations have changed hands", async () => {
    await online();
    mock.timers.tick(700);
    await answered();
    assert.deepEqual(inbox.counts.value, counted);
    counted = { mine: 1, unassigned: 0, all: 1 };
    const told = { type: "chat_updated", chat: { id: "a", status: "active" } };
    await receive(told, 8);
    await receive(told, 9);
    assert.equal(inbox.counts.value?.mine, 0);
    mock.timers.tick(700);
    await answered();
    assert.deepEqual(inbox.counts.value, counted);
  });

  it("polls every five seconds without a socket, and no longer with one", async () => {
    inbox.show("active");
    await answered();
    for (let round = 2; round <= 4; round++) {
      mock.timers.tick(5000);
      await answered();
      assert.equal(asked, round);
    }
    assert.equal(inbox.connection.value, "polling");
    await online();
    const before = asked;
    mock.timers.tick(6000);
    await answered();
    assert.deepEqual([asked, inbox.connection.value], [before, "online"]);
  });
});
