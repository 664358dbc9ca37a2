"""Loads the demo into the database, once."""

import sys

from django.db import transaction
from django.utils import timezone

from septet.demo import agreements, articles, organisation, staffing, work
from septet.demo.bad_change import play_bad_change
from septet.demo.chance import seeded
from septet.demo.estate import building, services
from septet.demo.goals import set_goals
from septet.demo.history.cast import Cast
from septet.demo.history.past import write_history
from septet.demo.organisation import ROLES
from septet.demo.people import teams, users
from septet.demo.reviews import play_reviews
from septet.demo.routines import play_routines
from septet.demo.stage import VIA, Stage, by_key, is_loaded
from septet.kernel.actors import SYSTEM
from septet.kernel.bulk_rows.collection import rarer_collection
from septet.kernel.bulk_rows.durability import relaxed
from septet.team.standard import load as standard

SEED = 24


def load_model(stage: Stage) -> None:
    """The standard rules, skills and questions of reviews; teams and checklists the demo has of its own."""
    begun = stage.ago(organisation.LONG_AGO, "08:00")
    standard.load(SYSTEM, via=VIA, request=stage.request, without=("function-team", "checklist", "goal"), at=begun)


def load(scale: float = 1.0) -> dict[str, int]:
    """Make sure that the demo is there, and return the people who show its roles: role to the person's id.

    `scale` is how much of the whole is loaded: 1 for a company of 900, a small part of it for tests.
    """
    if not is_loaded():
        print("Filling in the demo …", file=sys.stderr)
        with rarer_collection(), relaxed(), transaction.atomic():
            _play(Stage(timezone.now(), scale))
    return {role: by_key("person", key).pk for role, key in ROLES.items()}


def _play(stage: Stage) -> None:
    """Everything, in the order in which one thing needs another."""
    organisation.set_up(stage)
    everybody = users.users(stage)
    users.write_people(stage, everybody)
    load_model(stage)
    staffing.hire(stage)
    teams.set_up_teams(stage)
    organisation.set_rules(stage)
    services.write_services(stage)
    items = building.build(stage, everybody)
    articles.write_articles(stage)
    agreements.sign(stage)
    presence = teams.plan_absences(stage)
    cast = Cast(stage, everybody, items, presence, seeded(SEED))
    write_history(cast)
    work.play(stage)
    play_bad_change(cast)
    play_routines(stage)
    play_reviews(stage)
    staffing.answer(stage)
    teams.note_absences(stage, presence)
    teams.let_leave(stage)
    set_goals(stage)
