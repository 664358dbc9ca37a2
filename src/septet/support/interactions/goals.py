"""What is measured of contacts with the desk."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from septet.kernel.registry import Cluster
from septet.team.goals.courses import work_ends
from septet.team.goals.indicators import Sort, Unit, indicator

CLOSED = Q(state="closed")
ITIL = "ITIL, service desk"

work_ends("interaction", "closed")

indicator(
    "interaction.opened",
    Cluster.SUPPORT,
    _("Contacts with the desk"),
    _("How many people turned to the desk."),
    kind="interaction",
    sort=Sort.SUM,
    date="opened_at",
    formula=_("contacts, on the day they were made"),
    source=ITIL,
    higher=False,
)
indicator(
    "interaction.first-contact",
    Cluster.SUPPORT,
    _("Resolved at first contact"),
    _("How many contacts were settled at once: nobody else had to be asked, and nobody came back."),
    kind="interaction",
    sort=Sort.RATIO,
    date="closed_at",
    valid=CLOSED & Q(first_contact_resolution__isnull=False),
    good=Q(first_contact_resolution=True),
    formula=_("contacts resolved at first contact / contacts closed of which is known whether they were"),
    source=f"{ITIL}: first contact resolution",
)
indicator(
    "interaction.handling-time",
    Cluster.SUPPORT,
    _("Handling time of a contact"),
    _("How much work a contact makes at the desk."),
    kind="interaction",
    sort=Sort.DISTRIBUTION,
    unit=Unit.SECONDS,
    date="closed_at",
    valid=CLOSED & Q(handle_seconds__isnull=False),
    value="handle_seconds",
    formula=_("handling time of the contacts closed"),
    source=f"{ITIL}: average handling time (AHT)",
    higher=False,
)
indicator(
    "interaction.reopened",
    Cluster.SUPPORT,
    _("Contacts opened again"),
    _("How many of the closed contacts were not settled."),
    kind="interaction",
    sort=Sort.RATIO,
    date="course__first_ended_at",
    good=Q(course__reopenings__gt=0),
    formula=_("contacts opened again / contacts closed, on the day they were first closed"),
    source=f"{ITIL}: reopened contacts",
    higher=False,
)
indicator(
    "interaction.backlog",
    Cluster.SUPPORT,
    _("Contacts not settled"),
    _("How many contacts were still open at the end of the day."),
    kind="interaction",
    sort=Sort.GAUGE,
    valid=Q(closed_at=None),
    formula=_("contacts that were open at the end of the day"),
    source=f"{ITIL}: backlog",
    higher=False,
)
