import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { type MockChat, MockChats } from "./mock-chats.ts";

/*
 * A gateway for looking at the pages by hand, without Redis or PostgreSQL: `bin/web mock`.
 * It proves nothing about the real one. Any email and password log in ("wrong" as password fails).
 *
 * POST /mock/drop      closes every socket              POST /mock/refuse?on=1   no new sockets
 * POST /mock/down?on=1 REST answers 503                 POST /mock/persist?on=0  nothing persists
 * POST /mock/lose      forgets all that is not persisted
 */
interface Link {
  side: "user" | "admin";
  chat: MockChat | null;
  identifiers: Set<string>;
}

const dist = join(import.meta.dirname!, "../dist");
const manifest = JSON.parse(readFileSync(join(dist, "manifest.json"), "utf8")) as {
  files: { path: string; file: string; type: string }[];
};
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
  "img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; " +
  "require-trusted-types-for 'script'; trusted-types 'none'";
const chats = new MockChats();
const sockets = new Set<BunSocket<Link>>();
const tickets = new Map<string, string>();
const mode = { refuse: false, down: false, persist: true };
const staffToken = "staff";

const cors = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Headers": "authorization, content-type",
  "Access-Control-Allow-Methods": "GET, POST, PATCH, DELETE",
};

function json(status: number, value: object): Response {
  return Response.json(value, { status, headers: cors });
}

function refusal(status: number, code: string): Response {
  return json(status, { error: { code, message: code } });
}

function publish(identifier: { channel: string; chat_id?: string }, message: object): void {
  for (const socket of sockets) {
    for (const text of socket.data.identifiers) {
      const held = JSON.parse(text) as { channel: string; chat_id?: string };
      if (held.channel !== identifier.channel || held.chat_id !== identifier.chat_id) continue;
      socket.send(JSON.stringify({ identifier: text, message }));
    }
  }
}

function post(chat: MockChat, side: "user" | "admin", content: string, clientId: string | null) {
  const sent = chats.add(chat, side, content, clientId);
  if (!sent.isNew) return sent;
  const channel = { channel: "ChatChannel", chat_id: chat.id };
  const { message } = sent;
  publish(channel, { type: "new_message", message });
  const admins = { channel: "AdminNotificationChannel" };
  if (side === "user") {
    publish(admins, {
      type: "new_user_message",
      chat_id: chat.id,
      user_email: null,
      contact_name: chat.name,
      message,
    });
  }
  publish(admins, { type: "chat_updated", chat: chats.row(chat) });
  if (mode.persist) {
    setTimeout(() => {
      chat.persistedUpTo = chat.messages.length;
      publish(channel, { type: "persisted", up_to_seq: chat.persistedUpTo });
    }, 150);
  }
  return sent;
}

function mark(chat: MockChat, by: "user" | "admin", status: "delivered" | "read", upTo: number) {
  const at = new Date().toISOString();
  for (const message of chat.messages) {
    if (message.sender_type === by || message.seq > upTo || message.status === "read") continue;
    message.status = status;
    message.delivered_at ??= at;
    if (status === "read") message.read_at = at;
  }
  if (by === "admin" && status === "read") chat.viewedUpTo = upTo;
  publish({ channel: "ChatChannel", chat_id: chat.id }, {
    type: "message_status",
    status,
    by,
    up_to_seq: upTo,
    at,
  });
}

async function visitor(request: Request, url: URL, token: string): Promise<Response> {
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
  const chat = chats.byToken(token);
  if (!chat) return refusal(401, "unauthorized");
  if (url.pathname === "/support_chat") return json(200, whole(chat));
  if (url.pathname === "/support_chat/mark_read") {
    mark(chat, "user", "read", chat.messages.length);
    return json(200, {});
  }
  return await messages(request, url, chat, "user");
}

async function messages(request: Request, url: URL, chat: MockChat, side: "user" | "admin") {
  if (request.method === "GET") return json(200, chats.page(chat, url.searchParams));
  const { content, client_id } = await request.json() as { content: string; client_id: string };
  if (content.length > 150_000) return refusal(422, "too_long");
  const { message, isNew } = post(chat, side, content, client_id);
  return json(isNew ? 201 : 200, { message });
}

