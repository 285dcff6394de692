"""Bad lines lose nothing: the small edition of the figure that `jitter.py` measures."""

import asyncio

from jitter import Plan, run


def test_two_hundred_clients_on_bad_lines_get_everything(fragile):
    cluster = fragile(gateways=2, workers=1)
    outcome = asyncio.run(run([cluster.url(0), cluster.url(1)], Plan()))
    print(outcome)
    assert outcome.breaches == [] and outcome.resets == 0
    assert outcome.delivered == outcome.expected >= 200 * 25
    assert outcome.cuts >= 600 and outcome.restored >= 300
