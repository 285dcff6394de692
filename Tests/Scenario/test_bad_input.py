"""Everything that can be wrong is refused in the documented shape, leaves nothing behind, and harms no one."""

import json
import uuid

import pytest
from websockets.exceptions import InvalidStatus

from api import Api
from cable import Cable, ConnectionClosed, Rejected
from people import Agent, Visitor

LONGEST = 150_000


@pytest.fixture
def stranger(cluster) -> Visitor:
    return Visitor(cluster.api(0))


def assert_nothing_written(cluster, visitor: Visitor) -> None:
    assert cluster.messages(visitor.chat_id) == []
    answer = visitor.api.get("/support_chat/messages?since=0")
    assert answer.status == 200 and answer.body["messages"] == []


def assert_still_works(cluster, visitor: Visitor) -> None:
    assert visitor.say("and yet it works")["seq"] == 1
    cluster.wait_persisted(1, [visitor.chat_id])


# REST

@pytest.mark.parametrize("raw", [
    b"", b"{", b"[]", b'"text"', b"null", b"{'content':'x'}", b'{"content":"x"', b"\xff\xfe{}",
    b'{"content":"x"}}', b"[" * 100_000,
], ids=lambda raw: repr(raw[:14]))
def test_rest_refuses_a_body_that_is_not_a_json_object(cluster, visitor, raw):
    answer = visitor.api.call("POST", "/support_chat/messages", raw=raw)
    assert 400 <= answer.status < 500, answer
    assert answer.error["code"]
    assert_nothing_written(cluster, visitor)


@pytest.mark.parametrize("body", [
    {}, {"content": None}, {"content": 7}, {"content": ["x"]}, {"content": {"x": 1}}, {"content": True},
    {"content": ""}, {"content": "   \n\t "}, {"content": "x" * (LONGEST + 1)}, {"content": "a\x00b"},
    {"content": "x", "client_id": 5}, {"content": "x", "client_id": {}}, {"content": "x", "client_id": "y" * 10_000},
], ids=lambda body: json.dumps(body)[:40])
def test_rest_refuses_content_that_is_no_message(cluster, visitor, body):
    answer = visitor.api.post("/support_chat/messages", body)
    assert answer.status in (400, 413, 422), answer
    assert answer.error["field"] in ("content", "client_id")
    assert_nothing_written(cluster, visitor)


def test_rest_takes_the_longest_message_whole(cluster, visitor):
    content = "長" * LONGEST
    assert visitor.say(content)["content"] == content
    cluster.wait_persisted(1, [visitor.chat_id])
    assert cluster.messages(visitor.chat_id)[0]["content"] == content


def test_a_repeated_client_id_answers_200_with_the_same_message(cluster, visitor):
    body = {"content": "once", "client_id": "same"}
    first = visitor.api.post("/support_chat/messages", body)
    second = visitor.api.post("/support_chat/messages", body | {"content": "twice"})
    assert (first.status, second.status) == (201, 200)
    assert first.body["message"]["id"] == second.body["message"]["id"]
    assert second.body["message"]["content"] == "once"
    cluster.wait_persisted(1, [visitor.chat_id])
    assert len(cluster.messages(visitor.chat_id)) == 1


@pytest.mark.parametrize("body", [
    {}, {"website_token": ""}, {"website_token": "no-such-inbox"}, {"website_token": 5}, {"website_token": None},
    {"website_token": "demo", "name": 5}, {"website_token": "demo", "email": "not an address"},
    {"website_token": "demo", "contact_token": "forged"},
], ids=json.dumps)
def test_a_widget_session_is_refused_with_a_reason(cluster, body):
    answer = cluster.api(0).post("/widget/sessions", body)
    assert 400 <= answer.status < 500, answer
    assert answer.error["message"]


@pytest.mark.parametrize("token", [None, "", "forged", "a.b.c", "x" * 20_000], ids=lambda token: repr(token)[:12])
@pytest.mark.parametrize("method, path", [
    ("GET", "/support_chat"), ("POST", "/support_chat/messages"), ("GET", "/support_chat/messages?since=0"),
    ("PATCH", "/support_chat/mark_read"), ("POST", "/cable/tickets"), ("GET", "/admin/chats"),
    ("DELETE", "/auth/login"),
])
def test_without_a_valid_token_every_door_is_shut(cluster, token, method, path):
    answer = Api(cluster.url(0), token).call(method, path, {"content": "x"} if method != "GET" else None)
    assert answer.status in (401, 431), answer
    if answer.status == 401:
        assert answer.error["code"] in ("missing_token", "invalid_token")


