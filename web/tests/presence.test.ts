import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { Presence } from "../dashboard/presence.ts";

const bob = { id: "bob", name: "Bob" };
const cem = { id: "cem", name: "Cem" };

describe("who is there", () => {
  let presence: Presence;

  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
    presence = new Presence("ann");
  });
  afterEach(() => {
    presence.close();
    mock.timers.reset();
  });

  const typing = (chatId: string): string[] =>
    (presence.typing.value.get(chatId) ?? []).map(({ name }) => name);
  const online = (): string[] => ["1", "2", "3"].filter((id) => presence.online.of(id));
  const version = 5;

  it("is known of contacts from the list's channel and from the chat's own", () => {
    const [user, staff] = [{ online: true }, { online: false }];
    presence.heardOfAll({ type: "presence", chat_id: "1", online: true, version });
    presence.heard("2", { type: "presence", user, staff, version });
    assert.deepEqual(online(), ["1", "2"]);
    presence.heard("2", { type: "presence", by: "user", online: false, version });
    presence.heard("1", { type: "presence", by: "admin", online: false, version });
    assert.deepEqual(online(), ["1"]);
    presence.heardOfAll({ type: "presence", chat_id: "1", online: false, version });
    assert.deepEqual(online(), []);
  });

  it("names the other agents who view a chat, not oneself", () => {
    const agents = [{ id: "ann", name: "Ann" }, bob];
    presence.heardOfAll({ type: "viewing", chat_id: "1", agents, version });
    assert.deepEqual(presence.viewing.of("1"), [bob]);
    presence.heardOfAll({ type: "viewing", chat_id: "1", agents: [], version });
    assert.deepEqual(presence.viewing.of("1"), []);
  });

  it("is told as a whole after a reconnection, but for what is newer", () => {
    presence.heardOfAll({ type: "presence", chat_id: "1", online: true, version: 4 });
    presence.heardOfAll({ type: "presence", chat_id: "2", online: false, version: 6 });
    presence.heardOfAll({ type: "viewing", chat_id: "1", agents: [cem], version: 3 });
    presence.heardOfAll({
      type: "presence",
      agents: [bob],
      viewing: [{ chat_id: "3", agents: [bob] }],
      chats: ["2", "3"],
      version,
    });
    assert.deepEqual(online(), ["3"]);
    assert.deepEqual([presence.viewing.of("1"), presence.viewing.of("3")], [undefined, [bob]]);
    presence.heardOfAll({ type: "presence", chat_id: "3", online: false, version: 4 });
    presence.heardOfAll({ type: "presence", chat_id: "2", online: true, version: 5 });
    assert.deepEqual(online(), ["3"]);
  });

  it("names the other agents who type, until they stop or nothing more is heard", () => {
    const says = (agent: typeof bob, on: boolean, expires_in?: number): void =>
      presence.heard("1", {
        type: "typing",
        by: "admin",
        on,
        agent,
        ...(expires_in && { expires_in }),
      });
    says({ id: "ann", name: "Ann" }, true);
    says(bob, true, 6);
    says(cem, true, 6);
    assert.deepEqual(typing("1"), ["Bob", "Cem"]);
    assert.deepEqual(typing("2"), []);
    says(cem, false);
    assert.deepEqual(typing("1"), ["Bob"]);
    mock.timers.tick(5999);
    assert.deepEqual(typing("1"), ["Bob"]);
    says(bob, true, 6);
    mock.timers.tick(5999);
    assert.deepEqual(typing("1"), ["Bob"]);
    mock.timers.tick(1);
    assert.deepEqual(typing("1"), []);
  });

  it("names those who type a note, too", () => {
    presence.heardOfAll({ type: "typing", chat_id: "1", on: true, agent: bob, expires_in: 6 });
    assert.deepEqual(typing("1"), ["Bob"]);
  });

  it("takes a contact's typing for no agent's", () => {
    presence.heard("1", { type: "typing", by: "user", on: true });
    assert.deepEqual(typing("1"), []);
  });
});
