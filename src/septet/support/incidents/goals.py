"""What is measured of incidents."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from septet.kernel.registry import Cluster
from septet.support.channels import Channel
from septet.support.incidents.actions import ON_THE_WAY
from septet.team.goals.clocks import promises_kept
from septet.team.goals.courses import work_ends
from septet.team.goals.indicators import Sort, Unit, indicator
from septet.team.goals.ties import tied_to

ENDED = ("resolved", "closed")
SETTLED = Q(state__in=ENDED)
ON_HAND = Q(state__in=ON_THE_WAY, closed_at=None)
ITIL = "ITIL, service desk and incident management"

work_ends("incident", *ENDED)
promises_kept("incident", Cluster.SUPPORT)

indicator(
    "incident.opened",
    Cluster.SUPPORT,
    _("Incidents opened"),
    _("How many incidents were opened."),
    kind="incident",
    sort=Sort.SUM,
    date="opened_at",
    formula=_("incidents, on the day they were opened"),
    source=ITIL,
    higher=False,
)
indicator(
    "incident.time-to-resolve",
    Cluster.SUPPORT,
    _("Time to resolve an incident"),
    _("How long people waited until they could work again. Limit it to a priority to compare like with like."),
    kind="incident",
    sort=Sort.DISTRIBUTION,
    unit=Unit.SECONDS,
    date="course__ended_at",
    valid=SETTLED,
    value="course__took",
    formula=_("resolved - opened, on the day of the resolution that lasted"),
    source=f"{ITIL}: mean time to resolve (MTTR)",
    higher=False,
)
indicator(
    "incident.reopened",
    Cluster.SUPPORT,
    _("Incidents opened again"),
    _("How many of the resolved incidents were not over."),
    kind="incident",
    sort=Sort.RATIO,
    date="course__first_ended_at",
    good=Q(course__reopenings__gt=0),
    formula=_("incidents opened again / incidents resolved, on the day they were first resolved"),
    source=f"{ITIL}: reopened incidents",
    higher=False,
)
indicator(
    "incident.hand-overs",
    Cluster.SUPPORT,
    _("Hand-overs per incident"),
    _("How often an incident went from one team to another before it was resolved."),
    kind="incident",
    sort=Sort.MEAN,
    date="course__ended_at",
    valid=SETTLED,
    value="course__hand_overs",
    formula=_("changes from one team to another / incidents resolved"),
    source=f"{ITIL}: reassignments per incident",
    higher=False,
)
indicator(
    "incident.returned",
    Cluster.SUPPORT,
    _("Incidents sent back and forth"),
    _("How many incidents came back to a team that had given them away (ping-pong)."),
    kind="incident",
    sort=Sort.RATIO,
    date="course__ended_at",
    valid=SETTLED,
    good=Q(course__returned=True),
    formula=_("incidents that returned to a team that had them before / incidents resolved"),
    source="BPI Challenge 2013: ping-pong behaviour",
    higher=False,
)
indicator(
    "incident.escalated",
    Cluster.SUPPORT,
    _("Incidents escalated"),
    _("How many incidents were handed on to those who know or may do more."),
    kind="incident",
    sort=Sort.RATIO,
    date="course__ended_at",
    valid=SETTLED,
    good=Q(course__escalations__gt=0),
    formula=_("incidents escalated at least once / incidents resolved"),
    source=f"{ITIL}: functional escalation",
    higher=False,
)
indicator(
    "incident.major",
    Cluster.SUPPORT,
    _("Major incidents"),
    _("How many of the incidents were major ones."),
    kind="incident",
    sort=Sort.RATIO,
    date="opened_at",
    good=Q(is_major=True),
    formula=_("major incidents / incidents opened"),
    source=f"{ITIL}: major incidents",
    higher=False,
)
indicator(
    "incident.by-monitoring",
    Cluster.OPERATIONS,
    _("Incidents found by monitoring"),
    _("How many incidents we knew of before anybody had to call."),
    kind="incident",
    sort=Sort.RATIO,
    date="opened_at",
    good=Q(channel=Channel.MONITORING),
    formula=_("incidents reported by monitoring / incidents opened"),
    source="ITIL, event management: incidents detected by monitoring",
)
indicator(
    "incident.with-article",
    Cluster.SUPPORT,
    _("Incidents resolved with an article"),
    _("How many of the closed incidents name the article that helped or the one that was learnt."),
    kind="incident",
    sort=Sort.RATIO,
    date="closed_at",
    valid=Q(state="closed"),
    good=tied_to("answered-by", "lesson"),
    reads=("relations",),
    formula=_("closed incidents with a linked article / incidents closed"),
    source="KCS v6: link rate",
)
indicator(
    "incident.with-item",
    Cluster.RELEASE,
    _("Incidents that name an item"),
    _("How many incidents say which configuration item is affected."),
    kind="incident",
    sort=Sort.RATIO,
    date="opened_at",
    good=tied_to("about", "affects", kind="configuration-item"),
    reads=("relations",),
    formula=_("incidents related to a configuration item / incidents opened"),
    source="ITIL, configuration management: incidents without item, turned round",
)
indicator(
    "incident.backlog",
    Cluster.SUPPORT,
    _("Incidents on hand"),
    _("How many incidents were not resolved at the end of the day."),
    kind="incident",
    sort=Sort.GAUGE,
    valid=ON_HAND,
    formula=_("incidents that were open and not resolved at the end of the day"),
    source=f"{ITIL}: backlog",
    higher=False,
)
indicator(
    "incident.backlog-age",
    Cluster.SUPPORT,
    _("Age of incidents on hand"),
    _("For how long those had been open that were not resolved at the end of the day."),
    kind="incident",
    sort=Sort.GAUGE,
    unit=Unit.SECONDS,
    valid=ON_HAND,
    value="opened_at",
    formula=_("end of the day - opened, of the incidents on hand"),
    source=f"{ITIL}: age of the backlog",
    higher=False,
)
