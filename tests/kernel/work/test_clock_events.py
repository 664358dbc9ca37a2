"""Thresholds and breaches of clocks, told by several workers of which any may die at any moment."""

import random
import time
from functools import partial

from tests.kernel.work.conftest import Site, eventually

INCIDENTS = 40
BEGIN = f"""
from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR
sla = create("agreement", OPERATOR, via="api", title="SLA")
perform(sla, "set-target", OPERATOR, via="api", metric="resolution", within="4 s", thresholds=[25, 50, 75])
for name in ("negotiate", "agree", "activate"):
    perform(sla, name, OPERATOR, via="api")
for number in range({INCIDENTS}):
    create("incident", OPERATOR, via="api", title=str(number))
"""
HOW_MANY = "SELECT count(*) FROM entry WHERE action LIKE 'clock-%'"
TOLD = "SELECT action, count(*), count(DISTINCT record_id) FROM entry WHERE action LIKE 'clock-%' GROUP BY action"
TWICE = (
    "SELECT record_id, note, count(*) FROM entry WHERE action LIKE 'clock-%' GROUP BY record_id, note"
    " HAVING count(*) > 1"
)


def _more_than(site: Site, so_far: int) -> bool:
    return bool(site.rows(HOW_MANY)[0][0] > so_far)


def test_each_is_told_once_though_workers_are_killed(site: Site) -> None:
    chance = random.Random(11)
    workers = [site.worker() for _ in range(2)]
    eventually(lambda: site.log.count("at work") == 2)
    site.script(BEGIN)
    # Entries only become more, so that this comes true however slow the machine is.
    for so_far, doomed in zip((0, INCIDENTS), workers, strict=True):
        eventually(partial(_more_than, site, so_far))
        time.sleep(chance.random() * 0.2)
        doomed.kill()
        doomed.wait()
        site.worker()
    eventually(lambda: not site.rows("SELECT 1 FROM clock WHERE next_event_at IS NOT NULL"))
    assert site.rows(TWICE) == []
    assert sorted(site.rows(TOLD)) == [
        ("clock-breach", INCIDENTS, INCIDENTS),
        ("clock-warning", 3 * INCIDENTS, INCIDENTS),
    ]
    site.script("from septet.kernel.verify import check, verify\nassert not check().problems and not verify().problems")
