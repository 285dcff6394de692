"""Haste is refused with the time to wait, and waiting helps."""

import time

import pytest

from people import Agent, Visitor
from process import eventually


@pytest.fixture
def strict(fragile):
    return fragile(LIMITS_CONTACT_MESSAGES_BURST="5", LIMITS_CONTACT_MESSAGES_INTERVAL_MS="500",
                   LIMITS_LOGINS_PER_ADDRESS_BURST="3", LIMITS_LOGINS_PER_ADDRESS_INTERVAL_MS="60000",
                   LIMITS_SESSIONS_PER_ADDRESS_BURST="3", LIMITS_SESSIONS_PER_ADDRESS_INTERVAL_MS="60000")


def test_a_visitor_who_types_too_fast_is_told_when_to_go_on(strict):
    visitor = Visitor(strict.api())
    answers = [visitor.api.post("/support_chat/messages", {"content": f"{number}", "client_id": f"c{number}"})
               for number in range(8)]
    refused = [answer for answer in answers if answer.status != 201]
    assert refused and all(answer.status == 429 for answer in refused)
    assert refused[-1].error["code"] == "rate_limited"
    pause = int(refused[-1].headers["retry-after"])
    assert 1 <= pause <= 5
    with visitor.cable() as cable:
        chat = visitor.chat(cable)
        chat.perform("send_message", content="now on the socket", client_id="socket-1")
        error = chat.expect("error", client_id="socket-1")
        assert error["code"] == "rate_limited" and 0 < error["retry_after"] <= pause
        repeated = chat.send_message("0", "c0")
        assert repeated["seq"] == 1, "a resend of what was accepted is no haste"
        time.sleep(pause)
        chat.send_message("later", "socket-2")
    kept = [message["content"] for message in visitor.api.get("/support_chat/messages?since=0").body["messages"]]
    assert kept == [str(number) for number, answer in enumerate(answers) if answer.status == 201] + ["later"]


@pytest.mark.parametrize("draft", [
    {"content": ""}, {"content": " \n"}, {"content": "x" * 150_001}, {"content": "a\0b"}, {"content": 7}, {},
    {"content": None}, {"content": "x", "client_id": ""}, {"content": "x", "client_id": "a b"},
    {"content": "x", "client_id": "c" * 65}, {"content": "x", "client_id": 7}])
def test_both_ways_of_sending_refuse_alike(visitor, draft):
    by_rest = visitor.api.post("/support_chat/messages", draft).error
    with visitor.cable() as cable:
        chat = visitor.chat(cable)
        chat.perform("send_message", **draft)
        by_socket = chat.expect("error")
    assert (by_socket["code"], by_socket.get("field")) == (by_rest["code"], by_rest.get("field"))


def test_a_poll_without_news_is_answered_without_a_body(visitor, agent):
    visitor.say("one")
    for person, path in ((visitor, "/support_chat"), (visitor, "/support_chat/messages?since=1"),
                         (agent, f"/admin/chats/{visitor.chat_id}/messages")):
        first = person.api.get(path)
        tag = first.headers["etag"]
        # Being persisted is news, too.
        eventually(lambda: person.api.get(path).body["persisted_up_to"] == 1, what="persisted")
        tag = person.api.get(path).headers["etag"]
        again = person.api.get(path, {"If-None-Match": tag})
        assert (again.status, again.body, again.headers["etag"]) == (304, "", tag)
    visitor.say("two")
    assert visitor.api.get("/support_chat", {"If-None-Match": tag}).status == 200


def test_guessing_passwords_soon_ends(strict):
    tries = [strict.api().post("/auth/login", {"email": "ann@example.com", "password": f"guess {number}"})
             for number in range(5)]
    assert [answer.status for answer in tries[:3]] == [401] * 3
    assert all(answer.status == 429 and int(answer.headers["retry-after"]) >= 1 for answer in tries[3:])
    with pytest.raises(AssertionError, match="429"):
        Agent(strict.api())


def test_sessions_from_one_address_are_counted(strict):
    tries = [strict.api().post("/widget/sessions", {"website_token": "demo"}) for _ in range(5)]
    assert [answer.status for answer in tries] == [201] * 3 + [429] * 2
