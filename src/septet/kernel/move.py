"""A whole database copied into another one, between SQLite and PostgreSQL, and proof that nothing was lost."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, DataError, connections, models, transaction
from django.db.models.fields.json import JSONField

from septet import environment
from septet.kernel import sequencer
from septet.kernel.errors import Conflict, Invalid
from septet.kernel.models import Follower
from septet.kernel.reading_steadily import steady
from septet.kernel.storage_errors import as_septet_error
from septet.kernel.verify import Progress, Report, verify
from septet.lib.canonical import canonical

ALIAS = "target"
BATCH = 2000
NEXT = (
    "Everything was copied and proved. Stop Septet, set DATABASE_URL to the new database and start it again;"
    " the old database was left as it is."
)


@dataclass(frozen=True, slots=True)
class Table:
    """What a table holds: how many rows, and a digest that does not depend on their order."""

    rows: int
    digest: int


@dataclass(frozen=True, slots=True)
class Moved:
    """What was copied, the proof of the copy, and what to do next."""

    tables: int
    rows: int
    verified: Report
    next: str = NEXT


def move_database(target_url: str, progress: Progress | None = None) -> Moved:
    """Copy every table into the empty database at `target_url` and prove the copy: equal rows in every table, and the
    journal verifies there. The source is only read. `progress` is called with rows copied, and of how many.

    Raises Invalid for an address that cannot be used, Conflict if the target is not empty or the copy is not equal
    (then the target holds nothing of use), Unavailable if it does not answer.
    """
    sequencer.catch_up()
    with opened(target_url) as target:
        _refuse_occupied(target)
        call_command("migrate", database=ALIAS, verbosity=0, interactive=False)
        with steady():
            copied = _copy(target, progress)
        with standing_in(target):
            for model in tables():
                if _contents(model) != copied[model]:
                    raise Conflict(f"The copy of the table {model._meta.db_table!r} is not equal; nothing was moved.")
            # The search index is not copied: it is made anew from the journal.
            Follower.objects.filter(name="search").update(position=0)
            verified = verify()
    if verified.problems:
        raise Conflict(f"The copy does not verify: {verified.problems[0]}. Run `septet verify` on the old database.")
    return Moved(len(copied), sum(table.rows for table in copied.values()), verified)


@contextmanager
def opened(url: str) -> Iterator[Any]:
    """A connection to another database beside the default one. Raises Invalid or Unavailable."""
    try:
        wanted = environment.database(url, settings.DATA_DIR) if url else None
    except environment.BadSetting as bad:
        raise Invalid(fields={"url": bad.sentence.replace("DATABASE_URL", "The address")}) from None
    if wanted is None:
        raise Invalid(fields={"url": "Give the address of the database to move to."})
    default = {**connections.settings["default"]}
    connections.settings[ALIAS] = connections.configure_settings({"default": default, ALIAS: wanted})[ALIAS]
    target = connections[ALIAS]
    try:
        with _sentences():
            target.ensure_connection()
        yield target
    finally:
        target.close()
        del connections[ALIAS]
        del connections.settings[ALIAS]


@contextmanager
def standing_in(target: Any) -> Iterator[None]:
    """Let another connection stand in for the default one, so that all that reads and proves looks there."""
    held = connections["default"]
    connections["default"] = target
    try:
        yield
    finally:
        connections["default"] = held


@contextmanager
def _sentences(where: str = "") -> Iterator[None]:
    """Say what the target database refuses in one of our own sentences."""
    try:
        yield
    except DataError as error:
        first = str(error).splitlines()[0]
        raise Conflict(f"The new database cannot hold a value{where}: {first}. Nothing was moved.") from error
    except DatabaseError as error:
        raise as_septet_error(error) or error from error


def _refuse_occupied(target: Any) -> None:
    if target.introspection.table_names():
        raise Conflict("The database to move to is not empty. Give a new one, in which there are no tables.")


def tables() -> list[type[models.Model]]:
    """The model of every table, in an order in which rows name only rows of earlier tables or of their own."""
    waiting = [m for m in apps.get_models(include_auto_created=True) if m._meta.managed and not m._meta.proxy]
    found: list[type[models.Model]] = []
    while waiting:
        free = [m for m in waiting if not (_named_by(m) & set(waiting)) - {m}] or waiting
        found += free
        waiting = [m for m in waiting if m not in free]
    return found


def _named_by(model: type[models.Model]) -> set[type[models.Model]]:
    return {one.related_model for one in model._meta.local_concrete_fields if isinstance(one.related_model, type)}


def _copy(target: Any, progress: Progress | None) -> dict[type[models.Model], Table]:
    """Copy all rows in one transaction of the target's; what each table of the source holds."""
    models_ = tables()
    total = sum(model._base_manager.count() for model in models_)
    copied: dict[type[models.Model], Table] = {}
    done = 0
    target.disable_constraint_checking()
    try:
        with transaction.atomic(using=ALIAS):
            with target.cursor() as cursor:
                # What the migrations put in themselves comes from the source.
                for model in reversed(models_):
                    cursor.execute(f"DELETE FROM {target.ops.quote_name(model._meta.db_table)}")  # noqa: S608  a table of ours
            for model in models_:
                count, digest = 0, 0
                for batch in _batches(model):
                    with _sentences(f" in the table {model._meta.db_table!r}"):
                        _write(target, model, batch)
                    count += len(batch)
                    digest = _digest(model, batch, digest)
                    if progress is not None:
                        progress(done + count, total)
                done += count
                copied[model] = Table(count, digest)
            target.check_constraints()
            with target.cursor() as cursor:
                for statement in target.ops.sequence_reset_sql(no_style(), models_):
                    cursor.execute(statement)
    finally:
        target.enable_constraint_checking()
    return copied


