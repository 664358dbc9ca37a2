"""Search: what is found among very many others, for whom, and in which order."""

from unittest.mock import patch

import pytest

from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR
from septet.kernel.search import find_words, query, search

pytestmark = pytest.mark.django_db


def numbers(text: str, kind: str | None = None, limit: int = 20) -> list[str]:
    """What is found, the best first."""
    return [hit.number for hit in search(text, OPERATOR, kind=kind, limit=limit)]


def test_a_record_of_a_rare_kind_is_found_behind_very_many_newer_ones() -> None:
    service = create("service", OPERATOR, via="cli", title="Printing")
    with patch.object(query, "CANDIDATES", 5):
        for n in range(8):
            create("incident", OPERATOR, via="cli", title=f"Printing stopped {n}", impact=3)
        assert service.number not in numbers("printing")
        assert numbers("printing", "service") == [service.number]
        assert [hit.number for hit in find_words("printing", OPERATOR, kind="service").hits] == [service.number]
        with patch.object(query, "FEW", 0):
            assert numbers("printing", "service") == [service.number]
            assert len(numbers("printing", "incident")) == 5


def test_titles_come_first_then_what_is_newer() -> None:
    told = create("incident", OPERATOR, via="cli", title="Slow", description="the scanner of the desk", impact=3)
    old = create("incident", OPERATOR, via="cli", title="Scanner broken", impact=3)
    new = create("incident", OPERATOR, via="cli", title="Scanner", impact=3)
    assert numbers("scanner") == [new.number, old.number, told.number]
    assert numbers("scanner", limit=2) == [new.number, old.number]


def test_where_whole_words_are_few_beginnings_and_slips_are_found_too() -> None:
    one = create("incident", OPERATOR, via="cli", title="Projector dark", impact=3)
    assert numbers("proj") == numbers("projetcor dark") == numbers("dark projec") == [one.number]
    assert numbers("projector light") == numbers("...") == []


def test_what_was_withdrawn_makes_room_for_what_was_not() -> None:
    kept = create("incident", OPERATOR, via="cli", title="Modem lost", impact=3)
    gone = [create("incident", OPERATOR, via="cli", title="Modem", impact=3) for _ in range(6)]
    for one in gone:
        perform(one, "withdraw", OPERATOR, via="cli")
    assert numbers("modem", limit=1) == [kept.number]
    assert find_words("modem", OPERATOR).counts == {"incident": 1}
