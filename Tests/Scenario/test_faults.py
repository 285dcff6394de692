"""Whatever is killed: each accepted message is in PostgreSQL once, in the order in which it was said."""

import os
import signal
import time

from cable import Cable
from cluster import Cluster
from courier import Courier, together
from people import Agent, Visitor
from process import eventually


def couriers_for(cluster: Cluster, people: int, each: int) -> list[Courier]:
    gateways = [cluster.url(number) for number in range(len(cluster.ports))]
    couriers = []
    for number in range(people):
        visitor = Visitor(cluster.api(number % len(gateways)))
        first = number % len(gateways)
        couriers.append(Courier(visitor, gateways[first:] + gateways[:first], each))
    return couriers


def start(couriers: list[Courier]) -> None:
    for courier in couriers:
        courier.start()


def wait_for(couriers: list[Courier], count: int) -> None:
    eventually(lambda: together(couriers) >= count or any(courier.failure for courier in couriers), 90,
               what=f"{count} messages accepted")


def finish(couriers: list[Courier]) -> None:
    for courier in couriers:
        courier.finish()


def assert_kept_once_in_order(cluster: Cluster, couriers: list[Courier]) -> None:
    cluster.wait_persisted(sum(len(courier.outbox) for courier in couriers),
                           [courier.visitor.chat_id for courier in couriers])
    for courier in couriers:
        rows = cluster.messages(courier.visitor.chat_id)
        said = [(client_id, content) for client_id, content in courier.outbox]
        assert [(str(row["client_id"]), row["content"]) for row in rows] == said
        assert [row["seq"] for row in rows] == list(range(1, len(said) + 1)), "seq has no holes"
        assert [str(row["id"]) for row in rows] == [courier.accepted[client_id]["id"] for client_id, _ in said], \
            "what was acknowledged is what is kept"


def test_a_worker_killed_while_5000_messages_flow_costs_none_of_them(fragile):
    cluster = fragile(gateways=2, workers=1)
    couriers = couriers_for(cluster, people=20, each=250)
    watched = couriers[0]
    first_id, first_word = watched.outbox[0]
    watched.visitor.say(first_word, first_id)
    with Agent(cluster.api(1)).cable() as agent:
        agent.subscribe("ChatChannel", chat_id=watched.visitor.chat_id)
        start(couriers)
        worker = cluster.workers[0]
        for count in (1000, 2500, 4000):
            wait_for(couriers, count)
            worker.kill()
            worker.start()
        finish(couriers)
        assert heard_seqs(agent) == list(range(2, 251)), "the agent on the other gateway hears each once, in order"
    assert_kept_once_in_order(cluster, couriers)


def test_of_two_workers_the_other_goes_on_when_one_is_killed(fragile):
    cluster = fragile(gateways=1, workers=2)
    couriers = couriers_for(cluster, people=10, each=100)
    start(couriers)
    wait_for(couriers, 300)
    cluster.workers[0].kill()
    finish(couriers)
    assert_kept_once_in_order(cluster, couriers)


def test_while_postgresql_is_away_nothing_is_refused_and_afterwards_nothing_is_missing(fragile):
    cluster = fragile(gateways=2, workers=1)
    couriers = couriers_for(cluster, people=10, each=100)
    start(couriers)
    wait_for(couriers, 200)
    cluster.services("stop", "postgres")
    # The others speak for the first time while the database is away, in chats that are open.
    finish(couriers)
    assert [courier.refusals for courier in couriers] == [[]] * len(couriers)
    assert all(gateway.alive for gateway in cluster.gateways) and cluster.workers[0].alive
    cluster.services("start", "postgres")
    assert_kept_once_in_order(cluster, couriers)


def test_a_chat_goes_on_between_two_people_while_postgresql_is_away(fragile):
    cluster = fragile(gateways=2, workers=1)
    visitor, agent = Visitor(cluster.api(0)), Agent(cluster.api(1))
    with visitor.cable() as visitor_cable, agent.cable() as agent_cable:
        theirs = visitor.chat(visitor_cable)
        theirs.send_message("before", "before-1")
        ours = agent_cable.subscribe("ChatChannel", chat_id=visitor.chat_id)
        cluster.services("stop", "postgres")
        theirs.send_message("is anybody there?", "away-1")
        heard = ours.cable.expect(lambda frame: content_of(frame) == "is anybody there?")
        assert heard["message"]["message"]["sender_type"] == "user"
        ours.send_message("yes, I am", "away-2")
        theirs.cable.expect(lambda frame: content_of(frame) == "yes, I am")
        cluster.services("start", "postgres")
        cluster.wait_persisted(3, [visitor.chat_id])
        theirs.cable.expect(lambda frame: (frame.get("message") or {}).get("type") == "persisted"
                            and frame["message"]["up_to_seq"] == 3, timeout=20)
    assert [row["content"] for row in cluster.messages(visitor.chat_id)] == \
        ["before", "is anybody there?", "yes, I am"]


def test_what_needs_the_database_says_so_while_it_is_away(fragile):
    cluster = fragile(gateways=1, workers=1)
    visitor, agent = Visitor(cluster.api()), Agent(cluster.api())
    visitor.say("one")
    cluster.wait_persisted(1, [visitor.chat_id])
    assert agent.listed(visitor.chat_id), "whoever has worked before can go on"
    cluster.services("stop", "postgres")
    health = cluster.api().get("/health/ready")
    assert (health.status, health.body["status"]) == (200, "degraded")
    assert health.body["checks"]["postgres"]["status"] != "ok"
    for answer in (cluster.api().post("/auth/login", {"email": "bob@example.com", "password": "switchboard"}),
                   cluster.api().post("/widget/sessions", {"website_token": "demo", "name": "Nora"}),
                   agent.api.get("/admin/chats")):
        assert (answer.status, answer.error["code"]) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) >= 1
    assert visitor.say("two")["seq"] == 2
    assert agent.say(visitor.chat_id, "three")["seq"] == 3
    assert [message["seq"] for message in visitor.api.get("/support_chat").body["messages"]] == [1, 2, 3]
    cluster.services("start", "postgres")
    cluster.wait_persisted(3, [visitor.chat_id])
    eventually(lambda: agent.api.get("/admin/chats").status == 200, what="the list is back")


