"""What is measured of changes."""

from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from septet.kernel.registry import Cluster
from septet.release.changes.models import ChangeType, Outcome
from septet.team.goals.courses import work_ends
from septet.team.goals.indicators import Indicator, Sort, Unit, indicator
from septet.team.goals.ties import tied_from, tied_to

# A change is implemented when its implementation ended, however it ended.
MADE = Q(actual_end__isnull=False) & ~Q(state__in=["cancelled", "rejected"])
OPEN = ("draft", "logged", "screened", "classified", "assessed", "on-hold")
ITIL = "ITIL, change management"
BAD = [Outcome.BACKED_OUT, Outcome.FAILED]

work_ends("change", "implemented", "backed-out", "failed", "review", "closed")


def _share(key: str, label: Any, help: Any, good: Q, formula: Any, source: str, *, higher: bool = True) -> Indicator:
    """A share of the changes implemented."""
    return indicator(
        key,
        Cluster.RELEASE,
        label,
        help,
        kind="change",
        sort=Sort.RATIO,
        date="actual_end",
        valid=MADE,
        good=good,
        reads=("relations-back",) if key == "change.success" else (),
        formula=formula,
        source=source,
        higher=higher,
    )


indicator(
    "change.implemented",
    Cluster.RELEASE,
    _("Changes implemented"),
    _("How many changes were made."),
    kind="change",
    sort=Sort.SUM,
    date="actual_end",
    valid=MADE,
    formula=_("changes, on the day on which their implementation ended"),
    source=ITIL,
)
_share(
    "change.success",
    _("Successful changes"),
    _("How many changes worked: not taken back, and no incident is traced to them."),
    ~Q(outcome__in=BAD) & ~tied_from("caused-by", kind="incident"),
    _("changes neither backed out nor failed, to which no incident is traced / changes implemented"),
    f"{ITIL}: change success rate; DORA: change failure rate, turned round",
)
_share(
    "change.backed-out",
    _("Changes backed out"),
    _("How many changes had to be taken back."),
    Q(outcome=Outcome.BACKED_OUT),
    _("changes backed out / changes implemented"),
    f"{ITIL}: back-out rate",
    higher=False,
)
_share(
    "change.on-time",
    _("Changes on time"),
    _("How many changes ended by their planned end."),
    Q(actual_end__lte=F("planned_end")),
    _("changes that ended at or before their planned end / changes implemented"),
    f"{ITIL}: changes on time",
)
_share(
    "change.emergency",
    _("Emergency changes"),
    _("How many changes could not wait for the usual way."),
    Q(type=ChangeType.EMERGENCY),
    _("emergency changes / changes implemented"),
    f"{ITIL}: emergency changes",
    higher=False,
)
_share(
    "change.standard",
    _("Standard changes"),
    _("How many changes follow a procedure that was approved beforehand."),
    Q(type=ChangeType.STANDARD),
    _("standard changes / changes implemented"),
    f"{ITIL}: standard changes",
)
_share(
    "change.normal",
    _("Normal changes"),
    _("How many changes went the usual way: neither standard nor emergency."),
    ~Q(type__in=[ChangeType.STANDARD, ChangeType.EMERGENCY]),
    _("minor, significant and major changes / changes implemented"),
    f"{ITIL}: normal changes",
)
indicator(
    "change.incidents-caused",
    Cluster.RELEASE,
    _("Incidents caused by changes"),
    _("How many incidents follow from a hundred changes."),
    kind="incident",
    sort=Sort.RATIO,
    unit=Unit.COUNT,
    date="opened_at",
    valid=tied_to("caused-by", kind="change"),
    reads=("relations",),
    per="change.implemented",
    factor=100,
    formula=_("incidents opened that were caused by a change / changes implemented × 100"),
    source=f"{ITIL}: incidents caused by changes",
    higher=False,
)
indicator(
    "change.lead-time",
    Cluster.RELEASE,
    _("Lead time of a change"),
    _("How long it takes from the request to the end of the implementation."),
    kind="change",
    sort=Sort.DISTRIBUTION,
    unit=Unit.SECONDS,
    date="course__ended_at",
    valid=MADE,
    value="course__took",
    formula=_("implemented - opened"),
    source="DORA: lead time for changes",
    higher=False,
)
indicator(
    "change.with-lesson",
    Cluster.RELEASE,
    _("Changes with a lesson"),
    _("How many closed changes left an article with what was learnt."),
    kind="change",
    sort=Sort.RATIO,
    date="closed_at",
    valid=Q(state="closed"),
    good=tied_to("lesson"),
    reads=("relations",),
    formula=_("closed changes with a lesson / changes closed"),
    source="MOF, change review; KCS v6",
)
indicator(
    "change.reviewed",
    Cluster.RELEASE,
    _("Changes reviewed"),
    _("How many of the changes that need it were looked back on (post-implementation review)."),
    kind="change",
    sort=Sort.RATIO,
    date="closed_at",
    valid=Q(state="closed") & ~Q(type__in=[ChangeType.STANDARD, ChangeType.MINOR]),
    good=~Q(review_notes=""),
    formula=_("closed changes with a review / significant, major and emergency changes closed"),
    source=f"{ITIL}: post-implementation reviews done",
)
indicator(
    "change.rejected",
    Cluster.RELEASE,
    _("Changes rejected"),
    _("How many of the requests that came to an end were turned down."),
    kind="change",
    sort=Sort.RATIO,
    date="closed_at",
    good=Q(state="rejected"),
    formula=_("changes rejected / changes closed, cancelled or rejected"),
    source=f"{ITIL}: rejected requests for change",
    higher=False,
)
indicator(
    "change.backlog",
    Cluster.RELEASE,
    _("Changes not decided"),
    _("How many requests for change waited for their authorisation at the end of the day."),
    kind="change",
    sort=Sort.GAUGE,
    valid=Q(state__in=OPEN, closed_at=None),
    formula=_("changes requested and not authorised at the end of the day"),
    source=f"{ITIL}: backlog of requests for change",
    higher=False,
)
indicator(
    "change.backlog-age",
    Cluster.RELEASE,
    _("Age of changes not decided"),
    _("For how long requests for change had waited at the end of the day."),
    kind="change",
    sort=Sort.GAUGE,
    unit=Unit.SECONDS,
    valid=Q(state__in=OPEN, closed_at=None),
    value="opened_at",
    formula=_("end of the day - opened, of the changes not decided"),
    source=f"{ITIL}: age of the backlog",
    higher=False,
)
