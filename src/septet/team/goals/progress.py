"""How far measuring is while goals have not come to anything so far."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from septet.kernel.sequencer import catch_up as place_entries
from septet.team.goals import dirty
from septet.team.goals.following import read_until
from septet.team.goals.models import Dirty, PeriodValue
from septet.team.goals.specs import Spec


@dataclass(frozen=True, slots=True)
class FirstMeasuring:
    """How many of all goals were measured so far, and how much of the journal was read for it, in percent."""

    measured: int
    goals: int
    read_percent: int


def first_measuring(
    specs: Iterable[Spec], rows: Mapping[int, Sequence[PeriodValue]], now: datetime
) -> FirstMeasuring | None:
    """How far goals are of which some were never measured; None where nothing of them is still to be done. `rows` are
    their values of the present period. No query where all of them have one."""
    begun = [spec for spec in specs if spec.valid_from is None or spec.valid_from <= spec.today(now)]
    missing = [spec for spec in begun if not rows[spec.pk]]
    if not missing:
        return None
    top, position = place_entries(), read_until()
    if position >= top and not _marked(missing):
        return None
    return FirstMeasuring(len(begun) - len(missing), len(begun), 100 * position // top if top else 100)


def _marked(specs: Iterable[Spec]) -> bool:
    """Whether something of these goals is going to be measured."""
    _, stopped = dirty.batches()
    marks = Dirty.objects.filter(indicator__in={spec.one.key for spec in specs})
    return (marks.filter(batch=None) | marks.exclude(batch__in=stopped)).exists()
