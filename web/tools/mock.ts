import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { Person } from "../core/protocol.ts";
import { extended, type Link, type Owner } from "./mock-cable.ts";
import type { MockChat } from "./mock-chats.ts";
import { MockDesk, mode } from "./mock-desk.ts";

/*
 * A gateway for looking at the pages by hand, without Redis or PostgreSQL: `bin/web mock`.
 * It proves nothing about the real one. Any email and password log in ("wrong" as password fails);
 * each email is an agent of its own.
 *
 * POST /mock/drop      closes every socket; ?reason=server_restart or too_slow says why
 * POST /mock/lose      forgets all that is not persisted, and closes every socket
 * POST /mock/refuse?on=1  no new sockets           POST /mock/plain?on=1  no history for new sockets
 * POST /mock/down?on=1    REST answers 503         POST /mock/persist?on=0  nothing persists
 */
const dist = join(import.meta.dirname!, "../dist");
const manifest = JSON.parse(readFileSync(join(dist, "manifest.json"), "utf8")) as {
  files: { path: string; file: string; type: string }[];
};
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
  "img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; " +
  "require-trusted-types-for 'script'; trusted-types 'none'";
const desk = new MockDesk();
const { chats, cable } = desk;
const tickets = new Map<string, string>();
const agents = new Map<string, Person>();

const cors = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Headers": "authorization, content-type, if-none-match",
  "Access-Control-Allow-Methods": "GET, POST, PATCH, DELETE",
  "Access-Control-Expose-Headers": "etag, retry-after",
};

function json(status: number, value: object): Response {
  return Response.json(value, { status, headers: cors });
}

/** An answer that is polled for: the same one is not sent twice. */
function polled(request: Request, value: object): Response {
  const hash = createHash("sha256").update(JSON.stringify(value)).digest("base64url");
  const headers = { ...cors, ETag: `"${hash}"` };
  const isKnown = request.headers.get("If-None-Match") === headers.ETag;
  return isKnown ? new Response(null, { status: 304, headers }) : Response.json(value, { headers });
}

function refusal(status: number, code: string): Response {
  return json(status, { error: { code, message: code } });
}

function ownerOf(token: string): Owner {
  return { chat: chats.byToken(token) ?? null, agent: agents.get(token) ?? null };
}

async function visitor(request: Request, url: URL, owner: Owner): Promise<Response> {
  if (url.pathname === "/widget/sessions") {
    const body = await request.json() as { contact_token?: string };
    const known = body.contact_token ? chats.byToken(body.contact_token) : undefined;
    if (body.contact_token && !known) return refusal(401, "invalid_token");
    const chat = known ?? chats.create(`Visitor ${chats.byId.size + 1}`);
    return json(201, {
      token: chat.token,
      contact: { id: "contact", name: null, email: null },
      chat_id: chat.id,
      settings: {
        inbox_name: "Acme",
        greeting: "Ask us anything.",
        locale: "en",
        color: "#0f766e",
      },
    });
  }
  const { chat } = owner;
  if (!chat) return refusal(401, "unauthorized");
  if (url.pathname === "/support_chat") {
    return json(200, { ...chats.fields(chat), ...chats.page(chat), unread: 0 });
  }
  if (url.pathname === "/support_chat/mark_read") {
    desk.mark(chat, owner, "read", chat.messages.length);
    return json(200, {});
  }
  if (url.pathname === "/support_chat/rating") return json(200, await request.json() as object);
  if (url.pathname === "/support_chat/transcript") return json(202, await request.json() as object);
  return await messages(request, url, chat, owner);
}

async function messages(request: Request, url: URL, chat: MockChat, owner: Owner) {
  if (request.method === "GET") return polled(request, chats.page(chat, url.searchParams));
  const { content, client_id } = await request.json() as { content: string; client_id: string };
  if (content.length > 150_000) return refusal(422, "too_long");
  const { message, isNew } = desk.post(chat, owner, content, client_id);
  return json(isNew ? 201 : 200, { message });
}

