import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ChatNews } from "../core/protocol.ts";
import { ChatList, unreadOf } from "../dashboard/chat-list.ts";
import type { Tab } from "../dashboard/route.ts";
import { row } from "./support.ts";

function news(id: string, minute: number, fields: Partial<ChatNews> = {}): ChatNews {
  return { id, message_count: 1, last_message_at: `2023-11-14T22:${minute}:00.000Z`, ...fields };
}

const ids = (list: ChatList, tab: Tab = "active") => list.rows(tab).map(({ id }) => id);

describe("a list of chats", () => {
  it("has the most recently active first, each chat once", () => {
    const list = new ChatList("ann");
    list.restart("active", { chats: [row("b", 12), row("a", 11)], next: "x" });
    list.append("active", { chats: [row("a", 11), row("c", 10)], next: null });
    assert.deepEqual(ids(list), ["b", "a", "c"]);
    assert.equal(list.next("active"), null);
  });

  it("moves a chat up, unread, when its visitor writes", () => {
    const list = new ChatList("ann");
    list.restart("active", { chats: [row("b", 12), row("a", 11)], next: null });
    list.received(news("a", 14, { message_count: 2 }), false);
    const [first] = list.rows("active");
    assert.equal(first?.id, "a");
    assert.equal(unreadOf(first!), 1);
    assert.equal(first?.message_count, 2);
    assert.equal(list.unread, 1);
  });

  it("counts the unread messages of all active chats", () => {
    const list = new ChatList("ann");
    list.put(row("a", 11, { unread: true, unread_count: 2 }));
    list.put(row("b", 12));
    list.put(row("old", 10, { archived: true, unread: true, unread_count: 7 }));
    list.received(news("b", 14, { message_count: 2 }), false);
    list.received(news("b", 15, { message_count: 3 }), false);
    assert.equal(unreadOf(list.row("b")!), 2);
    assert.equal(list.unread, 4);
    list.viewed("a");
    assert.equal(list.unread, 2);
  });

  it("does not let an answer from before a reading undo it", () => {
    const list = new ChatList("ann");
    list.received(news("a", 12), false);
    list.viewed("a");
    list.put(row("a", 12, { unread_count: 1 }));
    assert.equal(list.unread, 0);
    list.put(row("a", 13, { message_count: 2, unread_count: 1 }));
    assert.equal(list.unread, 1);
  });

  it("does not make a chat unread that is before the agent's eyes", () => {
    const list = new ChatList("ann");
    list.put(row("a", 11));
    list.received(news("a", 14, { message_count: 2 }), true);
    assert.equal(list.unread, 0);
  });

  it("shows a new chat before the server's list has it, and keeps it until then", () => {
    const list = new ChatList("ann");
    list.restart("active", { chats: [row("a", 11)], next: null });
    list.received(news("b", 12, { contact_name: "Zoe" }), false);
    assert.deepEqual(ids(list), ["b", "a"]);
    assert.equal(list.row("b")?.contact.name, "Zoe");
    list.restart("active", { chats: [row("a", 11)], next: null });
    assert.deepEqual([ids(list), list.isEarly("b")], [["b", "a"], true]);
    list.restart("active", { chats: [row("b", 12), row("a", 11)], next: null });
    assert.equal(list.isEarly("b"), false);
    list.restart("active", { chats: [row("a", 11)], next: null });
    assert.deepEqual(ids(list), ["a"]);
  });

  it("leaves a chat where it was put when the list does not know it yet", () => {
    const list = new ChatList("ann");
    list.put(row("a", 11));
    list.update({ id: "a", archived: true });
    list.restart("active", { chats: [row("a", 11)], next: null });
    assert.deepEqual(ids(list, "archived"), ["a"]);
    list.update({ id: "a", archived: false });
    list.put(row("a", 11, { archived: true }));
    assert.deepEqual(ids(list), ["a"]);
  });

  it("does not let a list that is behind undo what events have told", () => {
    const list = new ChatList("ann");
    list.put(row("a", 11));
    list.received(news("a", 14, { message_count: 5 }), false);
    list.put(row("a", 12, { message_count: 2, inbox: { id: "i", name: "New name" } }));
    const [first] = list.rows("active");
    assert.deepEqual([first?.message_count, first?.inbox.name], [5, "New name"]);
    list.received(news("a", 13, { message_count: 4 }), false);
    assert.equal(list.row("a")?.message_count, 5);
  });

  it("merges partial rows and moves chats between the tabs", () => {
    const list = new ChatList("ann");
    list.put(row("a", 11));
    assert.equal(list.update({ id: "a", archived: true, contact_name: "Zoe" }), true);
    assert.deepEqual([ids(list), ids(list, "archived")], [[], ["a"]]);
    assert.equal(list.row("a")?.contact.name, "Zoe");
    assert.equal(list.update({ id: "unknown" }), false);
  });

  it("keeps later pages when the first is fetched again, without what has moved away", () => {
    const list = new ChatList("ann");
    list.restart("active", { chats: [row("c", 13), row("b", 12)], next: "1" });
    list.append("active", { chats: [row("a", 11)], next: "2" });
    list.restart("active", { chats: [row("d", 14), row("b", 12)], next: "3" });
    assert.deepEqual(ids(list), ["d", "b", "a"]);
    assert.equal(list.next("active"), "2");
  });

  it("shows in each part what belongs there, as soon as it is told", () => {
    const list = new ChatList("ann");
    const [ann, bob] = [{ id: "ann", name: "Ann" }, { id: "bob", name: "Bob" }];
    list.put(row("w", 11, { status: "waiting" }));
    list.put(row("a", 12, { status: "active", assignee: ann }));
    list.put(row("b", 13, { status: "active", assignee: bob }));
    list.put(row("e", 14, { status: "ended", assignee: ann }));
    const parts = (): string[] =>
      (["mine", "unassigned", "active"] as const).map((tab) => ids(list, tab).join(""));
    assert.deepEqual(parts(), ["a", "w", "ebaw"]);
    list.update({ id: "w", status: "active", assignee: ann });
    list.update({ id: "a", assignee: bob });
    assert.deepEqual(parts(), ["w", "", "ebaw"]);
  });

  it("does not lose what was claimed a moment ago to a list that does not know it yet", () => {
    const list = new ChatList("ann");
    list.put(row("w", 11, { status: "waiting" }));
    list.update({ id: "w", status: "active", assignee: { id: "ann", name: "Ann" } });
    list.restart("mine", { chats: [], next: null });
    assert.deepEqual(ids(list, "mine"), ["w"]);
    list.restart("unassigned", { chats: [row("w", 11, { status: "waiting" })], next: null });
    assert.deepEqual([ids(list, "mine"), ids(list, "unassigned")], [["w"], []]);
  });
});
