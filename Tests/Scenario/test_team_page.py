"""The dashboard's Queue and Team screens: who waits and who works, live, and what supervisors change of it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from conftest import closed, opened
from people import Agent, Visitor
from screens import Dashboard

@pytest.fixture(scope="module")
def quiet():
    """A cluster of its own: who waits elsewhere would be given to those who say here that they are ready."""
    made = opened(gateways=1, workers=1)
    yield made
    closed(made)


@pytest.fixture(scope="module")
def boss(quiet):
    """A supervisor who is never there and changes the others."""
    return Agent(quiet.api(0), quiet.hire(role="supervisor")).api


@pytest.fixture
def staff(browser, quiet, boss):
    """Opens the dashboard of a new member of staff, who is away until they say otherwise."""
    contexts = []

    def build(role: str = "supervisor", **options) -> Dashboard:
        contexts.append(browser.new_context(**options))
        address = quiet.hire(role=role)
        changed = boss.call("PATCH", f"/admin/agents/{number(quiet, address)}", {"availability": "away"})
        assert changed.status == 204, changed
        return Dashboard(contexts[-1].new_page(), quiet.url(0), address)
    yield build
    for context in contexts:
        context.close()


def number(quiet, address: str) -> str:
    """The agent's id."""
    return str(quiet.rows("SELECT a.id FROM agents a JOIN logins l ON l.id = a.login_id WHERE l.email = %s",
                          address)[0]["id"])


def waiting(quiet, name: str, text: str = "Hello?") -> Visitor:
    visitor = Visitor(quiet.api(0), name=name, email=f"{name.lower()}@example.org")
    visitor.say(text)
    quiet.wait_persisted(1, [visitor.chat_id])
    return visitor


def leave(visitor: Visitor) -> None:
    visitor.api.post("/support_chat/end", {})


def person(screen: Dashboard, visitor: Visitor):
    return screen.page.locator(f"[data-testid=person][data-chat-id='{visitor.chat_id}']")


def fits(screen: Dashboard, width: int) -> None:
    assert screen.page.evaluate("document.documentElement.scrollWidth") <= width, "something sticks out"


def test_the_line_is_live_and_a_supervisor_changes_it(quiet, staff):
    screen = staff()
    first = waiting(quiet, "Ada")
    loaded = []
    screen.page.on("request", lambda request: loaded.append(request.url))
    screen.page.get_by_test_id("queue-link").click()
    assert any("/a/team." in url for url in loaded), "the screen is fetched when it is asked for"
    expect(screen.page.get_by_role("heading", name="Queue")).to_be_focused()
    expect(person(screen, first)).to_contain_text("Ada")
    second = waiting(quiet, "Bea")
    expect(person(screen, second)).to_contain_text("Place 2")
    expect(screen.page.get_by_test_id("line")).to_contain_text("2 waiting · the first came now")

    # By keyboard alone: who came second is first now, and the row keeps the focus.
    choice = person(screen, second).get_by_test_id("priority")
    choice.focus()
    screen.page.keyboard.type("Urgent")
    expect(person(screen, second)).to_contain_text("Place 1")
    expect(screen.page.get_by_test_id("team-notice")).to_have_text("The priority is changed.")
    expect(choice).to_be_focused()

    row = person(screen, second)
    row.get_by_test_id("target").select_option(index=1)
    row.get_by_test_id("assign").click()
    expect(row).to_have_count(0)
    person(screen, first).get_by_test_id("take").click()
    expect(screen.place).to_have_attribute("data-chat-id", first.chat_id)
    leave(first)
    leave(second)
    screen.page.get_by_test_id("queue-link").click()
    expect(screen.page.get_by_text("Nobody waits here.")).to_be_visible()


