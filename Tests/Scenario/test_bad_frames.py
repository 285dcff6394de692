"""On the socket, what is wrong is refused in the documented shape; the socket stays, and no one else is harmed."""

import json
import uuid

import pytest
from websockets.exceptions import InvalidStatus

from cable import Cable, ConnectionClosed, Rejected
from checks import LONGEST, assert_nothing_written, assert_still_works
from people import Visitor
from process import eventually


@pytest.fixture
def stranger(cluster) -> Visitor:
    return Visitor(cluster.api(0))


# Tickets

def refused(base: str, **key) -> None:
    """The handshake fails with 401, or ActionCable's own words come before any welcome."""
    try:
        with Cable(base, **key) as cable:
            frame = cable.expect(lambda frame: frame.get("type") in ("welcome", "disconnect"))
            assert frame["type"] == "disconnect" and frame["reason"] == "unauthorized", frame
            assert frame["reconnect"] is False
    except InvalidStatus as answer:
        assert answer.response.status_code == 401


@pytest.mark.parametrize("ticket", ["forged", "x" * 4000, "%00", "../../etc"])
def test_a_forged_ticket_is_refused(cluster, ticket):
    refused(cluster.url(0), ticket=ticket)


def test_no_ticket_is_refused(cluster):
    refused(cluster.url(0))


def test_a_ticket_works_once(cluster, visitor):
    ticket = visitor.api.post("/cable/tickets").body["ticket"]
    with Cable(cluster.url(0), ticket=ticket) as cable:
        visitor.chat(cable)
        refused(cluster.url(1), ticket=ticket)
        assert visitor.chat, "the first one's socket is unharmed"


def test_an_expired_ticket_is_refused(cluster, visitor):
    ticket = visitor.api.post("/cable/tickets").body["ticket"]
    store = cluster.redis()
    lifetimes = {key: store.ttl(key) for key in store.scan_iter("*ticket*")}
    assert lifetimes and all(0 < seconds <= 30 for seconds in lifetimes.values()), lifetimes
    for key in lifetimes:
        store.pexpire(key, 1)
    # A handshake takes less than the millisecond on a fast machine.
    eventually(lambda: not any(store.exists(key) for key in lifetimes), what="the tickets expire")
    refused(cluster.url(0), ticket=ticket)


# The socket

@pytest.fixture
def cable(visitor):
    with visitor.cable() as cable:
        cable.expect(lambda frame: frame.get("type") == "welcome")
        yield cable


def error_on(cable: Cable) -> dict:
    """The documented shape of an error on the socket, in or out of a subscription."""
    def is_error(frame: dict) -> bool:
        return "error" in (frame.get("type"), (frame.get("message") or {}).get("type")
                           if isinstance(frame.get("message"), dict) else None)
    frame = cable.expect(is_error)
    error = frame if frame.get("type") == "error" else frame["message"]
    assert error["code"] and isinstance(error["message"], str) and error["message"], frame
    assert set(error) <= {"type", "code", "message", "retry_after", "client_id", "field", "identifier"}, frame
    return error


@pytest.mark.parametrize("text", ["", "{", "hello", "[]", "7", "null", "{}", '{"command":5}', '{"command":"dance"}',
                                  '{"command":"subscribe"}', '{"command":"subscribe","identifier":7}',
                                  '{"command":"subscribe","identifier":"not json"}',
                                  '{"command":"message","identifier":"{}","data":"{}"}'])
def test_the_socket_survives_a_frame_that_means_nothing(cluster, visitor, cable, text):
    cable.send_text(text)
    outcome = cable.expect(lambda frame: frame.get("type") in ("error", "reject_subscription")
                           or isinstance(frame.get("message"), dict))
    assert outcome.get("type") in ("error", "reject_subscription"), outcome
    assert visitor.chat(cable).send_message("still here", "after")["seq"] == 1


@pytest.mark.parametrize("channel", ["NoSuchChannel", "", "chatchannel", "ActionCable::Channel::Base"])
def test_an_unknown_channel_is_rejected(visitor, cable, channel):
    with pytest.raises(Rejected):
        cable.subscribe(channel, chat_id=visitor.chat_id)
    visitor.chat(cable)


@pytest.mark.parametrize("chat_id", [None, 5, "", "not-a-uuid", {"a": 1}, str(uuid.uuid4())], ids=repr)
def test_a_chat_that_is_not_yours_is_rejected(visitor, cable, chat_id):
    with pytest.raises(Rejected):
        cable.subscribe("ChatChannel", chat_id=chat_id)
    visitor.chat(cable)


def test_a_foreign_chat_is_rejected_like_an_absent_one(cable, stranger, visitor):
    with pytest.raises(Rejected):
        cable.subscribe("ChatChannel", chat_id=stranger.chat_id)
    stranger.say("not for others")
    with pytest.raises(Rejected):
        cable.subscribe("ChatChannel", chat_id=stranger.chat_id, again=True)
    stranger.say("my secret")
    assert "my secret" not in json.dumps(cable.heard(0.5))
    visitor.chat(cable)


def test_a_visitor_is_not_admitted_to_the_staffs_channel(cable, visitor):
    with pytest.raises(Rejected):
        cable.subscribe("AdminNotificationChannel")
    visitor.chat(cable)


@pytest.mark.parametrize("action, data", [
    ("dance", {}), ("", {}), ("send_message", {}), ("send_message", {"content": 5}),
    ("send_message", {"content": ""}), ("send_message", {"content": " \n "}),
    ("send_message", {"content": "x" * (LONGEST + 1)}),
    ("send_message", {"content": "x", "client_id": 7}), ("send_message", {"content": "a\x00b"}),
    ("read", {"up_to_seq": "all"}), ("read", {"up_to_seq": -1}), ("typing", {"on": "maybe"}),
], ids=lambda value: json.dumps(value)[:30])
def test_an_action_that_cannot_be_done_is_an_error_and_the_socket_stays(cluster, visitor, cable, action, data):
    chat = visitor.chat(cable)
    chat.perform(action, **data)
    error_on(cable)
    assert_nothing_written(cluster, visitor)
    assert chat.send_message("still here", "after")["seq"] == 1


def test_an_error_names_the_client_id_it_is_about(visitor, cable):
    visitor.chat(cable).perform("send_message", content="  ", client_id="blank-1")
    assert error_on(cable)["client_id"] == "blank-1"


def test_speaking_without_a_subscription_is_an_error(cluster, visitor, cable):
    identifier = json.dumps({"channel": "ChatChannel", "chat_id": visitor.chat_id})
    cable.send({"command": "message", "identifier": identifier,
                "data": json.dumps({"action": "send_message", "content": "x"})})
    error_on(cable)
    assert_nothing_written(cluster, visitor)


def test_a_frame_too_long_to_be_a_message_closes_the_socket_and_nothing_else(cluster, visitor, cable):
    chat = visitor.chat(cable)
    with pytest.raises(ConnectionClosed) as closed:
        cable.send_text("x" * 4_000_000)
        cable.heard(5)
    assert closed.value.rcvd is None or closed.value.rcvd.code in (1008, 1009)
    assert chat is not None
    assert_still_works(cluster, visitor)
