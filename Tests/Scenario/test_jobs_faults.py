"""Whatever is killed: each job runs at least once, none is lost, and the counters say what happened."""

import json
import random
import signal
import time

import pytest

from jobs import Clock, Workshop, go_on, pause
from process import eventually


@pytest.fixture
def workshop():
    made = []

    def build(**options) -> Workshop:
        made.append(Workshop(**options))
        return made[-1]
    yield build
    for each in made:
        each.close()


def wait_done(workshop: Workshop, jids: list[str], seconds: float = 60) -> None:
    eventually(lambda: workshop.redis.hlen("ran") >= len(jids), seconds, what=f"{len(jids)} jobs ran")
    assert set(workshop.ran()) == set(jids)


def wait_settled(workshop: Workshop) -> None:
    eventually(lambda: workshop.in_hand() == 0 and workshop.redis.llen("queue:default") == 0, 30,
               what="nothing is in hand or waits")


def test_workers_killed_at_random_moments_lose_no_job(workshop):
    shop = workshop()
    jids = shop.push("CountJob", 2000, milliseconds=20)
    rng = random.Random(7)
    for number in range(20):
        worker = shop.worker("-c", "10")
        due = len(shop.ran()) + rng.randrange(5, 60)
        eventually(lambda: shop.redis.hlen("ran") >= min(due, 2000), 30, what="work goes on")
        worker.kill()
    shop.worker("-c", "50")
    wait_done(shop, jids)
    wait_settled(shop)
    # Who was killed between a job's end and its acknowledgement makes it run again; nothing else does.
    assert sum(shop.ran().values()) <= 2000 + 20 * 10
    # Only what was acknowledged counts, once.
    assert int(shop.redis.get("stat:processed")) == 2000
    assert shop.redis.zcard("dead") == 0 and shop.redis.zcard("retry") == 0


def test_two_thousand_jobs_in_hand_and_every_process_that_has_them_is_killed(workshop):
    shop = workshop()
    doomed = [shop.start_worker("-c", "100") for _ in range(20)]
    for worker in doomed:
        shop.wait_for(worker)
    jids = shop.push("CountJob", 2000, milliseconds=3000)
    eventually(lambda: shop.in_hand() == 2000, 20, what="all 2,000 are in hand")
    rng = random.Random(11)
    # Over so short a time nobody's job is hit three times, which would make it a suspect itself.
    for worker in rng.sample(doomed, 20):
        time.sleep(rng.uniform(0, 0.2))
        worker.kill()
    shop.worker("-c", "1000")
    shop.worker("-c", "1000")
    wait_done(shop, jids)
    wait_settled(shop)
    assert int(shop.redis.get("stat:processed")) == 2000
    assert shop.redis.zcard("dead") == 0 and shop.redis.zcard("retry") == 0


def test_locks_limits_and_batches_survive_the_death_of_their_workers(workshop):
    shop = workshop()
    options, members = ("-c", "10", "--limit", "25"), 300
    workers = [shop.worker(*options) for _ in range(2)]
    shop.push("BatchJob", members=members, milliseconds=250)
    eventually(lambda: shop.redis.hlen("ran") > 0, 20, what="the batch has begun")
    rng = random.Random(5)
    for _ in range(6):
        due = shop.redis.hlen("ran") + rng.randrange(10, 30)
        # The places of the killed are free when their leases end and their jobs are found, within 30 s each.
        eventually(lambda: shop.redis.hlen("ran") >= due, 90, what="work goes on")
        workers.pop(0).kill()
        workers.append(shop.worker(*options))
    assert "complete" not in shop.ran()
    # Those whose lock is held are on their way: another batch of the same gets only the others.
    held = len(shop.redis.keys("unique:CountJob:*"))
    assert 0 < held < members
    shop.push("BatchJob", members=members, milliseconds=0)
    eventually(lambda: shop.redis.hget("ran", "complete") == "2", 60, what="both batches are complete")
    wait_settled(shop)
    eventually(lambda: shop.redis.zcard("schedule") == 0, 20, what="nobody waits for a place")
    ran = shop.ran()
    assert {name for name in ran if name != "complete"} == {f"job {number}" for number in range(members)}
    # What a killed worker had in hand may have run twice; and it has counted once.
    batches = [key for key in shop.redis.keys("batch:*") if shop.redis.type(key) == "hash"]
    enqueued = [int(shop.redis.hget(batch, "total")) for batch in batches]
    assert max(enqueued) == members and 2 * members - held <= sum(enqueued) < 2 * members
    assert sum(enqueued) <= sum(ran.values()) - ran["complete"] <= sum(enqueued) + 6 * 10
    assert int(shop.redis.get("stat:processed")) == sum(enqueued) + 2 + 2
    assert ran["complete"] == 2
    assert shop.redis.keys("unique:*") == [] and shop.redis.keys("limit:*") == []
    assert shop.redis.keys("batch:*:*") == []
    assert shop.redis.zcard("dead") == 0 and shop.redis.zcard("retry") == 0


