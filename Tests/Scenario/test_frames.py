"""What a gateway says, word for word, in web/tests/frames.ts: there TypeScript holds it against web/core/protocol.ts.

A member that only one of the two knows fails either here or in `bin/web check`. After a change of the wire:
WRITE_FRAMES=1 bin/test faults -k frames
"""

import json
import os
import re

from cluster import ROOT
from people import Agent, Visitor
from process import eventually

FRAMES = ROOT / "web" / "tests" / "frames.ts"
UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b")
TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\b")
# What is different each time, by its name.
VOLATILE = {"epoch": "epoch", "token": "token", "next": "next", "version": 1, "ticket": "ticket"}


def still(value, name: str = ""):
    """The same from run to run."""
    if isinstance(value, dict):
        return {key: still(value[key], key) for key in sorted(value)}
    if isinstance(value, list):
        return [still(each, name) for each in value]
    if name in VOLATILE and value is not None:
        return VOLATILE[name]
    if isinstance(value, str):
        return TIME.sub("2026-01-01T00:00:00.000Z", UUID.sub("01a1fdd4-e034-7b9e-bb27-774a054623f3", value))
    return value


def heard(cluster) -> dict[str, tuple[str, object]]:
    """Name, TypeScript's name for its kind, and the frame or answer itself."""
    frames: dict[str, tuple[str, object]] = {}
    begun = cluster.api(0).post("/widget/sessions", {"website_token": "demo", "name": "Grace",
                                                     "email": "grace@example.org"})
    frames["session"] = "WidgetSession", begun.body
    visitor = Visitor(cluster.api(0), contact_token=begun.body["token"])
    login = cluster.api(0).post("/auth/login", {"email": "ann@example.com", "password": "switchboard"})
    frames["login"] = "StaffLogin", login.body
    agent = Agent(cluster.api(0))

    staff = agent.cable().subscribe("AdminNotificationChannel")
    frames["staffState"] = "AdminEvent", staff.expect("staff_state")
    frames["everybody"] = "AdminEvent", staff.expect("presence")
    frames["agentPresence"] = "AdminEvent", staff.expect("agent_presence")
    mine = visitor.chat(visitor.cable())
    frames["firstState"] = "ChatEvent", mine.expect("chat_state")
    frames["presence"] = "ChatEvent", mine.expect("presence")
    frames["contactPresence"] = "AdminEvent", staff.expect("presence", chat_id=visitor.chat_id)
    # Whoever is available would be given the visitor at once, and nobody would see them wait.
    staff.perform("availability", status="away")
    frames["availability"] = "AdminEvent", staff.expect("agent_presence", availability="away")
    frames["duty"] = "Duty", agent.api.get("/admin/agents/me").body

    mine.perform("send_message", content="Hello", client_id="c1")
    frames["messageAck"] = "ChatEvent", mine.expect("message_ack")
    frames["newMessage"] = "ChatEvent", mine.expect("new_message")
    frames["waiting"] = "ChatEvent", mine.expect("conversation")
    frames["persisted"] = "ChatEvent", mine.expect("persisted")
    frames["newUserMessage"] = "AdminEvent", staff.expect("new_user_message")
    frames["queue"] = "AdminEvent", staff.expect("queue")
    mine.perform("send_message", content=" ", client_id="c2")
    frames["error"] = "ChatEvent", mine.expect("error")
    frames["list"] = "ChatRowPage", agent.api.get("/admin/chats").body
    frames["counts"] = "ChatCounts", agent.api.get("/admin/chats/counts").body

    theirs = agent.cable().subscribe("ChatChannel", chat_id=visitor.chat_id)
    frames["viewing"] = "AdminEvent", staff.expect("viewing")
    theirs.perform("typing", on=True)
    frames["typing"] = "ChatEvent", mine.expect("typing")
    theirs.perform("read", up_to_seq=1)
    frames["delivered"] = "ChatEvent", mine.expect("message_status", status="delivered")
    frames["read"] = "ChatEvent", mine.expect("message_status", status="read")
    frames["readByAgent"] = "AdminEvent", staff.expect("chat_updated")
    theirs.perform("send_message", content="Hello, Grace", client_id="a1")
    frames["fromAgent"] = "ChatEvent", mine.expect("new_message")
    frames["active"] = "ChatEvent", mine.expect("conversation")
    mine.expect("persisted", up_to_seq=2)
    frames["chat"] = "SupportChat", visitor.api.get("/support_chat").body
    frames["page"] = "MessagePage", visitor.api.get("/support_chat/messages?since=1").body
    frames["chatOfStaff"] = "AdminChat", agent.api.get(f"/admin/chats/{visitor.chat_id}").body
    frames["ticket"] = "{ ticket: string }", visitor.api.post("/cable/tickets").body
    mine.perform("read")
    staff.cable.heard(0.5)
    agent.api.post(f"/admin/chats/{visitor.chat_id}/end", {"comment": "All done"})
    frames["ended"] = "ChatEvent", mine.expect("conversation", timeout=10)
    frames["endedForStaff"] = "AdminEvent", staff.expect("chat_updated")
    visitor.api.post("/support_chat/rating", {"score": 5, "comment": "Kind"})
    frames["rated"] = "ChatEvent", mine.expect("conversation")
    frames["ratedForStaff"] = "AdminEvent", staff.expect("chat_updated")
    cluster.wait_persisted(2, [visitor.chat_id])
    eventually(lambda: agent.api.get(f"/admin/chats/{visitor.chat_id}").body["ending"]["rating"] == 5)
    frames["chatEnded"] = "AdminChat", agent.api.get(f"/admin/chats/{visitor.chat_id}").body
    handed(frames, cluster, agent, staff)
    colleague = Agent(cluster.api(0), "bob@example.com")
    note = colleague.cable().subscribe("ChatChannel", chat_id=visitor.chat_id)
    note.perform("typing", on=True, private=True)
    frames["privateTyping"] = "AdminEvent", staff.expect("typing")
    return frames


