"""The dashboard's Settings and System screens: what administrators set, and what it does to visitors and staff."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from api import Api
from people import PASSWORD, Agent, Visitor
from process import eventually
from screens import Dashboard


@pytest.fixture
def opened(browser, cluster):
    """Opens a screen of the dashboard as a new member of staff."""
    contexts = []

    def build(part: str, role: str = "administrator", **options) -> Dashboard:
        contexts.append(browser.new_context(**options))
        screen = Dashboard(contexts[-1].new_page(), cluster.url(0), cluster.hire(role=role))
        screen.page.goto(f"{cluster.url(0)}/dashboard#/{part}")
        return screen
    yield build
    for context in contexts:
        context.close()


def notice(screen: Dashboard):
    return screen.page.get_by_test_id("settings-notice")


def fits(screen: Dashboard, width: int) -> None:
    assert screen.page.evaluate("document.documentElement.scrollWidth") <= width, "something sticks out"


def new_inbox(screen: Dashboard, name: str) -> None:
    form = screen.page.get_by_test_id("inbox-form")
    form.get_by_label("Name").fill(name)
    form.get_by_role("button", name="Create").click()
    expect(screen.page.get_by_test_id("inbox").locator("h3").first).to_have_text(name)


def test_an_inbox_is_made_and_its_snippet_opens_a_chat(cluster, opened):
    screen = opened("settings/inboxes", permissions=["clipboard-read", "clipboard-write"])
    page = screen.page
    expect(page.get_by_test_id("inboxes")).to_contain_text("Acme website")
    new_inbox(screen, "Boutique")
    page.get_by_test_id("copy").click()
    expect(notice(screen)).to_have_text("Copied.")
    code = page.evaluate("navigator.clipboard.readText()")
    assert code == page.get_by_test_id("snippet").input_value()
    assert code.startswith(f'<script async src="{cluster.url(0)}/w.js" data-token="')
    token = code.split('data-token="')[1].split('"')[0]

    form = page.get_by_test_id("look-form")
    form.get_by_label("Greeting").fill("Welcome!")
    form.get_by_label("Colour").fill("#8a2be2")
    expect(page.get_by_test_id("preview")).to_contain_text("Welcome!")
    form.get_by_role("button", name="Save").click()
    expect(notice(screen)).to_contain_text("within a minute")
    answer = cluster.api(0).post("/widget/sessions", {"website_token": token})
    assert answer.body["settings"]["greeting"] == "Welcome!"
    assert answer.body["settings"]["color"] == "#8a2be2"


def test_rules_hours_and_timers_are_set(cluster, opened):
    screen = opened("settings/inboxes")
    page = screen.page
    new_inbox(screen, "Hotline")
    path = f"/admin/inboxes/{page.url.split('/')[-1]}"
    staff = Agent(cluster.api(0)).api

    rules = page.get_by_test_id("rules-form")
    rules.get_by_label("Conversations are").select_option("offer")
    rules.get_by_label("An offer stands for").fill("45")
    rules.get_by_label("What a conversation counts").fill("0.5")
    rules.get_by_label("Ann").check()
    rules.get_by_role("button", name="Save").click()
    expect(notice(screen)).to_have_text("Saved.")
    now = next(each for each in staff.get("/admin/inboxes/rules").body["inboxes"] if each["name"] == "Hotline")
    assert now["rules"]["mode"] == "offer" and now["rules"]["offer_s"] == 45 and len(now["agent_ids"]) == 1
    assert now["rules"]["weight"] == 50

    hours = page.get_by_test_id("hours-form")
    hours.get_by_label("Always open").uncheck()
    hours.get_by_label("Time zone").fill("Europe/Berlin")
    hours.get_by_label("Monday").fill("9 to 5")
    hours.get_by_role("button", name="Save").click()
    assert staff.get(f"{path}/hours").body["hours"] is None, "what cannot be read is not sent"
    hours.get_by_label("Monday").fill("09:00–12:30, 13:30–18:00")
    hours.get_by_label("Holidays").fill("2026-12-25* Christmas")
    hours.get_by_role("button", name="Save").click()
    eventually(lambda: staff.get(f"{path}/hours").body["hours"] is not None, 10, what="hours")
    written = staff.get(f"{path}/hours").body["hours"]
    assert written["week"]["monday"][1] == {"opens": "13:30", "closes": "18:00"}
    assert written["holidays"][0]["yearly"] and written["holidays"][0]["name"] == "Christmas"

    timers = page.get_by_test_id("timers-form")
    timers.get_by_label("First answer within").fill("5")
    timers.get_by_label("A visitor's silence").fill("")
    timers.get_by_role("button", name="Save").click()
    eventually(lambda: staff.get(f"{path}/timers").body["timers"]["idle"] is None, 10, what="timers")
    assert staff.get(f"{path}/timers").body["timers"]["first_reply"]["within_s"] == 300
    page.reload()
    expect(timers.get_by_label("First answer within")).to_have_value("5")
    expect(hours.get_by_label("Monday")).to_have_value("09:00-12:30, 13:30-18:00")


def test_an_inbox_is_closed_and_opened_again(cluster, opened):
    screen = opened("settings/inboxes")
    page = screen.page
    new_inbox(screen, "Kiosk")
    staff = Agent(cluster.api(0)).api

    def is_closed() -> bool:
        inboxes = staff.get("/admin/inboxes/rules").body["inboxes"]
        return next(each for each in inboxes if each["name"] == "Kiosk")["closed"]
    expect(page.get_by_test_id("closed")).to_have_text("This inbox takes conversations.")
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_test_id("close-inbox").click()
    assert not is_closed(), "it was only asked"
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_test_id("close-inbox").click()
    expect(page.get_by_test_id("closed")).to_contain_text("is closed")
    assert is_closed()
    page.get_by_test_id("close-inbox").click()
    expect(page.get_by_test_id("closed")).to_have_text("This inbox takes conversations.")
    assert not is_closed()


def test_the_working_hours_of_an_agent_are_set(cluster, opened):
    cluster.hire(name="Mia Hours")
    screen = opened("settings/agents")
    row = screen.page.get_by_test_id("member").filter(has_text="Mia Hours")
    row.get_by_test_id("hours").get_by_text("Working hours").first.click()
    hours = row.get_by_test_id("hours-form")
    hours.get_by_label("No hours").uncheck()
    hours.get_by_label("Time zone").fill("Asia/Shanghai")
    hours.get_by_label("Friday").fill("22:00-06:00")
    hours.get_by_role("button", name="Save").click()
    expect(notice(screen)).to_have_text("Saved.")
    screen.page.reload()
    row.get_by_test_id("hours").get_by_text("Working hours").first.click()
    expect(hours.get_by_label("Friday")).to_have_value("22:00-06:00")
    expect(hours.get_by_label("Time zone")).to_have_value("Asia/Shanghai")


def test_somebody_is_hired_promoted_and_sent_away(cluster, opened):
    screen = opened("settings/agents")
    page = screen.page
    form = page.get_by_test_id("hire-form")

    def hire(email: str) -> None:
        form.get_by_label("Name").fill("Zoe")
        form.get_by_label("Email").fill(email)
        form.get_by_label("First password").fill("quite a secret")
        form.get_by_role("button", name="Hire somebody").click()
    hire("ANN@example.com")
    expect(notice(screen)).to_have_text("Somebody has this address already.")
    hire("zoe@example.org")
    expect(notice(screen)).to_contain_text("Hired.")
    row = page.get_by_test_id("member").filter(has_text="Zoe")
    login = {"email": "zoe@example.org", "password": "quite a secret"}
    answer = cluster.api(1).post("/auth/login", login)
    assert answer.body["agent"]["role"] == "agent"
    zoe = Api(cluster.url(1), answer.body["token"])
    assert zoe.get("/admin/system").status == 403

    row.get_by_test_id("role").select_option("administrator")
    expect(notice(screen)).to_have_text("Saved.")
    assert zoe.get("/admin/system").status == 200, "a role is in force at once"
    own = page.get_by_test_id("member").filter(has=page.locator("select:disabled"))
    expect(own).to_have_count(1)

    page.once("dialog", lambda dialog: dialog.accept())
    row.get_by_test_id("remove").click()
    expect(row).to_have_count(0)
    assert zoe.get("/admin/queue").status == 401
    assert cluster.api(0).post("/auth/login", login).status == 401


def test_everybody_changes_their_own_name_and_password(cluster, opened):
    screen = opened("settings", "agent")
    page = screen.page
    expect(page.get_by_role("link", name="Inboxes")).to_have_count(0)
    expect(page.get_by_test_id("system-link")).to_have_count(0)
    form = page.get_by_test_id("password-form")
    form.get_by_label("Present password").fill("not this one")
    form.get_by_label("New password").fill("something better")
    form.get_by_role("button").click()
    expect(notice(screen)).to_contain_text("not accepted")
    form.get_by_label("Present password").fill(PASSWORD)
    form.get_by_role("button").click()
    expect(notice(screen)).to_contain_text("Everywhere else you are logged out")
    name = page.get_by_test_id("name-form")
    name.get_by_label("Name").fill("Evelyn")
    name.get_by_role("button").click()
    expect(notice(screen)).to_contain_text("Saved.")
    names = [each["name"] for each in Agent(cluster.api(0)).api.get("/admin/agents").body["agents"]]
    assert "Evelyn" in names
    page.goto(f"{cluster.url(0)}/dashboard#/settings/agents")
    expect(page.get_by_test_id("hire-form")).to_be_visible()
    form = page.get_by_test_id("hire-form")
    form.get_by_label("Name").fill("X")
    form.get_by_label("Email").fill("x@example.org")
    form.get_by_label("First password").fill("x" * 12)
    form.get_by_role("button").click()
    expect(notice(screen)).to_have_text("Your role does not allow this.")


def test_the_language_is_chosen_for_this_browser(cluster, opened):
    page = opened("settings", "agent").page
    page.get_by_test_id("language-form").locator("select").select_option("zh-CN")
    page.get_by_test_id("language-form").get_by_role("button", name="Save").click()
    expect(page.get_by_test_id("queue-link")).to_have_text("排队")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.get_by_test_id("language-form").locator("select").select_option("")
    page.get_by_test_id("language-form").get_by_role("button").click()
    expect(page.get_by_test_id("queue-link")).to_have_text("Queue")


def test_the_system_is_seen_and_so_is_a_part_that_is_away(fragile, browser):
    cluster = fragile(gateways=1, workers=1)
    context = browser.new_context()
    screen = Dashboard(context.new_page(), cluster.url(0), cluster.hire(role="administrator"))
    page = screen.page
    page.get_by_test_id("system-link").click()
    expect(page.get_by_test_id("summary")).to_have_text("Everything works.")
    expect(page.locator("[data-check=gateways]")).to_contain_text("1 alive")
    expect(page.locator("[data-check=jobs]")).to_contain_text("1 alive")
    expect(page.locator("[data-check=journal]")).to_contain_text("0 facts")
    assert str(cluster.ports[0]) not in page.get_by_test_id("system").inner_text()
    cluster.services("stop", "postgres")
    expect(page.get_by_test_id("summary")).to_contain_text("something needs to be looked at")
    expect(page.locator("[data-check=postgres]")).to_have_attribute("data-status", "degraded")
    cluster.services("start", "postgres")
    expect(page.get_by_test_id("summary")).to_have_text("Everything works.")
    context.close()


def test_the_system_is_no_business_of_others(cluster, opened):
    screen = opened("system", "supervisor")
    expect(screen.page.get_by_test_id("system-notice")).to_contain_text("Only administrators")
    assert Visitor(cluster.api(0)).api.get("/admin/system").status == 401


@pytest.mark.parametrize("locale, scheme", [("en", "light"), ("zh-CN", "dark"), ("en", "dark"), ("zh-CN", "light")])
def test_each_part_is_accessible_and_fits_a_telephone(cluster, opened, locale, scheme):
    inbox = Agent(cluster.api(0)).api.get("/admin/inboxes").body["inboxes"][0]["id"]
    screen = opened("settings", color_scheme=scheme, locale=locale, viewport={"width": 360, "height": 700},
                    bypass_csp=True)
    parts = {"settings": "password-form", "settings/inboxes": "inbox-form", "settings/agents": "member",
             f"settings/inboxes/{inbox}": "timers-form", "system": "checks"}
    for part, shown in parts.items():
        screen.page.goto(f"{cluster.url(0)}/dashboard#/{part}")
        expect(screen.page.get_by_test_id(shown).first).to_be_visible()
        found = Axe().run(screen.page)
        assert found.violations_count == 0, f"{part}: {found.generate_report()}"
        fits(screen, 360)