def test_somebody_without_room_is_given_more_only_on_purpose(quiet, boss, staff):
    screen = staff()
    for each in boss.get("/admin/agents").body["agents"]:
        boss.call("PATCH", f"/admin/agents/{each['id']}", {"capacity": 0})
    visitor = waiting(quiet, "Cleo")
    screen.page.get_by_test_id("queue-link").click()
    row = person(screen, visitor)
    row.get_by_test_id("target").select_option(index=1)
    asked = []

    def answer(dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss() if len(asked) == 1 else dialog.accept()
    screen.page.on("dialog", answer)
    row.get_by_test_id("assign").click()
    expect(screen.page.get_by_test_id("team-notice")).to_contain_text("not possible any more")
    row.get_by_test_id("assign").click()
    expect(row).to_have_count(0)
    assert len(asked) == 2 and "no room" in asked[0]
    leave(visitor)
    for each in boss.get("/admin/agents").body["agents"]:
        boss.call("PATCH", f"/admin/agents/{each['id']}", {"capacity": 5})


def test_agents_are_seen_at_work_and_changed(quiet, boss, staff):
    screen = staff("administrator")
    address = quiet.hire()
    colleague = number(quiet, address)
    boss.call("PATCH", f"/admin/agents/{colleague}", {"availability": "away"})
    screen.page.get_by_test_id("team-link").click()
    row = screen.page.locator(f"[data-agent-id='{colleague}']")
    expect(row).to_have_attribute("data-availability", "offline")
    cable = Agent(quiet.api(0), address).cable()
    notifications = cable.subscribe("AdminNotificationChannel")
    expect(row).to_have_attribute("data-availability", "away")
    notifications.perform("availability", status="busy")
    expect(row).to_have_attribute("data-availability", "busy")

    row.get_by_text("Change").click()
    row.get_by_label("Conversations at most").fill("12")
    row.get_by_label("Skills").fill("German, billing")
    screen.page.keyboard.press("Enter")
    expect(screen.page.get_by_test_id("team-notice")).to_have_text("Saved.")
    expect(row).to_contain_text("0 of 12 conversations")
    expect(row).to_contain_text("german")
    row.get_by_text("Change").click()
    row.get_by_label("Skills").fill("größe")
    row.get_by_test_id("save").click()
    expect(screen.page.get_by_test_id("team-notice")).to_contain_text("not accepted")
    cable.close()
    expect(row).to_have_attribute("data-availability", "offline")


def test_teams_are_made_changed_and_deleted(quiet, staff):
    screen = staff()
    screen.page.goto(quiet.url(0) + "/dashboard#/team/teams")
    expect(screen.page.get_by_text("There are no teams yet.")).to_be_visible()
    screen.page.get_by_test_id("team-name").fill("Sales")
    screen.page.get_by_test_id("create-team").click()
    row = screen.page.get_by_test_id("team-row")
    expect(row).to_contain_text("Nobody is in this team.")
    row.get_by_text("Change").click()
    row.get_by_label("Ann").check()
    row.get_by_label("Name", exact=True).fill("Support")
    row.get_by_text("Save").click()
    expect(row.locator("strong")).to_have_text("Support")
    expect(row.locator(".detail")).to_contain_text("Ann")
    row.get_by_text("Change").click()
    screen.page.once("dialog", lambda dialog: dialog.accept())
    row.get_by_test_id("delete-team").click()
    expect(row).to_have_count(0)


def test_an_agent_sees_and_says_what_is_theirs(quiet, staff):
    screen = staff("agent")
    visitor = waiting(quiet, "Dora")
    page = screen.page
    expect(page.get_by_test_id("jobs-link")).to_have_count(0)
    # By keyboard alone.
    page.get_by_test_id("chats-link").focus()
    page.keyboard.type("gq")
    expect(page.get_by_role("heading", name="Queue")).to_be_focused()
    expect(person(screen, visitor).get_by_test_id("take")).to_be_visible()
    expect(person(screen, visitor).get_by_test_id("assign")).to_have_count(0)
    page.keyboard.type("gt")
    expect(page.get_by_role("heading", name="Agents")).to_be_focused()
    expect(page.locator("details")).to_have_count(1)
    page.locator("summary").press("Enter")
    page.get_by_label("Availability").select_option("busy")
    page.get_by_test_id("save").click()
    expect(page.locator("li[data-availability=busy]")).to_have_count(1)
    page.get_by_role("link", name="Teams").click()
    expect(page.get_by_test_id("create-team")).to_have_count(0)
    page.keyboard.type("gc")
    expect(page.get_by_test_id("tab-active")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Teams")).to_be_visible()
    leave(visitor)


def test_the_server_being_away_is_said_and_over_when_it_is_back(quiet, staff):
    screen = staff()
    screen.page.route("**/admin/queue", lambda route: route.abort())
    screen.page.get_by_test_id("queue-link").click()
    expect(screen.page.get_by_test_id("team-notice")).to_contain_text("cannot be reached")
    screen.page.unroute("**/admin/queue")
    expect(screen.page.get_by_test_id("team-notice")).to_be_empty()


@pytest.mark.parametrize("locale, scheme", [("en", "light"), ("zh-CN", "dark"), ("en", "dark"), ("zh-CN", "light")])
def test_each_part_is_accessible_and_fits_a_telephone(quiet, staff, locale, scheme):
    visitor = waiting(quiet, "Fay")
    screen = staff(color_scheme=scheme, locale=locale, viewport={"width": 360, "height": 700}, bypass_csp=True)
    for part, shown in {"queue": "person", "team": "colleague", "team/teams": "team-name"}.items():
        screen.page.goto(f"{quiet.url(0)}/dashboard#/{part}")
        expect(screen.page.get_by_test_id(shown).first).to_be_visible()
        for closed in screen.page.locator("details:not([open]) summary").all()[:1]:
            closed.click()
        found = Axe().run(screen.page)
        assert found.violations_count == 0, found.generate_report()
        fits(screen, 360)
    leave(visitor)
