"""What a list shows, as parameters say it: filters, order, page, other times."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.utils import timezone

from septet.kernel.actors import SYSTEM
from septet.kernel.errors import Invalid, NotFound, SeptetError
from septet.kernel.fields import FieldInfo, clean_text
from septet.kernel.named_sets import NamedSet, find_set
from septet.kernel.references import find_id, find_person
from septet.kernel.registry import RecordType
from septet.lib.moments import parse_moment
from septet.lib.text import suggestion

LARGEST_PAGE = 500
USUAL_PAGE = 50
COMPARISONS = {"gte": "gte", "gt": "gt", "lte": "lte", "lt": "lt", "not": "not"}
# Parameters of a list that are no field.
CONTROLS = ("q", "order", "limit", "cursor", "as_of", "known_at", "withdrawn", "open", "count", "among")


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter: the field, how it compares (empty for equality), and the plain values of which one must fit."""

    name: str
    comparison: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Query:
    """What a list shows. `order` is a field with an optional minus, `after` the last row of the page before."""

    it: RecordType
    conditions: tuple[Condition, ...] = ()
    q: str = ""
    order: str = "-opened_at"
    limit: int = USUAL_PAGE
    after: tuple[Any, int] | None = None
    as_of: datetime | None = None
    known_at: datetime | None = None
    withdrawn: bool = False
    only_open: bool | None = None
    among: NamedSet | None = None

    @classmethod
    def parse(cls, it: RecordType, params: Mapping[str, str | Sequence[str]], *, zone: str = "UTC") -> "Query":
        """The query that parameters describe, as an address bar, a CLI or a saved filter holds them.

        A field's name with one or several values (repeated or separated by commas) filters by it; `none` means
        empty; `FIELD__gte`, `__gt`, `__lte`, `__lt`, `__not` compare; `extra.NAME` is a custom field. `q` searches,
        `order=-opened_at` sorts, `limit` and `cursor` page, `as_of` and `known_at` travel in time, `open=true` shows
        open records, `withdrawn=true` the withdrawn ones too, `among` only those of a set with a name (`named_sets`).
        Raises Invalid, naming each parameter that does not fit.
        """
        problems: dict[str, str] = {}
        found: dict[str, Any] = {}
        conditions = []
        for name, raw in params.items():
            given = [raw] if isinstance(raw, str) else list(raw)
            try:
                for text in (name, *given):
                    clean_text(text)
                if name in CONTROLS:
                    found |= _control(it, name, given[-1] if given else "", zone)
                elif any(given):
                    conditions.append(_condition(it, name, given, zone))
            except (Invalid, NotFound, ValueError) as error:
                said = error.detail if isinstance(error, SeptetError) else str(error)
                problems[name] = error.fields.get(name, said) if isinstance(error, Invalid) else said
        if problems:
            raise Invalid(fields=problems)
        cursor = found.pop("cursor", None)
        travels = "as_of" in found or "known_at" in found
        if travels and "among" in found:
            raise Invalid(fields={"among": "This set is of the present; leave as_of and known_at out."})
        order = "-opened_at" if travels else it.order
        query = cls(it, conditions=tuple(conditions), **{"order": order, **found})
        return replace(query, after=read_cursor(query, cursor)) if cursor else query

    @property
    def travels(self) -> bool:
        """Whether the list is of another time than now."""
        return self.as_of is not None or self.known_at is not None

    @property
    def order_field(self) -> str:
        """The field the list is ordered by."""
        return self.order.removeprefix("-")

    @property
    def descending(self) -> bool:
        """Whether the order is from the highest down."""
        return self.order.startswith("-")


def _control(it: RecordType, name: str, text: str, zone: str) -> dict[str, Any]:
    """What a parameter that is no field says, as keywords of `Query`."""
    match name:
        case "q":
            return {"q": _search_text(text)}
        case "order":
            return {"order": _order(it, text)} if text else {}
        case "limit":
            return {"limit": _limit(text)}
        case "cursor":
            return {"cursor": text}
        case "as_of" | "known_at":
            return {name: parse_moment(text, ZoneInfo(zone), timezone.now())} if text else {}
        case "withdrawn":
            return {"withdrawn": _truth(text)}
        case "open":
            return {"only_open": _truth(text)} if text else {}
        case "among":
            return _among(find_set(text, it)) if text else {}
    return {}


def _among(found: NamedSet) -> dict[str, Any]:
    return {"among": found, **({"withdrawn": True} if found.withdrawn else {})}


