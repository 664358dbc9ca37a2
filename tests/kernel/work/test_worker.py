"""Workers as processes: killed, stopped, several at once, and with a database that goes away."""

import os
import random
import time
from pathlib import Path

from tests import postgres
from tests.kernel.work.conftest import MIGRATE, Site, eventually, running

STATES = "SELECT state, count(*) FROM run WHERE task LIKE 'test-%' GROUP BY state ORDER BY state"
TITLES = "SELECT title FROM record WHERE kind = 'organisation' ORDER BY title"
ENQUEUE = "from septet.kernel.work import *; from tests.kernel.work.tasks import *\n"


def test_a_worker_killed_in_mid_transaction_loses_and_doubles_nothing(site: Site) -> None:
    flag = site.data / "flag"
    site.script(f"{ENQUEUE}enqueue(open_one, title='Alpha', pause=2.0, flag={str(flag)!r})")
    first = site.worker()
    eventually(flag.exists)
    first.kill()
    first.wait()
    assert site.rows(TITLES) == []
    site.worker()
    site.until(STATES, ("done", 1))
    assert site.rows(TITLES) == [("Alpha",)]
    assert site.rows("SELECT attempt FROM run WHERE task = 'test-open'") == [(2,)]


def test_workers_killed_at_any_moment_lose_and_double_nothing(site: Site) -> None:
    chance = random.Random(7)
    site.script(f"{ENQUEUE}\nfor n in range(20): enqueue(open_one, title=f'{{n:02}}', pause=0.1)")
    doomed, survivor = site.worker(), site.worker()
    for _ in range(2):
        eventually(lambda: bool(site.rows("SELECT 1 FROM run WHERE state IN ('running', 'done')")))
        time.sleep(chance.random())
        doomed.kill()
        doomed.wait()
        doomed, survivor = survivor, site.worker()
    site.until(STATES, ("done", 20))
    assert site.rows(TITLES) == [(f"{n:02}",) for n in range(20)]


def test_a_run_shows_its_progress_is_handed_back_by_a_worker_that_stops_and_can_be_cancelled(site: Site) -> None:
    site.script(f"{ENQUEUE}enqueue(count_slowly, upto=600)")
    process = site.worker()
    eventually(lambda: site.rows("SELECT done > 0, total, message FROM run")[0][1:] == (600, "Counting"))
    process.terminate()
    assert process.wait(timeout=60) == 0, site.log
    assert site.rows("SELECT state, attempt FROM run WHERE task = 'test-count'") == [("queued", 0)]
    site.worker()
    site.until(STATES, ("running", 1))
    site.execute("UPDATE run SET cancel_asked = true")
    site.until(STATES, ("cancelled", 1))


def test_two_workers_enqueue_what_is_due_once(site: Site) -> None:
    site.script(
        "from septet.kernel import schedule; from septet.kernel.models import Schedule\n"
        "from django.utils import timezone; from datetime import timedelta\n"
        "schedule.step(); Schedule.objects.update(due_at=timezone.now() - timedelta(days=3))"
    )
    site.worker()
    site.worker()
    site.until("SELECT count(*) FROM run WHERE state = 'done' AND task = 'anchor-journal'", (1,))
    assert site.rows("SELECT count(*) FROM run WHERE task = 'anchor-journal'") == [(1,)]
    assert site.rows("SELECT count(*) - count(DISTINCT task) FROM run") == [(0,)]


def test_an_idle_worker_needs_next_to_no_processor_and_wakes_at_once(site: Site) -> None:
    process = site.worker()
    eventually(lambda: "at work" in site.log)
    time.sleep(1.5)
    used = min(_used_in_a_second(process.pid) for _ in range(4))
    assert used < 0.05, f"{used:.1%} of a processor while idle"
    site.script(f"{ENQUEUE}enqueue(add, left=1)")
    site.until(STATES, ("done", 1), seconds=3)


def _used_in_a_second(pid: int) -> float:
    before = _cpu(pid)
    time.sleep(1)
    return _cpu(pid) - before


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_worker_outlives_a_database_that_goes_away(tmp_path: Path) -> None:
    with postgres.server() as url, running(Site(tmp_path, url)) as site:
        site.script(MIGRATE)
        process = site.worker()
        site.script(f"{ENQUEUE}enqueue(open_one, title='Before', pause=0)")
        site.until(STATES, ("done", 1))
        with postgres.away(url):
            eventually(lambda: "The worker waits. The database does not answer." in site.log, said=lambda: site.log)
        site.script(f"{ENQUEUE}enqueue(open_one, title='After', pause=0)")
        site.until(STATES, ("done", 2))
        assert process.poll() is None
        assert site.log.count("The worker waits.") == 1
        assert site.log.count("The worker goes on.") == 1
        assert "Traceback" not in site.log, site.log
