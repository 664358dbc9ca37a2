"""The action `erase`."""

from typing import Any

from django.db import transaction

from septet.kernel import parts
from septet.kernel.actors import Actor
from septet.kernel.erasure import traces
from septet.kernel.erasure.journal import FILES, erase_values
from septet.kernel.errors import Invalid
from septet.kernel.journal import ERASED
from septet.kernel.models import Attachment, ExternalKey, Record, Verb
from septet.kernel.registry import RecordType, action, registry
from septet.lib.text import suggestion

TEXTS = ("text", "long-text")


@action(
    Record,
    verb=Verb.ERASE,
    withdrawn=True,
    undoable=False,
    why_not="What was erased is gone from the history too; nobody has it any more.",
    examples=[{}],
)
def erase(
    record: Record,
    actor: Actor,
    *,
    fields: list[str] | None = None,
    entries: list[int] | None = None,
    keys: bool = False,
    files: bool = False,
) -> None:
    """Erase the personal values of the record, for good: from its fields, its history and the search.

    `fields` names further texts and custom fields (`extra.NAME`), `entries` the numbers of entries whose notes and
    comments go too; `keys` removes the keys under which other systems know the record, `files` its attachments.
    """
    it = registry.types[record.kind]
    names = _names(it, record, fields or [])
    act = parts.current()
    for name in names:
        act.changes[name] = [ERASED, _emptied(it, record, name)]
    removed: list[str] = []
    for row in Attachment.objects.filter(record_id=record.pk) if files else ():
        removed.append(row.digest)
        act.changes |= {f"{FILES}{row.pk}.{column}": [ERASED, None] for column in parts.part_values(row)}
        row.delete()
    words = erase_values(record.pk, names, set(entries or ()), files=files)
    if keys:
        words |= traces.words_in(ExternalKey.objects.filter(record_id=record.pk).values_list("key", flat=True))
        ExternalKey.objects.filter(record_id=record.pk).delete()
    traces.close_account(record)
    traces.forget_answers(record)
    what = [*names, *(["keys"] if keys else []), *(["files"] if files else [])]
    parts.note_change(":erased", None, what + [f"entry {number}" for number in entries or ()])
    transaction.on_commit(lambda: traces.clear(record.pk, words, removed))


def _names(it: RecordType, record: Record, asked: list[str]) -> list[str]:
    """The fields to erase: the personal ones and those asked for. Raises Invalid."""
    known = [n for n, f in it.fields.items() if f.sort in TEXTS and n != "state"] + [f"extra.{n}" for n in record.extra]
    for name in asked:
        # A custom value that is gone from the record may still stand in its history.
        if name not in known and not name.startswith("extra."):
            raise Invalid(fields={"fields": f"{name!r} is no text that could be erased.{suggestion(name, known)}"})
    personal = [name for name, f in it.fields.items() if f.personal and name in known]
    return list(dict.fromkeys([*personal, *asked]))


def _emptied(it: RecordType, record: Any, name: str) -> Any:
    """Take the value from the record; what is there instead."""
    if name.startswith("extra."):
        record.extra.pop(name.removeprefix("extra."), None)
        return None
    f = it.fields[name]
    value = ERASED if f.required or name in it.optional else f.blank
    setattr(record, f.attribute, value)
    return value
