"""The REST surface, as a stranger's program would use it."""

import http.client
import json
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass
class Answer:
    status: int
    body: object
    headers: dict[str, str]

    @property
    def error(self) -> dict:
        """The documented shape of every refusal: {"error": {"code", "message", "field"?}}."""
        assert isinstance(self.body, dict) and set(self.body) == {"error"}, f"not an error's shape: {self}"
        error = self.body["error"]
        assert set(error) <= {"code", "message", "field"}, f"unknown members: {error}"
        assert error["code"] and error["message"], f"an error says what and why: {error}"
        return error


class Api:
    def __init__(self, base: str, token: str | None = None):
        self.base = base
        self.token = token

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        return self.call("GET", path, headers=headers)

    def post(self, path: str, body: object = None) -> Answer:
        return self.call("POST", path, body)

    def call(self, method: str, path: str, body: object = None, *, raw: bytes | None = None,
             headers: dict[str, str] | None = None) -> Answer:
        """`raw` sends bytes as they are, under JSON's name, to see what the server makes of them."""
        headers = dict(headers or {})
        payload = raw
        if raw is None and body is not None:
            payload = json.dumps(body).encode()
        if payload is not None:
            headers["Content-Type"] = "application/json"
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        connection = http.client.HTTPConnection(urlsplit(self.base).netloc, timeout=15)
        try:
            connection.request(method, path, payload, headers)
            response = connection.getresponse()
            text = response.read()
        except http.client.HTTPException as broken:
            raise ConnectionError(str(broken)) from broken
        finally:
            connection.close()
        named = {name.lower(): value for name, value in response.getheaders()}
        is_json = "json" in named.get("content-type", "")
        return Answer(response.status, json.loads(text) if is_json and text else text.decode(), named)
