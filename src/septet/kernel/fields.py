"""What the kernel knows of each field of a record type, derived from the Django model; nothing is listed twice."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Annotated, Any, Literal

from django.db import models
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from septet.kernel.errors import Invalid
from septet.kernel.models import Record
from septet.lib.canonical import canonical

# What every record carries for the kernel's own use; never journaled, never edited.
KEPT_BY_KERNEL = frozenset({"id", "kind", "version", "head", "updated_at", "record_ptr"})
LONGEST_TEXT = 100_000
NUMBER = re.compile(r"\s*[-+]?[\d_]*\.?\d+\s*")
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def clean_text(value: str) -> str:
    """Refuse the NUL character, which no database keeps faithfully, and lone surrogates, which are no text."""
    if "\x00" in value:
        raise ValueError("A text cannot hold the NUL character.")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("The text holds characters that are no valid Unicode.") from None
    return value


def whole_number(value: Any) -> Any:
    """A number that was typed as text, as the number; pydantic does so for plain numbers, not for choices of them."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


def some_words(value: str) -> str:
    """Refuse a text of nothing but blanks."""
    if not value.strip():
        raise ValueError("Say something.")
    return value.strip()


def no_number(value: Any) -> Any:
    """Refuse a number in the place of a date: 2024 is meant as a year, not as seconds since 1970."""
    if isinstance(value, (int, float)) or (isinstance(value, str) and NUMBER.fullmatch(value)):
        raise ValueError("Write a date, such as 2026-05-01 or 2026-05-01T09:30Z.")
    return value


def clean_moment(value: datetime) -> datetime:
    """Bring a moment to UTC; without a zone it is taken as UTC. Years outside 1900 to 2199 are mistakes."""
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    if not datetime(1901, 1, 1, tzinfo=aware.tzinfo) <= aware < datetime(2199, 12, 31, tzinfo=aware.tzinfo):
        raise ValueError("The year must lie between 1901 and 2199.")
    return aware.astimezone(UTC)


def clean_date(value: date) -> date:
    """Refuse dates outside 1900 to 2199."""
    if not 1900 <= value.year < 2200:
        raise ValueError("The year must lie between 1900 and 2199.")
    return value


def clean_json(value: Any) -> Any:
    """Refuse what JSON cannot hold in custom values: NaN, infinity, NUL, huge integers. Depth and size are bounded."""
    try:
        text = canonical(value)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"Not a plain JSON value: {error}") from None
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"Custom values hold at most {LONGEST_TEXT} bytes in all.")
    return value


Text = Annotated[str, AfterValidator(clean_text)]
LongText = Annotated[str, StringConstraints(max_length=LONGEST_TEXT), AfterValidator(clean_text)]
Words = Annotated[LongText, AfterValidator(some_words)]
Moment = Annotated[datetime, BeforeValidator(no_number), AfterValidator(clean_moment)]
Day = Annotated[date, BeforeValidator(no_number), AfterValidator(clean_date)]
# How a reference is written from outside: a number (INC-4711), SOURCE:KEY, or the record's id.
Written = Annotated[str | int, Field(union_mode="left_to_right")]