def _batches(model: type[models.Model]) -> Iterator[list[tuple[Any, ...]]]:
    names = [one.attname for one in model._meta.local_concrete_fields]
    rows = model._base_manager.order_by(model._meta.pk.attname).values_list(*names)
    batch: list[tuple[Any, ...]] = []
    for row in rows.iterator(BATCH):
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _write(target: Any, model: type[models.Model], rows: list[tuple[Any, ...]]) -> None:
    fields = model._meta.local_concrete_fields
    prepares = [_preparing(one, target) for one in fields]
    values = [
        [None if value is None else prepare(value) for prepare, value in zip(prepares, row, strict=True)]
        for row in rows
    ]  # fmt: skip
    quote = target.ops.quote_name
    table, names = quote(model._meta.db_table), ", ".join(quote(str(one.column)) for one in fields)
    with target.cursor() as cursor:
        if target.vendor == "postgresql":
            with target.wrap_database_errors, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", values)  # noqa: S608  columns of ours


def _preparing(one: "models.Field[Any, Any]", target: Any) -> Callable[[Any], Any]:
    """From a field's value to what the target's driver takes."""
    if isinstance(one, models.CharField | models.TextField | models.IntegerField | models.ForeignKey):
        return lambda value: value
    return lambda value: one.get_db_prep_save(value, target)


def _contents(model: type[models.Model]) -> Table:
    count, digest = 0, 0
    with steady():
        for batch in _batches(model):
            count += len(batch)
            digest = _digest(model, batch, digest)
    return Table(count, digest)


def _digest(model: type[models.Model], rows: list[tuple[Any, ...]], so_far: int) -> int:
    """The sum of the digests of rows: engines sort texts differently, so no order may count."""
    as_json = [isinstance(one, JSONField) for one in model._meta.local_concrete_fields]
    for row in rows:
        plain = [value if json else _plain(value) for json, value in zip(as_json, row, strict=True)]
        so_far += int.from_bytes(sha256(canonical(plain)).digest())
    return so_far % 2**256


def _plain(value: Any) -> Any:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else value
