"""How an incident goes from its report to its end."""

from typing import Annotated, Literal

from septet.kernel import parts
from septet.kernel.actors import Actor
from septet.kernel.common import actions as common
from septet.kernel.errors import Conflict, Invalid, Refused
from septet.kernel.fields import Moment, Text, Words
from septet.kernel.models import Record, Relation
from septet.kernel.registry import Ref, action
from septet.support.incidents.models import Incident
from septet.support.returning import check_not_long_ago
from septet.team.priorities.levels import Level
from septet.team.priorities.rules import priority_at

Person = Annotated[Record, Ref("person")]
Team = Annotated[Record, Ref("function-team")]
Service = Annotated[Record, Ref("service")]
Article = Annotated[Record, Ref("article")]
AnIncident = Annotated[Record, Ref("incident")]

ON_THE_WAY = ("new", "classified", "assigned", "in-progress", "waiting")


@action(
    Incident,
    from_=("new", "classified"),
    to="classified",
    examples=[{"category": "mail", "impact": 3, "urgency": 2}],
)
def classify(
    incident: Incident,
    actor: Actor,
    *,
    category: Words,
    impact: Level | None = None,
    urgency: Level | None = None,
    service: Service | None = None,
) -> None:
    """Say what kind of incident this is; impact and urgency give its priority."""
    incident.category = category
    incident.impact = impact or incident.impact
    incident.urgency = urgency or incident.urgency
    if service is not None:
        incident.service_id = service.pk


@action(Incident, from_=ON_THE_WAY, audience="requester", examples=[{"team": "@function-team"}])
def assign(incident: Incident, actor: Actor, *, team: Team | None = None, owner: Person | None = None) -> None:
    """Give the incident to a team, a person or both; leaving both out takes it from everybody."""
    common.assign(incident, actor, team=team, owner=owner)
    if incident.team_id is None and incident.owner_id is None:
        incident.state = "classified" if incident.state == "assigned" else incident.state
    elif incident.state in {"new", "classified"}:
        incident.state = "assigned"


@action(Incident, from_=("new", "classified", "assigned"), to="in-progress", audience="requester")
def start(incident: Incident, actor: Actor) -> None:
    """Begin to work on it; it becomes yours if nobody has it."""
    _take(incident, actor)


@action(
    Incident,
    from_=("assigned", "in-progress", "waiting"),
    to="assigned",
    audience="requester",
    examples=[{"team": "@function-team", "reason": "The second level knows this system."}],
)
def escalate(incident: Incident, actor: Actor, *, team: Team, reason: Words) -> None:
    """Hand the incident on to a team that knows or may do more."""
    if incident.team_id == team.pk:
        raise Invalid(fields={"team": f"{team.title} has the incident already; name another team."})
    common.assign(incident, actor, team=team)
    _wait_no_longer(incident)
    parts.note_change(":reason", None, reason)


@action(
    Incident,
    from_=("assigned", "in-progress", "waiting"),
    to="waiting",
    audience="requester",
    examples=[{"waiting_for": "user"}],
)
def wait(
    incident: Incident,
    actor: Actor,
    *,
    waiting_for: Literal["user", "supplier", "change"],
    until: Moment | None = None,
) -> None:
    """Pause the work until the user, a supplier or a change has done their part."""
    if until is not None and until <= parts.current().at:
        raise Invalid(fields={"until": "Name a time to come."})
    incident.waiting_for, incident.waiting_until = waiting_for, until


@action(Incident, from_=("waiting",), to="in-progress", audience="requester")
def resume(incident: Incident, actor: Actor) -> None:
    """Go on; what the incident waited for is there."""
    _wait_no_longer(incident)


@action(
    Incident,
    from_=ON_THE_WAY,
    to="resolved",
    audience="requester",
    examples=[{"cause": "A loose network cable.", "resolution": "Plugged it in again.", "resolution_code": "hardware"}],
)
def resolve(
    incident: Incident,
    actor: Actor,
    *,
    cause: Words,
    resolution: Words | None = None,
    resolution_code: Text | None = None,
    article: Article | None = None,
) -> None:
    """People can work again; say what caused it and what helped. The cause is for the staff, the rest for all."""
    _take(incident, actor)
    _wait_no_longer(incident)
    incident.cause = cause
    incident.resolution = resolution or incident.resolution
    incident.resolution_code = resolution_code or incident.resolution_code
    incident.resolved_at = parts.current().at
    if article is not None:
        common.tie(incident, actor, "answered-by", article)


