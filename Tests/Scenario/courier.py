"""A visitor who does not give up, as the widget does not.

Sends its messages one after the other over a socket, each again and again under the same `client_id`
until it is acknowledged; when the socket ends it goes to the next gateway. So whatever is killed, the
order in which it spoke is the only order that is right.
"""

import threading
import time
import uuid

from cable import ConnectionClosed, Rejected
from people import Visitor
from websockets.exceptions import WebSocketException


class Courier(threading.Thread):
    def __init__(self, visitor: Visitor, gateways: list[str], count: int, deadline: float = 120):
        super().__init__(daemon=True)
        self.visitor = visitor
        self.gateways = gateways
        self.end = time.monotonic() + deadline
        self.outbox = [(str(uuid.uuid4()), f"message {number}") for number in range(count)]
        self.accepted: dict[str, dict] = {}
        self.refusals: list[dict] = []
        self.seen: list[int] = []
        self.sockets = 0
        self.persisted_up_to = 0
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            while len(self.accepted) < len(self.outbox):
                assert time.monotonic() < self.end, f"only {len(self.accepted)} of {len(self.outbox)} accepted"
                self._one_socket()
        except BaseException as failure:  # told to the test by `finish`
            self.failure = failure

    def finish(self) -> None:
        self.join(max(1, self.end - time.monotonic()) + 10)
        if self.failure:
            raise self.failure
        assert not self.is_alive(), "the courier hangs"

    def _one_socket(self) -> None:
        gateway = self.gateways[self.sockets % len(self.gateways)]
        self.sockets += 1
        try:
            with self.visitor.cable(gateway, timeout=3) as cable:
                chat = self.visitor.chat(cable)
                for client_id, content in self.outbox[len(self.accepted):]:
                    self._deliver(cable, chat, client_id, content)
        except (OSError, WebSocketException, ConnectionClosed, Rejected):
            time.sleep(0.1)

    def _deliver(self, cable, chat, client_id: str, content: str) -> None:
        while client_id not in self.accepted:
            if time.monotonic() > self.end:
                raise TimeoutError("the courier's time is up")
            chat.perform("send_message", content=content, client_id=client_id)
            pause = self._hear(cable, client_id, time.monotonic() + 3)
            time.sleep(min(pause, 2))

    def _hear(self, cable, client_id: str, until: float) -> float:
        """Listens until this message is acknowledged or refused; returns how long to wait before a resend."""
        while (left := until - time.monotonic()) > 0:
            try:
                message = cable.expect(lambda frame: isinstance(frame.get("message"), dict), left)["message"]
            except TimeoutError:
                return 0
            match message.get("type"):
                case "new_message":
                    self.seen.append(message["message"]["seq"])
                case "persisted":
                    self.persisted_up_to = max(self.persisted_up_to, message["up_to_seq"])
                case "message_ack" if message["client_id"] == client_id:
                    self.accepted[client_id] = message["message"]
                    return 0
                case "error" if message.get("client_id") == client_id:
                    self.refusals.append(message)
                    return float(message.get("retry_after") or 0.2)
        return 0


def together(couriers: list[Courier]) -> int:
    """How many messages all of them have accepted so far."""
    return sum(len(courier.accepted) for courier in couriers)
