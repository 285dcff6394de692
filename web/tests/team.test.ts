import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parsePlace, placeTo, screensFor } from "../dashboard/route.ts";
import { byRoom, Colleagues, parseSkills } from "../dashboard/team/colleagues.ts";
import { chosenLine, lineName } from "../dashboard/team/lines.ts";
import type { Colleague, Line } from "../dashboard/team/protocol.ts";

function colleague(id: string, fields: Partial<Colleague> = {}): Colleague {
  const { name, role, availability } = { name: id, role: "agent", availability: "online" };
  return {
    id,
    name,
    role,
    availability,
    online: true,
    load: 0,
    capacity: 5,
    skills: [],
    ...fields,
  };
}

function line(id: string, fields: Partial<Line> = {}): Line {
  return { id, inbox_id: id, skills: [], mode: "automatic", waiting: 0, ready: 0, ...fields };
}

describe("places beside the chats", () => {
  it("are read from addresses and written into them", () => {
    const id = "inbox/team/a+b";
    const place = { screen: "queue" as const, rest: [id] };
    assert.deepEqual(parsePlace(placeTo("queue", id)), place);
    assert.deepEqual(parsePlace("#/team/"), { screen: "team", rest: [] });
    assert.deepEqual(parsePlace("#/team/%E0%A4"), { screen: "team", rest: [] });
    assert.equal(parsePlace("#/active/queue"), null);
    assert.equal(parsePlace(""), null);
  });

  it("are shown to whom they are for", () => {
    assert.ok(screensFor("agent").includes("queue"));
    assert.ok(!screensFor("supervisor").includes("jobs"));
    assert.ok(screensFor("administrator").includes("jobs"));
  });
});

describe("colleagues", () => {
  const event = (fields: object) => ({
    type: "agent_presence" as const,
    agent: { id: "ann", name: "Ann" },
    online: true,
    version: 2,
    ...fields,
  });

  it("are as the latest word of each says", () => {
    const colleagues = new Colleagues();
    colleagues.listed([colleague("ann"), colleague("bob")]);
    assert.equal(
      colleagues.heard(event({ availability: "busy", load: 250, capacity: 300 })),
      false,
    );
    assert.equal(colleagues.heard(event({ availability: "away", version: 1 })), false);
    const [ann, bob] = colleagues.all;
    assert.deepEqual(ann, colleague("ann", { availability: "busy", load: 2.5, capacity: 3 }));
    assert.deepEqual(bob, colleague("bob"));
    assert.equal(colleagues.heard(event({ online: false, version: 3 })), false);
    assert.equal(colleagues.all[0]!.availability, "offline");
  });

  it("are asked for again where a word does not say all", () => {
    const colleagues = new Colleagues();
    assert.equal(colleagues.heard(event({ availability: "busy" })), true, "not known here");
    colleagues.listed([colleague("ann")]);
    assert.equal(
      colleagues.heard(event({ version: 3 })),
      true,
      "what they have chosen is not said",
    );
  });

  it("come first who have room and least to do", () => {
    const sorted = byRoom([
      colleague("gone", { online: false, availability: "offline" }),
      colleague("full", { load: 5 }),
      colleague("some", { load: 2 }),
      colleague("none"),
    ]);
    assert.deepEqual(sorted.map(({ id }) => id), ["none", "some", "full", "gone"]);
  });

  it("have skills as people write them", () => {
    assert.deepEqual(parseSkills(" German, billing，german  vip、 "), ["german", "billing", "vip"]);
    assert.deepEqual(parseSkills(" "), []);
  });
});

describe("lines", () => {
  it("are called by inbox, team and skills", () => {
    const inboxes = [{ inbox_id: "i", name: "Shop" }];
    const teams = [{ id: "t", name: "Sales", agent_ids: [] }];
    const all = line("x", { inbox_id: "i", team_id: "t", skills: ["german"] });
    assert.equal(lineName(all, inboxes, teams), "Shop · Sales · german");
    assert.equal(lineName(line("i"), [], []), "i");
  });

  it("are chosen by the address, else the longest", () => {
    const lines = [line("long"), line("short")];
    assert.equal(chosenLine(lines, "short")?.id, "short");
    assert.equal(chosenLine(lines, "gone")?.id, "long");
    assert.equal(chosenLine([], undefined), undefined);
  });
});
