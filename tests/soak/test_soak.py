"""The short form of `make soak`: many at once while processes are killed, and nothing is lost or doubled."""

import json
import subprocess
import sys

import pytest
from django.db import connection

SECONDS = 15


@pytest.mark.skipif(connection.vendor != "sqlite", reason="DATABASE_URL=… make soak does it on PostgreSQL")
def test_nothing_acknowledged_is_lost_and_nothing_doubled() -> None:
    words = [sys.executable, "-m", "bench.soak", "--seconds", str(SECONDS), "--every", "3"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["made"] > 0
    assert found["imported"] > 0
    assert sum(found["kills"].values()) > 0
