"""A gateway that is asked to stop: it says so, sends its clients elsewhere, finishes what has begun, and ends."""

import json
import socket
import statistics
import threading
import time
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus

from people import Visitor
from process import eventually


def ask(cluster, path: str):
    try:
        return cluster.api().get(path)
    except OSError:
        return None


def raw(cluster) -> socket.socket:
    address = urlsplit(cluster.url())
    return socket.create_connection((address.hostname, address.port), timeout=20)


def test_it_is_not_ready_at_once_and_sends_its_clients_away_one_by_one(fragile):
    cluster = fragile(gateways=1, workers=1, GATEWAY_DRAIN_MS="3000")
    visitor = Visitor(cluster.api())
    cables = [visitor.cable() for _ in range(40)]
    for cable in cables:
        visitor.chat(cable)
    ended: list[float] = []
    started = time.monotonic()

    def leave(cable) -> None:
        frame = cable.expect(lambda frame: frame.get("type") == "disconnect")
        assert (frame["reason"], frame["reconnect"]) == ("server_restart", True)
        ended.append(time.monotonic() - started)
        cable.close()

    leaving = [threading.Thread(target=leave, args=[cable]) for cable in cables]
    for thread in leaving:
        thread.start()
    cluster.gateways[0].ask_to_stop()
    health = eventually(lambda: (answer := ask(cluster, "/health/ready")) and answer.status == 503 and answer,
                        2, what="not ready")
    assert health.body["status"] == "stopping"
    assert ask(cluster, "/health/live").status == 200
    assert visitor.say("requests are still answered")["seq"] == 1
    with pytest.raises(InvalidStatus) as refused:
        visitor.cable()
    assert refused.value.response.status_code == 503 and b"stopping" in refused.value.response.body
    for thread in leaving:
        thread.join(20)
    assert len(ended) == 40
    assert max(ended) - min(ended) > 1 and statistics.pstdev(ended) > 0.3, "not all at once"
    assert cluster.gateways[0].stop(15) == 0


def test_what_was_begun_is_finished_and_acknowledged(fragile):
    cluster = fragile(gateways=1, workers=1, GATEWAY_DRAIN_MS="200")
    visitor = Visitor(cluster.api())
    visitor.say("before")
    body = json.dumps({"content": "by a slow line", "client_id": "slow-1"}).encode()
    with visitor.cable() as cable, raw(cluster) as slow:
        chat = visitor.chat(cable)
        slow.sendall(f"POST /support_chat/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {visitor.api.token}\r\n"
                     f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body[:5])
        cluster.redis().execute_command("CLIENT", "PAUSE", 1500, "ALL")
        for number in range(5):
            chat.perform("send_message", content=f"in flight {number}", client_id=f"c{number}")
        time.sleep(0.2)  # they are there, and wait for Redis
        cluster.gateways[0].ask_to_stop()
        frames = []
        while not frames or frames[-1].get("type") != "disconnect":
            frames.append(cable.expect(lambda frame: True))
        acknowledged = [frame["message"]["client_id"] for frame in frames
                        if (frame.get("message") or {}).get("type") == "message_ack"]
        assert acknowledged == [f"c{number}" for number in range(5)], "before the good-bye"
        slow.sendall(body[5:])
        assert b" 201 " in slow.recv(4096).splitlines()[0]
    assert cluster.gateways[0].stop(15) == 0
    cluster.wait_persisted(7, [visitor.chat_id])


def test_clients_that_do_not_care_hold_up_nobody(fragile):
    cluster = fragile(gateways=1, workers=1, GATEWAY_DRAIN_MS="200")
    visitor = Visitor(cluster.api())
    ticket = visitor.api.post("/cable/tickets").body["ticket"]
    with raw(cluster) as deaf, raw(cluster) as endless, raw(cluster) as idle:
        deaf.sendall(f"GET /cable?ticket={ticket} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode())
        assert b"101" in deaf.recv(4096)
        endless.sendall(f"POST /support_chat/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {visitor.api.token}\r\n"
                        "Content-Length: 100\r\n\r\n".encode())
        idle.sendall(b"GET /hea")
        time.sleep(0.2)  # all three are there
        started = time.monotonic()
        assert cluster.gateways[0].stop(40) == 0
        assert time.monotonic() - started < 20
