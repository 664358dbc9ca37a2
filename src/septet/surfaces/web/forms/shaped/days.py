"""Days with hours of their own."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from septet.kernel.shapes import SpecialDays
from septet.surfaces.web.forms.shaped.cells import Cells
from septet.surfaces.web.forms.shaped.hours import as_text, from_text
from septet.surfaces.web.times import date_text


def asked(shape: SpecialDays, value: Any) -> list[tuple[str, str]]:
    """Each day with its hours on a line; a closed one has none."""
    return [(date.fromisoformat(day).isoformat(), as_text(hours)) for day, hours in sorted(value.items())]


def shown(shape: SpecialDays, value: Any) -> list[tuple[Any, str]]:
    """The same with the day as the reader writes it."""
    return [(date_text(day), hours) for day, hours in asked(shape, value)]


def sent(shape: SpecialDays, cells: Cells) -> dict[str, Any]:
    """The days that were named."""
    return {day: from_text(hours) for day, hours in cells.rows("day", "hours")}


def words(shape: SpecialDays, value: Any) -> list[str]:
    """Each day with its hours."""
    return [f"{day} {hours or _('closed')}" for day, hours in shown(shape, value)]
