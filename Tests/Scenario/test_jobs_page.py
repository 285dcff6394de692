"""The dashboard's Jobs page: what an operator sees and does there, and what everybody else does not."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from screens import Dashboard
from test_jobs import bury, word


@pytest.fixture
def opened(browser, cluster):
    """Opens the dashboard of a new member of staff."""
    contexts = []

    def build(role: str = "administrator", **options) -> Dashboard:
        contexts.append(browser.new_context(**options))
        return Dashboard(contexts[-1].new_page(), cluster.url(0), cluster.hire(role=role))
    yield build
    for context in contexts:
        context.close()


def test_an_operator_searches_and_acts(cluster, opened):
    names = [word(), word()]
    for name in names:
        bury(cluster, name)
    screen = opened()
    loaded = []
    screen.page.on("request", lambda request: loaded.append(request.url))
    screen.page.get_by_test_id("jobs-link").click()
    page = screen.page.get_by_test_id("jobs")
    expect(page.get_by_test_id("jobs-totals")).to_contain_text("processed")
    assert any("/a/jobs." in url for url in loaded), "the page is fetched when it is asked for"
    page.get_by_role("link", name="Dead").click()
    search = page.get_by_test_id("jobs-search")
    search.fill(names[0])
    job = page.get_by_test_id("job")
    expect(job).to_have_count(1)
    expect(job).to_contain_text("Gone: it went away")
    expect(job).to_contain_text('["(11 characters)"]')

    # By keyboard alone: the button of the row is reached and pressed.
    job.get_by_test_id("retry").focus()
    screen.page.keyboard.press("Enter")
    expect(page.get_by_test_id("jobs-notice")).to_have_text("Done.")
    expect(job).to_have_count(0)
    expect(page.get_by_text("No job has that text.")).to_be_visible()
    assert cluster.redis().llen("queue:nobody") == 1
    search.fill(names[1])
    job.get_by_test_id("delete").click()
    expect(job).to_have_count(0)

    screen.page.goto(cluster.url(0) + "/dashboard#/jobs/queue/nobody")
    expect(job).to_have_count(1)
    screen.page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_test_id("delete-all").click()
    expect(page.get_by_text("Nothing waits in this queue.")).to_be_visible()
    screen.page.go_back()
    expect(page.get_by_role("heading", name="Dead")).to_be_visible()
    page.get_by_label("Back to the chats").click()
    expect(page).to_have_count(0)
    expect(screen.page.get_by_test_id("tab-active")).to_be_visible()


def test_the_workers_are_seen_on_a_telephone_in_chinese(cluster, opened):
    screen = opened(locale="zh-CN", viewport={"width": 360, "height": 700})
    screen.page.get_by_test_id("jobs-link").click()
    page = screen.page.get_by_test_id("jobs")
    page.get_by_role("link", name="工作进程").click()
    expect(page.get_by_test_id("process").first).to_contain_text("10 个中 0 个忙碌")
    expect(page.get_by_role("button", name="静默").first).to_be_enabled()
    assert screen.page.evaluate("document.documentElement.scrollWidth") <= 360, "nothing sticks out"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_part_is_accessible(cluster, opened, scheme):
    cluster.redis().sadd("queues", "nobody")
    bury(cluster, word())
    screen = opened(color_scheme=scheme, bypass_csp=True)
    for part, shown in {"": "queues", "/dead": "waiting", "/processes": "processes"}.items():
        screen.page.goto(f"{cluster.url(0)}/dashboard#/jobs{part}")
        expect(screen.page.get_by_test_id(shown).locator("li").first).to_be_visible()
        found = Axe().run(screen.page)
        assert found.violations_count == 0, found.generate_report()


def test_others_have_no_way_there(cluster, opened):
    screen = opened("agent")
    expect(screen.page.get_by_test_id("jobs-link")).to_have_count(0)
    screen.page.goto(cluster.url(0) + "/dashboard#/jobs/dead")
    expect(screen.page.get_by_test_id("jobs-notice")).to_contain_text("Only administrators")
    expect(screen.page.get_by_test_id("job")).to_have_count(0)
