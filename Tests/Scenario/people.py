"""The two kinds of people: visitors of the demo shop, and the demo's staff."""

import uuid

from api import Api
from cable import Cable, Subscription

PASSWORD = "switchboard"


class Person:
    api: Api

    def cable(self, gateway: str | None = None, **options) -> Cable:
        """A socket with a fresh ticket, at this person's gateway or at another one's address."""
        base = gateway or self.api.base
        answer = Api(base, self.api.token).post("/cable/tickets")
        if answer.status != 201:
            raise ConnectionError(f"no ticket: {answer}")
        return Cable(base, ticket=answer.body["ticket"], **options)


class Visitor(Person):
    def __init__(self, api: Api, **details):
        answer = api.post("/widget/sessions", {"website_token": "demo", **details})
        assert answer.status == 201, answer
        self.api = Api(api.base, answer.body["token"])
        self.contact = answer.body["contact"]
        self.chat_id = answer.body["chat_id"]
        self.settings = answer.body["settings"]

    def say(self, content: str, client_id: str | None = None) -> dict:
        answer = self.api.post("/support_chat/messages",
                               {"content": content, "client_id": client_id or str(uuid.uuid4())})
        assert answer.status in (200, 201), answer
        return answer.body["message"]

    def chat(self, cable: Cable) -> Subscription:
        return cable.subscribe("ChatChannel", chat_id=self.chat_id)


class Agent(Person):
    def __init__(self, api: Api, email: str = "ann@example.com"):
        answer = api.post("/auth/login", {"email": email, "password": PASSWORD})
        assert answer.status in (200, 201), answer
        self.api = Api(api.base, answer.body["token"])
        self.email = email

    def say(self, chat_id: str, content: str, client_id: str | None = None) -> dict:
        answer = self.api.post(f"/admin/chats/{chat_id}/messages",
                               {"content": content, "client_id": client_id or str(uuid.uuid4())})
        assert answer.status in (200, 201), answer
        return answer.body["message"]

    def listed(self, chat_id: str, **query) -> dict | None:
        """The chat's line in the dashboard's list."""
        words = "&".join(f"{name}={value}" for name, value in query.items())
        answer = self.api.get("/admin/chats" + (f"?{words}" if words else ""))
        assert answer.status == 200, answer
        return next((chat for chat in answer.body["chats"] if chat["id"] == chat_id), None)