async function staff(request: Request, url: URL, owner: Owner): Promise<Response> {
  const { agent } = owner;
  if (!agent) return refusal(401, "unauthorized");
  const [, , , id, action] = url.pathname.split("/");
  if (id === undefined) {
    const archived = url.searchParams.get("archived") === "true";
    const rows = [...chats.byId.values()].filter((chat) => chat.archived === archived)
      .map((chat) => chats.row(chat, agent.id));
    return polled(request, { chats: rows.toReversed(), next: null });
  }
  const chat = chats.byId.get(id);
  if (!chat) return refusal(404, "not_found");
  if (action === "messages") return await messages(request, url, chat, owner);
  if (action === undefined) {
    desk.mark(chat, owner, "read", chat.messages.length);
    return json(200, { ...chats.row(chat, agent.id), ...chats.page(chat) });
  }
  chat.archived = action === "archive";
  const changed = { id: chat.id, archived: chat.archived };
  desk.tell({ type: "chat_updated", chat: changed });
  return json(200, { chat: changed });
}

async function login(request: Request): Promise<Response> {
  if (request.method === "DELETE") return json(200, {});
  const { email, password } = await request.json() as { email: string; password: string };
  if (password === "wrong") return refusal(401, "invalid_credentials");
  const name = email.split("@")[0]!.replace(/^./, (letter) => letter.toUpperCase());
  const token = `staff-${email}`;
  agents.set(token, { id: email, name });
  const agent = { id: email, name, email, role: "agent" };
  return json(200, { token, agent, accounts: [{ id: "1", name: "Acme" }] });
}

function control(url: URL): Response {
  const on = url.searchParams.get("on") === "1";
  const name = url.pathname.slice("/mock/".length);
  if (name === "lose") chats.lose();
  if (name === "drop" || name === "lose") cable.drop(url.searchParams.get("reason") ?? undefined);
  else mode[name as keyof typeof mode] = on;
  return json(200, mode);
}

function file(path: string): Response {
  const wanted = path.startsWith("/dashboard") ? "/dashboard" : path;
  const found = manifest.files.find((each) => each.path === wanted);
  if (!found) return refusal(404, "not_found");
  const headers = { ...cors, "Content-Type": found.type, "Content-Security-Policy": policy };
  return new Response(readFileSync(join(dist, found.file)), { headers });
}

const server = Bun.serve<Link>({
  port: Number(process.env["PORT"] ?? 3999),
  hostname: "127.0.0.1",
  async fetch(request, server) {
    const url = new URL(request.url);
    const token = request.headers.get("Authorization")?.replace("Bearer ", "") ?? "";
    if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: cors });
    if (url.pathname.startsWith("/mock/")) return control(url);
    if (url.pathname === "/cable") {
      const owner = tickets.get(url.searchParams.get("ticket") ?? "");
      if (owner === undefined || mode.refuse) return refusal(503, "refused");
      const offered = request.headers.get("Sec-WebSocket-Protocol") ?? "";
      const isExtended = offered.includes(extended) && !mode.plain;
      const data: Link = { ...ownerOf(owner), isExtended, identifiers: new Set() };
      const headers = { "Sec-WebSocket-Protocol": isExtended ? extended : "actioncable-v1-json" };
      return server.upgrade(request, { data, headers }) ? undefined : refusal(400, "bad_request");
    }
    const isApi = /^\/(widget|support_chat|auth|admin|cable)\b/.test(url.pathname);
    if (!isApi) return file(url.pathname);
    if (mode.down) return refusal(503, "unavailable");
    if (url.pathname === "/cable/tickets") {
      const ticket = crypto.randomUUID();
      tickets.set(ticket, token);
      return json(201, { ticket });
    }
    if (url.pathname === "/auth/login") return await login(request);
    if (url.pathname.startsWith("/admin/")) return await staff(request, url, ownerOf(token));
    return await visitor(request, url, ownerOf(token));
  },
  websocket: {
    open: (socket) => cable.opened(socket),
    close: (socket) => cable.closed(socket),
    message: (socket, text) => cable.received(socket, text),
  },
});

setInterval(() => cable.ping(), 3000);
console.log(`http://127.0.0.1:${server.port}/ and /dashboard`);
