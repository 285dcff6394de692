import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AdminEvent, ChatNews } from "../core/protocol.ts";
import { alertOf } from "../dashboard/alerts.ts";
import { draftOf } from "../dashboard/drafts.ts";
import { MemoryStore, message, row } from "./support.ts";

describe("what an agent is called for", () => {
  const rows = [
    row("mine", 1, { assignee: { id: "ann", name: "Ann" } }),
    row("bobs", 2, { assignee: { id: "bob", name: "Bob" } }),
    row("open", 3),
  ];
  const around = {
    agentId: "ann",
    isWatched: (chatId: string) => chatId === "open",
    row: (chatId: string) => rows.find(({ id }) => id === chatId),
  };
  const called = (event: AdminEvent): [string, string | null, string | null] | null => {
    const alert = alertOf(event, around);
    return alert && [alert.chatId, alert.name, alert.text];
  };
  const wrote = (chat_id: string): AdminEvent => ({
    type: "new_user_message",
    chat_id,
    user_email: null,
    contact_name: "Zoe",
    message: message(1, { content: "x".repeat(500) }),
    chat: { id: chat_id },
  });
  const news = (chat: ChatNews): AdminEvent => ({ type: "chat_updated", chat });

  it("is what their own visitors write, and those of nobody", () => {
    assert.deepEqual(called(wrote("mine")), ["mine", "Zoe", "x".repeat(120)]);
    assert.equal(called(wrote("new"))?.[0], "new");
  });

  it("is not what a colleague's visitor writes, nor what they see themselves", () => {
    assert.equal(called(wrote("bobs")), null);
    assert.equal(called(wrote("open")), null);
  });

  it("is what is offered to them, and to nobody else", () => {
    const until = "2026-01-01T00:00:00.000Z";
    assert.deepEqual(called(news({ id: "mine", offer: { agent_id: "ann", until } })), [
      "mine",
      "mine",
      null,
    ]);
    assert.equal(called(news({ id: "mine", offer: { agent_id: "bob", until } })), null);
    assert.equal(called(news({ id: "mine", offer: null })), null);
    assert.equal(called(news({ id: "mine", status: "ended" })), null);
  });
});

describe("a draft", () => {
  it("is kept for each chat and agent, and gone once it is empty", () => {
    const store = new MemoryStore();
    draftOf(store, "ann", "1").save("Hello\n");
    assert.equal(draftOf(store, "ann", "1").load(), "Hello\n");
    assert.equal(draftOf(store, "ann", "2").load(), "");
    assert.equal(draftOf(store, "bob", "1").load(), "");
    draftOf(store, "ann", "1").save(" ");
    assert.deepEqual(store.keys(""), []);
  });
});
