"""What two people do at the same moment, each in a transaction that the other one cannot see yet."""

from threading import Thread

import pytest
from django.db import connection, transaction

from septet.kernel.accounts import open_account
from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR
from septet.kernel.errors import SeptetError
from septet.kernel.models import Account, Record, Relation
from septet.kernel.storage_errors import as_septet_error

pytestmark = pytest.mark.django_db(transaction=True)

BLOCKED_SECONDS = 1.0


def test_two_edges_do_not_close_a_cycle() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("on SQLite one writes after the other anyway")
    one, other, third = (create("incident", OPERATOR, via="cli", title=title) for title in ("One", "Other", "Third"))
    perform(other, "relate", OPERATOR, via="cli", type="child-of", target=third)
    met: list[str] = []

    def tie_back() -> None:
        try:
            perform(third, "relate", OPERATOR, via="cli", type="child-of", target=one)
            met.append("done")
        except SeptetError as error:
            met.append(error.detail)
        finally:
            connection.close()

    second = Thread(target=tie_back)
    with transaction.atomic():
        perform(one, "relate", OPERATOR, via="cli", type="child-of", target=other)
        second.start()
        second.join(BLOCKED_SECONDS)
    second.join(60)
    assert len(met) == 1
    assert "would be a cycle" in met[0]
    assert Relation.objects.filter(type="child-of").count() == 2


def test_what_was_made_by_somebody_else_meanwhile_is_a_conflict() -> None:
    people = [create("person", OPERATOR, via="cli", title=title) for title in ("Ann", "Ben")]
    open_account(people[0], "both@example.org")
    with pytest.raises(Exception, match=r"(?i)unique") as caught, transaction.atomic():
        Account.objects.create(email="both@example.org", person_id=people[1].pk)  # as if nobody had looked before
    told = as_septet_error(caught.value)
    assert told is not None
    assert (told.status, "made the same" in told.detail) == (409, True)
    assert Record.objects.filter(kind="person").count() == 2