@action(
    Incident,
    from_=("resolved", "closed"),
    to="in-progress",
    requester=True,
    audience="requester",
    examples=[{"reason": "It happens again."}],
)
def reopen(incident: Incident, actor: Actor, *, reason: Words) -> None:
    """It was not over; say why. After two weeks open a new incident instead."""
    check_not_long_ago(incident, incident.resolved_at or incident.closed_at, parts.current().at)
    incident.resolved_at = None
    parts.note_change(":reason", None, reason)


@action(Incident, from_=("resolved",), to="closed", requester=True, audience="requester", examples=[{}])
def close(
    incident: Incident,
    actor: Actor,
    *,
    lesson: Article | None = None,
    no_lesson_because: Words | None = None,
) -> None:
    """The user agrees that it is over. A major incident leaves a lesson, or a reason why there is none."""
    if incident.is_major and not actor.is_staff:
        raise Refused("A major incident is closed by IT, which writes down its lesson first.")
    if lesson is not None:
        common.tie(incident, actor, "lesson", lesson)
    if no_lesson_because:
        parts.note_change(":reason", None, no_lesson_because)
    elif incident.is_major and not Relation.objects.filter(record_id=incident.pk, type="lesson", valid_to=None):
        sentence = "A major incident needs the article with its lesson, or the reason why there is none."
        raise Invalid(fields={"lesson": sentence})


@action(
    Incident,
    from_=ON_THE_WAY,
    to="cancelled",
    requester=True,
    audience="requester",
    examples=[{"reason": "It was a planned test."}],
)
def cancel(incident: Incident, actor: Actor, *, reason: Words, duplicate_of: AnIncident | None = None) -> None:
    """This is no incident, or another one tells of it already."""
    _wait_no_longer(incident)
    parts.note_change(":reason", None, reason)
    if duplicate_of is not None:
        common.tie(incident, actor, "duplicate-of", duplicate_of)


@action(
    Incident,
    from_=(*ON_THE_WAY, "resolved"),
    when=lambda one: not one.is_major,
    examples=[{"reason": "Nobody can take orders."}],
)
def mark_major(incident: Incident, actor: Actor, *, reason: Words, commander: Person | None = None) -> None:
    """Declare a major incident: one commander leads it, and it ends with a lesson."""
    if incident.is_major:
        raise Conflict(f"{incident.number} is a major incident already.")
    incident.is_major = True
    if commander is not None:
        incident.owner_id = commander.pk
    parts.note_change(":reason", None, reason)


@action(Incident, from_=(*ON_THE_WAY, "resolved"), when=lambda one: bool(one.is_major), examples=[])
def unmark_major(incident: Incident, actor: Actor, *, reason: Words) -> None:
    """It turned out to be no major incident."""
    if not incident.is_major:
        raise Conflict(f"{incident.number} is no major incident.")
    incident.is_major = False
    parts.note_change(":reason", None, reason)


@action(Incident, from_=ON_THE_WAY, examples=[{"priority": 1, "reason": "The board meets in ten minutes."}])
def override_priority(incident: Incident, actor: Actor, *, priority: Level, reason: Words) -> None:
    """Set the priority by hand and say why; it then no longer follows impact and urgency."""
    incident.priority, incident.priority_reason = priority, reason[:255]


@action(Incident, from_=ON_THE_WAY, when=lambda one: bool(one.priority_reason), examples=[])
def reset_priority(incident: Incident, actor: Actor) -> None:
    """Let the priority follow impact and urgency again."""
    incident.priority_reason = ""
    incident.priority = priority_at(incident.opened_at, incident.impact, incident.urgency)


@action(Incident, from_=ON_THE_WAY, examples=[{"parent": "@incident"}])
def link_to(incident: Incident, actor: Actor, *, parent: AnIncident) -> None:
    """Make this a part of a larger incident; when that one is resolved, so is this."""
    common.tie(incident, actor, "child-of", parent)


def _take(incident: Incident, actor: Actor) -> None:
    if incident.owner_id is None and actor.person is not None:
        incident.owner_id = actor.person


def _wait_no_longer(incident: Incident) -> None:
    incident.waiting_for, incident.waiting_until = "", None
