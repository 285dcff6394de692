"""A foreign client of `actioncable-v1-ext-json`, written from AnyCable's protocol and nothing of this product's own.

It does what anycable-client does: remembers a position per stream, comes back with `?sid=` and asks for the history
of what was restored, else subscribes again with its positions; forgets its session when it is told `disconnect`. And
it is strict where the protocol promises something: every breach ends the scenario.
"""

import asyncio
import itertools
import json
import random
import time
import uuid

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

EXTENDED, PLAIN = "actioncable-v1-ext-json", "actioncable-v1-json"


class Breach(AssertionError):
    """The server did what the protocol says it does not do."""


class Client:
    """One person in one chat, through any number of sockets, with an outbox that it does not let go of too early."""

    def __init__(self, urls: list[str], token: str, chat_id: str, name: str = "", protocol: str = EXTENDED,
                 ticketless: bool = True):
        self.urls = itertools.cycle(url.replace("http", "ws", 1) + "/cable" for url in urls)
        self.token, self.chat_id, self.name, self.protocol = token, chat_id, name, protocol
        self.identifier = json.dumps({"channel": "ChatChannel", "chat_id": chat_id}, separators=(",", ":"))
        self.stream = f"chat:{chat_id}"
        self.sid: str | None = None
        self.position: dict | None = None
        # Where it began to listen, and where it did so at the first time.
        self.base: int | None = None
        self.base_at_start = 0
        self.seqs: list[int] = []
        self.messages: dict[int, dict] = {}
        self.outbox: list[tuple[str, str]] = []
        self.accepted: dict[str, dict] = {}
        self.persisted_up_to = 0
        self.replays: list[float] = []
        self.events: list[str] = []
        self.sockets = self.confirms = self.restored = 0
        self.resets: list[str] = []
        self.caught_up = asyncio.Event()
        self.acknowledged = asyncio.Event()
        self.stopped = False
        self.offline_until = 0.0
        self.socket = None
        self.failure: BaseException | None = None

    # The life of it

    async def run(self) -> None:
        attempt = 0
        try:
            while not self.stopped:
                await asyncio.sleep(max(0.0, self.offline_until - time.monotonic()))
                if await self._one_socket():
                    attempt = 0
                attempt += 1
                await asyncio.sleep(random.uniform(0.3, 1) * min(2, 0.05 * 2 ** attempt))
        except Exception as failure:  # told by whoever waits for it, or looks
            self.failure = failure

    async def _one_socket(self) -> bool:
        """Returns whether it came as far as the confirmation."""
        began, confirms = time.monotonic(), self.confirms
        query = f"?token={self.token}" + (f"&sid={self.sid}" if self.sid else "")
        try:
            async with connect(next(self.urls) + query, subprotocols=[self.protocol], open_timeout=10,
                               close_timeout=1, compression=None, proxy=None, ping_interval=None,
                               max_size=2**22) as socket:
                if socket.subprotocol != self.protocol:
                    raise Breach(f"asked for {self.protocol}, got {socket.subprotocol}")
                self.socket, self.sockets = socket, self.sockets + 1
                writer = asyncio.create_task(self._write(socket))
                try:
                    await self._read(socket, began)
                finally:
                    self.socket = None
                    self.caught_up.clear()
                    writer.cancel()
        except (OSError, WebSocketException, TimeoutError) as gone:
            self.events.append(f"{type(gone).__name__}: {gone}"[:100])
        return self.confirms > confirms

    def cut(self, away: float = 0) -> None:
        """As when the network goes: no goodbye, and nothing for so long."""
        self.offline_until = time.monotonic() + away
        if self.socket:
            self.socket.transport.abort()

    async def stop(self) -> None:
        self.stopped = True
        if self.socket:
            await self.socket.close()

    # Hearing

    async def _read(self, socket, began: float) -> None:
        session = Session(self, socket, began)
        async for text in socket:
            await session.hear(json.loads(text))

    # Speaking

    def say(self, content: str | None = None) -> None:
        number = len(self.outbox) + 1
        self.outbox.append((str(uuid.uuid4()), content or f"{self.name} {number}"))
        self.acknowledged.set()

    @property
    def waiting(self) -> list[tuple[str, str]]:
        return [entry for entry in self.outbox if entry[0] not in self.accepted]

    async def _write(self, socket) -> None:
        """The oldest first, each after the answer to the one before, again until there is one."""
        while True:
            await self.caught_up.wait()
            self.acknowledged.clear()
            if waiting := self.waiting:
                client_id, content = waiting[0]
                try:
                    await socket.send(json.dumps({
                        "command": "message", "identifier": self.identifier,
                        "data": json.dumps({"action": "send_message", "content": content, "client_id": client_id})}))
                except WebSocketException:
                    return
            try:
                await asyncio.wait_for(self.acknowledged.wait(), 3)
            except TimeoutError:
                pass

    def forget_unpersisted(self, persisted_up_to: int) -> None:
        """Redis lost something: what PostgreSQL does not have is said again."""
        self.persisted_up_to = persisted_up_to
        self.accepted = {client_id: message for client_id, message in self.accepted.items()
                         if message["seq"] <= persisted_up_to}
        self.acknowledged.set()


