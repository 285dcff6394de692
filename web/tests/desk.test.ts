import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { Api, ApiError } from "../core/api.ts";
import type { ChatNews, Conversation, Duty } from "../core/protocol.ts";
import { translator } from "../core/i18n.ts";
import { assignChoices } from "../dashboard/assign.ts";
import { Desk } from "../dashboard/desk.ts";
import { problemOf } from "../dashboard/problem.ts";
import { en } from "../dashboard/texts/en.ts";
import { wordOf } from "../dashboard/thread-actions.ts";

const t = translator(en);

describe("the desk", () => {
  let asked: string[];
  let duty: Duty;
  let answer: (path: string) => Response;
  let changed: ChatNews[];
  let desk: Desk;

  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout", "Date"] });
    asked = [];
    changed = [];
    duty = { availability: "online", load: 1, capacity: 5, offers: [] };
    answer = () => Response.json({ chat: {} });
    const api = new Api("", (path, init) => {
      asked.push(`${init?.method} ${path} ${init?.body ?? ""}`.trim());
      return Promise.resolve(
        path === "/admin/agents/me" ? Response.json(duty) : answer(String(path)),
      );
    });
    desk = new Desk({ api, agentId: "ann", changed: (chat) => changed.push(chat) });
  });
  afterEach(() => {
    desk.close();
    mock.timers.reset();
  });

  const offered = (): string[] => desk.offers.value.map(({ chatId }) => chatId);

  async function hears(event: object): Promise<void> {
    desk.heard(event as Parameters<Desk["heard"]>[0]);
    await settle();
  }
  async function settle(): Promise<void> {
    for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
  }
  const news = (chat: object): object => ({ type: "chat_updated", chat: { id: "c", ...chat } });

  it("knows with each connection how its agent stands", async () => {
    await hears({ type: "staff_state", position: { epoch: "e", offset: 1 } });
    assert.deepEqual(desk.duty.value, duty);
    assert.deepEqual(asked, ["GET /admin/agents/me"]);
  });

  it("counts an offer's time down from what the gateway says is left of it", async () => {
    duty.offers = [{ chat_id: "c", until: "2001-01-01T00:00:00.000Z", in_s: 30 }];
    await hears(news({ offer: { agent_id: "ann", until: "2001-01-01T00:00:00.000Z" } }));
    assert.deepEqual(desk.offers.value, [{ chatId: "c", until: Date.now() + 30_000 }]);
  });

  it("does not ask because others are offered something", async () => {
    await hears(news({ offer: { agent_id: "bob", until: "" } }));
    assert.deepEqual([asked, offered()], [[], []]);
  });

  it("drops an offer at once when it went to somebody else or was answered", async () => {
    duty.offers = [{ chat_id: "c", until: "", in_s: 30 }, { chat_id: "d", until: "", in_s: 40 }];
    await hears({ type: "staff_state" });
    assert.deepEqual(offered(), ["c", "d"]);
    duty.offers = [duty.offers[1]!];
    desk.heard(news({ offer: null }) as Parameters<Desk["heard"]>[0]);
    assert.deepEqual(offered(), ["d"]);
    duty.offers = [];
    await desk.decline("d");
    await settle();
    assert.deepEqual(offered(), []);
    assert.ok(asked.includes("POST /admin/chats/d/decline"));
  });

  it("tells who was faster, and asks again how it stands", async () => {
    answer = () =>
      Response.json({ error: { code: "taken", agent: { id: "bob", name: "Bob" } } }, {
        status: 409,
      });
    const refused = await desk.claim("c").catch((error: unknown) => error);
    assert.equal(problemOf(refused, t), "Bob has this conversation already.");
    assert.equal(asked.at(-1), "GET /admin/agents/me");
  });

  it("shows an ended conversation in its row at once", async () => {
    const ended: Conversation = { id: "v", status: "ended", assignee: null };
    answer = () => Response.json({ conversation: ended });
    await desk.end("c", { reason: "service_ended", comment: "done", conversation_id: "v" });
    assert.deepEqual(changed, [{ id: "c", status: "ended", assignee: null }]);
    assert.match(asked[0]!, /"reason":"service_ended","comment":"done","conversation_id":"v"/);
  });

  it("keeps a target until it is met", async () => {
    const target = { type: "target", conversation_id: "v", seq: 1, due_at: "", stage: "warned" };
    await hears({ ...target, chat_id: "c", target: "first_reply" });
    await hears({ ...target, chat_id: "d", target: "resolution" });
    assert.equal(desk.targets.value.size, 2);
    for (const id of ["c", "d"]) {
      await hears({ type: "chat_updated", chat: { id, last_message_sender: "admin" } });
    }
    assert.deepEqual([...desk.targets.value.keys()], ["d"]);
    await hears({ type: "chat_updated", chat: { id: "d", status: "ended" } });
    assert.equal(desk.targets.value.size, 0);
  });

  it("asks once how it stands after many hands have changed", async () => {
    for (let i = 0; i < 5; i++) await hears(news({ assignee: null }));
    assert.deepEqual(asked, []);
    mock.timers.tick(500);
    await settle();
    assert.deepEqual(asked, ["GET /admin/agents/me"]);
  });
});

describe("what an agent reads", () => {
  it("says whose a conversation is", () => {
    const word = (fields: Partial<Conversation>): string =>
      wordOf({ id: "v", status: "waiting", ...fields }, "ann", t);
    assert.equal(word({ position: 3 }), "Waiting, place 3");
    assert.equal(word({ status: "active", assignee: { id: "ann", name: "Ann" } }), "Yours");
    assert.equal(word({ status: "active", assignee: { id: "bob", name: "Bob" } }), "With Bob");
    assert.equal(word({ status: "ended" }), "Ended");
    assert.equal(wordOf(null, "ann", t), "");
  });

  it("says what went wrong by the gateway's code", () => {
    assert.match(problemOf(new ApiError(409, "agent_full"), t), /as many conversations/);
    assert.match(problemOf(new ApiError(403, "forbidden"), t), /may not/);
    assert.match(problemOf(new ApiError(0, "network"), t), /did not work/);
  });

  it("offers those who are there first, then teams, and lets supervisors go beyond", () => {
    const one = (id: string, online: boolean, load: number) => ({
      id,
      name: id,
      role: "agent",
      online,
      load,
      capacity: 2,
      skills: [],
      availability: online ? "online" as const : "offline" as const,
    });
    const staff = {
      agents: [one("away", false, 0), one("full", true, 2)],
      teams: [{ id: "t", name: "Sales", agent_ids: ["full"] }],
    };
    const given: object[] = [];
    const choices = (role: string) =>
      assignChoices(staff, { id: "x", name: "X", email: "", role }, t, (to) => given.push(to));
    assert.deepEqual(choices("agent").map(({ id }) => id), ["full", "t", "away"]);
    choices("agent")[0]!.run();
    choices("supervisor")[0]!.run();
    choices("agent")[1]!.run();
    assert.deepEqual(given, [
      { agent_id: "full" },
      { agent_id: "full", override: true },
      { team_id: "t" },
    ]);
    assert.match(choices("supervisor")[0]!.detail!, /beyond/);
  });
});
