"""Nothing changes but through the door, and of two editors of one version one wins."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from septet.kernel import parts
from septet.kernel.actions import perform, reload
from septet.kernel.actors import OPERATOR
from septet.kernel.errors import OutsideAction, Stale
from septet.kernel.models import Entry, ExternalKey, Record, Span, Watch
from septet.kernel.registry import registry
from tests.kernel.proofs.stock import edit, incident


@pytest.mark.django_db
@pytest.mark.parametrize(
    "write",
    [
        lambda record: record.save(),
        lambda record: record.delete(),
        lambda record: Record.objects.filter(pk=record.pk).update(title="Mine"),
        lambda record: type(record).objects.filter(pk=record.pk).update(category="Mine"),
        lambda record: Record.objects.filter(pk=record.pk).delete(),
        lambda record: Record.objects.bulk_update([record], ["title"]),
        lambda record: Watch(record_id=record.pk, person_id=record.pk).save(),
        lambda record: Watch.objects.bulk_create([Watch(record_id=record.pk, person_id=record.pk)]),
        lambda record: Entry.objects.filter(record_id=record.pk).update(note="Mine"),
        lambda record: Entry.objects.filter(record_id=record.pk).delete(),
        lambda record: Entry.objects.get(record_id=record.pk).delete(),
        lambda record: Span.objects.filter(record_id=record.pk).update(state="closed"),
        lambda record: ExternalKey.objects.create(source="a", kind="incident", key="1", record_id=record.pk),
        lambda record: parts.add(Watch(person_id=record.pk)),
    ],
)
def test_writing_outside_an_action_raises(write: Any) -> None:
    record = incident()
    record.title = "Mine"
    with pytest.raises(OutsideAction):
        write(record)
    assert reload(record).title == "Printer on fire"
    assert Entry.objects.filter(record_id=record.pk, note="").count() == 1


@pytest.mark.django_db
def test_no_table_of_a_record_type_or_of_a_part_can_be_written_outside() -> None:
    for it in registry.types.values():
        for model in (it.model, *it.all_parts.values()):
            with pytest.raises(OutsideAction):
                model().save()
            with pytest.raises(OutsideAction):
                model._default_manager.all().delete()


@pytest.mark.django_db
def test_who_saw_an_older_version_is_told_so() -> None:
    record = incident()
    mine, theirs = reload(record), reload(record)
    perform(mine, "edit", OPERATOR, via="web", version=1, params={"title": "Mine"})
    with pytest.raises(Stale, match="you saw version 1, it is now 2"):
        perform(theirs, "edit", OPERATOR, via="web", version=1, params={"title": "Theirs"})
    assert reload(record).title == "Mine"
    edit(theirs, title="Theirs, after another look")
    assert reload(record).version == 3


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_of_editors_at_the_same_moment_one_wins(engine: str, data: Path, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("postgres_url") if engine == "postgresql" else ""
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "SEPTET_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "septet.settings",
    }
    program = Path(__file__).with_name("racing.py")
    done = subprocess.run([sys.executable, str(program)], env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    found = orjson.loads(done.stdout)
    assert found == {"met": ["Stale"] * 5 + ["done"], "version": 2, "problems": []}
