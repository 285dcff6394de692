"""Over REST, what is wrong is refused in the documented shape, and leaves nothing behind."""

import json
import uuid

import pytest

from api import Api
from cable import Rejected
from checks import LONGEST, assert_nothing_written
from people import Agent


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


def other_accounts_agent(cluster) -> Agent:
    """Staff of an account that has just been founded."""
    name = f"Other {uuid.uuid4()}"
    cluster.write("INSERT INTO accounts (id, name) VALUES (%s, %s)", uuid.uuid4(), name)
    return Agent(cluster.api(1), cluster.hire(name, "administrator"))
