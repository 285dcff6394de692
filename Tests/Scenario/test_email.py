"""What an agent writes reaches a visitor who has gone, by e-mail, five minutes later and only then."""

import email
import email.policy
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
    return visitor, Agent(cluster.api(1), cluster.hire())


def letters_about(cluster, text: str) -> list[email.message.EmailMessage]:
    letters = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in cluster.letters()]
    return [letter for letter in letters if text in letter.get_content()]


def letters_to(cluster, address: str) -> list[email.message.EmailMessage]:
    return [letter for letter in letters_about(cluster, "") if address in letter["To"]]


def jobs_about(cluster, chat_id: str) -> list[tuple[str, float]]:
    """The scheduled jobs that name this chat: their JSON and the second each is due."""
    schedule = cluster.redis().zrange("schedule", 0, -1, withscores=True)
    return [(payload, due) for payload, due in schedule if chat_id in payload]


def job_about(cluster, chat_id: str) -> tuple[str, float] | None:
    return next(iter(jobs_about(cluster, chat_id)), None)


def make_due(cluster, payload: str) -> None:
    cluster.redis().zadd("schedule", {payload: time.time()})


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
    assert not letters_to(cluster, visitor.contact["email"]), "nothing is sent before its time"


def test_a_visitor_who_has_not_read_gets_the_letter(cluster, pair):
    visitor, agent = pair
    text = f"Answer {uuid.uuid4().hex}"
    agent.say(visitor.chat_id, text)
    payload, _ = eventually(lambda: job_about(cluster, visitor.chat_id), what="a scheduled job")
    make_due(cluster, payload)
    letter = eventually(lambda: letters_about(cluster, text), 20, what="a letter")[0]
    assert letter["To"] == visitor.contact["email"]
    assert letter["From"] and letter["Subject"] and letter["Date"] and letter["Message-ID"]
    assert not letter.defects
    make_due(cluster, payload)
    wait_until_done(cluster, payload)
    assert len(letters_to(cluster, visitor.contact["email"])) == 1, "one letter, however often the job runs"


def test_one_letter_carries_all_that_is_unread(cluster, pair):
    visitor, agent = pair
    words = [f"Part {number} {uuid.uuid4().hex}" for number in range(3)]
    for word in words:
        agent.say(visitor.chat_id, word)
    eventually(lambda: len(jobs_about(cluster, visitor.chat_id)) == 3, what="three jobs")
    payloads = jobs_about(cluster, visitor.chat_id)
    for payload, _ in payloads:
        make_due(cluster, payload)
    for payload, _ in payloads:
        wait_until_done(cluster, payload)
    letters = letters_to(cluster, visitor.contact["email"])
    assert sum(words[-1] in letter.get_content() for letter in letters) == 1
    whole = "\n".join(letter.get_content() for letter in letters)
    assert [whole.count(word) for word in words] == [1, 1, 1]


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
