"""Debian's real Sidekiq and Switchboard share one Redis, and neither notices a difference.

One worker of ours serves the usual queues. `ProbeJob` is the job that both sides have: it answers in `probe:NAME`.
"""

import json
import subprocess
import time
import uuid
from urllib.parse import quote_plus

import pytest

import ruby
from cluster import BINARY, Cluster
from conftest import closed, opened
from people import Agent, Visitor
from process import eventually


@pytest.fixture(scope="module")
def house():
    made = opened(gateways=1, workers=1)
    yield made
    closed(made)


@pytest.fixture(scope="module")
def console(house):
    console = ruby.Console(house)
    yield console
    console.close()


@pytest.fixture(scope="module")
def web(house):
    web = ruby.Web(house)
    yield web
    web.close()


def jobs(house: Cluster, *words: str, status: int = 0) -> str:
    """`switchboard jobs …`"""
    done = subprocess.run([BINARY, "jobs", *words], cwd=house.folder, env=house.environment, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    assert done.returncode == status, f"jobs {words}: {done.stdout}{done.stderr}"
    return done.stdout


def answers(house: Cluster, name: str) -> list[str]:
    return house.redis().lrange(f"probe:{name}", 0, -1)


def failing(console, tries: int, **fields) -> str:
    """A job of a class that nobody has."""
    return console.push({"class": "Nobody", "args": ["a secret"], "retry": tries, **fields})


def in_set(console, name: str, jid: str, seconds: float = 10) -> dict:
    return eventually(lambda: next((job for job in console.set(name) if job["jid"] == jid), None), seconds,
                      what=f"{jid} in {name}")


def key(job: dict) -> str:
    return f"{job['score']}-{job['jid']}"


def test_what_sidekiq_pushes_schedules_and_pushes_in_bulk_runs_here(house, console):
    pushed = console.push({"class": "ProbeJob", "args": ["pushed", 0]})
    later = console.perform_in(1.5, "later", 0)
    bulk = console.push_bulk({"class": "ProbeJob", "args": [["bulk", 0]] * 200})
    eventually(lambda: answers(house, "pushed") == [pushed])
    eventually(lambda: sorted(answers(house, "bulk")) == sorted(bulk), what="all of the bulk, each once")
    eventually(lambda: answers(house, "later") == [later])
    eventually(lambda: console.stats()["processed"] >= 202)
    assert console.stats()["today"] >= 202


def test_what_is_pushed_here_runs_in_sidekiqs_worker(house, console):
    worker = ruby.worker(house, "ruby")
    worker.start()
    try:
        assert "answered" in jobs(house, "probe", "--queue", "ruby", "--patience", "30")
        names = [process["queues"] for process in json.loads(jobs(house, "processes", "--json"))]
        assert ["ruby"] in names, "a process of Sidekiq's is seen from here"
    finally:
        assert worker.stop() == 0


def test_sidekiqs_api_reads_queues_sets_processes_and_work(house, console):
    assert "no worker" in (jobs_failing := subprocess.run(
        [BINARY, "jobs", "probe", "--queue", "idle", "--patience", "1"], cwd=house.folder,
        env=house.environment, text=True, capture_output=True, timeout=30)).stderr
    assert jobs_failing.returncode == 1
    queue = console.queue("idle")
    assert queue["size"] == 1 and 0.5 < queue["latency"] < 30
    assert queue["jobs"][0]["class"] == "ProbeJob" and abs(queue["jobs"][0]["created_at"] - time.time()) < 30

    failed = in_set(console, "retry", failing(console, 5))
    assert failed["error_class"] == "Jobs.UnknownJob" and failed["retry_count"] == 0
    assert abs(failed["failed_at"] - time.time()) < 30 and failed["at"] > time.time()
    assert in_set(console, "dead", failing(console, 0))["args"] == ["a secret"]

    visitor = Visitor(house.api(), email="vera@example.org", name="Vera")
    visitor.say("Is anybody there?")
    Agent(house.api()).say(visitor.chat_id, "Yes")
    mail = eventually(lambda: next(iter(console.set("scheduled")), None))
    assert mail["class"] == "UnreadEmailJob" and mail["queue"] == "mailers" and mail["at"] > time.time() + 60

    jid = console.push({"class": "ProbeJob", "args": ["held", 8]})
    work = eventually(lambda: [work for work in console.work() if work["jid"] == jid])[0]
    process = next(process for process in console.processes() if process["identity"] == work["process"])
    assert process["tag"] == "switchboard" and process["busy"] >= 1 and process["quiet"] == "false"
    assert process["concurrency"] == 10 and "mailers" in process["queues"] and process["rss"] > 1000
    assert abs(process["beat"] - time.time()) < 20 and work["queue"] == "default"
    stats = console.stats()
    assert stats["retries"] >= 1 and stats["dead"] >= 1 and stats["scheduled"] >= 1 and stats["busy"] >= 1


def test_every_page_of_sidekiqs_web_shows_ours(house, console, web):
    waiting = console.push({"class": "ProbeJob", "args": ["waits", 0], "queue": "shown"})
    failed = in_set(console, "retry", failing(console, 5))
    dead = in_set(console, "dead", failing(console, 0))
    console.perform_in(3600, "tomorrow", 0)
    scheduled = next(job for job in console.set("scheduled") if job["class"] == "ProbeJob")
    identity = json.loads(jobs(house, "processes", "--json"))[0]["identity"]
    shown = {"/": "", "/busy": identity, "/queues": "shown", "/queues/shown": waiting, "/retries": "Nobody",
             "/scheduled": "ProbeJob", "/morgue": "Nobody", f"/retries/{key(failed)}": "Jobs.UnknownJob",
             f"/scheduled/{key(scheduled)}": "tomorrow", f"/morgue/{key(dead)}": "Jobs.UnknownJob",
             "/stats": "processed", "/stats/queues": "shown"}
    for path, text in shown.items():
        page = web.get(path)
        assert text in page or path == "/queues/shown", f"{path} does not show {text}"
    assert "waits" in web.get("/queues/shown")


def test_the_buttons_of_sidekiqs_web_work_on_ours(house, console, web):
    # A job that waits in `retry` because its class is unknown fails again, and then counts one failure as before.
    jid = failing(console, 5)
    failed = in_set(console, "retry", jid)
    web.post("/retries", f"/retries/{key(failed)}", retry="Retry")
    again = eventually(lambda: next((job for job in console.set("retry") if job["jid"] == jid
                                     and job["score"] != failed["score"]), None))
    assert again["retry_count"] == 0
    web.post("/retries", f"/retries/{key(again)}", kill="Kill")
    dead = in_set(console, "dead", jid)
    web.post("/morgue", f"/morgue/{key(dead)}", delete="Delete")
    assert jid not in [job["jid"] for job in console.set("dead")]

    name = uuid.uuid4().hex
    later = console.perform_in(3600, name, 0)
    web.post("/scheduled", f"/scheduled/{key(in_set(console, 'scheduled', later))}", add_to_queue="Add")
    eventually(lambda: answers(house, name) == [later])

    gone = console.push({"class": "ProbeJob", "args": ["gone", 0], "queue": "parked"})
    text = house.redis().lindex("queue:parked", 0)
    assert gone in text
    web.post("/queues/parked", "/queues/parked/delete", key_val=text)
    assert console.queue("parked")["size"] == 0


def test_sidekiqs_web_shows_whose_jobs_wait_in_a_fair_queue(house, console, web):
    for tenant in ("acme", "7/ä"):
        console.push_bulk({"class": "ProbeJob", "args": [["fair", 1]] * 30, "queue": "mailers", "tenant": tenant})
    lanes = {"mailers:of:acme", "mailers:of:7:2f:c3:a4"}
    eventually(lambda: lanes <= set(console.queues()), what="both tenants have some that wait")
    page = web.get("/queues")
    for lane in lanes:
        assert f"queues/{quote_plus(lane)}" in page and lane in page
        assert "ProbeJob" in web.get(f"/queues/{quote_plus(lane)}")
    assert "mailers:of:acme" in jobs(house, "status")
    eventually(lambda: len(answers(house, "fair")) == 60, 30, what="all have run")
    assert not lanes & set(console.queues())


def test_switchboards_own_commands_do_the_same(house, console):
    jid = failing(console, 5, args=["a secret"])
    in_set(console, "retry", jid)
    listed = json.loads(jobs(house, "list", "retries", "--search", jid, "--json"))["jobs"]
    assert [job["jid"] for job in listed] == [jid]
    assert "a secret" not in listed[0]["arguments"] and "a secret" in jobs(house, "show", "retries", jid)
    assert jid in jobs(house, "kill", "retries", jid)
    assert jid in [job["jid"] for job in console.set("dead")]
    jobs(house, "retry", "dead", jid)
    assert in_set(console, "retry", jid)["retry_count"] == 0
    jobs(house, "delete", "retries", jid)
    jobs(house, "delete", "retries", jid, status=1)
    console.push({"class": "ProbeJob", "args": ["x", 0], "queue": "cleared"})
    assert "1 jobs" in jobs(house, "clear", "queue:cleared")
    assert "cleared" not in console.queues()
    status = json.loads(jobs(house, "status", "--json"))
    assert status["processed"] == console.stats()["processed"]


def test_quiet_and_stop_from_sidekiqs_web_are_obeyed(house, console, web):
    process = house.workers[0]
    identity = eventually(lambda: json.loads(jobs(house, "processes", "--json")))[0]["identity"]
    web.post("/busy", "/busy", identity=identity, quiet="1")
    eventually(lambda: console.processes()[0]["quiet"] == "true", 12)
    console.push({"class": "ProbeJob", "args": ["unheard", 0]})
    web.post("/busy", "/busy", identity=identity, stop="1")
    eventually(lambda: not process.alive, 15, what="the worker stops")
    assert process.handle.returncode == 0
    assert console.processes() == [] and console.queue("default")["size"] == 1 and not answers(house, "unheard")
