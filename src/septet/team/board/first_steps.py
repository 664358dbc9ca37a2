"""What an administrator does first in an empty installation, ticked off as it gets done."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from septet.kernel import policy
from septet.kernel.accounts import UNNAMED
from septet.kernel.actors import Actor
from septet.kernel.models import Record, Verb
from septet.kernel.registry import number_of, registry
from septet.surfaces.web.navigation import list_address
from septet.surfaces.web.pages import prefer
from septet.surfaces.web.requests import Asked

# In the account's preferences: false once all is done or the steps were hidden.
WANTED = "first_steps"
KINDS = ("person", "business-calendar", "service", "agreement")


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One thing to do: a sentence why, and where it is done as (label, address) pairs."""

    label: str
    why: str
    links: list[tuple[str, str]]
    done: bool


def first_steps(request: Asked) -> list[FirstStep]:
    """The steps while there is one left to do; none for those who may not do them all or have hidden them. Once all
    are done the account remembers it, and nothing is asked any more."""
    if not request.user.preferences.get(WANTED, True) or not _may_do_all(request.actor):
        return []
    steps = _steps(request)
    if all(one.done for one in steps):
        hide(request)
        return []
    return steps


def hide(request: Asked) -> None:
    """Never show the steps to this account again."""
    prefer(request, **{WANTED: False})


def _may_do_all(actor: Actor) -> bool:
    rights = actor.has_everywhere(Verb.ADMINISTER) and actor.has(Verb.IMPORT) and actor.has(Verb.MANAGE, "person")
    return rights and all(policy.may_create(actor, registry.types[kind]) for kind in KINDS)


def _steps(request: Asked) -> list[FirstStep]:
    person, calendar, service, agreement = (f"{list_address(registry.types[kind])}new/" for kind in KINDS)
    others, calendars, services, agreements = _there_is(request.user.person_id)
    me = f"/r/{number_of('person', request.user.person_id)}/edit/"
    return [
        FirstStep(
            _("Say who you are"),
            _("Put your name and mail address on your own record: what you do is signed with it."),
            [(_("Your record"), me)],
            request.actor.name != UNNAMED,
        ),
        FirstStep(
            _("Bring people in"),
            _("Those who work for IT and those who ask it for help, one by one or from a file."),
            [(_("Add a person"), person), (_("Import"), "/imports/")],
            others,
        ),
        FirstStep(
            _("Say when you work"),
            _("A business calendar holds your hours and public holidays; promised times count by it."),
            [(_("Add a calendar"), calendar)],
            calendars,
        ),
        FirstStep(
            _("Name a service"),
            _("Something that people get from IT, such as mail; work and promises are about it."),
            [(_("Add a service"), service)],
            services,
        ),
        FirstStep(
            _("Agree on times"),
            _("An agreement promises how soon IT answers and solves; due times follow from it."),
            [(_("Add an agreement"), agreement)],
            agreements,
        ),
    ]


def _there_is(me: int) -> tuple[bool, ...]:
    """Whether there is a record of each kind beside the person with the id `me`, by one query."""
    others = Record.objects.filter(withdrawn_at=None).exclude(pk=OuterRef("pk"))
    kinds = (Exists(others.filter(kind=one)) for one in KINDS)
    found: tuple[bool, ...] = Record.objects.values_list(*kinds).get(pk=me)
    return found
