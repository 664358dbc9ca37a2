"""What was promised to everybody in the house, for each class of services, to those who settle claims and to a
customer, and what backs it."""

from dataclasses import dataclass, field

from septet.demo.estate.services import SERVICES
from septet.demo.organisation import MANAGER
from septet.demo.stage import Stage

SIGNED = 436


@dataclass(frozen=True, slots=True)
class Promised:
    """An agreement. `targets` holds (priority, time to respond, time to resolve, around the clock)."""

    key: str
    title: str
    sort: str
    description: str
    fields: dict[str, str]
    targets: tuple[tuple[int, str, str, bool], ...]
    covers: tuple[str, ...] = ()
    days_left: int = 0
    under_review: bool = False
    signed_by: tuple[str, ...] = field(default=())


def _of(criticality: int) -> tuple[str, ...]:
    """The services on which the business depends so much."""
    return tuple(one.key for one in SERVICES if one.criticality == criticality)


# The classes of services: vital ones are mended by night as well, those of convenience when there is time.
CLASSES = (
    Promised(
        "sla-vital",
        "Class A: vital services",
        "sla",
        "What the house cannot be without for half a day. The first two priorities count around the clock.",
        {"calendar": "@office-hours", "reviewed_every": "monthly"},
        ((1, "15 min", "4 h", True), (2, "1 h", "8 h", True), (3, "4 h", "20 h", False)),
        covers=_of(1),
        signed_by=("thomas",),
    ),
    Promised(
        "sla-important",
        "Class B: important services",
        "sla",
        "What a department cannot work without. The highest priority counts around the clock.",
        {"calendar": "@office-hours", "reviewed_every": "quarterly"},
        ((1, "15 min", "4 h", True), (2, "1 h", "10 h", False), (3, "4 h", "20 h", False)),
        covers=_of(2),
        signed_by=("julia",),
    ),
    Promised(
        "sla-usual",
        "Class C: usual services",
        "sla",
        "What can wait for an hour. Time counts in office hours alone.",
        {"calendar": "@office-hours", "reviewed_every": "half-yearly"},
        ((1, "30 min", "6 h", False), (2, "2 h", "12 h", False), (3, "4 h", "24 h", False)),
        covers=_of(3),
        signed_by=("gudrun",),
    ),
    Promised(
        "sla-convenience",
        "Class D: services of convenience",
        "sla",
        "What is good to have. Nothing is promised but that somebody looks at it on the same day.",
        {"calendar": "@office-hours", "reviewed_every": "yearly"},
        ((1, "2 h", "20 h", False), (2, "4 h", "30 h", False), (3, "8 h", "40 h", False)),
        covers=_of(4),
        days_left=200,
        signed_by=("ana",),
    ),
)
AGREEMENTS = (
    *CLASSES,
    Promised(
        "sla-house",
        "IT for everybody at Harbour & Vale",
        "sla",
        "What everybody can rely on. Time counts in office hours; what stops all of us is looked at by night, too.",
        {"calendar": "@office-hours", "reviewed_every": "quarterly"},
        (
            (1, "15 min", "4 h", True),
            (2, "1 h", "10 h", False),
            (3, "4 h", "20 h", False),
            (4, "10 h", "50 h", False),
            (5, "20 h", "100 h", False),
        ),
        signed_by=("thomas",),
    ),
    Promised(
        "sla-claims",
        "Claims handling",
        "sla",
        "Claims are settled by telephone while customers wait, so ClaimDesk and the hotline come first.",
        {"calendar": "@office-hours", "customer": "@claims", "reviewed_every": "monthly"},
        ((1, "10 min", "2 h", True), (2, "30 min", "4 h", False), (3, "2 h", "10 h", False)),
        covers=("claims-handling", "telephony"),
        under_review=True,
        signed_by=("marc",),
    ),
    Promised(
        "sla-clinics",
        "Desktops of Vale Clinics",
        "sla",
        "Six clinics whose policies and desktops we look after; their own staff takes the first call.",
        {"calendar": "@office-hours", "customer": "@vale-clinics", "reviewed_every": "half-yearly"},
        ((1, "30 min", "8 h", False), (2, "2 h", "20 h", False), (3, "10 h", "40 h", False)),
        days_left=90,
        signed_by=("colin",),
    ),
    Promised(
        "ola-networks",
        "Network operations for all services",
        "ola",
        "How fast lines, switches and wireless are repaired, so that the promises to others can be kept.",
        {"team": "@networks", "service": "@network", "reviewed_every": "yearly"},
        ((1, "10 min", "90 min", True), (2, "1 h", "4 h", True)),
        signed_by=("piotr",),
    ),
    Promised(
        "uc-telcora",
        "Lines of Telcora Networks",
        "uc",
        "Lines between the sites and into the telephone network, with repair by the supplier.",
        {"provider": "@telcora", "service": "@network", "reviewed_every": "yearly"},
        ((1, "15 min", "90 min", True), (2, "2 h", "4 h", True)),
        days_left=40,
    ),
)


def sign(stage: Stage) -> None:
    """Write the agreements, have them signed, and put them in force."""
    then = stage.ago(SIGNED, "10:00")
    begin = stage.ago(SIGNED - 10, "00:00")
    for one in AGREEMENTS:
        end = {"valid_to": stage.ago(-one.days_left, "00:00").isoformat()} if one.days_left else {}
        fields = {**one.fields, **end, "valid_from": begin.isoformat(), "notice_days": 90}
        stage.open(
            "agreement", one.key, then, MANAGER, title=one.title, sort=one.sort, description=one.description,
            owner=f"@{MANAGER}", **fields,
        )  # fmt: skip
        for priority, respond, resolve, always in one.targets:
            for metric, within in (("response", respond), ("resolution", resolve)):
                stage.act(
                    one.key, "set-target", then, MANAGER, metric=metric, priority=priority, within=within,
                    around_the_clock=always,
                )  # fmt: skip
        stage.act(one.key, "negotiate", then, MANAGER)
        if one.signed_by:
            stage.act(one.key, "ask-approval", then, MANAGER, approvers=[f"@{person}" for person in one.signed_by])
        for person in one.signed_by:
            stage.act(one.key, "approve", then, person)
        stage.act(one.key, "agree", begin, MANAGER)
        stage.act(one.key, "activate", begin, MANAGER)
        for service in one.covers:
            stage.act(service, "relate", begin, MANAGER, type="covered-by", target=f"@{one.key}")
        if one.under_review:
            stage.act(one.key, "review", stage.ago(6, "14:00"), MANAGER)
