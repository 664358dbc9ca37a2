"""In which order and under which headings a form asks for what it needs."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from septet.kernel.registry import RecordType
from septet.surfaces.web.forms.inputs import Input

# So many inputs need no headings.
FEW = 6


def grouped(it: RecordType, inputs: Sequence[Input]) -> list[Input]:
    """The inputs in the order in which they are asked for, each with its heading: as the type lays its form out, and
    the others by what they are. A short form has no headings."""
    declared = {name: (place, str(heading)) for place, (heading, name) in enumerate(_laid_out(it))}
    usual = [_("Details"), _("Who and where"), _("When"), _("More"), _("Custom fields")]
    few = len(inputs) <= FEW and not declared

    def place(one: Input) -> tuple[int, int, bool]:
        if one.name in declared:
            return (0, declared[one.name][0], False)
        return (1, _sort_of(one), not one.required)

    def heading(one: Input) -> str:
        if one.name in declared:
            return declared[one.name][1]
        sort = _sort_of(one)
        if declared:
            return usual[4] if sort == 4 else usual[3]
        return "" if few or sort < 0 else usual[sort]

    return [replace(one, group=heading(one)) for one in sorted(inputs, key=place)]


def _laid_out(it: RecordType) -> Iterator[tuple[Any, str]]:
    for heading, names in it.form.items():
        for name in names:
            yield heading, name


def _sort_of(one: Input) -> int:
    """Among which others an input stands: -1 what the record is about, then the places in `grouped`."""
    if one.name.startswith("extra."):
        return 4
    if one.name == "title" or one.required or one.name == "description":
        return -1
    if one.name in ("confidentiality", "opened_at") or one.widget == "json":
        return 3
    if one.widget in ("reference", "references"):
        return 1
    return 2 if one.widget in ("moment", "date") else 0
