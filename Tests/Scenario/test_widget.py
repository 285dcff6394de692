"""The widget as its visitors see it: on the demo shop, in a real browser, against two gateways."""

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from host_page import HostPage
from people import Agent
from process import eventually
from screens import Widget
from tap import Tap, with_settings
from test_conversation import unique


@pytest.fixture
def page(context):
    """No script may fail, whatever happens."""
    faults: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    assert faults == []


def chat_id(page: Page, gateway: str = "") -> str:
    """Of the visitor in this browser, by the token that it keeps."""
    return page.evaluate("""async (gateway) => {
        const key = Object.keys(localStorage).find((key) => key.endsWith(":token"));
        const headers = {Authorization: `Bearer ${localStorage[key]}`};
        return (await (await fetch(gateway + "/support_chat", {headers})).json()).id;
    }""", gateway)


def test_a_page_view_costs_one_request_and_leaves_nothing_behind(page, cluster):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(cluster.url(0))
    expect(page.get_by_test_id("launcher")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert [url.split("/")[-1] for url in asked if "/a/" not in url] == ["", "w.js"]
    assert not [url for url in asked if re.search(r"/a/.*\.js", url)]
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.get_by_test_id("launcher").hover()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("localStorage.length") == 0
    assert not [url for url in asked if "sessions" in url or "token" in url or "cable" in url]


def test_a_message_to_a_closed_panel_shows_its_beginning_and_a_count(page, cluster):
    visitor = Widget(page, cluster.url(0))
    visitor.open().says(unique("Hello?"))
    agent = Agent(cluster.api(1))
    chat = chat_id(page)
    page.evaluate("""window.heard = [];
        Switchboard.on("message", ({content}) => heard.push(content));
        Switchboard.on("unread", (count) => heard.push(count)) && null;""")
    visitor.place.get_by_test_id("close").click()
    notice, long = page.get_by_test_id("notice"), unique("Good day. " * 30)
    agent.say(chat, long)
    expect(notice).to_be_visible()
    expect(notice).to_contain_text("New message from Ann")
    shown = notice.locator("span").inner_text()
    assert len(shown) == 101 and long.startswith(shown.removesuffix("…"))
    for number in range(10):
        agent.say(chat, f"More {number}")
    expect(visitor.badge).to_have_text("9+")
    expect(page.get_by_role("button", name="Open chat (9+)")).to_be_visible()
    eventually(lambda: page.evaluate("heard.includes(1) && heard.includes('More 9')"), what="the page's listeners")
    notice.locator(".read").click()
    expect(visitor.place).to_be_visible()
    expect(notice).to_be_hidden()
    expect(visitor.badge).to_be_hidden()


COUNT_TONES = """
window.top.tones ??= 0;
const {createOscillator} = AudioContext.prototype;
AudioContext.prototype.createOscillator = function () { window.top.tones++; return createOscillator.call(this); };
"""


def test_a_message_that_nobody_sees_sounds_unless_muted(page, cluster):
    page.add_init_script(COUNT_TONES)
    visitor = Widget(page, cluster.url(0))
    visitor.open().says(unique("Ring me."))
    agent, chat, notice = Agent(cluster.api(1)), chat_id(page), page.get_by_test_id("notice")
    agent.say(chat, seen := unique("Seen at once"))
    visitor.sees(seen, "admin")
    assert page.evaluate("tones") == 0
    visitor.place.get_by_test_id("close").click()
    agent.say(chat, "Ring")
    expect(notice).to_contain_text("Ring")
    eventually(lambda: page.evaluate("tones") == 2, what="a sound")
    visitor.open().place.get_by_role("button", name="Mute sounds").click()
    visitor.reload()
    expect(visitor.place.get_by_test_id("mute")).to_have_attribute("aria-pressed", "true")
    visitor.place.get_by_test_id("close").click()
    agent.say(chat, "Silence")
    expect(notice).to_contain_text("Silence")
    assert page.evaluate("tones") == 0


def test_who_reads_back_is_not_pulled_away(page, cluster):
    visitor = Widget(page, cluster.url(0))
    visitor.open().says(unique("Tell me everything."))
    agent, chat = Agent(cluster.api(1)), chat_id(page)
    for number in range(20):
        agent.say(chat, f"Chapter {number}\n\nand so on")
    expect(visitor.place.get_by_test_id("message")).to_have_count(21)
    log = visitor.place.get_by_test_id("messages")
    at_bottom = "log => log.scrollHeight - log.scrollTop - log.clientHeight < 2"
    assert log.evaluate(at_bottom)
    log.evaluate("log => log.scrollTop = 0")
    last = unique("The end")
    agent.say(chat, last)
    pill = visitor.place.get_by_test_id("new-messages")
    expect(pill).to_be_visible()
    assert log.evaluate("log => log.scrollTop") == 0
    assert last not in [row["content"] for row in cluster.messages(chat) if row["read_at"]]
    pill.click()
    expect(pill).to_be_hidden()
    assert log.evaluate(at_bottom)
    expect(visitor.message(last)).to_be_in_viewport()


def test_what_happens_to_a_conversation_is_told(page, cluster):
    tap = Tap(page)
    visitor = Widget(page, cluster.url(0))
    visitor.open().says(unique("Anybody?"))
    activity = visitor.place.get_by_test_id("activity")
    expect(activity).to_contain_text("Place")
    tap.conversation(status="waiting", position=3, estimate_s=130)
    expect(activity).to_have_text("Waiting for an agent · Place 3 in the line · about 3 min")
    tap.conversation(status="active", assignee={"id": "1", "name": "Ann"})
    expect(activity).to_have_text("Connected with Ann")

    tap.say(type="conversation", ends_in_s=90, conversation={
        "id": "c", "status": "active", "position": None, "assignee": {"id": "1", "name": "Ann"},
        "ends_at": "2020-01-01T00:00:00.000Z"})
    warning = visitor.place.get_by_test_id("warning")
    expect(warning).to_contain_text(re.compile(r"ends in 1:2\d"))
    expect(warning).to_contain_text(re.compile(r"ends in 1:2[0-7]"))
    warning.get_by_role("button").click()
    visitor.sees("I am still here.", "user")
    expect(warning).to_be_hidden()


def test_an_ended_conversation_is_rated_once_and_followed_by_another(page, cluster):
    visitor, thanks = Widget(page, cluster.url(0)), unique("Thanks!")
    visitor.open().says(thanks)
    visitor.sees(thanks, "user")
    agent, chat = Agent(cluster.api(1)), chat_id(page)
    agent.say(chat, "You are welcome.")
    activity = visitor.place.get_by_test_id("activity")
    expect(activity).to_have_text("Connected with Ann")
    assert agent.api.post(f"/admin/chats/{chat}/end", {}).status == 200

    ending = visitor.place.get_by_test_id("ending")
    expect(activity).to_have_text("This conversation has ended. Write to begin a new one.")
    ending.get_by_label("4 of 5").check(force=True)
    ending.get_by_label("Anything you would like to add?").fill("Quick and kind")
    ending.get_by_role("button", name="Send rating").click()
    expect(visitor.place.get_by_test_id("rating-thanks")).to_have_text("Thank you for your rating!")
    expect(visitor.place.get_by_test_id("rating")).to_be_hidden()
    given = eventually(lambda: cluster.rows(
        "SELECT rating, rating_comment FROM conversations WHERE chat_id = %s AND rating IS NOT NULL", chat))
    assert given == [{"rating": 4, "rating_comment": "Quick and kind"}]

    address = f"{thanks.split()[-1]}@example.org"
    ending.get_by_role("button", name="E-mail me this chat").click()
    ending.get_by_label("E-mail").fill(address)
    ending.get_by_role("button", name="Send", exact=True).click()
    expect(ending).to_contain_text("on its way to your mailbox")
    letter = eventually(lambda: next((letter for letter in map(Path.read_text, cluster.letters())
                                      if address in letter), None), what="the chat by e-mail")
    assert "You are welcome." in base64.b64decode(letter.split("\n\n", 1)[1]).decode()

    visitor.reload()
    expect(ending).to_be_visible()
    expect(visitor.place.get_by_test_id("rating")).to_be_hidden()
    again = unique("One more thing")
    visitor.says(again)
    visitor.sees(again, "user")
    expect(ending).to_be_hidden()
    expect(activity).not_to_contain_text("ended")


def test_questions_come_before_the_first_message(page, cluster):
    cluster.write("""INSERT INTO inboxes (account_id, id, name, website_token, settings)
        SELECT account_id, gen_random_uuid(), 'Returns', 'returns', %s FROM inboxes WHERE website_token = 'demo'""",
                  json.dumps({"pre_chat": {"consent": "I agree to the privacy notice.", "fields": [
                      {"name": "name", "label": "Your name", "required": True},
                      {"name": "email", "label": "E-mail", "type": "email"},
                      {"name": "topic", "label": "Topic", "type": "select", "options": ["Order", "Return"]}]}}))
    host = HostPage()
    visitor = Widget.on(page, host.show(cluster.url(0), token="returns"))
    visitor.open()
    questions = visitor.place.get_by_test_id("questions")
    expect(questions).to_be_visible()
    expect(visitor.place.get_by_test_id("message-input")).to_be_hidden()
    questions.get_by_label("Your name").fill("Grace")
    questions.get_by_label("E-mail").fill("grace@example.org")
    questions.get_by_label("Topic").select_option("Return")
    questions.get_by_role("button", name="Begin the chat").click()
    expect(questions).to_be_visible()
    questions.get_by_label("I agree").check()
    questions.get_by_role("button", name="Begin the chat").click()
    expect(questions).to_be_hidden()
    grace = cluster.rows("SELECT * FROM contacts WHERE email = 'grace@example.org' AND name = 'Grace'")[0]
    assert grace["attributes"]["topic"] == "Return" and grace["attributes"]["consent"].startswith("20")
    word = unique("It does not fit")
    visitor.says(word)
    visitor.sees(word, "user")
    visitor.reload()
    visitor.sees(word, "user")
    expect(questions).to_have_count(0)
    host.close()


def test_outside_business_hours_a_form_takes_the_message(page, cluster):
    opens = datetime.now(UTC) + timedelta(hours=15)
    with_settings(page, open=False, opens_at=opens.isoformat().replace("+00:00", "Z"))
    visitor = Widget(page, cluster.url(0))
    visitor.open()
    questions, word = visitor.place.get_by_test_id("questions"), unique("Call me")
    expect(questions).to_contain_text("We are back")
    questions.get_by_label("E-mail").fill("grace@example.org")
    questions.get_by_label("Message").fill(word)
    questions.get_by_role("button", name="Send").click()
    visitor.sees(word, "user")
    expect(questions).to_have_count(0)
    expect(visitor.place.get_by_test_id("message-input")).to_be_visible()


def test_cards_and_quick_replies_are_shown_and_answered(page, cluster):
    tap = Tap(page)
    visitor = Widget(page, cluster.url(0))
    visitor.open().says(unique("Which pots?"))
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    tap.say(type="new_message", message={
        "id": "m2", "seq": 2, "client_id": None, "content": "These two:", "sender_type": "admin", "sender_name": "Ann",
        "status": "sent", "created_at": now, "sent_at": now, "delivered_at": None, "read_at": None,
        "quick_replies": ["The red one", "The blue one"],
        "cards": [{"title": "Red", "text": "1 l", "link": "https://shop.example/red"},
                  {"title": "Blue", "link": "javascript:alert(1)"}]})
    cards = visitor.place.get_by_test_id("card")
    expect(cards).to_have_count(2)
    expect(cards.first).to_have_attribute("href", "https://shop.example/red")
    assert cards.last.get_attribute("href") is None
    visitor.place.get_by_role("button", name="The blue one").click()
    visitor.sees("The blue one", "user")
    expect(visitor.place.get_by_test_id("quick-reply")).to_have_count(0)


def test_haste_is_answered_with_a_countdown(page, cluster):
    page.route("**/cable/tickets", lambda route: route.abort())
    refused: list[str] = []

    def answer(route):
        if route.request.method != "POST" or refused:
            return route.continue_()
        refused.append(route.request.url)
        route.fulfill(status=429, headers={"Retry-After": "3"},
                      json={"error": {"code": "rate_limited", "message": "That was too fast."}})
    page.route("**/support_chat/messages", answer)
    visitor, word = Widget(page, cluster.url(0)), unique("Quick!")
    page.get_by_test_id("launcher").click()
    visitor.says(word)
    expect(visitor.place.get_by_test_id("activity")).to_have_text(re.compile("goes on in [123] s"))
    expect(visitor.message(word)).to_have_attribute("data-status", "sending")
    expect(visitor.message(word)).to_have_attribute("data-status", "sent")
    assert len(refused) == 1