def handed(frames: dict[str, tuple[str, object]], cluster, agent: Agent, staff) -> None:
    """Where agents are asked before they are given a conversation."""
    chief = Agent(cluster.api(0), "admin@example.com")
    inbox = chief.api.get("/admin/inboxes/rules").body["inboxes"][0]["inbox_id"]
    rules = {"rules": {"mode": "offer", "offer_s": 60}}
    assert chief.api.call("PUT", f"/admin/inboxes/{inbox}/rules", rules).status == 200
    visitor = Visitor(cluster.api(0))
    staff.perform("availability", status="online")
    staff.expect("agent_presence", availability="online")
    staff.cable.heard(0.5)
    visitor.say("Anybody?")
    while "offer" not in (frame := staff.expect("chat_updated"))["chat"]:
        pass
    frames["offer"] = "AdminEvent", frame
    duty = agent.api.get("/admin/agents/me").body
    assert 0 < duty["offers"][0].pop("in_s") <= 60
    duty["offers"][0]["in_s"] = 60
    frames["dutyOffered"] = "Duty", duty
    agent.api.post(f"/admin/chats/{visitor.chat_id}/accept")
    frames["accepted"] = "AdminEvent", staff.expect("chat_updated")
    staff_list = agent.api.get("/admin/agents").body["agents"]
    frames["colleague"] = "Colleague", next(one for one in staff_list if one["name"] == "Ann")


def text(frames: dict[str, tuple[str, object]]) -> str:
    kinds = sorted({kind for kind, _ in frames.values() if not kind.startswith("{")})
    lines = ["// Written by Tests/Scenario/test_frames.py: what a gateway really says. `satisfies` minds every member.",
             "import type {", *(f"  {kind}," for kind in kinds), '} from "../core/protocol.ts";']
    for name, (kind, frame) in frames.items():
        body = json.dumps(still(frame), indent=2, ensure_ascii=False)
        lines += ["", f"export const {name} = {body} satisfies {kind};"]
    return "\n".join(lines) + "\n"


def test_the_frames_are_those_that_the_browser_side_knows(fragile):
    said = text(heard(fragile(gateways=1, workers=1)))
    if os.environ.get("WRITE_FRAMES"):
        FRAMES.write_text(said)
    assert said == FRAMES.read_text()
