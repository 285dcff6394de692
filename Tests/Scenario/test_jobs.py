"""The installation's jobs over REST, as its operators see them: the demo's administrator is one."""

import uuid
from urllib.parse import quote

import pytest

from people import Agent
from process import eventually


@pytest.fixture
def operator(cluster) -> Agent:
    return Agent(cluster.api(0), cluster.hire(role="administrator"))


def bury(cluster, word: str, score: float = 5.5, place: str = "dead") -> str:
    """A job that waits in a set; `word` is its class and its only argument."""
    jid = uuid.uuid4().hex[:24]
    cluster.redis().zadd(place, {
        f'{{"class":"{word}","args":["{word}"],"jid":"{jid}","queue":"nobody","retry":true,"retry_count":0,'
        f'"error_class":"Gone","error_message":"it went away","failed_at":1763743803.25}}': score})
    return jid


def word() -> str:
    return f"Job{uuid.uuid4().hex[:8]}"


def test_an_operator_finds_and_acts_on_jobs(cluster, operator):
    name = word()
    jid = bury(cluster, name)
    page = operator.api.get(f"/admin/jobs/dead?q={name}&limit=10")
    assert page.status == 200 and page.body["total"] >= 1, page
    job = page.body["jobs"][0]
    assert job["id"] == f"5.5-{jid}" and job["class"] == name and job["error_class"] == "Gone"
    assert job["arguments"] == f'["({len(name)} characters)"]', "what people wrote is not shown"
    assert job["at"] == "1970-01-01T00:00:05.500Z" and job["failed_at"] == "2025-11-21T16:50:03.250Z"

    address = f"/admin/jobs/dead/{quote(job['id'], safe='')}"
    assert operator.api.post(address, {"action": "kill"}).error["field"] == "action"
    assert operator.api.post(address, {"action": "retry"}).status == 204
    assert operator.api.post(address, {"action": "retry"}).error["code"] == "not_found"
    queue = operator.api.get("/admin/jobs/queues/nobody").body
    assert jid in [job["jid"] for job in queue["jobs"]]
    assert "nobody" in [queue["name"] for queue in operator.api.get("/admin/jobs").body["queues"]]
    assert operator.api.post("/admin/jobs/queues/nobody", {"action": "delete"}).body["jobs"] >= 1
    assert operator.api.get("/admin/jobs/queues/nobody").body == {"total": 0, "jobs": []}


def test_pages_follow_one_another(cluster, operator):
    name = word()
    for number in range(5):
        bury(cluster, name, 4_000_000_000 + number, "schedule")
    seen, offset = [], 0
    while offset is not None:
        page = operator.api.get(f"/admin/jobs/scheduled?q={name}&limit=2&offset={offset}").body
        seen += [job["at"] for job in page["jobs"]]
        offset = page.get("next")
    assert seen == sorted(seen) and len(seen) == 5
    assert operator.api.get("/admin/jobs/scheduled?limit=0").error["field"] == "limit"
    assert operator.api.get("/admin/jobs/elsewhere").status == 404


def test_the_worker_is_seen(cluster, operator):
    processes = eventually(lambda: operator.api.get("/admin/jobs/processes").body["processes"])
    assert processes[0]["concurrency"] == 10 and "mailers" in processes[0]["queues"]
    nobody = operator.api.post("/admin/jobs/processes/nobody", {"action": "stop"})
    assert nobody.error["code"] == "not_found"


def test_nobody_else_sees_them(cluster, agent, visitor):
    for person in (agent, Agent(cluster.api(0), cluster.hire(role="supervisor"))):
        assert person.api.get("/admin/jobs").error["code"] == "forbidden"
        assert person.api.post("/admin/jobs/dead", {"action": "delete"}).error["code"] == "forbidden"
    assert visitor.api.get("/admin/jobs").status == 401
