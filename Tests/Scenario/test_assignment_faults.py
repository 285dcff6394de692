"""Many hands on the same conversations while processes are killed: each has one agent, nobody has too many."""

import os
import random
import subprocess
import threading
import time

from cluster import BINARY, Cluster
from people import Agent, Visitor
from process import eventually


class Hand(threading.Thread):
    """Presses everything there is, at either gateway, until told to stop."""

    def __init__(self, number: int, apis: list, agents: list[dict], visitors: list[Visitor], stop: threading.Event):
        super().__init__(daemon=True)
        self.chance = random.Random(number)
        self.apis, self.agents, self.visitors, self.stop = apis, agents, visitors, stop
        self.answers: dict[int, int] = {}

    def run(self) -> None:
        while not self.stop.is_set():
            visitor = self.chance.choice(self.visitors)
            path = f"/admin/chats/{visitor.chat_id}"
            api = self.chance.choice(self.apis)
            target = self.chance.choice(self.agents)["id"]
            try:
                answer = self.chance.choice([
                    lambda: api.post(f"{path}/claim"),
                    lambda: api.post(f"{path}/assign", {"agent_id": target}),
                    lambda: api.post(f"{path}/unassign"),
                    lambda: api.post(f"{path}/end", {}),
                    lambda: visitor.api.post("/support_chat/messages", {"content": "hello"}),
                ])()
                self.answers[answer.status] = self.answers.get(answer.status, 0) + 1
                # An id that this program made up may belong to nobody yet; everything else is a known answer.
                assert answer.status in (200, 201, 404, 409, 503), answer
            except OSError:
                time.sleep(0.05)  # its gateway has just been killed


def check(cluster: Cluster) -> str:
    done = subprocess.run([BINARY, "queue", "check"], cwd=cluster.folder, env=os.environ | cluster.environment,
                          capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr if done.returncode else ""


def test_64_hands_on_40_conversations_while_gateways_and_workers_are_killed(fragile):
    cluster = fragile(gateways=2, workers=1)
    agents = [Agent(cluster.api(number % 2), cluster.hire(role="supervisor")) for number in range(8)]
    cables = [agent.cable(cluster.url(number % 2)) for number, agent in enumerate(agents)]
    for cable in cables:
        cable.subscribe("AdminNotificationChannel")
    staff = eventually(lambda: [agent for agent in agents[0].api.get("/admin/agents").body["agents"]
                                if agent["online"]], what="agents at work")
    visitors = [Visitor(cluster.api(number % 2)) for number in range(40)]
    for visitor in visitors:
        visitor.say("hello")

    stop = threading.Event()
    apis = [type(agent.api)(cluster.url(at), agent.api.token) for agent in agents for at in (0, 1)]
    hands = [Hand(number, [apis[number % len(apis)], apis[(number + 7) % len(apis)]], staff, visitors, stop)
             for number in range(64)]
    for hand in hands:
        hand.start()
    for victim in (cluster.gateways[0], cluster.workers[0], cluster.gateways[1]):
        time.sleep(2)
        victim.kill()
        victim.start()
    cluster.wait_ready(0)
    cluster.wait_ready(1)
    time.sleep(2)
    stop.set()
    for hand in hands:
        hand.join(30)
    told: dict[int, int] = {}
    for hand in hands:
        for status, count in hand.answers.items():
            told[status] = told.get(status, 0) + count
    assert told.get(200, 0) > 200 and told.get(409, 0) > 50, f"they did something: {told}"

    # The sockets of killed gateways are gone; who still holds something is away, and it all agrees.
    fault = check(cluster)
    assert not fault, fault
    agrees(cluster, agents[0], visitors)


def agrees(cluster: Cluster, agent: Agent, visitors: list[Visitor]) -> None:
    """PostgreSQL comes to what Redis decided, and knows every step in between."""
    api = cluster.api(0, agent.api.token)
    query = "SELECT id, status, assignee_id, version FROM conversations WHERE chat_id = %s ORDER BY opened_at DESC LIMIT 1"
    for visitor in visitors:
        def same() -> bool:
            live = api.get(f"/admin/chats/{visitor.chat_id}").body["conversation"]
            row = cluster.rows(query, visitor.chat_id)[0]
            assignee = live["assignee"]["id"] if live["assignee"] else None
            kept = str(row["assignee_id"]) if row["assignee_id"] and row["status"] != "ended" else None
            return (live["id"], live["status"], assignee) == (str(row["id"]), row["status"], kept)
        eventually(same, 20, what=f"chat {visitor.chat_id} as Redis has it")
    gaps = cluster.rows("SELECT conversation_id FROM conversation_events GROUP BY conversation_id "
                        "HAVING max(version) <> count(*)")
    assert gaps == [], "every step is written down, once"
    double = cluster.rows("SELECT chat_id FROM conversations WHERE status <> 'ended' GROUP BY chat_id HAVING count(*) > 1")
    assert double == []
