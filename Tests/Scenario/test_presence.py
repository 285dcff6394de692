"""Who is there: told once when they come and once when they are gone, whoever is killed."""

import time

from people import Agent, Visitor
from process import eventually


def staff_channel(agent: Agent, gateway: str | None = None):
    channel = agent.cable(gateway).subscribe("AdminNotificationChannel")
    channel.expect("presence")
    return channel


def told(frames: list[dict], kind: str, **members) -> list[bool]:
    """What was said of somebody's being there, in order."""
    messages = [frame["message"] for frame in frames if isinstance(frame.get("message"), dict)]
    return [message["online"] for message in messages if message.get("type") == kind and "online" in message
            and all(message.get(name) == value for name, value in members.items())]


def test_people_of_a_killed_gateway_are_gone_within_ten_seconds_and_told_so_once(fragile):
    cluster = fragile(gateways=3, workers=1)
    doomed, safe = cluster.url(0), cluster.url(1)
    visitor, agent = Visitor(cluster.api(0)), Agent(cluster.api(1))
    visitor.say("hello")
    colleague = Agent(cluster.api(0), cluster.hire())
    watcher = staff_channel(agent, safe)
    # A second listener on a third gateway, which clears away as well: still each is told once.
    second = staff_channel(agent, cluster.url(2))

    visitor.chat(visitor.cable(doomed))
    watcher.expect("presence", chat_id=visitor.chat_id, online=True)
    colleague.cable(doomed).subscribe("ChatChannel", chat_id=visitor.chat_id)
    viewing = watcher.expect("viewing", chat_id=visitor.chat_id)
    assert [each["name"] for each in viewing["agents"]] == ["Eve"]
    arrived = watcher.expect("agent_presence", online=True, agent=viewing["agents"][0])

    cluster.gateways[0].kill()
    killed = time.monotonic()
    watcher.expect("presence", timeout=10, chat_id=visitor.chat_id, online=False)
    watcher.expect("agent_presence", timeout=10, agent=arrived["agent"], online=False)
    watcher.expect("viewing", timeout=10, chat_id=visitor.chat_id, agents=[])
    assert time.monotonic() - killed < 10

    # Through another lease and more: nobody is told gone again, and who lives is not taken for dead.
    later = watcher.cable.heard(9)
    assert told(later, "presence") == [] and told(later, "agent_presence", agent=arrived["agent"]) == []
    assert told(second.cable.heard(0.5), "presence", chat_id=visitor.chat_id) == [True, False]


def test_a_contact_whose_gateway_dies_and_who_is_back_on_another_never_left(fragile):
    cluster = fragile(gateways=2, workers=1)
    visitor, agent = Visitor(cluster.api(0)), Agent(cluster.api(1))
    visitor.say("hello")
    watcher = staff_channel(agent)
    visitor.chat(visitor.cable())
    watcher.expect("presence", chat_id=visitor.chat_id, online=True)

    cluster.gateways[0].kill()
    visitor.chat(visitor.cable(cluster.url(1)))
    assert told(watcher.cable.heard(10), "presence", chat_id=visitor.chat_id) == []


def test_a_page_that_is_loaded_anew_is_told_to_nobody(cluster, agent):
    visitor = Visitor(cluster.api(0))
    visitor.say("hello")
    watcher = staff_channel(agent)
    with visitor.cable() as page:
        visitor.chat(page)
        watcher.expect("presence", chat_id=visitor.chat_id, online=True)
    with visitor.cable(cluster.url(1)) as page:
        visitor.chat(page)
        assert told(watcher.cable.heard(6), "presence", chat_id=visitor.chat_id) == []
    gone = watcher.expect("presence", timeout=10, chat_id=visitor.chat_id, online=False)
    assert "by" not in gone


def test_a_gateway_that_stops_in_order_says_so_at_once(fragile):
    cluster = fragile(gateways=2, workers=1, GATEWAY_DRAIN_MS="100")
    visitor, agent = Visitor(cluster.api(0)), Agent(cluster.api(1))
    visitor.say("hello")
    watcher = staff_channel(agent)
    visitor.chat(visitor.cable())
    watcher.expect("presence", chat_id=visitor.chat_id, online=True)
    assert cluster.gateways[0].stop() == 0
    # Only the linger, and no lease, stands between its end and the news.
    watcher.expect("presence", timeout=6, chat_id=visitor.chat_id, online=False)


def test_presence_comes_back_by_itself_when_redis_was_emptied(fragile):
    cluster = fragile(gateways=2, workers=1)
    visitor, agent = Visitor(cluster.api(0)), Agent(cluster.api(1))
    visitor.say("hello")
    watcher = staff_channel(agent)
    visitor.chat(visitor.cable())
    watcher.expect("presence", chat_id=visitor.chat_id, online=True)
    eventually(lambda: len(cluster.messages(visitor.chat_id)) == 1)
    cluster.redis().flushall()

    def is_there() -> bool:
        channel = agent.cable().subscribe("AdminNotificationChannel")
        state = channel.expect("presence")
        channel.cable.close()
        return visitor.chat_id in state.get("chats", []) and len(state["agents"]) == 1
    eventually(is_there, 15, every=0.5, what="the visitor and the agent are there again")
