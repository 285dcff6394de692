"""Hands on what runs between a page and its gateway: frames and answers of the test's own making."""

import json

from playwright.sync_api import Page, Route, WebSocketRoute


class Tap:
    """Passes everything on, and says more in the gateway's name. Made before the page is loaded."""

    def __init__(self, page: Page):
        self.socket: WebSocketRoute | None = None
        self.identifier = ""
        page.route_web_socket("**/cable?*", self._connect)

    def _connect(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def sent(text: str) -> None:
            frame = json.loads(text)
            if frame["command"] == "subscribe":
                self.socket, self.identifier = socket, frame["identifier"]
            server.send(text)
        socket.on_message(sent)

    def say(self, **message) -> None:
        """As if the gateway had said it on the chat's channel."""
        self.socket.send(json.dumps({"identifier": self.identifier, "message": message}))

    def conversation(self, **members) -> None:
        base = {"id": "01a1fdd4-e034-7b9e-bb27-774a054623f3", "position": None, "assignee": None}
        self.say(type="conversation", conversation=base | members)


def with_settings(page: Page, **settings) -> None:
    """The inbox's settings, as an administrator would have made them."""
    def answer(route: Route) -> None:
        if route.request.method != "POST":
            return route.continue_()
        response = route.fetch()
        body = response.json()
        body["settings"] |= settings
        route.fulfill(response=response, json=body)
    page.route("**/widget/sessions", answer)