def test_a_visitors_token_opens_no_staff_door(cluster, visitor):
    for method, path in (("GET", "/admin/chats"), ("GET", f"/admin/chats/{visitor.chat_id}"),
                         ("POST", f"/admin/chats/{visitor.chat_id}/archive"),
                         ("POST", f"/admin/chats/{visitor.chat_id}/messages")):
        answer = visitor.api.call(method, path, {"content": "x"} if method == "POST" else None)
        assert answer.status in (401, 403), (path, answer)
        assert answer.error
    assert_nothing_written(cluster, visitor)


def test_an_agents_token_opens_no_visitors_door(agent):
    answer = agent.api.post("/support_chat/messages", {"content": "x"})
    assert answer.status in (401, 403), answer
    assert answer.error


@pytest.mark.parametrize("path", [str(uuid.uuid4()), "not-a-uuid", "0", "..%2f..%2fetc", "%00", "a" * 3000])
def test_a_chat_that_is_not_there_is_404_for_staff(agent, path):
    for method, end in (("GET", ""), ("POST", "/archive"), ("POST", "/messages")):
        answer = agent.api.call(method, f"/admin/chats/{path}{end}", {"content": "x"} if method == "POST" else None)
        assert answer.status in (400, 404, 414), answer
        assert answer.error["code"]


def test_another_accounts_staff_cannot_tell_a_chat_from_an_absent_one(cluster, visitor):
    visitor.say("for Acme's eyes")
    cluster.wait_persisted(1, [visitor.chat_id])
    other = other_accounts_agent(cluster)
    absent = str(uuid.uuid4())
    for method, end, body in (("GET", "", None), ("POST", "/archive", {}), ("POST", "/messages", {"content": "x"})):
        foreign_answer = other.api.call(method, f"/admin/chats/{visitor.chat_id}{end}", body)
        absent_answer = other.api.call(method, f"/admin/chats/{absent}{end}", body)
        assert foreign_answer.status == absent_answer.status == 404
        assert foreign_answer.body == absent_answer.body
    assert other.listed(visitor.chat_id) is None
    with other.cable() as cable:
        with pytest.raises(Rejected):
            cable.subscribe("ChatChannel", chat_id=visitor.chat_id)
    assert [row["content"] for row in cluster.messages(visitor.chat_id)] == ["for Acme's eyes"]


@pytest.mark.parametrize("body", [
    {}, {"email": "ann@example.com"}, {"email": "ann@example.com", "password": 5},
    {"email": ["ann@example.com"], "password": "switchboard"},
], ids=json.dumps)
def test_a_log_in_of_the_wrong_shape_is_refused(cluster, body):
    answer = cluster.api(0).post("/auth/login", body)
    assert answer.status in (400, 422), answer
    assert answer.error


def test_a_wrong_password_and_an_unknown_agent_answer_alike(cluster):
    wrong = cluster.api(0).post("/auth/login", {"email": cluster.hire(), "password": "wrong"})
    unknown = cluster.api(0).post("/auth/login", {"email": "nobody@example.com", "password": "wrong"})
    assert wrong.status == unknown.status == 401
    assert wrong.error == unknown.error


def test_after_log_out_the_token_is_dead(cluster):
    agent = Agent(cluster.api(0), cluster.hire())
    assert agent.api.call("DELETE", "/auth/login").status in (200, 204)
    assert agent.api.get("/admin/chats").status == 401


def test_an_unknown_path_and_method_answer_in_the_shape_too(cluster):
    assert cluster.api(0).get("/no/such/path").error
    answer = cluster.api(0).call("DELETE", "/widget/sessions")
    assert answer.status in (404, 405) and answer.error


@pytest.mark.parametrize("since", ["-1", "x", "99999999999999999999", "2024-13-45T00:00:00Z"])
def test_polling_from_nowhere_is_refused(visitor, since):
    answer = visitor.api.get(f"/support_chat/messages?since={since}")
    assert answer.status in (400, 422), answer
    assert answer.error["field"] == "since"


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
    ("dance", {}), ("", {}), ("send_message", {}), ("send_message", {"content": 5}), ("send_message", {"content": ""}),
    ("send_message", {"content": " \n "}), ("send_message", {"content": "x" * (LONGEST + 1)}),
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


def other_accounts_agent(cluster) -> Agent:
    """Staff of an account that has just been founded."""
    name = f"Other {uuid.uuid4()}"
    cluster.write("INSERT INTO accounts (id, name) VALUES (%s, %s)", uuid.uuid4(), name)
    return Agent(cluster.api(1), cluster.hire(name, "administrator"))
