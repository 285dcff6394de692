"""What goes wrong between Redis and a gateway is not seen by those who sit at the gateway."""

import asyncio
import shutil

import pytest

from chorus import Chorus


def run(cluster, chats: int, breaking, plain: int = 4, after: int = 150) -> Chorus:
    chorus = Chorus(cluster, chats, plain=plain)

    async def scenario() -> None:
        async with chorus.singing(every=0.8):
            await chorus.more(150)
            await breaking(chorus)
            await chorus.more(after)

    asyncio.run(scenario())
    return chorus


def test_when_pub_sub_is_cut_the_gateway_fills_the_hole_itself(fragile):
    cluster = fragile(gateways=2, workers=1)

    async def cut(chorus) -> None:
        for _ in range(3):
            assert cluster.redis().execute_command("CLIENT", "KILL", "TYPE", "pubsub") >= 2
            await chorus.more(100)

    chorus = run(cluster, 16, cut)
    chorus.assert_heard_once_in_order()
    chorus.assert_kept()
    assert [client.sockets for client in chorus.clients] == [1] * len(chorus.clients), "nobody noticed"


@pytest.mark.parametrize("seconds", [0.5, 4])
def test_when_redis_is_killed_and_comes_back_the_sockets_stay(fragile, seconds):
    cluster = fragile(gateways=2, workers=1)

    async def kill(_) -> None:
        cluster.kill_redis()
        await asyncio.sleep(seconds)
        await asyncio.to_thread(cluster.services, "start", "redis")

    chorus = run(cluster, 12, kill)
    chorus.assert_heard_once_in_order()
    chorus.assert_kept()
    assert [client.sockets for client in chorus.clients] == [1] * len(chorus.clients), "nobody was sent away"


def test_when_redis_comes_back_empty_clients_are_told_and_the_chat_is_whole(fragile):
    cluster = fragile(gateways=2, workers=1)

    async def empty(chorus) -> None:
        await asyncio.to_thread(cluster.services, "stop", "redis")
        for file in (cluster.folder / "servers" / "redis").glob("appendonlydir"):
            shutil.rmtree(file)
        await asyncio.to_thread(cluster.services, "start", "redis")
        await chorus.until(lambda: all(client.resets for client in chorus.clients), 60, "all are told")
        for client in chorus.clients:
            body = (await asyncio.to_thread(page, client)).body
            client.forget_unpersisted(body["persisted_up_to"])

    def page(client):
        from api import Api
        path = "/support_chat" if client.name.startswith("visitor") else f"/admin/chats/{client.chat_id}"
        answer = Api(cluster.url(0), client.token).get(path)
        assert answer.status == 200, answer
        return answer

    chorus = run(cluster, 8, empty, plain=2)
    for chat_id, clients in chorus.chats.items():
        rows = cluster.messages(chat_id)
        assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
        for client, side in zip(clients, ("user", "admin")):
            ours = [(str(row["client_id"]), row["content"]) for row in rows
                    if row["sender_type"] == side and row["seq"] > 1]
            assert ours == client.outbox, client.name
