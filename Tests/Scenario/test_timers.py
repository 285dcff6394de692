"""Time passes, and nobody does anything: an idle visitor is warned, sees the time run out, and is let go, once."""

import time
from datetime import datetime

from cable import Cable
from people import Agent, Visitor
from process import eventually


def moment(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def episodes(cable: Cable, seconds: float) -> list[dict]:
    """What is said of the conversation within a time."""
    messages = [frame.get("message") for frame in cable.heard(seconds)]
    return [each["conversation"] for each in messages
            if isinstance(each, dict) and each.get("type") == "conversation"]


def is_warning(frame: dict) -> bool:
    message = frame.get("message")
    return isinstance(message, dict) and "ends_at" in (message.get("conversation") or {})


def test_an_idle_visitor_is_warned_and_let_go_once_although_workers_are_killed(fragile):
    cluster = fragile(gateways=2, workers=2)
    visitor, agent = Visitor(cluster.api(0)), Agent(cluster.api(1), "admin@example.com")
    visitor.say("hello")
    inbox = eventually(lambda: agent.listed(visitor.chat_id))["inbox"]["id"]
    rules = {"timers": {"idle": {"after_s": 7, "countdown_s": 4}}}
    assert agent.api.call("PUT", f"/admin/inboxes/{inbox}/timers", rules).status == 200
    time.sleep(5.1)  # a worker goes by older rules for five seconds at most
    with visitor.cable() as cable:
        visitor.chat(cable)
        answer = agent.say(visitor.chat_id, "anything else?")
        cluster.workers[0].kill()
        warned = cable.expect(is_warning, 15)
        ends_at = moment(warned["message"]["conversation"]["ends_at"])
        assert abs(ends_at - moment(answer["created_at"]) - 7) < 2.5
        assert warned["message"]["ends_in_s"] in (3, 4)
        shown = visitor.api.get("/support_chat").body["conversation"]
        assert moment(shown["ends_at"]) == ends_at, "whoever loads the page anew sees the countdown too"
        # Every worker dies in the middle of the countdown, and comes back.
        cluster.workers[1].kill()
        for worker in cluster.workers:
            worker.start()
        heard = [each for each in episodes(cable, 8) if "ends_at" in each or each["status"] == "ended"]
        assert [each["status"] for each in heard] == ["ended"], "one ending, and not a second warning"
        assert heard[0]["ended_reason"] == "timeout" and heard[0]["ended_type"] == "system"
        assert -0.1 < moment(heard[0]["ended_at"]) - ends_at < 4

    first = answer["conversation_id"]
    again = visitor.say("I am back")
    assert again["conversation_id"] != first and again["seq"] == 3, "the same chat, the next conversation"
    query = "SELECT id, status, ended_reason FROM conversations WHERE chat_id = %s ORDER BY opened_at"
    eventually(lambda: len(cluster.rows(query, visitor.chat_id)) == 2)
    rows = cluster.rows(query, visitor.chat_id)
    assert [(str(row["id"]), row["status"], row["ended_reason"]) for row in rows] == \
        [(first, "ended", "timeout"), (again["conversation_id"], "waiting", None)]
