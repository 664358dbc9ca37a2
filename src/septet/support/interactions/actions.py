"""How a contact with the desk is answered, or becomes an incident."""

from typing import Annotated

from pydantic import Field

from septet.kernel import parts
from septet.kernel.actions import create
from septet.kernel.actors import Actor
from septet.kernel.common import actions as common
from septet.kernel.fields import Text, Words
from septet.kernel.models import Record
from septet.kernel.registry import Ref, action
from septet.support.interactions.models import Interaction
from septet.support.returning import check_not_long_ago
from septet.team.priorities.levels import Level

Article = Annotated[Record, Ref("article")]
Incident = Annotated[Record, Ref("incident")]
Seconds = Annotated[int, Field(ge=0, le=86_400)]


@action(
    Interaction,
    from_=("open", "linked"),
    to="closed",
    audience="requester",
    examples=[{"answer": "Choose Share in the folder's menu.", "first_contact": True, "closure_code": "Questions"}],
)
def answer(
    interaction: Interaction,
    actor: Actor,
    *,
    answer: Words,
    first_contact: bool = True,
    closure_code: Text = "",
    handle_seconds: Seconds | None = None,
    article: Article | None = None,
) -> None:
    """Give the answer and end the contact; say whether the first contact was enough."""
    interaction.answer = answer
    if article is not None:
        common.tie(interaction, actor, "answered-by", article)
    _end(interaction, actor, first_contact, closure_code, handle_seconds)


@action(
    Interaction,
    from_=("open", "linked"),
    to="closed",
    requester=True,
    audience="requester",
    examples=[{"closure_code": "Referred"}],
)
def close(
    interaction: Interaction,
    actor: Actor,
    *,
    closure_code: Text = "",
    first_contact: bool = False,
    handle_seconds: Seconds | None = None,
) -> None:
    """End the contact without an answer of its own."""
    _end(interaction, actor, first_contact, closure_code, handle_seconds)


def _end(interaction: Interaction, actor: Actor, first_contact: bool, code: str, seconds: int | None) -> None:
    if interaction.owner_id is None and actor.person not in {None, interaction.requester_id}:
        interaction.owner_id = actor.person
    # What became an incident was not settled by the first contact, whatever is said.
    interaction.first_contact_resolution = first_contact and interaction.state == "open"
    interaction.closure_code = code or interaction.closure_code
    interaction.handle_seconds = interaction.handle_seconds if seconds is None else seconds


@action(
    Interaction,
    from_=("open",),
    to="linked",
    audience="requester",
    examples=[{"category": "mail", "impact": 4, "urgency": 3}],
)
def escalate_to_incident(
    interaction: Interaction,
    actor: Actor,
    *,
    title: Text = "",
    category: Text = "",
    impact: Level | None = None,
    urgency: Level | None = None,
) -> None:
    """Open an incident from this contact, for the same person, and tie the two together."""
    fields = {
        "title": title.strip() or interaction.title,
        "description": interaction.description,
        "category": category or interaction.category,
        "impact": impact or interaction.impact,
        "urgency": urgency or interaction.urgency,
        "channel": interaction.channel,
        "call_back": interaction.call_back,
        "requester": interaction.requester_id,
        "customer": interaction.customer_id,
        "service": interaction.service_id,
        "site": interaction.site_id,
    }
    incident = create("incident", **parts.onward(), fields={name: value for name, value in fields.items() if value})
    common.tie(interaction, actor, "about", incident)


@action(Interaction, from_=("open", "linked"), to="linked", audience="requester", examples=[{"incident": "@incident"}])
def link_to(interaction: Interaction, actor: Actor, *, incident: Incident) -> None:
    """This contact is about an incident that is known."""
    common.tie(interaction, actor, "about", incident)


@action(
    Interaction,
    from_=("closed",),
    to="open",
    requester=True,
    audience="requester",
    examples=[{"reason": "The answer did not help."}],
)
def reopen(interaction: Interaction, actor: Actor, *, reason: Words) -> None:
    """It was not settled; say why. After two weeks make a new contact instead."""
    check_not_long_ago(interaction, interaction.closed_at, parts.current().at)
    interaction.first_contact_resolution = False
    parts.note_change(":reason", None, reason)
