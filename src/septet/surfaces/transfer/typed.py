"""From text to a value of a type: numbers, moments, durations, booleans, keys."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from septet.lib.drafts import Key
from septet.surfaces.transfer.dates import NoSuchMoment, form_reader, in_zone, zone_of
from septet.surfaces.transfer.profile import Profile, Value

LONGEST_KEY = 255
_UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
_CLOCK = re.compile(r"(-?)(\d{1,6}):(\d{2})(?::(\d{2}))?")


@dataclass(frozen=True, slots=True)
class Bad:
    """A value that cannot be used, and why. `fatal` if the row is refused whatever `otherwise` says."""

    raw: object
    reason: str
    fatal: bool = False


def reader_of(spec: Value, profile: Profile) -> Callable[[Any], Any]:
    """Text -> value of the wanted type, or `Bad`."""
    if spec.refers_to is not None and spec.type is None:
        kind, source = spec.refers_to, spec.source or profile.source
        return lambda text: (
            Key(kind, source, text)
            if len(text) <= LONGEST_KEY
            else Bad(text, f"a key is longer than {LONGEST_KEY} characters")
        )
    if spec.type == "integer":
        return _integers(spec)
    if spec.type == "decimal":
        return _decimals(spec)
    if spec.type == "duration":
        return _durations(spec)
    if spec.type == "boolean":
        return _booleans(spec)
    if spec.type in {"date", "date-time"}:
        return _moments(spec)
    if spec.type == "json":
        return lambda raw: raw
    longest = spec.max_length or profile.read.longest_text
    return lambda text: text if len(text) <= longest else Bad(text, f"it is longer than {longest:,} characters")


def _decimals(spec: Value) -> Callable[[str], Decimal | Bad]:
    point, thousands = spec.decimal or ".", spec.thousands or ""
    group = re.escape(thousands)
    whole = rf"\d{{1,3}}(?:{group}\d{{3}})+|\d+" if thousands else r"\d+"
    full = re.compile(
        rf"[+-]?(?:(?:{whole})(?:{re.escape(point)}\d*)?|{re.escape(point)}\d+)(?:[eE][+-]?\d{{1,2}})?"
    ).fullmatch

    def read(text: str) -> Decimal | Bad:
        if thousands == " ":
            text = text.replace("\u00a0", " ").replace("\u202f", " ")
        if len(text) > 60 or full(text) is None:
            return Bad(text, f"it is no number with `{point}` as decimal sign")
        return Decimal((text.replace(thousands, "") if thousands else text).replace(point, "."))

    return read


def _integers(spec: Value) -> Callable[[str], int | Bad]:
    decimal = _decimals(spec)

    def read(text: str) -> int | Bad:
        if len(text) < 19 and text.isascii() and text.isdigit():
            return int(text)
        value = decimal(text)
        if isinstance(value, Bad) or value != value.to_integral_value():
            return Bad(text, "it is no whole number")
        return int(value) if abs(value) < 2**63 else Bad(text, "the number is too large")

    return read


def _durations(spec: Value) -> Callable[[str], int | Bad]:
    decimal, unit = _decimals(spec), _UNITS[spec.unit]

    def read(text: str) -> int | Bad:
        if clock := _CLOCK.fullmatch(text):
            seconds = int(clock[2]) * 3600 + int(clock[3]) * 60 + int(clock[4] or 0)
            return -seconds if clock[1] else seconds
        value = decimal(text)
        if isinstance(value, Bad):
            return Bad(text, f"it is no duration: neither a number of {spec.unit} nor H:MM or H:MM:SS")
        return round(value * unit) if abs(value) < 2**40 else Bad(text, "the duration is too long")

    return read


def _booleans(spec: Value) -> Callable[[str], bool | Bad]:
    yes = spec.true if spec.true is not None else ["true", "yes", "y", "1"]
    no = spec.false if spec.false is not None else ["false", "no", "n", "0"]
    table = {**{text.casefold(): True for text in yes}, **{text.casefold(): False for text in no}}

    def read(text: str) -> bool | Bad:
        value = table.get(text.casefold())
        return Bad(text, f"it is neither yes ({', '.join(yes)}) nor no ({', '.join(no)})") if value is None else value

    return read


def _moments(spec: Value) -> Callable[[str], datetime | date | Bad]:
    forms = spec.dates or ["iso"]
    readers = [form_reader(form, spec.months) for form in forms]
    zone = zone_of(spec.zone) if spec.zone else None
    doubled, missing = spec.doubled_hour or "earlier", spec.missing_hour or "shift"
    wanted = " nor ".join(f"`{form}`" for form in forms)
    only_day = spec.type == "date"

    def read(text: str) -> datetime | date | Bad:
        why = f"it is {'neither' if len(forms) > 1 else 'not of the form'} {wanted}"
        for reader in readers:
            try:
                moment = reader(text)
                if moment is None:
                    continue
                if only_day:
                    return moment.date()
                if moment.tzinfo is not None:
                    return moment.astimezone(UTC)
                if zone is None:
                    return Bad(text, "no zone is known for it; say `zone` in the profile's `values`")
                return in_zone(moment, zone, doubled, missing)
            except NoSuchMoment as error:
                why = str(error)
        return Bad(text, why)

    return read
