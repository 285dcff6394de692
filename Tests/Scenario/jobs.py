"""A private Redis and workers of the real binary that run jobs of the bench: CountJob, CrashJob, SleepJob, NoopJob."""

import json
import os
import secrets
import shutil
import signal
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

    def worker(self, *options: str) -> Process:
        """Runs until it is ended; ready when Redis knows it."""
        process = Process(
            f"worker-{len(self.workers)}",
            [str(BINARY), "bench", "jobs", "worker", "--redis", f"redis://127.0.0.1:{self.port}/0", "--lua",
             str(ROOT / "lua"), "--heartbeat", str(self.HEARTBEAT), *options],
            # A crash that is meant need not be explained, which takes ten seconds.
            {"SWIFT_BACKTRACE": "enable=no"}, self.folder)
        process.start()
        self.workers.append(process)
        eventually(lambda: self.identity(process) is not None, 20, what=f"{process.name} joins")
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


def pause(process: Process) -> None:
    os.kill(process.handle.pid, signal.SIGSTOP)


def go_on(process: Process) -> None:
    os.kill(process.handle.pid, signal.SIGCONT)
