"""The examples of docs/sdk.md, run as they stand there, with the real React and the real Vue."""

import re

import pytest
from playwright.sync_api import Page, expect

import frameworks
from cluster import ROOT
from host_page import HostPage
from people import Agent
from process import eventually
from test_conversation import unique
from test_widget import chat_id

GATEWAY = "https://chat.example.com"
REACT = "https://esm.sh/react@18.3.1"


@pytest.fixture
def host():
    host = HostPage()
    yield host
    host.close()


def example(title: str) -> str:
    text = (ROOT / "docs" / "sdk.md").read_text()
    return re.search(rf"^## {title}\n+```html\n(.*?)^```", text, re.M | re.S).group(1)


def script(page: Page, address: str, text) -> None:
    page.route(address, lambda route: route.fulfill(
        body=text(), headers={"Content-Type": "text/javascript", "Access-Control-Allow-Origin": "*"}))


@pytest.mark.parametrize("title", ["Plain", "React", "Vue"])
def test_an_example_of_the_guide_is_a_chat(page, host, cluster, title):
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    script(page, REACT, frameworks.react)
    script(page, REACT.replace("react@", "react-dom@") + "/client", lambda: frameworks.react_dom_client(REACT))
    script(page, "https://unpkg.com/vue@3.5.22/dist/vue.esm-browser.prod.js", frameworks.vue)
    begun: list[str] = []
    page.on("request", lambda asked: begun.append(asked.url) if asked.method == "POST" and
            "sessions" in asked.url else None)
    host.html = example(title).replace(GATEWAY, cluster.url(0)).replace("<title>", '<meta charset="utf-8"><title>')
    page.goto(host.url)
    state, lines = page.get_by_role("status"), page.get_by_role("listitem")
    expect(state).to_contain_text("online")
    word, answer = unique("Is this me?"), unique("It is.")
    page.get_by_label("Message").fill(word)
    page.get_by_role("button", name="Send").click()
    expect(lines).to_contain_text([f"{word} (sent)"])
    agent, chat = Agent(cluster.api(1)), chat_id(page, cluster.url(0))
    agent.say(chat, answer)
    expect(lines).to_contain_text([word, answer])
    agent.api.get(f"/admin/chats/{chat}")
    expect(lines.first).to_contain_text("(read)")
    eventually(lambda: cluster.rows("SELECT user_read_seq AS seq FROM support_chats WHERE id = %s",
                                    chat)[0]["seq"] == 2, what="read here, and known there")
    page.reload()
    expect(lines).to_contain_text([word, answer])
    assert len(begun) == 2, "once per load, also where a framework mounts twice"
    assert faults == []


def test_the_demo_has_the_plain_example_under_the_strictest_policy(page, cluster):
    faults: list[str] = []
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.goto(cluster.url(0))
    page.get_by_role("link", name="an example of the SDK").click()
    expect(page.get_by_role("status")).to_contain_text("online")
    word = unique("Without a widget")
    page.get_by_label("Message").fill(word)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("listitem")).to_contain_text([f"{word} (sent)"])
    assert [fault for fault in faults if "favicon" not in fault] == []
