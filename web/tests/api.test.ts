import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Api, ApiError } from "../core/api.ts";
import type { WidgetSession } from "../core/protocol.ts";
import { VisitorTransport } from "../core/visitor.ts";
import { chat, MemoryStore } from "./support.ts";

type Answer = [status: number, body: unknown, headers?: Record<string, string>];

function gateway(...answers: Answer[]): { api: Api; requests: [string, string | null, unknown][] } {
  const requests: [string, string | null, unknown][] = [];
  const api = new Api("https://gateway", (url, init) => {
    const headers = new Headers(init?.headers);
    const body = typeof init?.body === "string" ? JSON.parse(init.body) : null;
    requests.push([`${init?.method} ${url}`, headers.get("Authorization"), body]);
    const [status, value, extra] = answers.shift()!;
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return Promise.resolve(new Response(text, { status, headers: extra ?? {} }));
  });
  return { api, requests };
}

async function refused(request: Promise<unknown>): Promise<ApiError> {
  const error = await request.then(() => null, (reason: unknown) => reason);
  assert.ok(error instanceof ApiError);
  return error;
}

describe("the REST client", () => {
  it("gives the gateway's own code, and knows what will be refused again", async () => {
    const body = { error: { code: "invalid", message: "No content", field: "content" } };
    const { api } = gateway([422, body]);
    const error = await refused(api.get("/x"));
    assert.deepEqual([error.status, error.code], [422, "invalid"]);
    const isFinal = [0, 400, 401, 404, 408, 413, 422, 425, 429, 500, 503].filter((status) =>
      new ApiError(status, "").isFinal
    );
    assert.deepEqual(isFinal, [400, 404, 413, 422]);
  });

  it("copes with answers that are not JSON, and with none", async () => {
    const { api } = gateway([502, "<html>"]);
    assert.equal((await refused(api.get("/x"))).code, "http_502");
    const dead = new Api("https://gateway", () => Promise.reject(new TypeError("refused")));
    const error = await refused(dead.get("/x"));
    assert.deepEqual([error.status, error.code, error.isFinal], [0, "network", false]);
  });

  it("reads Retry-After in seconds", async () => {
    const { api } = gateway([429, {}, { "Retry-After": "3" }], [503, {}, { "Retry-After": "?" }], [
      503,
      {},
    ]);
    const waits = [];
    for (let i = 0; i < 3; i++) waits.push((await refused(api.get("/x"))).retryAfter);
    assert.deepEqual(waits, [3000, undefined, undefined]);
  });

  it("polls with the last answer's ETag, at its own address alone", async () => {
    const tags: (string | null)[] = [];
    const answers = [
      new Response('{"n":1}', { headers: { ETag: '"a"' } }),
      new Response(null, { status: 304 }),
      new Response('{"n":2}', { headers: { ETag: '"b"' } }),
      new Response('{"n":3}'),
      new Response('{"n":4}'),
    ];
    const api = new Api("https://gateway", (_, init) => {
      tags.push(new Headers(init?.headers).get("If-None-Match"));
      return Promise.resolve(answers.shift()!);
    });
    const heard = {};
    const seen = [];
    for (const path of ["/x?since=1", "/x?since=1", "/x?since=2", "/x?since=2", "/x?since=2"]) {
      seen.push(await api.get(path, heard));
    }
    assert.deepEqual(seen, [{ n: 1 }, null, { n: 2 }, { n: 3 }, { n: 4 }]);
    assert.deepEqual(tags, [null, '"a"', null, '"b"', null]);
  });

  it("gets a new ticket for each address of the socket", async () => {
    const { api, requests } = gateway([201, { ticket: "a b" }]);
    api.token = "t";
    assert.equal(await api.cableAddress(), "wss://gateway/cable?ticket=a%20b");
    assert.deepEqual(requests[0]?.slice(0, 2), ["POST https://gateway/cable/tickets", "Bearer t"]);
  });
});

describe("a visitor", () => {
  const session: WidgetSession = {
    token: "new",
    contact: { id: "c", name: null, email: null },
    chat_id: "chat",
    settings: { inbox_name: "Acme", greeting: null, locale: null, color: null },
  };

  function visitor(api: Api, store = new MemoryStore()) {
    let opened = 0;
    const transport = new VisitorTransport({
      api,
      store,
      key: "token",
      websiteToken: "demo",
      locale: "en",
      opened: () => opened++,
    });
    return { transport, store, opened: () => opened };
  }

  it("opens a session on the first load and keeps its token", async () => {
    const { api, requests } = gateway([201, session], [200, chat([])]);
    const { transport, store } = visitor(api);
    await transport.load();
    assert.equal(store.get("token"), "new");
    assert.deepEqual(requests.map(([line, token]) => [line, token]), [
      ["POST https://gateway/widget/sessions", null],
      ["GET https://gateway/support_chat", "Bearer new"],
    ]);
    assert.deepEqual(requests[0]?.[2], { website_token: "demo", locale: "en" });
  });

  it("comes back as the same contact", async () => {
    const { api, requests } = gateway([201, session], [200, chat([])]);
    const { transport, store } = visitor(api);
    store.set("token", "old");
    await transport.load();
    assert.equal((requests[0]![2] as { contact_token: string }).contact_token, "old");
  });

  it("starts as a new contact when the old token has lapsed", async () => {
    const lapsed: Answer = [401, { error: { code: "invalid_token", message: "" } }];
    const { api, requests } = gateway(lapsed, [201, session], [200, chat([])]);
    const { transport, store } = visitor(api);
    store.set("token", "old");
    await transport.load();
    assert.deepEqual(requests[1]?.[2], { website_token: "demo", locale: "en" });
    assert.equal(store.get("token"), "new");
  });

  it("keeps its token when the gateway is only away", async () => {
    const { api } = gateway([503, {}]);
    const { transport, store } = visitor(api);
    store.set("token", "old");
    await refused(transport.load());
    assert.equal(store.get("token"), "old");
  });

  it("opens a new session when the token is refused later", async () => {
    const { api } = gateway([201, session], [200, chat([])], [401, {}], [201, session], [
      200,
      chat([]),
    ]);
    const { transport, opened } = visitor(api);
    await transport.load();
    await transport.load();
    assert.equal(opened(), 2);
  });
});
