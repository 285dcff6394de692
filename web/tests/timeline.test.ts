import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Timeline } from "../core/timeline.ts";
import { message } from "./support.ts";

const seqs = (timeline: Timeline): number[] => timeline.messages.map(({ seq }) => seq);

describe("a timeline", () => {
  it("keeps messages in seq order, each once, however they arrive", () => {
    const timeline = new Timeline();
    timeline.replace([message(1)]);
    assert.equal(timeline.merge([message(3), message(2)]), false);
    assert.equal(timeline.merge([message(2), message(1)]), false);
    assert.deepEqual(seqs(timeline), [1, 2, 3]);
  });

  it("knows where its first hole is", () => {
    const timeline = new Timeline();
    timeline.replace([message(1), message(2)]);
    timeline.merge([message(5), message(4)]);
    assert.equal(timeline.knownUpTo, 2);
    assert.equal(timeline.hasGap, true);
    timeline.merge([message(3)]);
    assert.equal(timeline.knownUpTo, 5);
    assert.equal(timeline.hasGap, false);
  });

  it("takes the first messages of an empty chat in any order", () => {
    const timeline = new Timeline();
    timeline.replace([]);
    timeline.merge([message(2)]);
    assert.equal(timeline.hasGap, true);
    timeline.merge([message(1)]);
    assert.deepEqual(seqs(timeline), [1, 2]);
    assert.equal(timeline.hasGap, false);
  });

  it("takes older messages only as a page, so that no hole opens behind them", () => {
    const timeline = new Timeline();
    timeline.replace([message(8), message(9)]);
    timeline.merge([message(2)]);
    assert.deepEqual(seqs(timeline), [8, 9]);
    assert.equal(timeline.hasOlder, true);
    timeline.prepend([message(6), message(7)]);
    assert.deepEqual(seqs(timeline), [6, 7, 8, 9]);
    assert.equal(timeline.knownUpTo, 9);
  });

  it("reports another message with a known seq as a conflict and takes it", () => {
    const timeline = new Timeline();
    timeline.replace([message(1), message(2)]);
    assert.equal(timeline.merge([message(2, { id: "other" })]), true);
    assert.equal(timeline.messages[1]?.id, "other");
  });

  it("never takes a status back", () => {
    const timeline = new Timeline();
    timeline.replace([message(1, { status: "read", read_at: "t" })]);
    timeline.merge([message(1, { status: "delivered" })]);
    assert.equal(timeline.applyStatus("delivered", "user", 1, "t2"), false);
    assert.equal(timeline.messages[0]?.status, "read");
  });

  it("applies a receipt to the other side's messages up to its seq", () => {
    const timeline = new Timeline();
    timeline.replace([message(1), message(2, { sender_type: "user" }), message(3)]);
    assert.equal(timeline.applyStatus("read", "user", 2, "t"), true);
    assert.deepEqual(timeline.messages.map(({ status }) => status), ["read", "sent", "sent"]);
  });

  it("gives messages that come after a receipt the status that it said", () => {
    const timeline = new Timeline();
    timeline.replace([message(1)]);
    timeline.applyStatus("delivered", "user", 3, "t1");
    timeline.applyStatus("read", "user", 2, "t2");
    timeline.merge([message(2), message(3), message(4)]);
    assert.deepEqual(timeline.messages.map(({ status }) => status), [
      "read",
      "read",
      "delivered",
      "sent",
    ]);
    assert.deepEqual([timeline.messages[1]?.delivered_at, timeline.messages[1]?.read_at], [
      "t2",
      "t2",
    ]);
  });

  it("forgets the receipts of what it replaces", () => {
    const timeline = new Timeline();
    timeline.applyStatus("read", "user", 5, "t");
    timeline.replace([message(1)]);
    assert.equal(timeline.messages[0]?.status, "sent");
    assert.equal(timeline.applyStatus("read", "user", 1, "t"), true);
  });

  it("refreshes from before its own messages whose receipts are missing", () => {
    const timeline = new Timeline();
    timeline.replace([1, 2, 3].map((seq) => message(seq, { sender_type: "user" })));
    timeline.applyStatus("read", "admin", 1, "t");
    assert.equal(timeline.refreshFrom("user"), 1);
    assert.equal(timeline.refreshFrom("admin"), 3);
  });

  it("does not take the other side's client_id for its own", () => {
    const timeline = new Timeline();
    timeline.replace([message(1, { client_id: "c", sender_type: "user" })]);
    assert.equal(timeline.sentAs("c", "admin"), undefined);
    assert.equal(timeline.sentAs("c", "user")?.seq, 1);
  });
});
