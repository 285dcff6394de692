"""A private Redis and workers of the real binary that run jobs of the bench: CountJob, BatchJob, CrashJob, SleepJob."""

import json
import os
import secrets
import shutil
import signal
import struct
import subprocess
import tempfile
import time
from pathlib import Path

import redis

from cluster import BINARY, ROOT, free_port
from process import Process, eventually


class Workshop:
    # Short enough for a test, long enough that a busy machine's stall is no death.
    HEARTBEAT = 1.0

    def __init__(self, durable: bool = False):
        self.folder = Path(tempfile.mkdtemp(prefix="switchboard-jobs-"))
        self.port = free_port()
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir",
                   str(self.folder), "--appendonly", "yes" if durable else "no", "--appendfsync", "always"]
        self.server = Process("redis", command, {}, self.folder)
        self.redis = redis.Redis(port=self.port, decode_responses=True)
        self.workers: list[Process] = []
        self.start_redis()

    def start_redis(self) -> None:
        self.server.start()
        eventually(self._answers, 20, what="Redis answers")

    def _answers(self) -> bool:
        try:
            return bool(self.redis.ping())
        except redis.RedisError:
            return False

    def worker(self, *options: str, clock: "Clock | None" = None) -> Process:
        """Runs until it is ended; ready when Redis knows it."""
        process = self.start_worker(*options, clock=clock)
        self.wait_for(process)
        return process

    def wait_for(self, process: Process) -> None:
        eventually(lambda: self.identity(process) is not None, 30, what=f"{process.name} joins")

    def start_worker(self, *options: str, clock: "Clock | None" = None) -> Process:
        process = Process(
            f"worker-{len(self.workers)}",
            [str(BINARY), "bench", "jobs", "worker", "--redis", f"redis://127.0.0.1:{self.port}/0", "--lua",
             str(ROOT / "lua"), "--heartbeat", str(self.HEARTBEAT), *options],
            # A crash that is meant need not be explained, which takes ten seconds.
            {"SWIFT_BACKTRACE": "enable=no"} | (clock.environment if clock else {}), self.folder)
        process.start()
        self.workers.append(process)
        return process

    def identity(self, process: Process) -> str | None:
        return next((name for name in self.redis.smembers("processes") if f":{process.handle.pid}:" in name), None)

    def push(self, name: str, count: int = 1, queue: str = "default", **fields) -> list[str]:
        jids = [secrets.token_hex(12) for _ in range(count)]
        now = time.time()
        jobs = [json.dumps({"class": name, "args": [fields], "jid": jid, "queue": queue, "retry": True,
                            "created_at": now, "enqueued_at": now}) for jid in jids]
        self.redis.sadd("queues", queue)
        self.redis.lpush(f"queue:{queue}", *jobs)
        return jids

    def schedule(self, name: str, due: float, **fields) -> str:
        """As a foreign client does it. Returns the jid."""
        jid = secrets.token_hex(12)
        self.redis.zadd("schedule", {json.dumps({"class": name, "args": [fields], "jid": jid, "queue": "default",
                                                 "retry": True, "created_at": time.time()}): due})
        return jid

    def ran(self) -> dict[str, int]:
        return {jid: int(count) for jid, count in self.redis.hgetall("ran").items()}

    def hurry(self) -> None:
        """Whatever failed is tried again now and not in half a minute."""
        for job in self.redis.zrange("retry", 0, -1):
            self.redis.zadd("retry", {job: 1}, xx=True)

    def in_hand(self) -> int:
        return sum(self.redis.hlen(key) if self.redis.type(key) == "hash" else self.redis.llen(key)
                   for key in self.redis.keys("in-progress:*"))

    def close(self) -> None:
        for worker in self.workers:
            if worker.alive:
                worker.handle.send_signal(signal.SIGCONT)
            worker.kill()
        self.server.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Clock:
    """The clock of a worker that is given it: wrong by as many seconds as one says, from one moment to the next."""

    def __init__(self, folder: Path):
        library, self.offset = folder / "clock.so", folder / "clock"
        subprocess.run(["clang", "-shared", "-fPIC", "-O1", "-o", library, Path(__file__).parent / "clock.c"],
                       check=True)
        self.environment = {"LD_PRELOAD": str(library), "CLOCK_OFFSET": str(self.offset)}
        self.set(0)

    def set(self, seconds: float) -> None:
        # In place: the worker has the file in its memory.
        with open(self.offset, "r+b" if self.offset.exists() else "w+b") as file:
            file.write(struct.pack("q", round(seconds)))


def pause(process: Process) -> None:
    os.kill(process.handle.pid, signal.SIGSTOP)


def go_on(process: Process) -> None:
    os.kill(process.handle.pid, signal.SIGCONT)
