"""One spelling in bytes for each plain value, so that equal values have equal digests.

In the manner of RFC 8785: keys sorted, no white space, UTF-8. Two departures: keys sort by code point, and a float
keeps its point (``1.0`` is not ``1``), so what is read back is written the same again.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Any
from uuid import UUID

import orjson

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


def canonical(value: object) -> bytes:
    """The canonical JSON of a plain value.

    Plain are None, booleans, 64-bit integers, finite floats, text, Decimal and UUID (as text), dates, times and aware
    datetimes (ISO 8601, in UTC with microseconds and ``Z``), enumerations (their value), and lists, tuples and
    mappings of these with text keys. Anything else, NaN, infinity, a naive datetime and a NUL character raise
    ValueError naming the path, as in ``checks.2.note: holds a NUL character``.
    """
    try:
        text = orjson.dumps(value, _plain, _OPTIONS)
    except TypeError as error:
        _refuse_unfit(value, "")
        raise ValueError(str(error)) from error
    # orjson writes NaN as null without a word, so a null that appears must be looked at twice.
    if b"\\u0000" in text or (b"null" in text and _holds_non_finite(value)):
        _refuse_unfit(value, "")
    return text


def checked(value: object) -> bytes:
    """The same bytes for a value that `canonical` took before as part of a larger one: the checks are not repeated."""
    return orjson.dumps(value, _plain, _OPTIONS)


def loads(text: bytes | str) -> Any:
    """The value of a JSON text, with datetimes, Decimals and UUIDs left as text. Raises ValueError if it is no JSON."""
    return orjson.loads(text)


def _plain(value: object) -> str:
    match value:
        case datetime():
            if value.tzinfo is None:
                raise ValueError("is a time without a zone")
            return value.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"
        case date() | time():
            return value.isoformat()
        case Decimal():
            if not value.is_finite():
                raise ValueError("is not a finite number")
            return str(value)
    raise TypeError(f"cannot be written as JSON ({type(value).__name__})")


def _holds_non_finite(value: object) -> bool:
    if value is None or isinstance(value, str):
        return False
    if isinstance(value, float):
        return not isfinite(value)
    if isinstance(value, dict):
        return any(map(_holds_non_finite, value.values()))
    return isinstance(value, list | tuple) and any(map(_holds_non_finite, value))


def _refuse_unfit(value: object, path: str) -> None:
    """Raise ValueError for the first value that has no canonical form, with the path that leads to it."""
    match value:
        case dict() | list() | tuple():
            for inner_path, inner in _inside(value, path):
                _refuse_unfit(inner, inner_path)
        case Enum():
            _refuse_unfit(value.value, path)
        case str():
            _refuse_text(value, path)
        case bool() | int():
            if not -(2**63) <= value < 2**64:
                raise _unfit(path, "is an integer of more than 64 bits")
        case float():
            if not isfinite(value):
                raise _unfit(path, "is not a finite number")
        case _:
            _refuse_other(value, path)


def _inside(value: dict[Any, Any] | list[Any] | tuple[Any, ...], path: str) -> Iterator[tuple[str, object]]:
    """What a container holds, each with its path."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in pairs:
        inner_path = f"{path}.{key}" if path else str(key)
        if isinstance(value, dict):
            if not isinstance(key, str) or isinstance(key, Enum):
                raise _unfit(inner_path, "has a key that is not text")
            _refuse_text(key, inner_path)
        yield inner_path, inner


def _refuse_other(value: object, path: str) -> None:
    if value is None or isinstance(value, UUID):
        return
    try:
        _plain(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise _unfit(path, str(error)) from error


def _refuse_text(text: str, path: str) -> None:
    if "\0" in text:
        raise _unfit(path, "holds a NUL character")
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise _unfit(path, "holds half a surrogate pair, which is not valid text")


def _unfit(path: str, what: str) -> ValueError:
    printable = path.encode("ascii", "backslashreplace").decode().replace("\0", "\\0")
    return ValueError(f"{printable or 'the value'}: {what}")
