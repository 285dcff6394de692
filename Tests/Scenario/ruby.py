"""The real Sidekiq of Debian beside a cluster: its client and API, its Web, its worker."""

import html
import http.client
import json
import os
import re
import subprocess
from pathlib import Path
from urllib.parse import urlencode

from cluster import Cluster, free_port
from process import Process, eventually

FOLDER = Path(__file__).resolve().parent / "sidekiq"


class Console:
    """`console.queue("default")` asks Sidekiq::Queue, and so on: see sidekiq/console.rb."""

    def __init__(self, cluster: Cluster):
        self.handle = subprocess.Popen(
            ["ruby", FOLDER / "console.rb"], env=environment(cluster), text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=(cluster.folder / "console.log").open("w"))
        self.log = cluster.folder / "console.log"

    def __getattr__(self, command: str):
        def call(*arguments):
            self.handle.stdin.write(json.dumps([command, *arguments]) + "\n")
            self.handle.stdin.flush()
            answer = self.handle.stdout.readline()
            assert answer, f"{command}: {self.log.read_text()[-2000:]}"
            return json.loads(answer)
        return call

    def close(self) -> None:
        self.handle.stdin.close()
        self.handle.wait(10)


class Web:
    """A person at Sidekiq's Web page: keeps the session's cookie, and sends the form's token along."""

    def __init__(self, cluster: Cluster):
        self.port = free_port()
        self.cookie = ""
        self.process = Process(
            "sidekiq-web", ["puma", "--quiet", "--threads", "1:2", "--environment", "production", "--bind",
                            f"tcp://127.0.0.1:{self.port}", str(FOLDER / "web.ru")],
            environment(cluster), cluster.folder)
        self.process.start()
        eventually(self._answers, 20, what=f"Sidekiq's Web: {self.process.last_lines()}")

    def get(self, path: str) -> str:
        status, text = self._call("GET", path)
        assert status == 200, f"GET {path}: {status} {text[:500]} {self.process.last_lines(20)}"
        return text

    def post(self, page: str, path: str, **fields) -> None:
        """Sends a form of `page` to `path`."""
        token = re.search(r"""name=['"]authenticity_token['"] value=['"]([^'"]+)""", self.get(page))
        assert token, f"{page} has no form"
        status, text = self._call("POST", path, urlencode(
            fields | {"authenticity_token": html.unescape(token.group(1))}))
        assert status in (302, 303), f"POST {path}: {status} {text[:500]}"

    def close(self) -> None:
        self.process.stop()

    def _answers(self) -> bool:
        assert self.process.alive, self.process.last_lines()
        try:
            return self._call("GET", "/")[0] == 200
        except OSError:
            return False

    def _call(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        headers = {"Cookie": self.cookie} if self.cookie else {}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        text = response.read().decode()
        if cookie := response.getheader("Set-Cookie"):
            self.cookie = cookie.split(";")[0]
        connection.close()
        return response.status, text


def worker(cluster: Cluster, queue: str) -> Process:
    """A real Sidekiq process that serves one queue."""
    return Process("sidekiq", ["sidekiq", "--require", str(FOLDER / "common.rb"), "--queue", queue,
                               "--concurrency", "2"], environment(cluster), cluster.folder)


def environment(cluster: Cluster) -> dict[str, str]:
    return os.environ | {"REDIS_URL": cluster.environment["REDIS_URL"], "LANG": "C.UTF-8"}
