"""Who does not read is sent away before it costs the gateway its memory, and gets everything when it comes back."""

import json
import socket
import time
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from ext import EXTENDED
from people import Visitor

LONG = "x" * 30_000


def identifier(visitor) -> str:
    return json.dumps({"channel": "ChatChannel", "chat_id": visitor.chat_id})


def test_a_reader_that_stops_is_cut_off_and_catches_up(fragile):
    cluster = fragile(gateways=1, workers=1, GATEWAY_MAX_OUTBOUND_BYTES="262144")
    visitor = Visitor(cluster.api())
    visitor.say("first")
    position = visitor.api.get("/support_chat").body["position"]
    count = 400
    with narrow(visitor) as slow:
        slow.send(json.dumps({"command": "subscribe", "identifier": identifier(visitor)}))
        while json.loads(slow.recv(10)).get("type") != "confirm_subscription":
            pass
        for number in range(count):
            visitor.say(f"{number} {LONG}")
        # Only now does it read again: what had been sent, then the end of the connection.
        reasons = []
        try:
            while True:
                frame = json.loads(slow.recv(30))
                if frame.get("type") == "disconnect":
                    reasons.append((frame["reason"], frame["reconnect"]))
                elif is_message(frame):
                    assert frame["offset"] == position["offset"] + 1
                    position = {"epoch": frame["epoch"], "offset": frame["offset"]}
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else None
    assert position["offset"] < count + 1, "it was not kept for ever what it did not read"
    assert code in (1013, 1000, None) and all(reconnect for _, reconnect in reasons)
    assert cluster.gateways[0].alive

    seen, sockets = position["offset"], 0
    end = time.monotonic() + 60
    while seen < count + 1:
        assert time.monotonic() < end, f"at {seen} of {count + 1} after {sockets} sockets"
        sockets += 1
        with quick(visitor) as cable:
            cable.send(json.dumps({"command": "subscribe", "identifier": identifier(visitor), "history": {
                "streams": {f"chat:{visitor.chat_id}": {"epoch": position["epoch"], "offset": seen}}}}))
            try:
                while seen < count + 1:
                    frame = json.loads(cable.recv(10))
                    assert frame.get("type") != "reject_history"
                    if is_message(frame):
                        assert frame["offset"] == seen + 1
                        seen += 1
            except (ConnectionClosed, TimeoutError):
                pass
    assert sockets <= 3, "a reader that reads is not taken for a slow one"


def is_message(frame: dict) -> bool:
    return "identifier" in frame and (frame.get("message") or {}).get("type") == "new_message"


def narrow(visitor):
    """A socket whose kernel takes little, so that what is not read soon waits in the gateway."""
    address = urlsplit(visitor.api.base)
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
    raw.connect((address.hostname, address.port))
    return quick(visitor, sock=raw, max_queue=1)


def quick(visitor, **options):
    return connect(
        visitor.api.base.replace("http", "ws", 1) + f"/cable?token={visitor.api.token}", subprotocols=[EXTENDED],
        compression=None, proxy=None, ping_interval=None, max_size=2**22, close_timeout=1, **options)
