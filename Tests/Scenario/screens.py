"""What a person sees and does: the widget on the demo shop, and the dashboard. Hooks are data-testid."""

from playwright.sync_api import Locator, Page, expect

from people import PASSWORD


class Conversation:
    """The messages and the field to write in, the same on both screens."""

    place: Locator

    def says(self, text: str) -> None:
        self.place.get_by_test_id("message-input").fill(text)
        self.place.get_by_test_id("send").click()

    def message(self, text: str) -> Locator:
        return self.place.get_by_test_id("message").filter(has=self.place.page.get_by_text(text, exact=True))

    def sees(self, text: str, sender: str) -> None:
        expect(self.message(text)).to_have_count(1)
        expect(self.message(text)).to_have_attribute("data-sender", sender)

    def texts(self) -> list[str]:
        return self.place.locator("[data-testid=message] .content").all_inner_texts()

    def sees_exactly(self, texts: list[str]) -> None:
        expect(self.place.locator("[data-testid=message] .content")).to_have_text(texts)

    def is_connected(self) -> None:
        expect(self.place.get_by_test_id("connection")).to_have_attribute("data-state", "online")


class Widget(Conversation):
    def __init__(self, page: Page, base: str):
        self.page = page
        self.place = page.get_by_test_id("panel")
        page.goto(base + "/")

    @classmethod
    def on(cls, page: Page, address: str) -> "Widget":
        """On another page than the demo shop."""
        return cls(page, address.removesuffix("/"))

    def open(self) -> "Widget":
        self.page.get_by_test_id("launcher").click()
        expect(self.place).to_be_visible()
        self.is_connected()
        return self

    def reload(self) -> "Widget":
        self.page.reload()
        return self.open()

    @property
    def badge(self) -> Locator:
        return self.page.get_by_test_id("badge")


class Dashboard(Conversation):
    def __init__(self, page: Page, base: str, email: str):
        self.page = page
        self.place = page.get_by_test_id("thread")
        page.goto(base + "/dashboard")
        page.get_by_test_id("email").fill(email)
        page.get_by_test_id("password").fill(PASSWORD)
        page.get_by_test_id("login").click()
        expect(page.get_by_test_id("workspace")).to_be_visible()
        expect(page.get_by_test_id("inbox-connection")).to_have_attribute("data-state", "online")

    def row(self, chat_id: str) -> Locator:
        return self.page.locator(f"[data-testid=chat-row][data-chat-id='{chat_id}']")

    def row_saying(self, preview: str) -> Locator:
        return self.page.get_by_test_id("chat-row").filter(has_text=preview)

    def open(self, row: Locator) -> "Dashboard":
        row.click()
        expect(self.place).to_be_visible()
        self.is_connected()
        return self

    def tab(self, name: str) -> None:
        self.page.get_by_test_id(f"tab-{name}").click()
