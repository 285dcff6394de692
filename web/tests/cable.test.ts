import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { Cable } from "../core/cable.ts";
import type { StreamPosition } from "../core/protocol.ts";
import { extended, FakeSocket, settled } from "./support.ts";

const channel = { channel: "ChatChannel", chat_id: "7" };
const identifier = JSON.stringify(channel);

describe("a cable", () => {
  let sockets: FakeSocket[];
  let log: unknown[];
  let cable: Cable;
  let offered: string[];
  let protocol: string;
  const newest = (): FakeSocket => sockets.at(-1)!;
  const handler = {
    confirmed: (resumes: boolean) => log.push(resumes ? "resuming" : "confirmed"),
    resumed: (complete: boolean) => log.push(complete ? "complete" : "broken"),
    lost: () => log.push("lost"),
    received: (message: unknown) => log.push(message),
    rejected: () => log.push("rejected"),
  };

  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
    mock.method(Math, "random", () => 1);
    sockets = [];
    log = [];
    protocol = "actioncable-v1-json";
    cable = new Cable({
      address: () => Promise.resolve("ws://gateway/cable"),
      open(_, protocols) {
        offered = protocols;
        sockets.push(new FakeSocket(protocol));
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
    newest().serve(identifier);
  }

  it("subscribes after the welcome and hands on the channel's messages", async () => {
    const subscription = cable.subscribe(channel, handler);
    cable.connect();
    await settled();
    assert.deepEqual(newest().sent, []);
    assert.equal(subscription.perform("typing", {}), false);
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

  it("takes a confirmation once", async () => {
    cable.subscribe(channel, handler);
    await connect();
    newest().receive({ type: "confirm_subscription", identifier });
    assert.deepEqual(log, ["confirmed"]);
  });

  it("starts its waits anew after a connection that held until a ping", async () => {
    for (let round = 0; round < 3; round++) {
      await connect();
      newest().receive({ type: "ping" });
      newest().drop();
      mock.timers.tick(1000);
      await settled();
      assert.equal(sockets.length, round + 2);
    }
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

  async function dismissed(frame: object): Promise<(wait: number) => Promise<number>> {
    await connect();
    newest().receive({ type: "disconnect", ...frame });
    return async (wait) => {
      mock.timers.tick(wait);
      await settled();
      return sockets.length;
    };
  }

  it("tries another ticket only after long when it was not let in", async () => {
    for (const reason of ["unauthorized", "token_expired", "too_many_sessions"]) {
      const after = await dismissed({ reason, reconnect: false });
      const before = sockets.length;
      assert.equal(await after(29_999), before);
      assert.equal(await after(1), before + 1);
      newest().serve();
    }
  });

  it("stays away for good when it is told to for any other reason", async () => {
    const after = await dismissed({ reason: "too_many_errors", reconnect: false });
    assert.equal(await after(3_600_000), 1);
    cable.wake();
    assert.equal(await after(0), 1);
  });

  it("spreads over two seconds when the gateway restarts", async () => {
    for (const [at, chance] of [0.25, 0.75].entries()) {
      mock.method(Math, "random", () => chance);
      const after = await dismissed({ reason: "server_restart", reconnect: true });
      assert.equal(await after(chance * 2000 - 1), at + 1);
      assert.equal(await after(1), at + 2);
      newest().serve();
    }
  });

  it("comes back at once when it was too slow, but not twice in a row", async () => {
    const after = await dismissed({ reason: "too_slow", reconnect: true });
    assert.equal(await after(0), 2);
    newest().serve();
    newest().receive({ type: "disconnect", reason: "too_slow", reconnect: true });
    assert.equal(await after(1999), 2);
    assert.equal(await after(1), 3);
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

  describe("whose gateway keeps history", () => {
    let offset: number | null;
    const streams = () => ({ "chat:7": { epoch: "e", offset: offset! } });
    const resuming = {
      ...handler,
      positions: () => offset === null ? undefined : streams(),
      received: (message: unknown, position: Partial<StreamPosition>) =>
        log.push([message, position.epoch, position.offset]),
    };

    beforeEach(() => {
      protocol = extended;
      offset = 5;
    });

    it("offers the protocol with history first, and then the plain one", async () => {
      await connect();
      assert.deepEqual(offered, [extended, "actioncable-v1-json"]);
    });

    it("asks for what came after its position, each time it subscribes", async () => {
      cable.subscribe(channel, resuming);
      await connect();
      assert.deepEqual(newest().subscribes, [{
        command: "subscribe",
        identifier,
        history: { streams: { "chat:7": { epoch: "e", offset: 5 } } },
      }]);
      newest().receive({ identifier, message: "six", stream_id: "chat:7", epoch: "e", offset: 6 });
      newest().receive({ type: "confirm_history", identifier });
      newest().receive({ identifier, message: "typing" });
      assert.deepEqual(log, [
        "resuming",
        ["six", "e", 6],
        "complete",
        ["typing", undefined, undefined],
      ]);
      offset = 6;
      newest().drop();
      mock.timers.tick(1000);
      await settled();
      newest().serve();
      assert.deepEqual(newest().subscribes[0]?.["history"], { streams: streams() });
    });

    it("asks for nothing without a position", async () => {
      offset = null;
      cable.subscribe(channel, resuming);
      await connect();
      assert.deepEqual(newest().subscribes, [{ command: "subscribe", identifier }]);
      assert.deepEqual(log, ["confirmed"]);
    });

    it("tells when the history is not to be had", async () => {
      cable.subscribe(channel, resuming);
      await connect();
      newest().receive({ type: "reject_history", identifier });
      assert.deepEqual(log, ["resuming", "broken"]);
    });

    it("asks for no history of a gateway that chose the plain protocol", async () => {
      protocol = "actioncable-v1-json";
      cable.subscribe(channel, resuming);
      await connect();
      assert.deepEqual(newest().subscribes, [{ command: "subscribe", identifier }]);
      assert.deepEqual(log, ["confirmed"]);
    });
  });

  it("ignores what is not a frame", async () => {
    cable.subscribe(channel, handler);
    await connect();
    for (const data of ["{", "null", "7", '"text"']) newest().onmessage?.({ data });
    assert.deepEqual(log, ["confirmed"]);
  });
});
