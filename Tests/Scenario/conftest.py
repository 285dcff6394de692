"""Fixtures: clusters, people, and the browser."""

import shutil
import signal

import pytest
from playwright.sync_api import expect

from cluster import Cluster
from people import Agent, Visitor

# A stopped run still stops its servers: TERM unwinds through the fixtures as Ctrl-C does.
signal.signal(signal.SIGTERM, signal.default_int_handler)
signal.signal(signal.SIGINT, signal.default_int_handler)

# CI's two cores serve the browser, two gateways, a worker and both databases at once.
expect.set_options(timeout=15_000)

open_clusters: list[Cluster] = []


def opened(**parts) -> Cluster:
    cluster = Cluster(**parts)
    open_clusters.append(cluster)
    return cluster


def closed(cluster: Cluster) -> None:
    open_clusters.remove(cluster)
    cluster.close()


@pytest.fixture(scope="session")
def cluster():
    """Two gateways and a worker, shared by the scenarios that break nothing."""
    shared = opened(gateways=2, workers=1)
    yield shared
    closed(shared)


@pytest.fixture
def fragile():
    """A cluster for one scenario alone, to be broken."""
    made = []

    def build(**parts) -> Cluster:
        made.append(opened(**parts))
        return made[-1]
    yield build
    for each in made:
        closed(each)


@pytest.fixture
def visitor(cluster) -> Visitor:
    return Visitor(cluster.api(0))


@pytest.fixture
def agent(cluster) -> Agent:
    return Agent(cluster.api(1), cluster.hire())


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The system's own Chromium; Playwright's is not installed."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert path, "No Chromium on this machine: apt-get install chromium"
    return browser_type_launch_args | {"executable_path": path}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed scenario shows the end of every process's log."""
    report = yield
    if report.failed:
        for cluster in open_clusters:
            for process in cluster.gateways + cluster.workers:
                report.sections.append((process.name, process.last_lines()))
    return report
