"""bin/dev: one command to a running demo, and nothing left behind."""

import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from api import Api
from cluster import ROOT, free_port
from people import Agent, Visitor
from process import eventually


started: list["Dev"] = []


class Dev:
    """A bin/dev with a state folder of its own, so that a developer's may run beside it."""

    def __init__(self, state: Path, **variables: str):
        self.state = state
        self.port = int(variables.setdefault("PORT", str(free_ports(2))))
        self.output = state.parent / f"{state.name}-{time.monotonic_ns()}.out"
        environment = {name: value for name, value in os.environ.items() if name not in ("REDIS_URL", "DATABASE_URL")}
        with self.output.open("wb") as output:
            self.handle = subprocess.Popen(
                [ROOT / "bin" / "dev"], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                env=environment | {"SWITCHBOARD_STATE": str(state)} | variables, start_new_session=True)
        started.append(self)

    @property
    def said(self) -> str:
        return self.output.read_text(errors="replace")

    def wait_ready(self) -> None:
        eventually(lambda: "Switchboard is ready" in self.said or self.handle.poll() is not None, 150, what="ready")
        assert self.handle.poll() is None, self.said

    def end(self, with_signal: signal.Signals) -> int:
        self.handle.send_signal(with_signal)
        return self.handle.wait(60)

    def leftovers(self) -> list[str]:
        """Processes that still carry this folder in their environment or work in it."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                working = os.readlink(process / "cwd")
                marked = f"SWITCHBOARD_STATE={self.state}".encode() in (process / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if int(process.name) != os.getpid() and (marked or working.startswith(str(self.state))):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        return found


def free_ports(count: int) -> int:
    """The first of so many free ports in a row."""
    while True:
        first = free_port()
        try:
            for port in range(first, first + count):
                socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return first


@pytest.fixture
def state():
    with tempfile.TemporaryDirectory(prefix="switchboard-dev-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "state"
        while started:
            if (dev := started.pop()).handle.poll() is None:
                dev.end(signal.SIGTERM)
        subprocess.run([ROOT / "bin" / "services", "stop", Path(folder) / "state"], check=True)


@pytest.mark.timeout(400)
def test_two_gateways_and_two_workers_start_serve_and_leave_nothing(state):
    dev = Dev(state, GATEWAYS="2", WORKERS="2")
    dev.wait_ready()
    bases = [f"http://127.0.0.1:{dev.port + number}" for number in range(2)]
    assert all(Api(base).get("/health/ready").status == 200 for base in bases)
    assert f"{bases[0]}/dashboard" in dev.said and f"{bases[1]}/" in dev.said
    # Whichever says something first.
    for process in ("web.2", "worker.2"):
        eventually(lambda: re.search(rf"(?m)^.*\b{re.escape(process)} ", dev.said), 30, what=f"a line of {process}")
    for email in ("admin@example.com", "ann@example.com", "bob@example.com"):
        assert email in dev.said
        Agent(Api(bases[1]), email)
    visitor = Visitor(Api(bases[0]))
    visitor.say("kept over a restart")
    assert dev.end(signal.SIGINT) == 130
    assert dev.leftovers() == []

    again = Dev(state)
    begun = time.monotonic()
    again.wait_ready()
    assert time.monotonic() - begun < 60, "a second start takes seconds"
    visitor.api.base = f"http://127.0.0.1:{again.port}"
    messages = visitor.api.get("/support_chat").body["messages"]
    assert [message["content"] for message in messages] == ["kept over a restart"]
    assert again.end(signal.SIGTERM) == 143
    assert again.leftovers() == []


@pytest.mark.timeout(400)
def test_after_a_kill_the_next_start_cleans_up_and_goes_on(state):
    dev = Dev(state)
    dev.wait_ready()
    dev.end(signal.SIGKILL)
    assert dev.leftovers() != []
    again = Dev(state, PORT=str(dev.port))
    again.wait_ready()
    assert "left behind by a bin/dev that was killed" in again.said
    assert again.end(signal.SIGTERM) == 143
    assert again.leftovers() == []


def test_a_second_one_in_the_same_place_is_told_about_the_first(state):
    dev = Dev(state)
    dev.wait_ready()
    second = Dev(state)
    assert second.handle.wait(60) == 1
    assert f"already runs here (pid {dev.handle.pid})" in second.said
    assert dev.handle.poll() is None
    assert dev.end(signal.SIGTERM) == 143


def test_a_taken_port_is_named_with_its_owner_and_a_way_out(state):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        dev = Dev(state, PORT=str(port))
        assert dev.handle.wait(60) == 1
    assert f"Port {port} is taken by pid {os.getpid()}" in dev.said
    assert re.search(r"PORT=\d+ bin/dev", dev.said)


def test_without_swift_it_says_where_to_get_it(state):
    path = ":".join(folder for folder in os.environ["PATH"].split(":") if not (Path(folder) / "swift").exists())
    dev = Dev(state, PATH=path)
    assert dev.handle.wait(60) == 1
    assert "swift.org/install" in dev.said
