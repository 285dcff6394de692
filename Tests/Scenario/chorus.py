"""Many chats at once, a visitor and an agent in each, who both speak and both write down what they hear."""

import asyncio
import itertools
from contextlib import asynccontextmanager

from cluster import Cluster
from ext import EXTENDED, PLAIN, Client, until
from people import Agent, Visitor


class Chorus:
    """`plain` of the chats are in the plain dialect, whose clients cannot come back without asking by REST."""

    def __init__(self, cluster: Cluster, chats: int, plain: int = 0, staff: int = 4):
        self.cluster = cluster
        urls = [cluster.url(number) for number in range(len(cluster.ports))]
        agents = [Agent(cluster.api(number % len(urls)), cluster.hire()) for number in range(min(staff, chats))]
        self.clients: list[Client] = []
        self.chats: dict[str, list[Client]] = {}
        for number in range(chats):
            visitor = Visitor(cluster.api(number % len(urls)))
            visitor.say("Hello?")
            first = number % len(urls)
            tokens = [("visitor", visitor.api.token), ("agent", agents[number % len(agents)].api.token)]
            self.chats[visitor.chat_id] = [
                Client(urls[first:] + urls[:first], token, visitor.chat_id, f"{side} {number}",
                       PLAIN if number < plain else EXTENDED) for side, token in tokens]
            self.clients += self.chats[visitor.chat_id]

    @asynccontextmanager
    async def singing(self, every: float):
        """Everybody is there, and says something every so many seconds, until the block ends and all is said."""
        lives = [asyncio.create_task(client.run()) for client in self.clients]
        try:
            await self.until(lambda: all(client.caught_up.is_set() for client in self.clients), 60, "all are there")
            speaking = asyncio.create_task(self._speak(every))
            try:
                yield self
            finally:
                speaking.cancel()
            await self.settle()
        finally:
            await asyncio.gather(*(client.stop() for client in self.clients), return_exceptions=True)
            for life in lives:
                life.cancel()
            await asyncio.gather(*lives, return_exceptions=True)

    async def _speak(self, every: float) -> None:
        for client in itertools.cycle(self.clients):
            client.say()
            await asyncio.sleep(every / len(self.clients))

    async def until(self, question, seconds: float = 30, what: str = "") -> None:
        await until(question, seconds, what, self.clients)

    @property
    def heard(self) -> int:
        return sum(len(client.seqs) for client in self.clients)

    async def more(self, messages: int) -> None:
        """Waits until so many more have been heard, so that what follows happens under load."""
        goal = self.heard + messages
        await self.until(lambda: self.heard >= goal, 60, f"{messages} more messages heard")

    async def settle(self, seconds: float = 90) -> None:
        """All is accepted, persisted, and heard by everybody who should."""
        await self.until(lambda: not any(client.waiting for client in self.clients), seconds, "all is accepted")
        for clients in self.chats.values():
            top = max(message["seq"] for client in clients for message in client.accepted.values())
            await self.until(
                lambda clients=clients, top=top: all(
                    client.position and client.position["offset"] >= top and client.persisted_up_to >= top
                    for client in clients),
                seconds, f"everybody has heard up to {top}, and that it is persisted")

    # What must hold

    def assert_heard_once_in_order(self) -> None:
        """By the sockets alone: each client enforces that nothing comes twice, early or not at all."""
        for client in self.clients:
            assert client.failure is None and client.resets == [], \
                f"{client.name}: {client.failure} {client.resets}"
            assert client.seqs == list(range(client.base_at_start + 1, client.position["offset"] + 1)), client.name

    def assert_kept(self) -> None:
        for chat_id, clients in self.chats.items():
            rows = self.cluster.messages(chat_id)
            assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1)), "seq has no holes"
            said = [row for row in rows if row["seq"] > 1]
            for client, side in zip(clients, ("user", "admin")):
                ours = [(str(row["client_id"]), row["content"]) for row in said if row["sender_type"] == side]
                assert ours == client.outbox, f"{client.name}: as it was said, each once"
                assert {client_id: message["id"] for client_id, message in client.accepted.items()} == \
                    {str(row["client_id"]): str(row["id"]) for row in said if row["sender_type"] == side}
            for client in clients:
                kept = {row["seq"]: str(row["id"]) for row in rows}
                assert all(kept[seq] == message["id"] for seq, message in client.messages.items()), client.name


__all__ = ["EXTENDED", "PLAIN", "Chorus"]
