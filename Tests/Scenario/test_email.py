"""What an agent writes reaches a visitor who has gone, by e-mail, five minutes later and only then."""

import json
import time
import uuid

import pytest

from people import Agent, Visitor
from process import eventually

FIVE_MINUTES = 300


@pytest.fixture
def pair(cluster):
    visitor = Visitor(cluster.api(0), name="Vera", email=f"vera-{uuid.uuid4().hex[:8]}@example.com")
    visitor.say("Do you ship to Norway?")
    return visitor, Agent(cluster.api(1))


def letters_about(cluster, text: str) -> list:
    return [path for path in cluster.letters() if text in path.read_text()]


def job_about(cluster, chat_id: str):
    """The scheduled job that names this chat: its JSON and the second it is due."""
    for payload, due in cluster.redis().zrange("schedule", 0, -1, withscores=True):
        if chat_id in payload:
            return payload, due
    return None


def make_due(cluster, payload: str) -> None:
    cluster.redis().zadd("schedule", {payload: time.time()}, xx=True)


def wait_until_done(cluster, payload: str) -> None:
    """The job has left the schedule, the queues and the worker that ran it."""
    def gone() -> bool:
        jid, store = json.loads(payload)["jid"], cluster.redis()
        if store.zscore("schedule", payload) is not None:
            return False
        waiting = [entry for queue in store.smembers("queues") for entry in store.lrange(f"queue:{queue}", 0, -1)]
        retries = store.zrange("retry", 0, -1) + store.zrange("dead", 0, -1)
        assert not any(jid in entry for entry in retries), f"the job failed: {retries}"
        running = [entry for key in store.scan_iter("*:work") for entry in store.hvals(key)]
        return not any(jid in entry for entry in waiting + running)
    eventually(gone, 20, what="the e-mail job has run")


def test_an_agents_message_schedules_the_letter_five_minutes_ahead(cluster, pair):
    visitor, agent = pair
    agent.say(visitor.chat_id, "Yes, in three days.")
    payload, due = eventually(lambda: job_about(cluster, visitor.chat_id), what="a scheduled job")
    assert due == pytest.approx(time.time() + FIVE_MINUTES, abs=10)
    job = json.loads(payload)
    assert job["class"] and job["jid"] and isinstance(job["args"], list) and job["created_at"]
    time.sleep(1)
    assert not letters_about(cluster, visitor.contact["email"]), "nothing is sent before its time"


def test_a_visitor_who_has_not_read_gets_the_letter(cluster, pair):
    visitor, agent = pair
    text = f"Answer {uuid.uuid4().hex}"
    agent.say(visitor.chat_id, text)
    payload, _ = eventually(lambda: job_about(cluster, visitor.chat_id), what="a scheduled job")
    make_due(cluster, payload)
    letter = eventually(lambda: letters_about(cluster, text), 20, what="a letter")[0].read_text()
    head = letter.split("\n\n", 1)[0].replace("\r", "")
    assert f"To: " in head and visitor.contact["email"] in head
    assert "Subject:" in head and "From:" in head and "Date:" in head and "Message-ID:" in head.replace("Id", "ID")


def test_a_visitor_who_has_read_gets_none(cluster, pair):
    visitor, agent = pair
    text = f"Answer {uuid.uuid4().hex}"
    message = agent.say(visitor.chat_id, text)
    payload, _ = eventually(lambda: job_about(cluster, visitor.chat_id), what="a scheduled job")
    answer = visitor.api.call("PATCH", "/support_chat/mark_read", {"up_to_seq": message["seq"]})
    assert answer.status in (200, 204), answer
    eventually(lambda: cluster.messages(visitor.chat_id)[-1]["read_at"], what="read in PostgreSQL too")
    make_due(cluster, payload)
    wait_until_done(cluster, payload)
    assert not letters_about(cluster, text)


def test_an_archived_chat_gets_none(cluster, pair):
    visitor, agent = pair
    text = f"Answer {uuid.uuid4().hex}"
    agent.say(visitor.chat_id, text)
    payload, _ = eventually(lambda: job_about(cluster, visitor.chat_id), what="a scheduled job")
    assert agent.api.post(f"/admin/chats/{visitor.chat_id}/archive").status in (200, 204)
    make_due(cluster, payload)
    wait_until_done(cluster, payload)
    assert not letters_about(cluster, text)


def test_what_the_visitor_writes_schedules_nothing(cluster, visitor):
    visitor.say("hello?")
    cluster.wait_persisted(1, [visitor.chat_id])
    time.sleep(1)
    assert job_about(cluster, visitor.chat_id) is None
