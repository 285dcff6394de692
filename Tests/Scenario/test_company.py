"""Who else is there, as the screens show it: the contact, the other agents, and what each has yet to read."""

import pytest
from playwright.sync_api import expect

from screens import Dashboard, Widget
from test_conversation import unique


@pytest.fixture
def people(browser, cluster):
    """A visitor and two agents."""
    contexts = [browser.new_context() for _ in range(3)]
    pages = [context.new_page() for context in contexts]
    agents = [Dashboard(page, cluster.url(at), cluster.hire()) for at, page in enumerate(pages[1:])]
    yield Widget(pages[0], cluster.url(0)), *agents
    for context in contexts:
        context.close()


def test_agents_see_the_contact_and_each_other(people):
    visitor, one, other = people
    word = unique("Is anybody there?")
    visitor.open().says(word)
    row = one.row_saying(word)
    chat = one.row(row.get_attribute("data-chat-id"))
    expect(chat.get_by_test_id("presence")).to_have_attribute("data-online", "true")
    one.open(row)
    expect(one.place.get_by_test_id("presence")).to_have_attribute("data-online", "true")
    expect(one.place.get_by_test_id("company")).to_be_hidden()

    other.open(other.row_saying(word))
    expect(one.place.get_by_test_id("company")).to_have_text("Also viewing: Eve")
    expect(other.place.get_by_test_id("company")).to_have_text("Also viewing: Eve")
    other.place.get_by_test_id("message-input").press_sequentially("Well")
    expect(one.place.get_by_test_id("company")).to_have_text("Also viewing: Eve · Writing: Eve")
    expect(visitor.place.get_by_test_id("activity")).to_have_text("Eve is typing…")
    expect(one.place.get_by_test_id("company")).to_have_text("Also viewing: Eve")

    visitor.place.get_by_test_id("message-input").press_sequentially("So")
    expect(one.place.get_by_test_id("activity")).to_have_text("The visitor is typing…")
    visitor.page.goto("about:blank")
    expect(chat.get_by_test_id("presence")).to_have_attribute("data-online", "false")
    other.page.goto("about:blank")
    expect(one.place.get_by_test_id("company")).to_be_hidden()


def test_each_agent_has_an_own_count_of_unread_messages(people):
    visitor, one, other = people
    words = [unique(f"{number}.") for number in range(3)]
    visitor.open()
    for word in words:
        visitor.says(word)
    visitor.sees_exactly(words)
    row = one.row_saying(words[-1])
    chat_id = row.get_attribute("data-chat-id")
    expect(row.get_by_test_id("unread")).to_have_text("3")
    one.open(row)
    expect(one.row(chat_id).get_by_test_id("unread")).to_be_hidden()
    expect(visitor.message(words[-1])).to_have_attribute("data-status", "read")
    expect(other.row(chat_id).get_by_test_id("unread")).to_have_text("3")
    other.page.reload()
    expect(other.row(chat_id).get_by_test_id("unread")).to_have_text("3")
    other.open(other.row(chat_id))
    expect(other.row(chat_id).get_by_test_id("unread")).to_be_hidden()
