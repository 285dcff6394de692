"""Pages behind something that lets no WebSocket through: they poll, cheaply, and lose nothing."""

import pytest
from playwright.sync_api import expect

from screens import Dashboard, Widget
from test_conversation import unique


@pytest.fixture
def people(browser, cluster):
    contexts = [browser.new_context(), browser.new_context()]
    pages = [context.new_page() for context in contexts]
    yield Widget(pages[0], cluster.url(0)), Dashboard(pages[1], cluster.url(1), cluster.hire())
    for context in contexts:
        context.close()


def test_a_visitor_without_a_socket_polls_and_comes_back_to_the_socket(people):
    visitor, agent = people
    polls: list[int] = []
    visitor.page.on("response", lambda answer: polls.append(answer.status) if "?since=" in answer.url else None)
    visitor.page.route("**/cable/tickets", lambda route: route.abort())
    connection = visitor.place.get_by_test_id("connection")
    question, answer, last = unique("Can you hear me?"), unique("Loud and clear."), unique("Good.")

    visitor.page.get_by_test_id("launcher").click()
    visitor.says(question)
    agent.open(agent.row_saying(question))
    agent.says(answer)
    visitor.sees(answer, sender="admin")
    expect(connection).to_have_attribute("data-state", "polling")
    expect(agent.message(answer)).to_have_attribute("data-status", "read")
    seen = len(polls)
    with visitor.page.expect_response(lambda answer: "?since=" in answer.url and answer.status == 304):
        pass
    assert set(polls[:seen]) <= {200, 304}

    visitor.page.unroute("**/cable/tickets")
    expect(connection).to_have_attribute("data-state", "online", timeout=35_000)
    seen = len(polls)
    agent.says(last)
    visitor.sees_exactly([question, answer, last])
    assert len(polls) == seen
