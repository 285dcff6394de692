"""One process of the cluster: the real binary, its own log, ended by its own pid."""

import os
import signal
import subprocess
import time
from pathlib import Path


class Process:
    def __init__(self, name: str, command: list[str], environment: dict[str, str], folder: Path):
        self.name = name
        self.command = command
        self.environment = environment
        self.folder = folder
        self.log = folder / f"{name}.log"
        self.handle: subprocess.Popen | None = None

    def start(self) -> None:
        assert not self.alive, f"{self.name} runs already"
        with self.log.open("ab") as log:
            self.handle = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=os.environ | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def alive(self) -> bool:
        return self.handle is not None and self.handle.poll() is None

    def kill(self) -> None:
        """As the kernel does when memory is short: no goodbye."""
        if self.alive:
            self.handle.send_signal(signal.SIGKILL)
            self.handle.wait()

    def ask_to_stop(self) -> None:
        if self.alive:
            self.handle.terminate()

    def stop(self, seconds: float = 30) -> int | None:
        """As a deployment does: TERM, and patience. Returns the exit status, negative for a signal."""
        if self.handle is None:
            return None
        if self.alive:
            self.ask_to_stop()
            try:
                self.handle.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.handle.returncode

    def last_lines(self, count: int = 30) -> str:
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])


def eventually(question, seconds: float = 10, every: float = 0.05, what: str = ""):
    """Asks until the answer is true, and returns it; fails when the time is up."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what or question!r}; last answer {answer!r}")
        time.sleep(every)
