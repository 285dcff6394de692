"""A stock ActionCable client speaks with us: @rails/actioncable's own file, as Debian ships it."""

from pathlib import Path

import pytest

ACTION_CABLE = Path("/usr/share/nodejs/@rails/actioncable/app/assets/javascripts/action_cable.js")

SUBSCRIBE = """
([url, chatId]) => new Promise((resolve, reject) => {
    window.heard = [];
    window.consumer = ActionCable.createConsumer(url);
    window.chat = consumer.subscriptions.create({ channel: "ChatChannel", chat_id: chatId }, {
        connected: () => resolve("connected"),
        rejected: () => reject(new Error("rejected")),
        received: (data) => heard.push(data),
    });
    setTimeout(() => reject(new Error("neither connected nor rejected")), 10000);
})
"""


@pytest.fixture
def page(browser, cluster):
    """A page of the gateway's own origin with nothing on it but the file."""
    assert ACTION_CABLE.exists(), f"{ACTION_CABLE} is missing: apt-get install ruby-actioncable"
    page = browser.new_page(bypass_csp=True)
    page.goto(cluster.url(0) + "/health/live")
    page.set_content("<p>A foreign client</p>")
    page.add_script_tag(path=ACTION_CABLE)
    yield page
    page.close()


def cable_url(person) -> str:
    ticket = person.api.post("/cable/tickets").body["ticket"]
    return f"{person.api.base.replace('http', 'ws', 1)}/cable?ticket={ticket}"


def heard(page, kind: str) -> dict:
    page.wait_for_function("kind => heard.some((data) => data.type === kind)", arg=kind, timeout=10_000)
    return page.evaluate("kind => heard.find((data) => data.type === kind)", kind)


def test_it_subscribes_performs_and_receives(page, cluster, visitor):
    assert page.evaluate(SUBSCRIBE, [cable_url(visitor), visitor.chat_id]) == "connected"
    page.evaluate("chat.perform('send_message', { content: 'from ActionCable', client_id: 'cable-1' })")
    received = heard(page, "new_message")["message"]
    assert received["content"] == "from ActionCable"
    assert received["sender_type"] == "user" and received["seq"] == 1 and received["client_id"] == "cable-1"
    assert heard(page, "message_ack")["message"]["id"] == received["id"]


def test_it_hears_what_the_other_side_says_on_another_gateway(page, cluster, visitor, agent):
    visitor.say("Hello?")
    page.evaluate(SUBSCRIBE, [cable_url(visitor), visitor.chat_id])
    agent.say(visitor.chat_id, "Good morning")
    received = heard(page, "new_message")["message"]
    assert (received["content"], received["sender_type"]) == ("Good morning", "admin")


def test_its_connection_monitor_stays_content(page, visitor):
    """The client pings nothing itself; it reconnects when six seconds pass without a ping from us."""
    page.evaluate(SUBSCRIBE, [cable_url(visitor), visitor.chat_id])
    page.wait_for_timeout(8_000)
    assert page.evaluate("consumer.connection.monitor.reconnectAttempts") == 0
    assert page.evaluate("consumer.connection.isOpen()")


def test_a_foreign_chat_is_rejected_and_the_connection_stays(page, cluster, visitor):
    from people import Visitor
    other = Visitor(cluster.api(0))
    page.evaluate(SUBSCRIBE, [cable_url(visitor), visitor.chat_id])
    outcome = page.evaluate("""
        (chatId) => new Promise((resolve) => consumer.subscriptions.create(
            { channel: "ChatChannel", chat_id: chatId },
            { connected: () => resolve("connected"), rejected: () => resolve("rejected") }))
    """, other.chat_id)
    assert outcome == "rejected"
    assert page.evaluate("consumer.connection.isOpen()")
