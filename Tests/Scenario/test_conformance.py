"""RFC 6455 by Autobahn's own cases, which kosoku runs: over the echo endpoint, so over the handler that /cable has."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

# Groups 1 to 7, 9 and 10. Groups 12 and 13 are compression, which is not offered.
LEFT_OUT = ("12.*", "13.*")
CASES = 301
# "Informational" are the three cases in which the standard leaves the server free.
PASSED = {"OK", "INFORMATIONAL"}


@pytest.fixture
def echo(fragile):
    return fragile(workers=0, GATEWAY_ECHO="true")


def test_every_case_passes(echo, tmp_path):
    kosoku = Path(sys.executable).with_name("kosoku")
    left_out = [word for pattern in LEFT_OUT for word in ("-x", pattern)]
    done = subprocess.run(
        [kosoku, echo.url().replace("http", "ws", 1) + "/echo", *left_out, "-p", "8", "-o", tmp_path],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    (agent,) = json.loads((tmp_path / "index.json").read_text()).values()
    failed = {case: (verdict["behavior"], verdict["behaviorClose"]) for case, verdict in agent.items()
              if not {verdict["behavior"], verdict["behaviorClose"]} <= PASSED}
    assert not failed, f"{len(failed)} of {len(agent)} cases failed: {failed}\n{done.stdout}{done.stderr}"
    assert len(agent) == CASES
    assert done.returncode == 0, done.stdout + done.stderr
