import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { commandFor, isPaletteKey, neighbour, type Press } from "../dashboard/commands.ts";
import { parseRoute, routeTo } from "../dashboard/route.ts";

const press = (key: string, fields: Partial<Press> = {}): Press => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  isComposing: false,
  ...fields,
});

describe("keys", () => {
  const commands = [{ id: "end", key: "e", label: "End", run: () => undefined }, {
    id: "none",
    label: "None",
    run: () => undefined,
  }];

  it("mean the command that has them, without any modifier", () => {
    assert.equal(commandFor(press("e"), commands)?.id, "end");
    assert.equal(commandFor(press("E"), commands), undefined);
    for (const name of ["ctrlKey", "metaKey", "altKey", "isComposing"] as const) {
      assert.equal(commandFor(press("e", { [name]: true }), commands), undefined);
    }
  });

  it("open the palette with Ctrl or ⌘", () => {
    assert.equal(isPaletteKey(press("k", { ctrlKey: true })), true);
    assert.equal(isPaletteKey(press("K", { metaKey: true })), true);
    assert.equal(isPaletteKey(press("k")), false);
    assert.equal(isPaletteKey(press("k", { ctrlKey: true, altKey: true })), false);
  });

  it("go through the list, from its top, and stay at its ends", () => {
    const ids = ["a", "b"];
    assert.equal(neighbour(ids, null, 1), "a");
    assert.equal(neighbour(ids, "a", 1), "b");
    assert.equal(neighbour(ids, "b", 1), "b");
    assert.equal(neighbour(ids, "a", -1), "a");
    assert.equal(neighbour([], null, 1), undefined);
  });
});

describe("an address", () => {
  it("names a part of the list and a chat in it", () => {
    for (const hash of ["#/active", "#/mine/1", "#/unassigned/a%2Fb", "#/archived"]) {
      assert.equal(routeTo(parseRoute(hash)), hash);
    }
    assert.deepEqual(parseRoute("#/elsewhere"), { tab: "active", chatId: null });
    assert.deepEqual(parseRoute("#/mine/%E0%A4%A"), { tab: "mine", chatId: null });
  });
});
