"""The widget on customers' pages that would break it if they could, and for everybody who reads it."""

from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from cluster import ROOT
from host_page import BROKEN_GLOBALS, HOSTILE_CSS, HostPage
from people import Agent
from screens import Widget
from tap import Tap, with_settings
from test_conversation import unique
from test_widget import chat_id

# Looked at by people; kept by CI.
PICTURES = ROOT / ".switchboard" / "test" / "pictures"


@pytest.fixture
def host():
    host = HostPage()
    yield host
    host.close()


def open_on(page: Page, url: str) -> Widget:
    return Widget.on(page, url).open()


def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")


def talks(widget: Widget) -> None:
    word = unique("Hello 你好")
    widget.says(word)
    widget.sees(word, "user")
    expect(widget.message(word)).to_have_attribute("data-status", "sent")


def test_hostile_style_does_not_reach_it(page, host, cluster):
    widget = open_on(page, host.show(cluster.url(0), head=f"<style>{HOSTILE_CSS}</style>"))
    talks(widget)
    panel, launcher = widget.place.bounding_box(), page.get_by_test_id("launcher").bounding_box()
    assert (round(panel["width"]), round(launcher["width"])) == (372, 56)
    style = "element => [getComputedStyle(element).color, getComputedStyle(element).fontFamily]"
    color, font = widget.place.evaluate(style)
    assert color == "rgb(22, 25, 31)" and "cursive" not in font
    picture(page, "hostile-style")


def test_a_page_that_breaks_its_globals_breaks_nothing_here(page, host, cluster):
    widget = open_on(page, host.show(cluster.url(0), head=f"<script>{BROKEN_GLOBALS}</script>"))
    talks(widget)


POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; img-src data:; "


@pytest.mark.parametrize("scripts, more", [
    ("{gateway}", "require-trusted-types-for 'script'; trusted-types 'none'"),
    ("{gateway}", "frame-src 'none'; sandbox allow-scripts allow-same-origin allow-forms"),
    ("'nonce-abc123'", ""),
    ("'nonce-abc123' 'strict-dynamic'", ""),
])
def test_strict_policies_are_kept(page, host, cluster, scripts, more):
    gateway = cluster.url(0)
    refused: list[str] = []
    page.on("console", lambda line: refused.append(line.text) if line.type == "error" else None)
    policy = (POLICY + f"script-src {scripts}; connect-src {{gateway}} {{socket}}; {more}").format(
        gateway=gateway, socket=gateway.replace("http", "ws"))
    widget = open_on(page, host.show(gateway, attributes='nonce="abc123"', policy=policy))
    talks(widget)
    assert [line for line in refused if "Trusted" not in line] == []


def test_a_page_that_exchanges_its_body_keeps_the_chat(page, host, cluster):
    widget = open_on(page, host.show(cluster.url(0)))
    talks(widget)
    page.evaluate("document.body = document.createElement('body')")
    expect(widget.place).to_be_visible()
    talks(widget)


def test_the_page_speaks_through_one_object(page, host, cluster):
    head = """<script>window.Switchboard = [["on", "ready", () => window.isReady = true],
        ["setLocale", "zh-CN"], ["theme", {color: "#0f766e", position: "left", mode: "dark"}]]</script>"""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    widget = Widget.on(page, host.show(cluster.url(0), head=head))
    launcher = page.get_by_role("button", name="打开聊天")
    expect(launcher).to_be_visible()
    assert launcher.bounding_box()["x"] < 100
    assert page.evaluate("isReady")
    page.evaluate("Switchboard.identify({name: 'Grace', email: 'grace@example.org'})")
    page.evaluate("Switchboard.setAttributes({plan: 'gold'})")
    assert [url for url in asked if "/a/" in url or "sessions" in url] == []

    with page.expect_request("**/widget/sessions") as begun:
        page.evaluate("Switchboard.open()")
    assert begun.value.post_data_json["name"] == "Grace"
    assert begun.value.post_data_json["attributes"] == {"plan": "gold"}
    expect(widget.place).to_be_visible()
    widget.is_connected()
    talks(widget)
    assert widget.place.evaluate("element => getComputedStyle(element).colorScheme") == "dark"
    picture(page, "theme")

    with page.expect_request("**/widget/sessions") as told:
        page.evaluate("Switchboard.setAttributes({seats: 3})")
    assert told.value.post_data_json["attributes"] == {"plan": "gold", "seats": 3}
    page.evaluate("Switchboard.setLocale('en')")
    expect(widget.place.get_by_role("button", name="Close chat")).to_be_visible()
    expect(widget.place.get_by_test_id("message")).to_have_count(1)
    page.evaluate("Switchboard.reset()")
    expect(widget.place.get_by_test_id("message")).to_have_count(0)
    widget.is_connected()
    page.evaluate("Switchboard.toggle()")
    expect(widget.place).to_be_hidden()
    assert page.evaluate("Object.keys(window).filter((name) => /switchboard/i.test(name))") == ["Switchboard"]


