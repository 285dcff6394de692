"""The dashboard at work: who takes a conversation, hands it on, ends it, and what is offered to whom."""

import re
import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from conftest import closed, opened as opened_cluster
from people import Agent, Visitor
from process import eventually
from screens import Dashboard


@pytest.fixture(scope="module")
def cluster():
    """Of these scenarios alone: nobody else's visitors wait there."""
    own = opened_cluster(gateways=2, workers=1)
    yield own
    closed(own)


@pytest.fixture
def rules(cluster):
    """Sets how the demo's inbox gives out conversations, until the scenario is over."""
    chief = Agent(cluster.api(0), "admin@example.com")
    inbox = chief.api.get("/admin/inboxes/rules").body["inboxes"][0]["inbox_id"]

    def put(**rules) -> None:
        answer = chief.api.call("PUT", f"/admin/inboxes/{inbox}/rules", {"rules": rules})
        assert answer.status == 200, answer
    yield put
    put()


@pytest.fixture
def opened(browser, cluster):
    """Opens the dashboard of a new member of staff with this name."""
    contexts = []

    def build(name: str = "Ann", role: str = "agent", gateway: int = 0, **options) -> Dashboard:
        address = cluster.hire(role=role, name=name)
        contexts.append(browser.new_context(**options))
        return Dashboard(contexts[-1].new_page(), cluster.url(gateway), address)
    yield build
    for context in contexts:
        context.close()
    # For a moment they are still taken to be there, and would be given what the next scenario's have to get. Whoever
    # is the last to go is noticed when somebody else comes.
    watcher, chief = Visitor(cluster.api(0)), Agent(cluster.api(0), "admin@example.com")
    seat = watcher.chat(watcher.cable())
    eventually(lambda: not any(one["online"] for one in chief.api.get("/admin/agents").body["agents"]), 20,
               what="everybody gone")
    seat.cable.socket.close()


@pytest.fixture
def arrive(cluster):
    """A visitor who has written, as the dashboards see them. In the end they leave."""
    visitors = []

    def build(screen: Dashboard) -> tuple[Visitor, Locator]:
        visitor = Visitor(cluster.api(0), name=f"Zoe {uuid.uuid4().hex[:8]}")
        visitors.append(visitor)
        visitor.say("Is anybody there?")
        row = screen.row(visitor.chat_id)
        expect(row).to_have_count(1)
        return visitor, row
    yield build
    for visitor in visitors:
        visitor.api.post("/support_chat/end", {})


def standing(screen: Dashboard) -> Locator:
    return screen.place.get_by_test_id("standing")


def presses(screen: Dashboard, name: str) -> None:
    screen.place.get_by_test_id(name).click()


def is_accessible(screen: Dashboard) -> None:
    found = Axe().run(screen.page)
    assert found.violations_count == 0, found.generate_report()


def test_a_conversation_is_claimed_transferred_handed_back_and_ended(cluster, rules, opened, arrive):
    rules(mode="manual")
    ann, bob = opened("Ann"), opened("Bob", gateway=1)
    visitor, row = arrive(ann)
    bob.open(bob.row(visitor.chat_id))
    expect(standing(bob)).to_contain_text("Waiting, place")
    ann.open(row)
    presses(ann, "claim")
    expect(standing(ann)).to_have_text("Yours")
    expect(standing(bob)).to_have_text("With Ann")
    expect(bob.place.get_by_test_id("claim")).to_be_hidden()
    expect(ann.page.get_by_test_id("load")).to_have_text("1/5")

    # To Bob, by keyboard alone.
    ann.place.get_by_test_id("assign").focus()
    ann.page.keyboard.press("Enter")
    field = ann.page.get_by_test_id("assign-picker-input")
    expect(field).to_be_focused()
    ann.page.keyboard.type("bo")
    ann.page.keyboard.press("Enter")
    expect(standing(bob)).to_have_text("Yours")
    expect(standing(ann)).to_have_text("With Bob")
    expect(ann.place.get_by_test_id("giveBack")).to_be_hidden()

    presses(bob, "giveBack")
    expect(standing(ann)).to_contain_text("Waiting")
    presses(bob, "claim")
    presses(bob, "end")
    dialog = bob.page.get_by_test_id("end-dialog")
    dialog.get_by_test_id("end-reason").select_option("inactive")
    dialog.get_by_test_id("end-comment").fill("Never came back")
    dialog.get_by_test_id("end-confirm").click()
    expect(dialog).to_have_count(0)
    for screen in (ann, bob):
        expect(standing(screen)).to_have_text("Ended")
        expect(screen.place.get_by_test_id("end")).to_be_hidden()
    ended = Agent(cluster.api(0)).api.get(f"/admin/chats/{visitor.chat_id}").body["conversation"]
    assert ended["ended_reason"] == "inactive"


