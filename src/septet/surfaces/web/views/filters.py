"""The filters of a list: what is in force as chips, and the small form by which one is added or changed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from septet.kernel.actors import Actor
from septet.kernel.custom import properties_of
from septet.kernel.errors import NotFound
from septet.kernel.listing import Query, filterable
from septet.kernel.models import Record
from septet.kernel.policy import visible_to
from septet.kernel.reading import titles_of
from septet.kernel.registry import RecordType, number_of
from septet.surfaces.web import values
from septet.surfaces.web.forms import Input, of_field, of_schema
from septet.surfaces.web.locales import either
from septet.surfaces.web.pages import page, show
from septet.surfaces.web.requests import Asked
from septet.surfaces.web.times import full_text, moment_of

RANGED = frozenset({"moment", "date", "number"})
COMPARED = {"": "", "not": _lazy("not "), "gte": "≥ ", "gt": "> ", "lte": "≤ ", "lt": "< "}


@dataclass(frozen=True)
class Chip:
    """A filter in force, in words: the address of the list without it, and of the form that changes it."""

    label: str
    value: str
    without: str
    change: str = ""


def address(asked: QueryDict, **changes: str | None) -> str:
    """The query part of the list's address with some parameters changed or, by None, left out."""
    found = asked.copy()
    for name in list(found):
        if not any(found.getlist(name)):
            del found[name]
    for name, value in changes.items():
        found.pop(name, None)
        if value is not None:
            found[name] = value
    return f"?{found.urlencode(safe=',:')}"


def filterable_names(it: RecordType, actor: Actor) -> list[str]:
    """What the list offers to be filtered by: what the type names first, then the rest, then custom fields."""
    rest = [name for name, f in filterable(it).items() if name not in it.filters and name not in it.hidden]
    names = [*it.filters, *rest]
    if not actor.is_staff:
        return [name for name in names if name in it.fields and not it.fields[name].internal]
    return [*names, *(f"extra.{name}" for name in properties_of(it))]


def chips_of(it: RecordType, query: Query, asked: QueryDict, actor: Actor) -> list[Chip]:
    """Every condition in force in words."""
    references = [one for one in query.conditions if one.name in it.references]
    wanted = {v for one in references for v in one.values if v is not None}
    # A number in an address may be anybody's guess: only what the reader may see is called by its name.
    seen = (
        set(visible_to(actor, Record.objects.filter(pk__in=wanted), few=True).values_list("pk", flat=True))
        if wanted
        else ()
    )
    titles = titles_of(seen, actor)
    chips = []
    for one in query.conditions:
        name = f"{one.name}__{one.comparison}" if one.comparison else one.name
        shown = either([_in_words(it, one.name, value, titles) for value in one.values])
        chips.append(
            Chip(
                values.label(it, one.name),
                f"{COMPARED[one.comparison]}{shown}",
                address(asked, **{name: None}, cursor=None),
                f"filter/{address(asked, field=one.name, cursor=None)}",
            )
        )
    if query.only_open is not None:
        words = _("open only") if query.only_open else _("closed only")
        chips.append(
            Chip(_("State"), words, address(asked, open=None, cursor=None), f"filter/{address(asked, field='open')}")
        )
    if query.among is not None:
        chips.append(Chip(_("Among"), query.among.label, address(asked, among=None, cursor=None)))
    if query.withdrawn:
        chips.append(Chip(_("Withdrawn"), _("shown too"), address(asked, withdrawn=None, cursor=None)))
    return chips


def _in_words(it: RecordType, name: str, value: Any, titles: Mapping[int, tuple[str, str]]) -> str:
    if value is None or value == "":
        return _("none")
    if name == "state":
        return it.states.label(value)
    f = it.fields.get(name)
    if f is None:
        return str(value)
    if f.sort == "reference":
        return titles[value][1] if value in titles else number_of(f.kind, value)
    if f.sort == "moment":
        return full_text(moment_of(value))
    return next((str(label) for key, label in f.choices if key == value), str(f.plain(value)))


@require_safe
@page
def editor(request: Asked, cluster: str, types: str) -> HttpResponse:
    """The form of one filter, holding what is in force; it leads back to the list with all else kept."""
    from septet.surfaces.web.views.lists import open_list

    it = open_list(request, cluster, types)
    name = request.GET.get("field", "")
    asked = request.GET.copy()
    asked.pop("field", None)
    if name not in (*filterable_names(it, request.actor), "open"):
        raise NotFound(_("This list has no such filter."))
    own = {name, *(f"{name}__{comparison}" for comparison in COMPARED if comparison)}
    context = {
        "it": it,
        "label": _("Open or closed") if name == "open" else values.label(it, name),
        "inputs": inputs_of(it, name, asked),
        "kept": [(k, v) for k in asked for v in asked.getlist(k) if v and k not in {*own, "cursor", "count"}],
    }
    template = "web/filter_form.html" if request.htmx else "web/filter.html"
    return show(request, template, context)


def inputs_of(it: RecordType, name: str, asked: QueryDict) -> list[Input]:
    """What is asked to filter by a field: values to tick, records to pick, a range, or a text."""
    one = _plain_input(it, name)
    held = ",".join(text for text in asked.getlist(name) if text)
    if one.widget == "reference":
        return [replace(one, widget="references", text=held)]
    if one.choices:
        return [replace(one, widget="ticks", text=held)]
    if one.widget in RANGED:
        hint = _("A date, or like “3 days ago”.") if one.widget != "number" else ""
        return [
            replace(
                one,
                name=f"{name}__{side}",
                label=label,
                widget="text",
                help=hint,
                text=asked.get(f"{name}__{side}", ""),
            )
            for side, label in (("gte", _("From")), ("lte", _("Until")))
        ]
    return [replace(one, widget="text", help=_("The exact text, or “none” for empty."), text=held)]


def _plain_input(it: RecordType, name: str) -> Input:
    if name == "open":
        return Input(
            "open", _("Open or closed"), "choice", choices=(("true", _("Open only")), ("false", _("Closed only")))
        )
    if name.startswith("extra."):
        made = of_schema(name, properties_of(it).get(name.removeprefix("extra."), {}))
    else:
        made = replace(of_field(it.fields[name], it), shape=None)
    choices = made.choices
    if name == "state":
        choices = tuple((s.key, s.label) for s in it.states.all)
    elif made.widget == "yes-no":
        choices = (("true", _("Yes")), ("false", _("No")))
    return replace(made, required=False, nullable=True, help="", choices=choices)
