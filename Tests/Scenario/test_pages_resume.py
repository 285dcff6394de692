"""Pages that lose their socket and come back: what they missed comes over the next one, and REST is not asked."""

import pytest
from playwright.sync_api import Page, expect

from screens import Dashboard, Widget
from test_conversation import unique

# Cuts the page's socket where a network would: without a word to the page.
KEEP_SOCKETS = """
window.sockets = [];
window.WebSocket = class extends WebSocket {
  constructor(...wanted) { super(...wanted); window.sockets.push(this); }
};
"""


class Away:
    """A page without its socket, until the block ends; knows what the page has asked of REST since."""

    def __init__(self, page: Page):
        self.page = page
        self.asked: list[str] = []
        page.on("request", lambda request: self.asked.append(f"{request.method} {request.url}"))

    def __enter__(self) -> "Away":
        self.asked.clear()
        self.page.route("**/cable/tickets", lambda route: route.abort())
        # The widget's socket is its own frame's, the dashboard's is the page's.
        for frame in self.page.frames:
            frame.evaluate("window.sockets.at(-1)?.close()")
        return self

    def __exit__(self, *_) -> None:
        self.page.unroute("**/cable/tickets")

    @property
    def gets(self) -> list[str]:
        return [line for line in self.asked if line.startswith("GET ")]


@pytest.fixture
def people(browser, cluster):
    contexts = [browser.new_context(), browser.new_context()]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        page.add_init_script(KEEP_SOCKETS)
    yield Widget(pages[0], cluster.url(0)), Dashboard(pages[1], cluster.url(1), cluster.hire())
    for context in contexts:
        context.close()


def test_a_visitor_gets_what_was_said_meanwhile_over_the_socket_alone(people):
    visitor, agent = people
    first, missed, last = unique("Anyone?"), unique("Yes, me."), unique("Still here?")
    visitor.open().says(first)
    agent.open(agent.row_saying(first))
    with Away(visitor.page) as away:
        expect(visitor.place.get_by_test_id("connection")).not_to_have_attribute("data-state", "online")
        agent.says(missed)
        agent.sees(missed, sender="admin")
    visitor.sees(missed, sender="admin")
    visitor.is_connected()
    agent.says(last)
    visitor.sees_exactly([first, missed, last])
    assert away.gets == []
    expect(agent.message(missed)).to_have_attribute("data-status", "read")


def test_an_agents_list_and_counts_go_on_where_they_stood(cluster, people):
    visitor, agent = people
    first, missed = unique("Hello"), unique("Hello again")
    visitor.open().says(first)
    row = agent.row_saying(first)
    chat = agent.row(row.get_attribute("data-chat-id"))
    # Of a chat that is new here the dashboard asks the list for the rest: not what this is about.
    cluster.wait_persisted(1, [chat.get_attribute("data-chat-id")])
    agent.page.reload()
    expect(chat.get_by_test_id("unread")).to_have_text("1")
    expect(agent.page.get_by_test_id("inbox-connection")).to_have_attribute("data-state", "online")
    with Away(agent.page) as away:
        visitor.says(missed)
        visitor.sees(missed, sender="user")
    expect(chat).to_contain_text(missed)
    expect(chat.get_by_test_id("unread")).to_have_text("2")
    expect(agent.page.get_by_test_id("inbox-connection")).to_have_attribute("data-state", "online")
    # The list goes on by itself; what is counted and offered is asked for.
    asked = ("/admin/chats/counts", "/admin/agents/me")
    assert [line for line in away.gets if not line.endswith(asked)] == []
