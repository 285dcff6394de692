"""A visitor of the demo shop and an agent talk, in two real browsers, on two different gateways."""

import uuid

import pytest
from playwright.sync_api import expect

from process import eventually
from screens import Dashboard, Widget

HOSTILE = """<img src=x onerror="window.hacked=1"><script>window.hacked=1</script><b>bold</b> &amp; "'`"""


@pytest.fixture
def people(browser, cluster):
    """Visitor on gateway A, agent on gateway B, each in a browser of their own; no script may fail."""
    faults: list[str] = []
    contexts = [browser.new_context(), browser.new_context()]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    yield Widget(pages[0], cluster.url(0)), Dashboard(pages[1], cluster.url(1), cluster.hire())
    for context in contexts:
        context.close()
    assert faults == []


def unique(text: str) -> str:
    """The screens are shared by all scenarios of a run; the words tell them apart."""
    return f"{text} {uuid.uuid4().hex[:8]}"


def chat_of(cluster, text: str) -> str:
    return str(cluster.rows("SELECT chat_id FROM support_messages WHERE content = %s", text)[0]["chat_id"])


def test_they_see_each_others_words_at_once(cluster, people):
    visitor, agent = people
    question, answer = unique("Do you have this in blue?"), unique("We do, since today.")
    visitor.open().says(question)
    visitor.sees(question, sender="user")

    row = agent.row_saying(question)
    expect(row).to_have_attribute("data-unread", "true")
    agent.open(row)
    agent.sees(question, sender="user")
    expect(row).to_have_attribute("data-unread", "false")

    agent.says(answer)
    visitor.sees(answer, sender="admin")
    agent.sees(answer, sender="admin")
    expect(agent.row_saying(answer)).to_have_count(1)

    rows = kept(cluster, question, 2)
    assert [(row["seq"], row["content"], row["sender_type"]) for row in rows] == \
        [(1, question, "user"), (2, answer, "admin")]


def kept(cluster, text: str, count: int) -> list[dict]:
    eventually(lambda: cluster.rows("SELECT 1 FROM support_messages WHERE content = %s", text),
               what="the first message in PostgreSQL")
    chat_id = chat_of(cluster, text)
    cluster.wait_persisted(count, [chat_id])
    return cluster.messages(chat_id)


def test_many_messages_from_both_sides_arrive_once_and_in_the_same_order(cluster, people):
    visitor, agent = people
    first = unique("message 0")
    visitor.open().says(first)
    agent.open(agent.row_saying(first))
    for number in range(1, 20):
        speaker = visitor if number % 2 else agent
        speaker.says(f"message {number} of {first}")
    rows = kept(cluster, first, 20)
    order = [row["content"] for row in rows]
    visitor.sees_exactly(order)
    agent.sees_exactly(order)
    assert [row["seq"] for row in rows] == list(range(1, 21))


def test_a_reload_shows_the_same_messages_once(cluster, people):
    visitor, agent = people
    words = [unique(f"line {number}") for number in range(5)]
    visitor.open()
    for word in words:
        visitor.says(word)
    agent.open(agent.row_saying(words[-1]))
    agent.sees_exactly(words)
    visitor.reload().sees_exactly(words)
    agent.page.reload()
    agent.sees_exactly(words)
    assert len(kept(cluster, words[0], 5)) == 5


def test_hostile_text_is_shown_as_text(cluster, people):
    visitor, agent = people
    text = unique(HOSTILE)
    visitor.open().says(text)
    visitor.sees(text, sender="user")
    row = agent.row_saying("onerror").filter(has_text=text[:60])
    expect(row).to_have_count(1)
    agent.open(row)
    agent.sees(text, sender="user")
    agent.says(text)
    visitor.sees_exactly([text, text])
    for page in (visitor.page, agent.page):
        assert page.evaluate("window.hacked") is None
        assert page.locator("[data-testid=message] :is(img, script, b)").count() == 0
    assert [row["content"] for row in kept(cluster, text, 2)] == [text, text]


def test_the_list_shows_the_last_words_and_whose_they_are(people):
    visitor, agent = people
    long = unique("A long story " * 20)
    visitor.open().says(long)
    row = agent.row_saying(long[:60])
    expect(row).to_have_count(1)
    preview = row.locator(".preview").inner_text()
    assert len(preview) <= 100 and long.startswith(preview.removesuffix("…").strip()[:90])


def test_an_archived_chat_comes_back_when_the_visitor_writes(cluster, people):
    visitor, agent = people
    first, second = unique("Thanks, bye"), unique("One more thing")
    visitor.open().says(first)
    agent.open(agent.row_saying(first))
    chat_id = agent.place.get_attribute("data-chat-id")
    agent.place.get_by_test_id("archive").click()
    expect(agent.place.get_by_test_id("unarchive")).to_be_visible()
    agent.tab("archived")
    expect(agent.row(chat_id)).to_have_count(1)
    agent.tab("active")
    expect(agent.row(chat_id)).to_have_count(0)

    visitor.says(second)
    expect(agent.row(chat_id)).to_contain_text(second)
    agent.tab("archived")
    expect(agent.row(chat_id)).to_have_count(0)
    eventually(lambda: cluster.rows("SELECT archived_at FROM support_chats WHERE id = %s",
                                    chat_id)[0]["archived_at"] is None, what="unarchived in PostgreSQL too")


def test_a_closed_panel_counts_what_the_agent_says(people):
    visitor, agent = people
    word = unique("Anyone?")
    visitor.open().says(word)
    agent.open(agent.row_saying(word))
    visitor.place.get_by_test_id("close").click()
    agent.says(unique("Here!"))
    expect(visitor.badge).to_have_text("1")
    visitor.open()
    expect(visitor.badge).to_be_hidden()


def test_a_wrong_password_says_so_and_a_log_out_leaves(browser, cluster):
    page = browser.new_page()
    page.goto(cluster.url(0) + "/dashboard")
    page.get_by_test_id("email").fill("ann@example.com")
    page.get_by_test_id("password").fill("wrong")
    page.get_by_test_id("login").click()
    expect(page.get_by_test_id("login-error")).not_to_be_empty()
    page.close()
    page = browser.new_page()
    dashboard = Dashboard(page, cluster.url(0), cluster.hire())
    dashboard.page.get_by_test_id("logout").click()
    expect(page.get_by_test_id("login-form")).to_be_visible()
    page.close()
