"""A small ActionCable client over `websockets`: what the protocol says, nothing of this product's own."""

import json
import time
from contextlib import ExitStack

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect


class Rejected(Exception):
    """The server refused the subscription."""


class Cable:
    def __init__(self, base: str, *, ticket: str | None = None, token: str | None = None,
                 query: str = "", protocol: str = "actioncable-v1-json", timeout: float = 10):
        query = f"?ticket={ticket}" if ticket else f"?token={token}" if token else f"?{query}"
        self.opened = ExitStack()
        self.socket = self.opened.enter_context(connect(
            base.replace("http", "ws", 1) + "/cable" + query, subprotocols=[protocol], open_timeout=timeout,
            close_timeout=2, max_size=2**22, compression=None, proxy=None, ping_interval=None, origin=base))
        self.waiting: list[dict] = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self) -> None:
        self.opened.close()

    # Speaking

    def subscribe(self, channel: str, timeout: float = 10, **parameters) -> "Subscription":
        identifier = json.dumps({"channel": channel, **parameters}, separators=(",", ":"))
        self.send({"command": "subscribe", "identifier": identifier})
        answer = self.expect(
            lambda frame: frame.get("identifier") == identifier
            and frame.get("type") in ("confirm_subscription", "reject_subscription"), timeout)
        if answer["type"] == "reject_subscription":
            raise Rejected(identifier)
        return Subscription(self, identifier)

    def send(self, frame: object) -> None:
        self.send_text(json.dumps(frame))

    def send_text(self, text: str) -> None:
        self.socket.send(text)

    # Hearing

    def expect(self, wanted, timeout: float = 10) -> dict:
        """The first frame that `wanted` likes, from those that came already or that come in time."""
        for index, frame in enumerate(self.waiting):
            if wanted(frame):
                return self.waiting.pop(index)
        end = time.monotonic() + timeout
        while True:
            frame = self._receive(end - time.monotonic())
            if frame is None:
                raise TimeoutError(f"not within {timeout} s; had: {self.waiting[-5:]}")
            if wanted(frame):
                return frame
            self.waiting.append(frame)

    def heard(self, seconds: float) -> list[dict]:
        """Everything that came and has not been asked for, listening for so long."""
        end = time.monotonic() + seconds
        while (frame := self._receive(end - time.monotonic())) is not None:
            self.waiting.append(frame)
        frames, self.waiting = self.waiting, []
        return frames

    def _receive(self, seconds: float) -> dict | None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                frame = json.loads(self.socket.recv(left))
            except TimeoutError:
                return None
            if frame.get("type") != "ping":
                return frame
        return None


class Subscription:
    def __init__(self, cable: Cable, identifier: str):
        self.cable = cable
        self.identifier = identifier

    def perform(self, action: str, **data) -> None:
        self.cable.send({"command": "message", "identifier": self.identifier,
                         "data": json.dumps({"action": action, **data})})

    def expect(self, kind: str, timeout: float = 10, **members) -> dict:
        """The first message of this kind whose members are as said."""
        def wanted(frame: dict) -> bool:
            message = frame.get("message")
            return (frame.get("identifier") == self.identifier and isinstance(message, dict)
                    and message.get("type") == kind
                    and all(message.get(name) == value for name, value in members.items()))
        return self.cable.expect(wanted, timeout)["message"]

    def send_message(self, content: str, client_id: str, timeout: float = 10) -> dict:
        self.perform("send_message", content=content, client_id=client_id)
        return self.expect("message_ack", timeout, client_id=client_id)["message"]


__all__ = ["Cable", "ConnectionClosed", "Rejected", "Subscription"]