def test_other_tabs_of_the_visitor_keep_in_step(context, cluster):
    one, other = (Widget(context.new_page(), cluster.url(0)) for _ in range(2))
    first, answer = unique("One chat"), unique("in two tabs")
    one.open().says(first)
    one.sees(first, "user")
    other.open()
    other.sees(first, "user")
    one.page.route("**/cable/tickets", lambda route: route.abort())
    one.page.route("**/support_chat/messages", lambda route: route.abort())
    other.says(answer)
    one.sees(answer, "user")
    Agent(cluster.api(1)).say(chat_id(one.page), "Read in one, read in both")
    for tab in (one, other):
        tab.sees("Read in one, read in both", "admin")
        expect(tab.badge).to_be_hidden()
    other.page.evaluate("Switchboard.reset()")
    expect(one.place.get_by_test_id("message")).to_have_count(0)


LOOKS = [("en", "light"), ("en", "dark"), ("zh-CN", "light"), ("zh-CN", "dark")]


@pytest.mark.parametrize("locale, scheme", LOOKS)
def test_everybody_can_use_it(browser, host, cluster, locale, scheme):
    context = browser.new_context(locale=locale, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
    page = context.new_page()
    tap = Tap(page)
    with_settings(page, pre_chat={"consent": "I agree.", "fields": [{"name": "name", "label": "Name"}]})
    page.goto(host.show(cluster.url(0), lang=locale))
    look = f"{locale}-{scheme}"
    accessible(page)
    widget = open_on(page, host.url)
    accessible(page)
    picture(page, f"questions-{look}")
    questions = widget.place.get_by_test_id("questions")
    questions.get_by_role("checkbox").check()
    questions.get_by_role("button").click()
    expect(questions).to_have_count(0)
    talks(widget)
    accessible(page)
    tap.conversation(status="waiting", position=2, estimate_s=300)
    ends_at = (datetime.now(UTC) + timedelta(seconds=90)).isoformat().replace("+00:00", "Z")
    tap.conversation(status="waiting", position=2, estimate_s=300, ends_at=ends_at)
    expect(widget.place.get_by_test_id("warning")).to_be_visible()
    accessible(page)
    picture(page, f"warning-{look}")
    tap.conversation(status="ended", ended_reason="timeout")
    expect(widget.place.get_by_test_id("ending")).to_be_visible()
    widget.place.locator(".stars label").nth(3).click()
    accessible(page)
    picture(page, f"ended-{look}")
    page.get_by_test_id("close").click()
    Agent(cluster.api(1)).say(chat_id(page, cluster.url(0)), "Are you still there?")
    expect(page.get_by_test_id("notice")).to_be_visible()
    accessible(page)
    picture(page, f"notice-{look}")
    context.close()


def accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_it_fits_a_phone_and_reads_from_right_to_left(browser, host, cluster):
    context = browser.new_context(viewport={"width": 390, "height": 760}, has_touch=True, is_mobile=True)
    page = context.new_page()
    widget = open_on(page, host.show(cluster.url(0)))
    talks(widget)
    box = widget.place.bounding_box()
    assert (round(box["x"]), round(box["y"]), round(box["width"]), round(box["height"])) == (0, 0, 390, 760)
    expect(page.get_by_test_id("launcher")).to_be_hidden()
    picture(page, "phone")
    page.get_by_test_id("close").click()
    expect(page.get_by_test_id("launcher")).to_be_visible()
    page.set_viewport_size({"width": 900, "height": 760})
    page.goto(host.show(cluster.url(0), dir="rtl"))
    widget.open()
    talks(widget)
    send, write = (widget.place.get_by_test_id(name).bounding_box() for name in ("send", "message-input"))
    assert send["x"] < write["x"]
    picture(page, "right-to-left")
    context.close()