def test_who_is_too_late_is_told_who_was_faster(cluster, rules, opened, arrive):
    rules(mode="manual")
    ann = opened("Ann")
    visitor, row = arrive(ann)
    ann.open(row)
    # Somebody claims it behind this page's back: it hears nothing before it asks itself.
    ann.page.route("**/claim", lambda route: (Agent(cluster.api(1), "bob@example.com").api.post(
        f"/admin/chats/{visitor.chat_id}/claim"), route.continue_()))
    presses(ann, "claim")
    expect(ann.place.get_by_role("alert")).to_have_text("Bob has this conversation already.")
    expect(standing(ann)).to_have_text("With Bob")


def test_an_offer_counts_down_and_is_declined_or_accepted(rules, opened, arrive):
    rules(mode="offer", offer_s=60)
    ann = opened("Ann")
    first, _ = arrive(ann)
    offer = ann.page.get_by_test_id("offer")
    expect(offer).to_have_count(1)
    expect(offer).to_contain_text(first.contact["name"])
    expect(offer.get_by_test_id("offer-left")).to_contain_text("5")
    # It is still there for who comes back.
    ann.page.reload()
    expect(offer).to_have_count(1)
    offer.get_by_test_id("decline").click()
    expect(offer).to_have_count(0)
    ann.open(ann.row(first.chat_id))
    expect(standing(ann)).to_contain_text("Waiting")

    second, _ = arrive(ann)
    expect(offer).to_contain_text(second.contact["name"])
    offer.get_by_test_id("accept").click()
    expect(ann.place).to_have_attribute("data-chat-id", second.chat_id)
    expect(standing(ann)).to_have_text("Yours")
    expect(offer).to_have_count(0)


def test_an_agent_says_whether_they_take_conversations(rules, opened, arrive):
    rules()
    ann = opened("Ann")
    choice = ann.page.get_by_test_id("availability")
    choice.select_option("away")
    ann.page.reload()
    expect(choice).to_have_value("away")
    _, row = arrive(ann)
    ann.open(row)
    expect(standing(ann)).to_contain_text("Waiting")
    choice.select_option("online")
    expect(standing(ann)).to_have_text("Yours")
    expect(ann.page.get_by_test_id("load")).to_contain_text("/5")


@pytest.mark.parametrize(("scheme", "locale"), [("light", "en"), ("dark", "zh-CN")])
def test_it_is_accessible_and_fits_a_telephone(rules, opened, arrive, scheme, locale):
    rules(mode="offer", offer_s=60)
    ann = opened("Ann", color_scheme=scheme, locale=locale, bypass_csp=True)
    _, row = arrive(ann)
    expect(ann.page.get_by_test_id("offer")).to_have_count(1)
    ann.open(row)
    is_accessible(ann)
    ann.page.set_viewport_size({"width": 360, "height": 700})
    assert ann.page.evaluate("document.documentElement.scrollWidth") <= 360, "nothing sticks out"
    is_accessible(ann)
    ann.place.get_by_test_id("assign").click()
    expect(ann.page.get_by_test_id("assign-picker-choice").first).to_be_visible()
    is_accessible(ann)
    ann.page.keyboard.press("Escape")
    expect(ann.page.get_by_test_id("assign-picker")).to_have_count(0)
    ann.place.get_by_test_id("end").click()
    expect(ann.page.get_by_test_id("end-dialog")).to_be_visible()
    is_accessible(ann)
    assert ann.page.evaluate("document.documentElement.scrollWidth") <= 360
    ann.page.keyboard.press("Escape")
    presses(ann, "accept")
    expect(standing(ann)).to_have_attribute("data-status", "active")