class Session:
    """What one socket says, held against the protocol."""

    def __init__(self, client: Client, socket, began: float):
        self.client, self.socket, self.began = client, socket, began
        self.is_extended = client.protocol == EXTENDED
        self.is_welcome = self.is_restored = self.is_confirmed = self.is_in_history = False
        self.has_history = self.is_lost = False

    async def hear(self, frame: dict) -> None:
        client = self.client
        if self.is_lost:
            return  # it is closing this socket
        match frame.get("type"):
            case "ping" | "pong":
                return
            case "welcome":
                await self._welcome(frame)
            case "disconnect":
                client.events.append(f"disconnect {frame.get('reason')} {frame.get('reconnect')}")
                client.sid = None
                if not frame.get("reconnect"):
                    raise Breach(f"sent away for good: {frame}")
            case "confirm_subscription":
                if self.is_confirmed or self.is_restored:
                    raise Breach("an unexpected confirmation; anycable-client would unsubscribe")
                self.is_confirmed = True
                client.confirms += 1
            case "reject_subscription":
                client.events.append("rejected")
                await self.socket.close()
            case "confirm_history":
                if not self.is_in_history:
                    raise Breach("confirm_history although nobody asked, or twice")
                self.is_in_history = False
                client.replays.append(time.monotonic() - self.began)
                self._caught_up()
            case "reject_history":
                if not self.is_in_history and not client.resets:
                    raise Breach("reject_history although nobody asked")
                self.is_in_history = False
                self._lost("reject_history")
            case None if "message" in frame:
                self._message(frame)
            case "error":
                client.events.append(f"error {frame.get('code')}")
            case other:
                raise Breach(f"a frame of an unknown type {other}: {frame}")

    async def _welcome(self, frame: dict) -> None:
        client = self.client
        if self.is_welcome:
            raise Breach("welcomed twice")
        self.is_welcome = True
        if self.is_extended:
            if not frame.get("sid") or frame["sid"] == client.sid:
                raise Breach(f"each session has an id of its own: {frame}")
            self.is_restored = bool(frame.get("restored")) and client.identifier in frame["restored_ids"]
            client.sid = frame["sid"]
        history = {"since": int(time.time()), "streams": {client.stream: client.position} if client.position else {}}
        if self.is_restored:
            client.restored += 1
            client.confirms += 1
            command = {"command": "history", "identifier": client.identifier, "history": history}
            self.is_in_history = True
        else:
            command = {"command": "subscribe", "identifier": client.identifier}
            if self.is_extended and client.position:
                command["history"] = history
                self.is_in_history = True
        self.has_history = self.is_in_history
        await self.socket.send(json.dumps(command))

    def _message(self, frame: dict) -> None:
        client, message = self.client, frame["message"]
        if frame.get("identifier") != client.identifier:
            raise Breach(f"not ours: {frame}")
        if not (self.is_confirmed or self.is_restored):
            raise Breach(f"before the confirmation: {frame}")
        match message["type"]:
            case "new_message":
                self._new(frame, message["message"])
            case "message_ack":
                client.accepted[message["client_id"]] = message["message"]
                client.acknowledged.set()
            case "persisted":
                client.persisted_up_to = max(client.persisted_up_to, message["up_to_seq"])
            case "error":
                client.events.append(f"error {message['code']}")
                asyncio.get_running_loop().call_later(
                    message.get("retry_after") or 0.3, client.acknowledged.set)
            case "chat_state":
                self._state(message)
            case "reset":
                self._lost("reset")

    def _state(self, message: dict) -> None:
        client, position = self.client, message["position"]
        client.persisted_up_to = max(client.persisted_up_to, message["persisted_up_to"])
        if client.base is None:
            client.base, client.position = position["offset"], position
            if not client.resets:
                client.base_at_start = client.base
        elif not self.is_extended and client.position != position:
            # The plain dialect has no history: what is missing is asked for by REST.
            client.position = position
        if not self.has_history:
            self._caught_up()

    def _new(self, frame: dict, message: dict) -> None:
        client, seq = self.client, message["seq"]
        last = client.position["offset"]
        if seq != last + 1:
            raise Breach(f"{client.name}: {seq} after {last}; history asked: {self.has_history}, "
                         f"in it: {self.is_in_history}, sockets: {client.sockets}, {client.events[-5:]}")
        if self.is_extended:
            if (frame.get("stream_id"), frame.get("offset")) != (client.stream, seq) or not frame.get("epoch"):
                raise Breach(f"not at its position: {frame}")
            client.position = {"epoch": frame["epoch"], "offset": seq}
        else:
            if {"stream_id", "epoch", "offset"} & set(frame):
                raise Breach(f"the plain dialect knows no positions: {frame}")
            client.position = client.position | {"offset": seq}
        client.seqs.append(seq)
        client.messages[seq] = message

    def _lost(self, how: str) -> None:
        """Load anew: the scenario does it by REST, and looks at what it got there."""
        client = self.client
        self.is_lost = True
        client.resets.append(how)
        client.position = client.base = None
        client.sid = None
        asyncio.get_running_loop().create_task(self.socket.close())

    def _caught_up(self) -> None:
        self.client.caught_up.set()


async def until(question, seconds: float = 30, what: str = "", clients: list[Client] = ()) -> None:
    """Waits until the answer is true; the first breach of any client ends it at once."""
    end = time.monotonic() + seconds
    while not question():
        for client in clients:
            if client.failure:
                raise client.failure
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}; "
                                 + "; ".join(f"{c.name}: {len(c.waiting)} waiting, at {c.position}, {c.events[-3:]}"
                                             for c in clients if c.waiting or not c.caught_up.is_set()))
        await asyncio.sleep(0.02)
