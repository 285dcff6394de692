import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { matching, rank } from "../dashboard/tools/match.ts";

describe("what fits what was typed", () => {
  const names = ["Grace Hopper", "Hope", "Bob", "Zoe 张伟"];
  const found = (query: string): string[] => matching(names, query, (name) => name);

  it("is everything while nothing was typed, in its order", () => {
    assert.deepEqual(found(" "), names);
  });

  it("begins with what begins so, then words within, then letters in their order", () => {
    assert.deepEqual(found("hop"), ["Hope", "Grace Hopper"]);
    assert.deepEqual(found("GRC"), ["Grace Hopper"]);
    assert.deepEqual(found("张"), ["Zoe 张伟"]);
    assert.deepEqual(found("xyz"), []);
    assert.equal(rank("Bob", "ob"), 2);
  });
});
