"""Whatever is killed: each job runs at least once, none is lost, and the counters say what happened."""

import random
import signal

import pytest

from jobs import Workshop, go_on, pause
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
