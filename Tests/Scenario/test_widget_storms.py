"""The widget while the network, the gateway or the visitor's patience gives out: no word is lost or doubled."""

import hmac

import pytest
from playwright.sync_api import Page, expect

from host_page import HostPage
from people import Agent
from screens import Widget
from test_conversation import unique
from test_widget import chat_id

REST = "**/{widget,support_chat,cable}/**"


@pytest.fixture
def visitor(page, cluster) -> Widget:
    return Widget(page, cluster.url(0))


def cut(page: Page) -> None:
    """From here on the gateway cannot be reached, though the page can be loaded again."""
    page.route(REST, lambda route: route.abort())
    page.route("**/support_chat", lambda route: route.abort())


def mend(page: Page) -> None:
    page.unroute(REST)
    page.unroute("**/support_chat")


def test_a_minute_offline_costs_nothing(visitor, cluster):
    page = visitor.page
    page.clock.install()
    words = [unique(f"{number}.") for number in range(4)]
    visitor.open().says(words[0])
    expect(visitor.message(words[0])).to_have_attribute("data-status", "sent")
    chat = chat_id(page)
    cut(page)
    page.context.set_offline(True)
    connection = visitor.place.get_by_test_id("connection")
    expect(connection).to_have_text("Offline. What you write is sent later.")
    for word in words[1:3]:
        visitor.says(word)
    answer = unique("Meanwhile")
    page.clock.fast_forward("01:00")
    Agent(cluster.api(1)).say(chat, answer)
    for word in words[1:3]:
        expect(visitor.message(word)).to_have_attribute("data-status", "sending")
    mend(page)
    page.context.set_offline(False)
    visitor.is_connected()
    visitor.says(words[3])
    expect(visitor.message(words[3])).to_have_attribute("data-status", "sent")
    visitor.sees_exactly([words[0], answer, *words[1:]])
    cluster.wait_persisted(5, [chat])
    assert [row["content"] for row in cluster.messages(chat)] == visitor.texts()


KEPT = """async () => {
    const {name} = (await indexedDB.databases()).find(({name}) => name.includes("outbox"));
    const open = indexedDB.open(name);
    await new Promise((done) => open.onsuccess = done);
    const count = open.result.transaction("texts").objectStore("texts").count();
    await new Promise((done) => count.onsuccess = done);
    open.result.close();
    return count.result + Object.keys(localStorage).filter((key) => key.includes("outbox")).length;
}"""


def has_let_go(page) -> None:
    """The page has heard that all it has written is in the database, which may be told a moment later."""
    for _ in range(50):
        if page.evaluate(KEPT) == 0:
            return
        page.wait_for_timeout(100)
    assert page.evaluate(KEPT) == 0


def test_what_was_written_and_not_sent_survives_a_reload(visitor, cluster):
    page = visitor.page
    words = [unique(f"{number}.") for number in range(3)]
    visitor.open().says(words[0])
    expect(visitor.message(words[0])).to_have_attribute("data-status", "sent")
    chat = chat_id(page)
    cluster.wait_persisted(1, [chat])
    has_let_go(page)
    cut(page)
    page.reload()
    page.get_by_test_id("launcher").click()
    for word in words[1:]:
        visitor.says(word)
    visitor.place.get_by_test_id("message-input").fill("half a thought")
    page.reload()
    page.get_by_test_id("launcher").click()
    visitor.sees_exactly(words[1:])
    expect(visitor.place.get_by_test_id("message-input")).to_have_value("half a thought")
    mend(page)
    page.reload()
    visitor.open().sees_exactly(words)
    expect(visitor.message(words[-1])).to_have_attribute("data-status", "sent")
    cluster.wait_persisted(3, [chat])
    assert [row["content"] for row in cluster.messages(chat)] == words
    has_let_go(page)


def test_what_one_person_left_unsent_is_not_said_in_anothers_name(page, cluster):
    cluster.write("""INSERT INTO inboxes (account_id, id, name, website_token, settings)
        SELECT account_id, gen_random_uuid(), 'Shared', 'shared', '{"identity_secret": "s"}' FROM inboxes
        WHERE website_token = 'demo'""")
    host = HostPage()

    def identified(name: str) -> str:
        proof = hmac.new(b"s", name.encode(), "sha256").hexdigest()
        return f"""<script>window.Switchboard = [["identify", {{identifier: "{name}", identifier_hash: "{proof}"}}]];
            </script>"""
    address = host.show(cluster.url(0), head=identified("grace"), token="shared")
    visitor, first, secret = Widget.on(page, address), unique("I am Grace"), unique("Grace's secret")
    visitor.open().says(first)
    expect(visitor.message(first)).to_have_attribute("data-status", "sent")
    cut(page)
    page.context.set_offline(True)
    visitor.says(secret)
    expect(visitor.message(secret)).to_have_attribute("data-status", "sending")
    page.context.set_offline(False)
    mend(page)
    host.show(cluster.url(0), head=identified("alan"), token="shared")
    visitor.reload()
    expect(visitor.place.get_by_test_id("message")).to_have_count(0)
    visitor.says(mine := unique("I am Alan"))
    visitor.sees_exactly([mine])
    host.close()


def test_a_gateway_that_restarts_is_waited_for(visitor, cluster):
    before, during, answer = unique("Before"), unique("During"), unique("From the other gateway")
    visitor.open().says(before)
    expect(visitor.message(before)).to_have_attribute("data-status", "sent")
    chat = chat_id(visitor.page)
    connection = visitor.place.get_by_test_id("connection")
    cluster.gateways[0].stop()
    try:
        expect(connection).not_to_have_attribute("data-state", "online")
        visitor.says(during)
        Agent(cluster.api(1)).say(chat, answer)
        expect(visitor.message(during)).to_have_attribute("data-status", "sending")
    finally:
        cluster.gateways[0].start()
        cluster.wait_ready(0)
    expect(connection).to_have_attribute("data-state", "online", timeout=40_000)
    expect(visitor.message(during)).to_have_attribute("data-status", "sent")
    visitor.sees_exactly([before, answer, during])


def test_a_thousand_messages_are_read_from_end_to_beginning(visitor, cluster):
    first = unique("message 1")
    visitor.open().says(first)
    expect(visitor.message(first)).to_have_attribute("data-status", "sent")
    chat, agent = chat_id(visitor.page), Agent(cluster.api(1))
    visitor.page.goto("about:blank")
    for number in range(2, 951):
        agent.say(chat, f"message {number}")
    visitor.page.goto(cluster.url(0))
    visitor.open()
    messages, earlier = visitor.place.get_by_test_id("message"), visitor.place.get_by_test_id("earlier")
    expect(messages).to_have_count(50)
    for number in range(951, 1001):
        agent.say(chat, f"message {number}")
    expect(messages.last).to_contain_text("message 1000")
    expect(messages).to_have_count(100)
    log = visitor.place.get_by_test_id("messages")
    assert log.evaluate("log => log.scrollHeight - log.scrollTop - log.clientHeight < 2")
    while (shown := messages.count()) < 1000:
        earlier.click()
        expect(messages).not_to_have_count(shown)
    expect(earlier).to_be_hidden()
    assert visitor.texts() == [first, *(f"message {number}" for number in range(2, 1001))]