def test_the_parts_of_the_list_are_counted_and_one_comes_back_to_where_one_was(cluster, rules, opened, arrive):
    rules(mode="manual")
    ann = opened("Ann")
    page = ann.page
    visitor, _ = arrive(ann)
    expect(page.get_by_test_id("count-active")).not_to_be_empty()
    expect(page.get_by_test_id("count-unassigned")).to_have_text("1")
    before = int(page.get_by_test_id("count-active").inner_text())
    page.get_by_test_id("filter-unassigned").click()
    expect(ann.row(visitor.chat_id)).to_have_count(1)
    expect(page.get_by_test_id("count-unassigned")).to_have_text("1")
    arrive(ann)
    expect(page.get_by_test_id("count-unassigned")).to_have_text("2")
    expect(page.get_by_test_id("count-active")).to_have_text(str(before + 1))
    ann.open(ann.row(visitor.chat_id))
    presses(ann, "claim")
    expect(ann.row(visitor.chat_id)).to_have_count(0)
    expect(page.get_by_test_id("count-mine")).to_have_text("1")
    page.get_by_test_id("filter-mine").click()
    expect(page.get_by_test_id("chat-row")).to_have_count(1)
    ann.open(ann.row(visitor.chat_id))

    # The address leads there, for others as well; without one it is where one was.
    assert page.url.endswith(f"#/mine/{visitor.chat_id}")
    page.goto("about:blank")
    page.goto(cluster.url(0) + "/dashboard")
    expect(ann.place).to_have_attribute("data-chat-id", visitor.chat_id)
    expect(page.get_by_test_id("filter-mine")).to_have_attribute("aria-current", "true")
    bob = opened("Bob", gateway=1)
    bob.page.goto(cluster.url(1) + f"/dashboard#/active/{visitor.chat_id}")
    expect(standing(bob)).to_have_text("With Ann")


def test_everything_is_done_by_key(rules, opened, arrive):
    rules(mode="manual")
    ann = opened("Ann")
    keys, page = ann.page.keyboard, ann.page
    (older, _), (newer, row) = arrive(ann), arrive(ann)
    loaded = []
    page.on("request", lambda request: loaded.append(request.url))
    keys.press("j")
    expect(ann.place).to_have_attribute("data-chat-id", newer.chat_id)
    keys.press("j")
    expect(ann.place).to_have_attribute("data-chat-id", older.chat_id)
    keys.press("k")
    expect(ann.place).to_have_attribute("data-chat-id", newer.chat_id)
    assert not any("/a/tools." in url for url in loaded), "tools are fetched when they are asked for"
    expect(standing(ann)).to_contain_text("Waiting")
    keys.press("c")
    expect(standing(ann)).to_have_text("Yours")
    keys.press("r")
    expect(ann.place.get_by_test_id("message-input")).to_be_focused()
    keys.type("jack?")
    keys.press("Enter")
    ann.sees("jack?", sender="admin")
    keys.press("Escape")
    keys.press("a")
    expect(page.get_by_test_id("assign-picker-input")).to_be_focused()
    keys.press("Escape")
    keys.press("e")
    expect(page.get_by_test_id("end-reason")).to_be_visible()
    page.get_by_test_id("end-comment").focus()
    keys.type("e?")
    page.get_by_test_id("end-confirm").focus()
    keys.press("Enter")
    expect(standing(ann)).to_have_text("Ended")

    # The palette has all of it, and every chat by its name.
    keys.press("Control+k")
    expect(page.get_by_test_id("palette-input")).to_be_focused()
    keys.type(older.contact["name"])
    expect(page.get_by_test_id("palette-choice").first).to_contain_text(older.contact["name"])
    keys.press("Enter")
    expect(ann.place).to_have_attribute("data-chat-id", older.chat_id)
    keys.press("Escape")
    keys.press("/")
    keys.type("archi")
    expect(page.get_by_test_id("palette-choice").first).to_contain_text("Archive")
    keys.press("Enter")
    expect(ann.place.get_by_test_id("unarchive")).to_be_visible()

    keys.press("?")
    expect(page.get_by_test_id("help")).to_contain_text("Next chat")
    page.get_by_test_id("keys-on").uncheck()
    keys.press("Escape")
    expect(page.get_by_test_id("help")).to_have_count(0)
    keys.press("j")
    expect(ann.place).to_have_attribute("data-chat-id", older.chat_id)
    keys.press("Control+k")
    expect(page.get_by_test_id("palette")).to_be_visible()