def _search_text(text: str) -> str:
    if len(text) > 500:
        raise ValueError("Search for at most 500 characters.")
    return text.strip()


def _order(it: RecordType, text: str) -> str:
    key = text.removeprefix("-")
    if key not in sortable(it):
        raise ValueError(f"The list cannot be ordered by {key!r}.{suggestion(key, sortable(it))}")
    return text


def _limit(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= LARGEST_PAGE:
        raise ValueError(f"A page holds between 1 and {LARGEST_PAGE} records.")
    return int(text)


def _truth(text: str) -> bool:
    if text.lower() in {"true", "1", "yes", "on"}:
        return True
    if text.lower() in {"false", "0", "no", "off", ""}:
        return False
    raise ValueError("Write true or false.")


def sortable(it: RecordType) -> dict[str, str]:
    """The names a list can be ordered by, each with its database path."""
    names = {n: n for n, f in it.fields.items() if f.sort not in {"json", "long-text", "reference"}}
    return {**names, "number": "pk", "updated_at": "updated_at"}


def filterable(it: RecordType) -> dict[str, FieldInfo]:
    """The fields a list can be filtered by."""
    return {name: f for name, f in it.fields.items() if f.sort not in {"json", "long-text"}}


def _condition(it: RecordType, name: str, given: list[str], zone: str) -> Condition:
    key, _, comparison = name.partition("__")
    values = [one.strip() for text in given for one in text.split(",")] if not key.startswith("extra.") else given
    if comparison and comparison not in COMPARISONS:
        raise ValueError(f"There is no comparison {comparison!r}.{suggestion(comparison, COMPARISONS)}")
    if key.startswith("extra."):
        return Condition(key, comparison, tuple(values))
    if key not in filterable(it):
        known = [*filterable(it), *CONTROLS]
        raise ValueError(f"{it.label_plural} cannot be filtered by {key!r}.{suggestion(key, known)}")
    f = it.fields[key]
    found = tuple(_value(it, f, one, zone) for one in values if one != "")
    if comparison not in {"", "not"} and (not found or found[-1] is None):
        raise ValueError("Give a value to compare with.")
    return Condition(key, comparison, found)


def _value(it: RecordType, f: FieldInfo, text: str, zone: str) -> Any:
    """One filter value as the model's own type."""
    if text == "none" and (f.nullable or f.sort in {"text", "choice"}):
        return None if f.nullable else ""
    if f.name == "state":
        if text not in it.states:
            raise ValueError(f"There is no state {text!r}.{suggestion(text, it.states.by_key)}")
        return text
    if f.choices:
        fitting = [key for key, _ in f.choices if str(key) == text]
        if not fitting:
            raise ValueError(f"Must be one of {', '.join(str(key) for key, _ in f.choices)}.")
        return fitting[0]
    if f.kind == "person" and "@" in text:
        return find_person(text, SYSTEM).pk
    reader = READERS.get(f.sort, str)
    try:
        return parse_moment(text, ZoneInfo(zone), timezone.now()) if f.sort == "moment" else reader(text)
    except (ValueError, InvalidOperation):
        raise ValueError(f"{text!r} is no {f.sort}.") from None


def _small(text: str) -> int:
    value = int(text)
    if not -(2**31) <= value < 2**31:
        raise ValueError(text)
    return value


READERS: dict[str, Callable[[str], Any]] = {
    "integer": _small,
    "decimal": Decimal,
    "boolean": _truth,
    "date": date.fromisoformat,
    "reference": find_id,
}


def write_cursor(query: Query, value: Any, pk: int) -> str:
    """The cursor behind a row with this plain value of the order field: opaque, good for the same order only."""
    text = orjson.dumps([query.order, value, pk])
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def read_cursor(query: Query, text: str) -> tuple[Any, int]:
    wrong = Invalid(fields={"cursor": "This is no cursor of this list; start at the first page again."})
    try:
        order, value, pk = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, TypeError, binascii.Error):
        raise wrong from None
    if order != query.order or not isinstance(pk, int) or isinstance(pk, bool) or not 0 <= pk < 2**63:
        raise wrong
    if query.order_field == "number":
        return pk, pk
    f = query.it.fields.get(query.order_field)
    if value is None:
        return None, pk
    try:
        if f is None or f.sort == "moment":
            return datetime.fromisoformat(value), pk
        expected = {"integer": int, "boolean": bool}.get(f.sort, str)
        if not isinstance(value, expected | int if f.choices else expected):
            raise wrong
        return f.value(value), pk
    except (ValueError, TypeError, InvalidOperation):
        raise wrong from None
