"""Opening a record and editing one; of two editors the second is shown both values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from markupsafe import Markup

from septet.kernel import policy
from septet.kernel.actions import create, perform
from septet.kernel.actors import Actor
from septet.kernel.errors import Invalid, NotFound, Refused, SeptetError, Stale
from septet.kernel.journal import read_changes, replay
from septet.kernel.models import Entry
from septet.kernel.reading import body, snapshot_at, titles_of
from septet.kernel.registry import RecordType, number_of, registry
from septet.lib.moments import parse_moment
from septet.surfaces.web import values
from septet.surfaces.web.forms import Form, Input, filled, is_same, of_record, read, text_of, typed
from septet.surfaces.web.navigation import list_address, meaning_of
from septet.surfaces.web.pages import page, say, show
from septet.surfaces.web.requests import Asked
from septet.surfaces.web.times import NOTHING
from septet.surfaces.web.views.actions import when
from septet.surfaces.web.views.lists import type_at
from septet.surfaces.web.views.records import at_address


@dataclass(frozen=True)
class Clash:
    """A field that somebody else changed meanwhile: what it was, what it is, what this editor wants."""

    label: str
    before: Markup | str
    now: Markup | str
    yours: str
    both: bool


@require_http_methods(["GET", "HEAD", "POST"])
@page
def new(request: Asked, cluster: str, types: str) -> HttpResponse:
    """Open a record."""
    it, actor = type_at(cluster, types), request.actor
    verdict = policy.may_create(actor, it)
    if not verdict:
        if not actor.is_staff:
            raise NotFound(_("There is no such page, or you may not see it."))
        raise Refused(verdict.reason)
    inputs, label = of_record(it, None, actor), _("New %(type)s") % {"type": it.singular}
    if request.method != "POST":
        given = {name: request.GET[name] for name in it.editable if name in request.GET}
        defaults = {name: f.plain(f.default) for name, f in it.editable.items() if name not in it.derived}
        form = Form("create", label, tuple(_prefilled(inputs, defaults, given)))
        return show(request, "web/new.html", {"it": it, "form": form, "meaning": meaning_of(it)})
    form = Form("create", label, tuple(inputs))
    try:
        made = create(
            it.kind,
            actor,
            via="web",
            note=request.POST.get("note", "").strip(),
            at=when(request.POST, actor),
            request=request.id,
            fields=read(inputs, request.POST, actor, unless={}),
        )
    except SeptetError as error:
        context = {"it": it, "form": form.refused(error, request.POST), "meaning": meaning_of(it)}
        return show(request, "web/new.html", context, error.status)
    say(request, _("%(number)s is open.") % {"number": made.number}, undo=request.id)
    again = request.POST.get("then") == "next"
    return HttpResponseRedirect(f"{list_address(it)}new/" if again else f"/r/{made.number}/")


def _prefilled(inputs: Sequence[Input], defaults: Mapping[str, Any], given: Mapping[str, str]) -> list[Input]:
    """The inputs with the fields' own defaults, or with what the address gives (a link that opens a filled form)."""
    return [
        replace(one, text=given[one.name] if one.name in given else text_of(one, defaults.get(one.name)))
        for one in inputs
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@page
def edit(request: Asked, number: str) -> HttpResponse:
    """Change fields of a record."""
    found, actor = at_address(request, number), request.actor
    it = registry.types[found.kind]
    if found.number != number:
        return HttpResponseRedirect(f"/r/{found.number}/edit/")
    verdict = policy.may(actor, "edit", found)
    if not verdict:
        raise Refused(verdict.reason)
    inputs = of_record(it, found, actor)
    now = _filled_now(it, found, inputs, actor)
    if request.method != "POST":
        back_to, held = _as_it_was(request, found, inputs)
        return _form(request, found, Form("edit", _("Edit"), tuple(held or now)), back_to=back_to)
    version = _version(request, found)
    base = now if version == found.version else _filled_then(it, found, inputs, version, actor)
    texts = {one.name: one.text for one in base}
    try:
        given = read(inputs, request.POST, actor, unless=texts)
        if "extra" in given:
            given["extra"] = {k: v for k, v in {**found.extra, **given["extra"]}.items() if v is not None}
        entry = perform(
            found,
            "edit",
            actor,
            via="web",
            version=version,
            note=request.POST.get("note", "").strip(),
            request=request.id,
            params=given,
        )
    except Stale as error:
        return _both(request, at_address(request, number), inputs, base, error)
    except SeptetError as error:
        return _form(request, found, Form("edit", _("Edit"), tuple(now)).refused(error, request.POST), error.status)
    say(request, _("Saved.") if entry else _("Nothing changed."), undo=request.id if entry else "")
    return HttpResponseRedirect(f"/r/{found.number}/")


def _form(
    request: Asked,
    found: Any,
    form: Form,
    status: int = 200,
    clashes: Sequence[Clash] = (),
    back_to: datetime | None = None,
) -> HttpResponse:
    it = registry.types[found.kind]
    context = {"it": it, "record": found, "form": form, "clashes": clashes, "back_to": back_to}
    return show(request, "web/edit.html", context, status=status)


def _version(request: Asked, found: Any) -> int:
    text = request.POST.get("version", "")
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= found.version:
        raise Invalid(_("This form is incomplete. Load the page again and repeat your change."))
    return int(text)


def _as_it_was(request: Asked, found: Any, inputs: Sequence[Input]) -> tuple[datetime | None, list[Input]]:
    """The time to which somebody wants to set the record back, and the inputs as they stood then."""
    text = request.GET.get("as_of", "")
    if not text:
        return None, []
    try:
        then = parse_moment(text, ZoneInfo(request.actor.zone), timezone.now())
    except ValueError as error:
        raise Invalid(fields={"as_of": str(error)}) from None
    snapshot = snapshot_at(found, then, None)
    return then, _filled(registry.types[found.kind], inputs, snapshot.values, request.actor)


def _filled_now(it: RecordType, found: Any, inputs: Sequence[Input], actor: Actor) -> list[Input]:
    from septet.kernel.actions import plain_values

    return _filled(it, inputs, plain_values(it, found), actor)


def _filled_then(it: RecordType, found: Any, inputs: Sequence[Input], version: int, actor: Actor) -> list[Input]:
    """The inputs as they stood in the form when the record had this version."""
    rows = Entry.objects.filter(record_id=found.pk, number__lte=version)
    return _filled(it, inputs, replay(it, rows.values_list("at", "number", "changes")).values, actor)


def _filled(it: RecordType, inputs: Sequence[Input], plain: Mapping[str, Any], actor: Actor) -> list[Input]:
    titles = titles_of((pk for name in it.references if isinstance(pk := plain.get(name), int)), actor)
    numbers = {
        name: f"{number_of(titles[pk][0], pk)} {titles[pk][1]}"
        for name in it.references
        if (pk := plain.get(name)) in titles
    }
    custom = {f"extra.{name}": value for name, value in (plain.get("extra") or {}).items()}
    return filled(inputs, {**plain, **custom}, numbers)


def _both(request: Asked, found: Any, inputs: Sequence[Input], base: Sequence[Input], error: Stale) -> HttpResponse:
    """The form again, brought up to date, with what others changed beside what this editor typed."""
    it = registry.types[found.kind]
    now = {one.name: one for one in _filled_now(it, found, inputs, request.actor)}
    then = {one.name: one for one in base}
    merged, clashes = [], []
    for name, one in now.items():
        yours = typed(one, request.POST) if name in request.POST else then[name].text
        mine, theirs = (not is_same(one, then[name].text, text) for text in (yours, one.text))
        merged.append(replace(one, text=yours if mine else one.text))
        if theirs:
            before, at_present = (_in_words(one, text) for text in (then[name].text, one.text))
            clashes.append(Clash(one.label, before, at_present, _in_words(one, yours) if mine else "", mine))
    others = _elsewhere(it, found, request, set(now))
    form = Form("edit", _("Edit"), tuple(merged), sentence=error.detail)
    return _form(request, found, form, error.status, [*clashes, *others])


def _elsewhere(it: RecordType, found: Any, request: Asked, in_form: set[str]) -> list[Clash]:
    """What changed since in fields that this form does not hold, such as the state."""
    since = policy.entries_for(request.actor, found).filter(number__gt=_version(request, found))
    shown = body(found, request.actor)
    before: dict[str, Any] = {}
    for text in since.values_list("changes", flat=True):
        for name, change in read_changes(text).items():
            if name in it.fields and name in shown and name not in in_form and isinstance(change, list):
                before.setdefault(name, change[0])
    return [
        Clash(values.label(it, name), values.cell(it, name, old), values.cell(it, name, shown[name]), "", both=False)
        for name, old in before.items()
    ]


def _in_words(one: Input, text: str) -> str:
    """What stands in an input as a reader knows it."""
    if one.widget == "choice":
        return next((label for key, label in one.choices if str(key) == text), text) or NOTHING
    return text.replace("T", " ") if one.widget == "moment" else text or NOTHING