@lru_cache(maxsize=8192)
def moment_text(value: datetime) -> str:
    """The journal's and the API's form of a moment: ISO 8601 in UTC with Z; microseconds only where there are any."""
    return (value if value.tzinfo is UTC else value.astimezone(UTC)).isoformat()[: -len("+00:00")] + "Z"


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """One field of a record type.

    `sort` is text, long-text, integer, decimal, boolean, moment, date, choice, reference or json. `attribute` is
    where the plain value sits on a model instance (`owner_id` for `owner`). `kind` is the kind a reference must have.
    A field that is not `journaled` follows from others and from time itself; no entry tells of it.
    """

    name: str
    attribute: str
    column: str
    sort: str
    label: str
    help: str
    required: bool
    editable: bool
    nullable: bool
    on_base: bool
    kind: str = ""
    choices: tuple[tuple[Any, str], ...] = ()
    max_length: int | None = None
    default: Any = None
    internal: bool = False
    personal: bool = False
    journaled: bool = True
    get: Callable[[Any], Any] = field(default=attrgetter("pk"), repr=False, compare=False)

    @property
    def blank(self) -> Any:
        """The value of a record on which the field was never set; replay starts from it."""
        if self.nullable or self.sort in {"integer", "decimal", "boolean", "moment", "date"}:
            return None
        return {} if self.sort == "json" else ""

    def plain(self, value: Any) -> Any:
        """The JSON form of a value, as the journal and the API hold it (a reference is the record's id)."""
        if value is None or isinstance(value, str | int | bool | dict | list):
            return value
        if isinstance(value, datetime):
            return moment_text(value)
        if isinstance(value, Decimal):
            return str(value)
        return value.isoformat() if isinstance(value, date) else value

    def value(self, plain: Any) -> Any:
        """The model's value of a plain one; the inverse of `plain`."""
        if plain is None:
            return None
        if self.sort == "moment":
            return datetime.fromisoformat(plain)
        if self.sort == "date":
            return date.fromisoformat(plain)
        return Decimal(plain) if self.sort == "decimal" else plain

    def input_type(self) -> Any:
        """The pydantic type that accepts this field from outside."""
        accepted: Any = {
            "long-text": LongText,
            "integer": int,
            "decimal": Decimal,
            "boolean": bool,
            "moment": Moment,
            "date": Day,
            "json": Annotated[dict[str, Any], AfterValidator(clean_json)],
            "reference": Written,
        }.get(self.sort, Text)
        if self.choices:
            keys = tuple(key for key, _ in self.choices)
            can_be_left_out = self.blank == "" and not self.required and self.default is None
            accepted = Literal[(*keys, "") if can_be_left_out else keys]
            if isinstance(keys[0], int):
                accepted = Annotated[accepted, BeforeValidator(whole_number)]
        elif self.sort == "text":
            accepted = Annotated[str, StringConstraints(max_length=self.max_length), AfterValidator(clean_text)]
        elif self.sort == "integer":
            accepted = Annotated[int, Field(ge=0 if self.default is None else -(2**31), lt=2**31)]
        return accepted | None if self.nullable else accepted


def describe(model: type[Record], internal: tuple[str, ...], personal: tuple[str, ...]) -> dict[str, FieldInfo]:
    """The journaled fields of `model`, base table first, by name."""
    base = {f.name for f in Record._meta.concrete_fields}
    infos = {}
    for one in model._meta.concrete_fields:
        if one.name in KEPT_BY_KERNEL or one.name.endswith("_ptr"):
            continue
        infos[one.name] = FieldInfo(
            name=one.name,
            attribute=one.attname,
            column=str(one.column),
            sort=_sort(one),
            label=str(one.verbose_name)[:1].upper() + str(one.verbose_name)[1:],
            help=str(one.help_text),
            required=one.editable and not (one.blank or one.null or one.has_default()),
            editable=one.editable,
            nullable=one.null,
            on_base=one.name in base,
            kind=getattr(one, "septet_kind", ""),
            choices=tuple((key, str(label)) for key, label in (one.flatchoices or ())),
            max_length=getattr(one, "max_length", None),
            default=None if not one.has_default() else one.get_default(),
            internal=one.name in internal,
            personal=one.name in personal,
            get=attrgetter(one.attname),
        )
    return infos


def _sort(one: "models.Field[Any, Any]") -> str:
    if one.is_relation:
        return "reference"
    if one.flatchoices:
        return "choice"
    sorts: tuple[tuple[type[Any], str], ...] = (
        (models.TextField, "long-text"),
        (models.CharField, "text"),
        (models.BooleanField, "boolean"),
        (models.DateTimeField, "moment"),
        (models.DateField, "date"),
        (models.DecimalField, "decimal"),
        (models.IntegerField, "integer"),
        (models.JSONField, "json"),
    )
    for cls, sort in sorts:
        if isinstance(one, cls):
            return sort
    raise Invalid(f"{one}: records cannot hold a {type(one).__name__}; use text, number, time, choice or JSON.")
