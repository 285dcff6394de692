"""All gateways are replaced one after the other while people talk, and nobody misses or sees twice a word."""

import asyncio

from chorus import Chorus


async def replaced(cluster, number: int, by_force: bool = False) -> int | None:
    gateway = cluster.gateways[number]
    if by_force:
        gateway.kill()
        status = None
    else:
        status = await asyncio.to_thread(gateway.stop, 30)
    gateway.start()
    await asyncio.to_thread(cluster.wait_ready, number)
    return status


def test_a_rolling_restart_loses_and_doubles_nothing(fragile):
    cluster = fragile(gateways=2, workers=1)
    chorus = Chorus(cluster, chats=40)

    async def scenario() -> None:
        async with chorus.singing(every=1):
            await chorus.more(200)
            for number in range(2):
                assert await replaced(cluster, number) == 0
                await chorus.more(200)

    asyncio.run(scenario())
    chorus.assert_heard_once_in_order()
    chorus.assert_kept()
    assert min(client.sockets for client in chorus.clients) >= 2, "each gateway was everybody's once"
    said_goodbye = [client for client in chorus.clients if "disconnect server_restart True" in client.events]
    assert len(said_goodbye) == len(chorus.clients), "nobody was just dropped"


def test_a_gateway_killed_without_a_word_costs_nothing_either(fragile):
    cluster = fragile(gateways=2, workers=1)
    chorus = Chorus(cluster, chats=40)

    async def scenario() -> None:
        async with chorus.singing(every=1):
            await chorus.more(200)
            await replaced(cluster, 0, by_force=True)
            await chorus.more(200)

    asyncio.run(scenario())
    chorus.assert_heard_once_in_order()
    chorus.assert_kept()
    assert sum(client.restored for client in chorus.clients) >= 20, "by their session, at the other gateway"