@pytest.mark.parametrize(("scheme", "locale"), [("dark", "en"), ("light", "zh-CN")])
def test_palette_and_help_are_accessible(opened, scheme, locale):
    ann = opened("Ann", color_scheme=scheme, locale=locale, bypass_csp=True, viewport={"width": 360, "height": 700})
    is_accessible(ann)
    ann.page.get_by_test_id("palette-open").click()
    expect(ann.page.get_by_test_id("palette-choice").first).to_be_visible()
    is_accessible(ann)
    ann.page.keyboard.press("Escape")
    ann.page.keyboard.press("?")
    expect(ann.page.get_by_test_id("help")).to_be_visible()
    is_accessible(ann)
    assert ann.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_draft_waits_in_its_chat(rules, opened, arrive):
    rules(mode="manual")
    ann = opened("Ann")
    (one, first), (_, second) = arrive(ann), arrive(ann)
    field = ann.place.get_by_test_id("message-input")
    ann.open(first)
    field.fill("We have it in")
    ann.open(second)
    expect(field).to_have_value("")
    ann.open(ann.row(one.chat_id))
    expect(field).to_have_value("We have it in")
    ann.page.reload()
    expect(field).to_have_value("We have it in")
    field.press("Enter")
    ann.sees("We have it in", sender="admin")
    ann.page.reload()
    ann.sees("We have it in", sender="admin")
    expect(field).to_have_value("")


NOTED = """window.noted = []; window.Notification = class {
    static permission = "default";
    static async requestPermission() { return this.permission = "granted"; }
    constructor(title, { body, tag }) { window.noted.push([title, body, tag]); window.last = this; }
    close() {}
}; document.hasFocus = () => false;"""


def test_an_agent_who_looks_elsewhere_is_called(rules, opened, arrive):
    rules(mode="manual")
    ann = opened("Ann")
    ann.page.add_init_script(NOTED)
    ann.page.reload()
    icon = ann.page.locator("link[rel=icon]")
    expect(icon).not_to_have_attribute("href", re.compile("^data:"))
    bell = ann.page.get_by_test_id("alerts")
    expect(bell).to_have_attribute("aria-pressed", "false")
    arrive(ann)
    expect(icon).to_have_attribute("href", re.compile("^data:image/svg"))
    expect(ann.page).to_have_title("(1) Switchboard")
    bell.click()
    expect(bell).to_have_attribute("aria-pressed", "true")
    visitor, _ = arrive(ann)
    assert ann.page.evaluate("window.noted") == [
        [visitor.contact["name"], "Is anybody there?", f"switchboard:{visitor.chat_id}"]], "once it was asked for"
    ann.page.evaluate("window.last.onclick()")
    expect(ann.place).to_have_attribute("data-chat-id", visitor.chat_id)
    visitor.say("Hello?")
    ann.sees("Hello?", sender="user")
    assert len(ann.page.evaluate("window.noted")) == 1, "not of what is before one's eyes"
    rules(mode="offer", offer_s=60)
    expect(ann.page.get_by_test_id("offer").first).to_be_visible()
    assert any("waits for you" in title for title, *_ in ann.page.evaluate("window.noted"))