def test_a_worker_whose_clock_is_wrong_and_jumps_is_neither_early_nor_taken_for_dead(workshop):
    shop = workshop()
    clock = Clock(shop.folder)
    clock.set(3600)
    # It recovers the jobs of the dead, and does nothing else.
    other = shop.worker("-c", "1")
    other.handle.send_signal(signal.SIGTSTP)
    eventually(lambda: shop.redis.hget(shop.identity(other), "quiet") == "true", 10, what="it is quiet")
    worker = shop.worker("-c", "5", clock=clock)
    started = json.loads(shop.redis.hget(shop.identity(worker), "info"))["started_at"]
    assert abs(started - time.time() - 3600) < 60, "the worker goes by another clock"
    # Two leases long.
    long = shop.push("CountJob", milliseconds=6500)
    eventually(lambda: shop.in_hand() == 1, 10, what="it runs")
    for offset in (7200, -7200, 0, 86_400):
        due = time.time() + 1.2
        early = shop.schedule("CountJob", due, milliseconds=0)
        clock.set(offset)
        while time.time() < due - 0.05:
            assert early not in shop.ran(), f"ran {due - time.time():.2f} s early with the clock off by {offset} s"
            time.sleep(0.02)
        eventually(lambda: early in shop.ran(), 5, what=f"it runs in time, with the clock off by {offset} s")
        assert time.time() - due < 1.5
    eventually(lambda: long[0] in shop.ran(), 20, what="the long job ends")
    wait_settled(shop)
    assert shop.ran()[long[0]] == 1 and shop.redis.keys("super_fetch:recovered:*") == [], "it was taken for dead"
    # Counted for the day that it is, not for the worker's.
    today, yesterday = (time.strftime("%F", time.gmtime(time.time() - ago)) for ago in (0, 86_400))
    assert {key.rpartition(":")[2] for key in shop.redis.keys("stat:processed:*")} <= {today, yesterday}


def test_redis_dies_and_comes_back_with_its_file(workshop):
    shop = workshop(durable=True)
    workers = [shop.worker("-c", "10") for _ in range(2)]
    jids = shop.push("CountJob", 1500, milliseconds=5)
    for part in (300, 800):
        eventually(lambda: shop.redis.hlen("ran") >= part, 30, what=f"{part} jobs ran")
        shop.server.kill()
        shop.start_redis()
    # A job whose own call went out when Redis died has failed, and waits to be tried again.
    eventually(lambda: shop.hurry() or shop.redis.hlen("ran") == len(jids), 60, what="all jobs ran")
    wait_settled(shop)
    assert all(worker.alive for worker in workers)
    assert set(shop.ran()) == set(jids) and shop.redis.zcard("dead") == 0


def test_a_job_that_crashes_its_process_takes_three_down_and_no_more(workshop):
    shop = workshop()
    poison = shop.push("CrashJob")[0]
    good = shop.push("CountJob", 20, milliseconds=1)
    crashed = 0
    for _ in range(6):
        worker = shop.worker("-c", "1")
        eventually(lambda: not worker.alive or shop.redis.zcard("dead") == 1, 40, what="a crash, or the end of it")
        if shop.redis.zcard("dead") == 1:
            break
        crashed += 1
    assert crashed == 3
    assert poison in shop.redis.zrange("dead", 0, -1)[0]
    wait_done(shop, good)


def test_a_worker_stopped_for_longer_than_its_lease_finds_its_jobs_given_away(workshop):
    shop = workshop()
    frozen = shop.worker("-c", "10")
    jids = shop.push("CountJob", 10, milliseconds=1500)
    eventually(lambda: shop.in_hand() == 10, 10, what="it has them in hand")
    pause(frozen)
    shop.worker("-c", "10")
    wait_done(shop, jids)
    wait_settled(shop)
    assert int(shop.redis.get("stat:processed")) == 10
    go_on(frozen)
    more = shop.push("CountJob", 100, milliseconds=5)
    wait_done(shop, jids + more)
    wait_settled(shop)
    eventually(lambda: shop.identity(frozen) is not None, 10, what="it is back among the processes")
    # Its own runs of what was given away are not counted a second time.
    assert int(shop.redis.get("stat:processed")) == 110


def test_signals_mean_what_they_mean_to_sidekiq(workshop):
    shop = workshop()
    worker = shop.worker("-c", "3", "--timeout", "1")
    slow = shop.push("CountJob", 3, milliseconds=60_000)
    eventually(lambda: shop.in_hand() == 3, 10, what="they run")
    worker.handle.send_signal(signal.SIGTTIN)
    eventually(lambda: slow[0] in worker.log.read_text(), 10, what="the log names what runs")
    worker.handle.send_signal(signal.SIGTSTP)
    eventually(lambda: shop.redis.hget(shop.identity(worker), "quiet") == "true", 10, what="it is quiet")
    late = shop.push("CountJob")
    assert worker.alive
    assert worker.stop(20) == 0
    waiting = shop.redis.lrange("queue:default", 0, -1)
    assert len(waiting) == 4 and late[0] in waiting[0]
    assert shop.in_hand() == 0 and shop.redis.scard("processes") == 0 and shop.ran() == {}
