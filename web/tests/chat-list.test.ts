import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ChatRow } from "../core/protocol.ts";
import { ChatList, isUnread } from "../dashboard/chat-list.ts";
import { message } from "./support.ts";

function row(id: string, minute: number, fields: Partial<ChatRow> = {}): ChatRow {
  return {
    id,
    user_email: null,
    contact: { id: `c${id}`, name: id, email: null },
    inbox: { id: "i", name: "Acme" },
    last_message_at: `2023-11-14T22:${minute}:00.000Z`,
    last_message_preview: "",
    last_message_sender: "user",
    message_count: 1,
    unread: 0,
    archived: false,
    status: null,
    assignee: null,
    ...fields,
  };
}

const ids = (list: ChatList, tab: "active" | "archived" = "active") =>
  list.rows(tab).map(({ id }) => id);

describe("a list of chats", () => {
  it("has the most recently active first, each chat once", () => {
    const list = new ChatList();
    list.restart("active", { chats: [row("b", 12), row("a", 11)], next: "x" });
    list.append("active", { chats: [row("a", 11), row("c", 10)], next: null });
    assert.deepEqual(ids(list), ["b", "a", "c"]);
    assert.equal(list.next("active"), null);
  });

  it("moves a chat up, unread, when its visitor writes", () => {
    const list = new ChatList();
    list.restart("active", { chats: [row("b", 12), row("a", 11)], next: null });
    const content = "好".repeat(150);
    assert.equal(list.received("a", message(2, { content, sender_type: "user" }), false), true);
    const [first] = list.rows("active");
    assert.equal(first?.id, "a");
    assert.equal(isUnread(first!), true);
    assert.equal(first?.last_message_preview?.length, 100);
    assert.equal(list.unread, 1);
  });

  it("does not make a chat unread that is before the agent's eyes", () => {
    const list = new ChatList();
    list.put(row("a", 11));
    list.received("a", message(2, { sender_type: "user" }), true);
    assert.equal(list.unread, 0);
  });

  it("merges partial rows and moves chats between the tabs", () => {
    const list = new ChatList();
    list.put(row("a", 11));
    assert.equal(list.update({ id: "a", archived: true, contact_name: "Zoe" }), true);
    assert.deepEqual([ids(list), ids(list, "archived")], [[], ["a"]]);
    assert.equal(list.row("a")?.contact.name, "Zoe");
    assert.equal(list.update({ id: "unknown" }), false);
  });

  it("keeps later pages when the first is fetched again, without what has moved away", () => {
    const list = new ChatList();
    list.restart("active", { chats: [row("c", 13), row("b", 12)], next: "1" });
    list.append("active", { chats: [row("a", 11)], next: "2" });
    list.restart("active", { chats: [row("d", 14), row("b", 12)], next: "3" });
    assert.deepEqual(ids(list), ["d", "b", "a"]);
    assert.equal(list.next("active"), "2");
  });
});
