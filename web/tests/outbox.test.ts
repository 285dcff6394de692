import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Outbox } from "../core/outbox.ts";
import { MemoryStore } from "./support.ts";

describe("an outbox", () => {
  it("survives a reload, in the order of writing", () => {
    const store = new MemoryStore();
    const outbox = new Outbox(store, "box:");
    for (const text of ["one", "two", "three"]) outbox.add(text, 1000);
    const contents = new Outbox(store, "box:").entries.map(({ content }) => content);
    assert.deepEqual(contents, ["one", "two", "three"]);
  });

  it("is not overwritten by another tab's", () => {
    const store = new MemoryStore();
    const [one, other] = [new Outbox(store, "box:"), new Outbox(store, "box:")];
    const first = one.add("from one");
    other.add("from the other");
    one.remove(first.client_id);
    const left = new Outbox(store, "box:").entries.map(({ content }) => content);
    assert.deepEqual(left, ["from the other"]);
  });

  it("shows what another tab has written, in its place and once", () => {
    const store = new MemoryStore();
    const [one, other] = [new Outbox(store, "box:"), new Outbox(store, "box:")];
    const first = one.add("first", 1000);
    other.add("second", 2000);
    assert.ok(other.adopt(first));
    assert.ok(!other.adopt(first));
    assert.deepEqual(other.entries.map(({ content }) => content), ["first", "second"]);
  });

  it("is empty once it was cleared, also after a reload", () => {
    const store = new MemoryStore();
    const outbox = new Outbox(store, "box:");
    for (const text of ["one", "two"]) outbox.add(text);
    outbox.clear();
    assert.deepEqual(outbox.entries, []);
    assert.deepEqual(new Outbox(store, "box:").entries, []);
  });

  it("gives every entry an id of its own", () => {
    const outbox = new Outbox(new MemoryStore(), "box:");
    const ids = new Set(Array.from({ length: 100 }, () => outbox.add("x").client_id));
    assert.equal(ids.size, 100);
    for (const id of ids) assert.match(id, /^(\d{1,10}-){3}\d{1,10}$/);
  });

  it("leaves out what it cannot read", () => {
    const store = new MemoryStore();
    store.set("box:a", "{");
    store.set("box:b", '{"content":1}');
    assert.deepEqual(new Outbox(store, "box:").entries, []);
  });
});
