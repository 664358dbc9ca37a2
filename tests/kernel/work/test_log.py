"""The second log: sealed in order, proved, and every change to it named."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from septet.kernel import log, sequencer
from septet.kernel.actions import create
from septet.kernel.actors import OPERATOR, Actor
from septet.kernel.errors import OutsideAction
from septet.kernel.models import LogEntry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def anchors(tmp_path: Path, settings: Settings) -> None:
    """A folder for anchors of its own."""
    settings.ANCHOR_DIR = tmp_path


def test_what_changes_no_record_is_logged_and_sealed_in_order() -> None:
    log.note("sign-in", Actor(name="Ann", person=7), via="web", request="r1")
    log.note("export", OPERATOR, via="cli", record=5, detail="x" * 600)
    assert log.seal() == 2
    log.note("refusal", OPERATOR, via="api")
    assert log.seal() == 1
    assert log.seal() == 0
    rows = list(LogEntry.objects.order_by("sealed").values_list("sealed", "event", "actor_id", "actor_name"))
    assert rows == [(1, "sign-in", 7, ""), (2, "export", None, "Operator"), (3, "refusal", None, "Operator")]
    assert len(LogEntry.objects.get(sealed=2).detail) == 500
    assert log.verify_log() == ""


def test_text_that_no_database_holds_is_logged_all_the_same() -> None:
    log.note("refusal", Actor(name="\0\ud800"), via="api", detail="a\0b\ud800")
    log.seal()
    assert log.verify_log() == ""


@pytest.mark.parametrize("change", [{"detail": "else"}, {"event": "x"}, {"actor_id": 1}, {"via": "cli"}])
def test_a_changed_row_is_named(change: dict[str, Any]) -> None:
    for _ in range(3):
        log.note("sign-in", OPERATOR, via="web")
    log.seal()
    LogEntry.objects.filter(sealed=2).update(**change)
    assert log.verify_log().startswith("Log row 2 (")


def test_a_removed_row_is_named() -> None:
    for _ in range(3):
        log.note("sign-in", OPERATOR, via="web")
    log.seal()
    LogEntry.objects.filter(sealed=2).delete()
    assert log.verify_log() == "Log row 2 is missing."


def test_a_cut_tail_is_named_by_the_anchor_outside() -> None:
    for _ in range(3):
        log.note("sign-in", OPERATOR, via="web")
    create("organisation", OPERATOR, via="cli", title="A")
    sequencer.anchor_now()
    LogEntry.objects.filter(sealed=3).delete()
    assert log.verify_log() == "The log ends at row 2, but an anchor outside the database names row 3."


def test_a_log_written_anew_is_found_by_the_anchor_outside() -> None:
    log.note("sign-in", OPERATOR, via="web")
    create("organisation", OPERATOR, via="cli", title="A")
    sequencer.anchor_now()
    LogEntry.objects.all().delete()
    log.note("sign-in", OPERATOR, via="web", detail="forged")
    log.seal()
    assert log.verify_log() == "Log row 1 is not the one that an anchor outside the database names."


def test_an_existing_row_cannot_be_saved_again() -> None:
    log.note("sign-in", OPERATOR, via="web")
    with pytest.raises(OutsideAction):
        LogEntry.objects.get().save()