def test_while_redis_is_away_refusals_are_clear_and_nobody_needs_a_restart(fragile):
    cluster = fragile(gateways=1, workers=1)
    visitor = Visitor(cluster.api())
    visitor.say("before", "client-1")
    cluster.services("stop", "redis")
    answer = visitor.api.post("/support_chat/messages", {"content": "meanwhile", "client_id": "client-2"})
    assert (answer.status, answer.error["code"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    assert cluster.api().get("/health/ready").status == 503
    assert cluster.api().get("/health/live").status == 200
    assert cluster.api().get("/").status == 200
    cluster.services("start", "redis")
    cluster.wait_ready()
    assert visitor.say("meanwhile", "client-2")["seq"] == 2
    cluster.wait_persisted(2, [visitor.chat_id])
    assert [row["content"] for row in cluster.messages(visitor.chat_id)] == ["before", "meanwhile"]
    assert cluster.gateways[0].alive and cluster.workers[0].alive


def test_when_redis_stays_away_nobody_is_kept_waiting(fragile):
    cluster = fragile(gateways=1, workers=1)
    visitor = Visitor(cluster.api())
    visitor.say("before")
    cluster.services("stop", "redis")
    eventually(lambda: cluster.api().get("/health/ready").status == 503, what="not ready")
    time.sleep(1.5)
    started = time.monotonic()
    for number in range(20):
        answer = visitor.api.post("/support_chat/messages", {"content": "x", "client_id": f"away-{number}"})
        assert (answer.status, answer.error["code"]) == (503, "unavailable")
        assert cluster.api().get("/health/ready").status == 503
    assert time.monotonic() - started < 20, "not the five seconds each that a command may take"
    cluster.services("start", "redis")
    cluster.wait_ready()
    assert visitor.say("after")["seq"] == 2


def test_a_redis_that_hangs_is_noticed_by_those_who_probe(fragile):
    cluster = fragile(gateways=1, workers=1)
    redis = int((cluster.folder / "servers" / "redis" / "redis.pid").read_text())
    os.kill(redis, signal.SIGSTOP)
    try:
        started = time.monotonic()
        assert cluster.api().get("/health/ready").status == 503
        assert time.monotonic() - started < 3
    finally:
        os.kill(redis, signal.SIGCONT)
    cluster.wait_ready()


def test_when_a_gateway_is_killed_its_clients_go_on_at_the_other(fragile):
    cluster = fragile(gateways=2, workers=1)
    couriers = couriers_for(cluster, people=10, each=150)
    start(couriers)
    wait_for(couriers, 300)
    cluster.gateways[0].kill()
    wait_for(couriers, 900)
    cluster.gateways[0].start()
    finish(couriers)
    assert_kept_once_in_order(cluster, couriers)
    moved = [courier for courier in couriers if courier.sockets > 1]
    assert len(moved) >= 5, "half of them lost their gateway"


def test_redis_killed_and_restarted_from_its_file_loses_and_doubles_nothing(fragile):
    cluster = fragile(gateways=2, workers=1)
    couriers = couriers_for(cluster, people=10, each=150)
    start(couriers)
    wait_for(couriers, 400)
    cluster.kill_redis()
    time.sleep(1)
    cluster.services("start", "redis")
    finish(couriers)
    assert_kept_once_in_order(cluster, couriers)


def test_messages_are_resent_after_redis_came_back_empty(fragile):
    """The outbox of the widget: until a message is persisted it is sent again under the same name."""
    cluster = fragile(gateways=1, workers=1)
    visitor = Visitor(cluster.api())
    with visitor.cable() as cable:
        chat = visitor.chat(cable)
        first = chat.send_message("kept", "client-1")
    cluster.wait_persisted(1, [visitor.chat_id])
    cluster.redis().flushall()
    with visitor.cable() as cable:
        chat = visitor.chat(cable)
        assert chat.send_message("kept", "client-1")["id"] == first["id"], "the resend finds the same message"
        assert chat.send_message("new", "client-2")["seq"] == 2
    cluster.wait_persisted(2, [visitor.chat_id])
    assert [row["content"] for row in cluster.messages(visitor.chat_id)] == ["kept", "new"]


def test_a_gateway_asked_to_stop_says_goodbye_and_ends_in_time(fragile):
    cluster = fragile(gateways=1, workers=1)
    visitor = Visitor(cluster.api())
    # The worker is at work: one that is still starting is ended by the signal itself.
    visitor.say("Hello")
    cluster.wait_persisted(1, [visitor.chat_id])
    with visitor.cable() as cable:
        visitor.chat(cable)
        started = time.monotonic()
        cluster.gateways[0].ask_to_stop()
        frame = cable.expect(lambda frame: frame.get("type") == "disconnect")
        assert frame["reconnect"] is True
    assert cluster.gateways[0].stop(20) == 0
    assert cluster.workers[0].stop(30) == 0
    assert time.monotonic() - started < 45


def heard_seqs(cable: Cable) -> list[int]:
    return [frame["message"]["message"]["seq"] for frame in cable.heard(1) if content_of(frame) is not None]


def content_of(frame: dict) -> str | None:
    message = frame.get("message")
    if isinstance(message, dict) and message.get("type") == "new_message":
        return message["message"]["content"]
    return None
