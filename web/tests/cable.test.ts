import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { Cable } from "../core/cable.ts";
import { FakeSocket, settled } from "./support.ts";

const channel = { channel: "ChatChannel", chat_id: "7" };
const identifier = JSON.stringify(channel);

describe("a cable", () => {
  let sockets: FakeSocket[];
  let log: unknown[];
  let cable: Cable;
  const newest = (): FakeSocket => sockets.at(-1)!;
  const handler = {
    confirmed: () => log.push("confirmed"),
    lost: () => log.push("lost"),
    received: (message: unknown) => log.push(message),
    rejected: () => log.push("rejected"),
  };

  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
    mock.method(Math, "random", () => 1);
    sockets = [];
    log = [];
    cable = new Cable({
      address: () => Promise.resolve("ws://gateway/cable"),
      open() {
        sockets.push(new FakeSocket());
        return newest();
      },
    });
  });
  afterEach(() => {
    cable.close();
    mock.timers.reset();
    mock.restoreAll();
  });

  async function connect(): Promise<void> {
    cable.connect();
    await settled();
    newest().receive({ type: "welcome" });
    newest().receive({ type: "confirm_subscription", identifier });
  }

  it("subscribes after the welcome and hands on the channel's messages", async () => {
    const subscription = cable.subscribe(channel, handler);
    cable.connect();
    await settled();
    assert.deepEqual(newest().sent, []);
    assert.equal(subscription.perform("typing"), false);
    newest().receive({ type: "welcome" });
    assert.deepEqual(newest().sent, [{ command: "subscribe", identifier }]);
    newest().receive({ type: "confirm_subscription", identifier });
    newest().receive({ identifier, message: { type: "typing" } });
    newest().receive({ identifier: "another", message: "not mine" });
    assert.deepEqual(log, ["confirmed", { type: "typing" }]);
  });

  it("performs actions with their data as a JSON string", async () => {
    const subscription = cable.subscribe(channel, handler);
    await connect();
    assert.equal(subscription.perform("typing", { on: true }), true);
    assert.deepEqual(newest().sent.at(-1), {
      command: "message",
      identifier,
      data: '{"on":true,"action":"typing"}',
    });
  });

  it("asks again for a confirmation that does not come, and takes it once", async () => {
    cable.subscribe(channel, handler);
    cable.connect();
    await settled();
    newest().receive({ type: "welcome" });
    for (let second = 0; second < 6; second++) {
      mock.timers.tick(1000);
      newest().receive({ type: "ping" });
    }
    assert.equal(newest().sent.length, 2);
    newest().receive({ type: "confirm_subscription", identifier });
    newest().receive({ type: "confirm_subscription", identifier });
    assert.deepEqual(log, ["confirmed"]);
  });

  it("comes back after a loss and subscribes again", async () => {
    cable.subscribe(channel, handler);
    await connect();
    newest().drop();
    assert.deepEqual(log, ["confirmed", "lost"]);
    mock.timers.tick(1000);
    await settled();
    assert.equal(sockets.length, 2);
    newest().receive({ type: "welcome" });
    newest().receive({ type: "confirm_subscription", identifier });
    assert.deepEqual(log, ["confirmed", "lost", "confirmed"]);
  });

  it("gives up a connection that has gone silent", async () => {
    cable.subscribe(channel, handler);
    await connect();
    mock.timers.tick(3000);
    newest().receive({ type: "ping", message: 1 });
    mock.timers.tick(7000);
    assert.deepEqual(log, ["confirmed"]);
    mock.timers.tick(1000);
    assert.deepEqual(log, ["confirmed", "lost"]);
    assert.equal(sockets[0]?.isClosed, true);
  });

  it("waits longer after each failure, and not at all once it is woken", async () => {
    cable.connect();
    await settled();
    for (const wait of [1000, 2000, 4000]) {
      const before = sockets.length;
      newest().drop();
      mock.timers.tick(wait - 1);
      await settled();
      assert.equal(sockets.length, before);
      mock.timers.tick(1);
      await settled();
      assert.equal(sockets.length, before + 1);
    }
    newest().drop();
    cable.wake();
    await settled();
    assert.equal(sockets.length, 5);
  });

  it("stays away for long when it is told not to come back", async () => {
    await connect();
    newest().receive({ type: "disconnect", reason: "unauthorized", reconnect: false });
    mock.timers.tick(29_000);
    await settled();
    assert.equal(sockets.length, 1);
    mock.timers.tick(1000);
    await settled();
    assert.equal(sockets.length, 2);
  });

  it("tells of a rejection and does not ask again", async () => {
    cable.subscribe(channel, handler);
    cable.connect();
    await settled();
    newest().receive({ type: "welcome" });
    newest().receive({ type: "reject_subscription", identifier });
    newest().drop();
    mock.timers.tick(1000);
    await settled();
    newest().receive({ type: "welcome" });
    assert.deepEqual(log, ["rejected"]);
    assert.deepEqual(newest().sent, []);
  });

  it("ignores what is not a frame", async () => {
    cable.subscribe(channel, handler);
    await connect();
    for (const data of ["{", "null", "7", '"text"']) newest().onmessage?.({ data });
    assert.deepEqual(log, ["confirmed"]);
  });
});