function whole(chat: MockChat): object {
  const conversation = { id: "conversation", status: "active", assignee: { id: "1", name: "Ann" } };
  return { ...chats.row(chat), ...chats.page(chat), conversation };
}

async function staff(request: Request, url: URL, token: string): Promise<Response> {
  if (token !== staffToken) return refusal(401, "unauthorized");
  const [, , , id, action] = url.pathname.split("/");
  if (id === undefined) {
    const archived = url.searchParams.get("archived") === "true";
    const rows = [...chats.byId.values()].filter((chat) => chat.archived === archived)
      .map((chat) => chats.row(chat));
    return json(200, { chats: rows.toReversed(), next: null });
  }
  const chat = chats.byId.get(id);
  if (!chat) return refusal(404, "not_found");
  if (action === "messages") return await messages(request, url, chat, "admin");
  if (action === undefined) {
    mark(chat, "admin", "read", chat.messages.length);
    return json(200, whole(chat));
  }
  chat.archived = action === "archive";
  publish({ channel: "AdminNotificationChannel" }, { type: "chat_updated", chat: chats.row(chat) });
  return json(200, { chat: chats.row(chat) });
}

async function login(request: Request): Promise<Response> {
  if (request.method === "DELETE") return json(200, {});
  const { email, password } = await request.json() as { email: string; password: string };
  if (password === "wrong") return refusal(401, "invalid_credentials");
  const agent = { id: "1", name: "Ann", email, role: "agent" };
  return json(200, { token: staffToken, agent, accounts: [{ id: "1", name: "Acme" }] });
}

function control(url: URL): Response {
  const on = url.searchParams.get("on") === "1";
  const name = url.pathname.slice("/mock/".length);
  if (name === "lose") chats.lose();
  else if (name !== "drop") mode[name as keyof typeof mode] = on;
  if (name === "drop" || name === "lose") { for (const socket of sockets) socket.close(1001, ""); }
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
      const chat = chats.byToken(owner) ?? null;
      const data: Link = { side: chat ? "user" : "admin", chat, identifiers: new Set() };
      const headers = { "Sec-WebSocket-Protocol": "actioncable-v1-json" };
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
    if (url.pathname.startsWith("/admin/")) return await staff(request, url, token);
    return await visitor(request, url, token);
  },
  websocket: {
    open(socket) {
      sockets.add(socket);
      socket.send(JSON.stringify({ type: "welcome" }));
    },
    close(socket) {
      sockets.delete(socket);
    },
    message(socket, text) {
      const { command, identifier, data } = JSON.parse(text) as Record<string, string>;
      if (command === "subscribe") {
        socket.data.identifiers.add(identifier!);
        socket.send(JSON.stringify({ type: "confirm_subscription", identifier }));
      } else if (command === "unsubscribe") socket.data.identifiers.delete(identifier!);
      else perform(socket, identifier!, JSON.parse(data!) as Action);
    },
  },
});

interface Action {
  action: string;
  content: string;
  client_id: string;
  up_to_seq: number;
  on: boolean;
}

function perform(socket: BunSocket<Link>, identifier: string, action: Action): void {
  const { side } = socket.data;
  const channel = JSON.parse(identifier) as { channel: string; chat_id: string };
  const chat = chats.byId.get(channel.chat_id);
  if (!chat) return;
  if (action.action === "typing") publish(channel, { type: "typing", by: side, on: action.on });
  else if (action.action === "send_message") {
    const { client_id } = action;
    const { message } = post(chat, side, action.content, client_id);
    socket.send(
      JSON.stringify({ identifier, message: { type: "message_ack", client_id, message } }),
    );
  } else mark(chat, side, action.action === "read" ? "read" : "delivered", action.up_to_seq);
}

setInterval(() => {
  const ping = JSON.stringify({ type: "ping", message: Math.floor(Date.now() / 1000) });
  for (const socket of sockets) socket.send(ping);
}, 3000);
console.log(`http://127.0.0.1:${server.port}/ and /dashboard`);
