"""A private Switchboard: Redis, PostgreSQL, N gateways and M workers of the release binary.

Everything lives in one temporary folder on free ports of 127.0.0.1; only processes that were started
here are ever ended, each by its pid. Any part can be killed, stopped and started again in mid-flight.
"""

import os
import shlex
import shutil
import socket
import subprocess
import tempfile
import uuid
from pathlib import Path

import psycopg
import redis

from api import Api
from process import Process, eventually

ROOT = Path(__file__).resolve().parents[2]
# Everybody here comes from one address and types faster than people do. The limits have scenarios of their own.
GENEROUS = {f"LIMITS_{name}_BURST": "1000000"
            for name in ("CONTACT_MESSAGES", "AGENT_MESSAGES", "ADDRESS_MESSAGES", "FRAMES", "SESSIONS_PER_ADDRESS",
                         "LOGINS_PER_ADDRESS", "LOGINS_PER_EMAIL")} | {"LIMITS_SESSIONS_PER_PRINCIPAL": "1000000"}
BINARY = Path(os.environ.get("SWITCHBOARD_BINARY", ROOT / ".build" / "release" / "switchboard"))


class Cluster:
    def __init__(self, gateways: int = 1, workers: int = 1, **variables: str):
        """`variables` go to every process, and win over the generous limits that the scenarios want."""
        assert BINARY.exists(), f"{BINARY} is missing: swift build -c release --product switchboard"
        self.folder = Path(tempfile.mkdtemp(prefix="switchboard-"))
        # PostgreSQL runs as a user of its own when this is root.
        self.folder.chmod(0o755)
        self.mail = self.folder / "mail"
        self.mail.mkdir()
        self.gateways: list[Process] = []
        self.workers: list[Process] = []
        self.ports = [free_port() for _ in range(gateways)]
        try:
            self.services("start")
            self.environment = self._environment() | variables
            self._carry_out("migrate")
            self._carry_out("seed")
            for port in self.ports:
                self.gateways.append(self._process(f"gateway-{port}", "gateway", PORT=str(port)))
            for number in range(workers):
                self.workers.append(self._process(f"worker-{number}", "worker"))
            for process in self.gateways + self.workers:
                process.start()
            for number in range(gateways):
                self.wait_ready(number)
        except BaseException:
            self.close()
            raise

    # Reaching it

    def url(self, gateway: int = 0) -> str:
        return f"http://127.0.0.1:{self.ports[gateway]}"

    def api(self, gateway: int = 0, token: str | None = None) -> Api:
        return Api(self.url(gateway), token)

    def redis(self) -> redis.Redis:
        return redis.Redis.from_url(self.environment["REDIS_URL"], decode_responses=True)

    def rows(self, query: str, *values) -> list[dict]:
        """What PostgreSQL holds, seen past row-level security."""
        with psycopg.connect(self._superuser(), row_factory=psycopg.rows.dict_row) as connection:
            return connection.execute(query, values).fetchall()

    def write(self, statement: str, *values) -> None:
        with psycopg.connect(self._superuser()) as connection:
            connection.execute(statement, values)

    def messages(self, chat_id: str) -> list[dict]:
        return self.rows("SELECT * FROM support_messages WHERE chat_id = %s ORDER BY seq", chat_id)

    def letters(self) -> list[Path]:
        return sorted(self.mail.rglob("*.eml"))

    def hire(self, account: str = "Acme", role: str = "agent", name: str = "Eve") -> str:
        """A new member of staff with the demo's password; returns the address to log in with."""
        login, address = uuid.uuid4(), f"{uuid.uuid4().hex}@example.org"
        self.write("INSERT INTO logins (id, email, password_hash) "
                   "SELECT %s, %s, password_hash FROM logins WHERE email = 'ann@example.com'", login, address)
        self.write("INSERT INTO agents (account_id, id, login_id, name, role) "
                   "SELECT id, %s, %s, %s, %s FROM accounts WHERE name = %s", uuid.uuid4(), login, name, role, account)
        return address

    # Breaking and mending it

    def services(self, verb: str, *names: str) -> None:
        subprocess.run([ROOT / "bin" / "services", verb, self.folder / "servers", *names],
                       check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=60)

    def kill_redis(self) -> None:
        os.kill(int((self.folder / "servers" / "redis" / "redis.pid").read_text()), 9)

    def wait_ready(self, gateway: int = 0, seconds: float = 30) -> None:
        def ready() -> bool:
            assert self.gateways[gateway].alive, self.gateways[gateway].last_lines()
            try:
                return self.api(gateway).get("/health/ready").status == 200
            except OSError:
                return False
        eventually(ready, seconds, what=f"gateway {gateway} ready: {self.gateways[gateway].last_lines(10)}")

    def wait_persisted(self, count: int, chat_ids: list[str], seconds: float = 60) -> None:
        query = "SELECT count(*) AS n FROM support_messages WHERE chat_id = ANY(%s)"

        def persisted() -> bool:
            return self.rows(query, chat_ids)[0]["n"] >= count
        eventually(persisted, seconds, every=0.2, what=f"{count} messages in PostgreSQL")

    def close(self) -> None:
        for process in self.gateways + self.workers:
            process.ask_to_stop()
        for process in self.gateways + self.workers:
            process.stop()
        try:
            self.services("stop")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    # Within

    def _environment(self) -> dict[str, str]:
        exports = subprocess.run([ROOT / "bin" / "services", "env", self.folder / "servers"],
                                 check=True, capture_output=True, text=True, timeout=30).stdout
        given = dict(word.split("=", 1) for word in shlex.split(exports) if "=" in word)
        return given | {
            "SWITCHBOARD_HOME": str(ROOT),
            "SWITCHBOARD_ENV": "test",
            "SWITCHBOARD_SECRET": os.urandom(32).hex(),
            "MAIL_FOLDER": str(self.mail),
            "LOG_LEVEL": os.environ.get("LOG_LEVEL", "info"),
            "HOST": "127.0.0.1",
            "GATEWAY_DRAIN_MS": "500",
            # The demo's, as in config/development.yml.
            "OPERATORS_ACCOUNTS": "0193a000-0000-7000-8000-00000000ac3e",
        } | GENEROUS

    def _superuser(self) -> str:
        home = self.folder / "servers" / "postgres"
        password, port = (home / "password").read_text(), (home / "port").read_text().strip()
        return f"postgresql://postgres:{password}@127.0.0.1:{port}/switchboard"

    def _process(self, name: str, command: str, **variables: str) -> Process:
        return Process(name, [str(BINARY), command], self.environment | variables, self.folder)

    def _carry_out(self, command: str) -> None:
        done = subprocess.run([BINARY, command], cwd=self.folder, env=os.environ | self.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"switchboard {command}: {done.stdout}{done.stderr}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
