"""Many clients on bad lines: each is cut off again and again, and has to get everything all the same.

    jitter.py URL --clients 200 --chats 10 --every 3 --away 0.5 --rate 2 --seconds 15

makes its own visitors of the demo shop at a running gateway (several URLs: several gateways) and prints how much was
delivered, and how long after dialling again a client had caught up. The published comparison is
`--clients 10000 --chats 100 --every 15 --away 2 --rate 2 --seconds 60`, with limits as generous as `cluster.GENEROUS`.
"""

import argparse
import asyncio
import json
import random
import sys
from dataclasses import asdict, dataclass, field

from api import Api
from ext import Client, until
from people import Visitor


@dataclass
class Plan:
    clients: int = 200
    chats: int = 10
    # Each client is cut off so often, and stays away so long; so many messages come in each chat.
    every: float = 3
    away: float = 0.5
    rate: float = 2
    seconds: float = 15


@dataclass
class Outcome:
    sent: int = 0
    expected: int = 0
    delivered: int = 0
    cuts: int = 0
    restored: int = 0
    resets: int = 0
    breaches: list[str] = field(default_factory=list)
    replay_ms: dict[str, float] = field(default_factory=dict)


async def run(urls: list[str], plan: Plan) -> Outcome:
    visitors = [Visitor(Api(urls[number % len(urls)])) for number in range(plan.chats)]
    speakers = [Client(urls, visitor.api.token, visitor.chat_id, f"speaker {number}")
                for number, visitor in enumerate(visitors)]
    listeners = [Client(urls[number % len(urls):] + urls[:number % len(urls)],
                        visitors[number % plan.chats].api.token, visitors[number % plan.chats].chat_id,
                        f"listener {number}") for number in range(plan.clients)]
    everybody = speakers + listeners
    lives = []
    for client in everybody:
        lives.append(asyncio.create_task(client.run()))
        if len(lives) % 50 == 0:
            await asyncio.sleep(0.05)
    patience = 30 + plan.clients / 100
    await until(lambda: all(client.caught_up.is_set() for client in everybody), patience, "all are there", everybody)

    outcome = Outcome()
    cutting = [asyncio.create_task(cut(client, plan, outcome)) for client in listeners]
    speaking = [asyncio.create_task(speak(client, plan)) for client in speakers]
    await asyncio.gather(*speaking)
    for task in cutting:
        task.cancel()
    await until(lambda: not any(client.waiting for client in speakers), patience, "all is accepted", speakers)
    tops = {client.chat_id: max(message["seq"] for message in client.accepted.values()) for client in speakers}
    try:
        await until(lambda: all(client.position and client.position["offset"] >= tops[client.chat_id]
                                for client in listeners if not client.failure), patience, "all have caught up")
    except AssertionError as late:
        outcome.breaches.append(str(late))
    for client in everybody:
        await client.stop()
    for life in lives:
        life.cancel()
    await asyncio.gather(*lives, return_exceptions=True)

    outcome.sent = sum(len(client.outbox) for client in speakers)
    for client in listeners:
        wanted = range(client.base_at_start + 1, tops[client.chat_id] + 1)
        outcome.expected += len(wanted)
        outcome.delivered += len(set(wanted) & set(client.seqs))
        outcome.restored += client.restored
        outcome.resets += len(client.resets)
        if client.failure:
            outcome.breaches.append(str(client.failure))
        if client.seqs != sorted(set(client.seqs)):
            outcome.breaches.append(f"{client.name}: not in order, or twice")
    replays = sorted(replay for client in listeners for replay in client.replays)
    if replays:
        outcome.replay_ms = {f"p{share}": round(replays[min(len(replays) - 1, len(replays) * share // 100)] * 1000, 1)
                             for share in (50, 95, 99)} | {"max": round(replays[-1] * 1000, 1)}
    return outcome


async def cut(client: Client, plan: Plan, outcome: Outcome) -> None:
    await asyncio.sleep(random.uniform(0, plan.every))
    while True:
        client.cut(plan.away)
        outcome.cuts += 1
        await asyncio.sleep(plan.every)


async def speak(client: Client, plan: Plan) -> None:
    await asyncio.sleep(random.uniform(0, 1 / plan.rate))
    for _ in range(int(plan.seconds * plan.rate)):
        client.say()
        await asyncio.sleep(1 / plan.rate)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("urls", nargs="+", metavar="URL")
    for name, value in asdict(Plan()).items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    given = vars(parser.parse_args())
    outcome = asyncio.run(run(given.pop("urls"), Plan(**given)))
    share = 100 * outcome.delivered / max(1, outcome.expected)
    print(json.dumps(asdict(outcome) | {"breaches": outcome.breaches[:5], "delivered_percent": round(share, 4)}, indent=1))
    return 0 if share == 100 and not outcome.breaches and not outcome.resets else 1


if __name__ == "__main__":
    sys.exit(main())
