"""Lists of records: one grammar of filters, order, columns, pages and other times, saved as views."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from django.db import IntegrityError, transaction
from django.http import HttpResponse, HttpResponseNotModified, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from septet.kernel import policy
from septet.kernel.actors import Actor
from septet.kernel.custom import properties_of
from septet.kernel.errors import Invalid, NotFound
from septet.kernel.listing import Query, count, list_fields, sortable
from septet.kernel.listing import page as page_of
from septet.kernel.models import SavedFilter, Verb
from septet.kernel.registry import Action, RecordType, number_of, registry
from septet.surfaces.web import values
from septet.surfaces.web.forms import written
from septet.surfaces.web.navigation import CLUSTERS, list_address, meaning_of, section_of
from septet.surfaces.web.pages import local, page, prefer, say, show
from septet.surfaces.web.requests import Asked
from septet.surfaces.web.rows import is_number, rows
from septet.surfaces.web.views.filters import address, chips_of, filterable_names

# Parameters of the page itself, which the kernel's list does not know.
OF_PAGE = ("columns", "count")
ROWS, COUNT = "rows", "count"
# Actions that need one record's own page: a file, a row of a table, another person's turn.
NOT_IN_BULK = frozenset({"attach", "detach", "unrelate", "unshare", "unwatch", "watch", "approve", "reject", "edit"})
USUAL_IN_BULK = ("assign", "comment", "resolve", "close")


@dataclass(frozen=True)
class View:
    """A tab of the list: a query under a name. `saved` is the id of one that can be forgotten."""

    name: str
    query: str
    current: bool
    shared: bool = False
    saved: int | None = None


def type_at(cluster: str, types: str) -> RecordType:
    """The type whose list has this address. Raises NotFound."""
    it = registry.by_path.get(types)
    if it is None or it.cluster != cluster:
        raise NotFound(_("There is no such list. Choose one from the menu."))
    return it


def open_list(request: Asked, cluster: str, types: str) -> RecordType:
    """The type at this address if any of its records can be for the actor. Raises NotFound."""
    it = type_at(cluster, types)
    actor = request.actor
    may = actor.has(Verb.SEE, it.kind) or it.requesters_create or it.open_to_all is not None
    if not may and not policy.shares_of(actor).filter(record__kind=it.kind).exists():
        raise NotFound(_("There is no such list. Choose one from the menu."))
    return it


@require_safe
@page
def records(request: Asked, cluster: str, types: str) -> HttpResponse:
    """A list of one type's records; for a page that is open already, only its rows or only the count."""
    return list_of(request, open_list(request, cluster, types))


def list_of(request: Asked, it: RecordType) -> HttpResponse:
    """The list of a type that the actor may open."""
    actor, asked = request.actor, request.GET
    items: list[dict[str, Any]] = []
    following, total, problems = None, None, {}
    query = Query(it)
    try:
        query = query_of(it, asked, actor)
        found = page_of(query, actor)
        items, following = found.items, found.next
        values.unlink_hidden(actor, items)
        total = count(query, actor) if "count" in asked else None
    except Invalid as error:
        problems = error.fields or {"": error.detail}
    mark = _mark(items)
    if request.htmx.target == ROWS and request.headers.get("If-None-Match") == mark:
        return HttpResponseNotModified()
    columns = columns_of(it, request)
    bulk = bulk_actions(it, actor) if not query.travels else []
    context = {
        "it": it,
        "query": query,
        "columns": [_heading(it, name, asked, query) for name in columns],
        "rows": rows(it, columns, items, pick=bool(bulk)),
        "shown": len(items),
        "total": total,
        "next": address(asked, cursor=following, count=None) if following else None,
        "first": address(asked, cursor=None) if "cursor" in asked else None,
        "count_all": address(asked, count="true"),
        "problems": problems,
    }
    template = "web/list_rows.html" if request.htmx.target == ROWS else "web/list.html"
    if template == "web/list.html":
        context |= _around(request, it, query, bulk)
    answer = show(request, template, context, status=422 if problems else 200)
    answer.headers["ETag"] = mark
    return answer


def _mark(items: Sequence[Mapping[str, Any]]) -> str:
    """What tells whether the rows of a page are still the same."""
    text = ",".join(f"{one['number']}:{one['version']}" for one in items)
    return f'"{crc32(text.encode()):x}"'


def _around(request: Asked, it: RecordType, query: Query, bulk: Sequence[Action]) -> dict[str, Any]:
    """What stands around the rows."""
    actor, asked = request.actor, request.GET
    usual = [one for name in USUAL_IN_BULK for one in bulk if one.name == name]
    return {
        "section": CLUSTERS[section_of(it)][0],
        "views": _views(request, it),
        "chips": chips_of(it, query, asked, actor),
        "filterable": [(name, values.label(it, name)) for name in filterable_names(it, actor)],
        "asked": address(asked, cursor=None, count=None),
        "altered": bool(address(asked, cursor=None, count=None, limit=None) != "?"),
        "kept": [(k, v) for k in asked for v in asked.getlist(k) if k not in ("q", "cursor", "count") and v],
        "usual": usual,
        "other": [one for one in bulk if one not in usual],
        "may_create": policy.may_create(actor, it),
        "may_export": actor.has(Verb.EXPORT, it.kind),
        "is_pinned": list_address(it) in request.user.preferences.get("pins", ()),
        "text": {name: asked.get(name, "") for name in ("q", "as_of", "known_at")},
        "meaning": meaning_of(it),
    }


def query_of(it: RecordType, asked: QueryDict, actor: Actor) -> Query:
    """The query that an address describes; references may be written by title as in any form."""
    params: dict[str, list[str]] = {}
    for name in asked:
        if name in OF_PAGE:
            continue
        given = [one for one in asked.getlist(name) if one.strip()]
        f = it.fields.get(name.partition("__")[0])
        if f is not None and f.sort == "reference":
            parts = [one.strip() for text in given for one in text.split(",") if one.strip()]
            given = [one if one == "none" else written(one, f.kind, actor) for one in parts]
        if given:
            params[name] = given
    return Query.parse(it, params, zone=actor.zone)


def columns_of(it: RecordType, request: Asked) -> list[str]:
    """The columns that the address asks for, else those that this person chose, else the type's own; names that
    there are not are left out."""
    offered = dict(offered_columns(it, request.actor))
    wanted = [name for one in request.GET.getlist("columns") for name in one.split(",")]
    kept = request.user.preferences.get("columns", {}).get(it.kind, ())
    for names in (wanted, kept, it.columns):
        if found := [name for name in dict.fromkeys(names) if name in offered]:
            return found
    return ["number"]


def offered_columns(it: RecordType, actor: Actor) -> list[tuple[str, str]]:
    """Every column that the list can show to this actor, with its label."""
    internal = actor.is_staff
    names = ["number", *(n for n in list_fields(it) if n != "extra" and (internal or not it.fields[n].internal))]
    custom = [f"extra.{name}" for name in properties_of(it)] if internal else []
    return [(name, values.label(it, name)) for name in [*names, "updated_at", *custom]]


def _heading(it: RecordType, name: str, asked: QueryDict, query: Query) -> dict[str, Any]:
    current = query.order_field == name
    direction = ("descending" if query.descending else "ascending") if current else ""
    turned = name if current and query.descending else f"-{name}" if current else name
    return {
        "name": name,
        "label": values.label(it, name),
        "direction": direction,
        "order": address(asked, order=turned, cursor=None) if name in sortable(it) else "",
        "numeric": is_number(it, name),
    }


def bulk_actions(it: RecordType, actor: Actor) -> list[Action]:
    """What can be done to many records at once by this actor."""
    return [
        one
        for one in it.actions.values()
        if one.name not in NOT_IN_BULK and (actor.all_rights or actor.has(one.verb, it.kind))
    ]


def _views(request: Asked, it: RecordType) -> list[View]:
    """The list's tabs: those that every list of work has, and the saved ones."""
    actor = request.actor
    here = QueryDict(address(request.GET, cursor=None, count=None, limit=None)[1:])
    queries: list[tuple[str, str, bool, int | None]] = [(_("All"), "", False, None)]
    if it.is_work and actor.is_staff:
        queries.append((_("Open"), "open=true", False, None))
        if actor.person is not None and "owner" not in it.hidden:
            queries.append((_("Mine"), f"owner={number_of('person', actor.person)}&open=true", False, None))
        if actor.teams and "team" not in it.hidden:
            teams = ",".join(number_of("function-team", one) for one in sorted(actor.teams))
            queries.append((_("My teams'"), f"team={teams}&open=true", False, None))
        if "owner" not in it.hidden:
            queries.append((_("Without an owner"), "owner=none&open=true", False, None))
    for one in SavedFilter.objects.filter(kind=it.kind).order_by("name"):
        mine = one.account_id == request.user.pk
        if mine or (one.shared and actor.is_staff):
            queries.append((one.name, one.query, one.shared, one.pk if mine else None))
    return [View(name, query, QueryDict(query) == here, shared, saved) for name, query, shared, saved in queries]


@require_POST
@page
def save_filter(request: Asked, cluster: str, types: str) -> HttpResponse:
    """Keep the list as it stands in the address bar under a name."""
    it = open_list(request, cluster, types)
    name, query = request.POST.get("name", "").strip(), request.POST.get("query", "").lstrip("?")
    if not name or len(name) > 100:
        raise Invalid(fields={"name": _("Give the view a name of at most 100 characters.")})
    if len(query) > 2000:
        raise Invalid(_("This list has more filters than can be saved under one name."))
    shared = request.POST.get("shared") == "yes" and request.actor.is_staff
    try:
        with transaction.atomic():
            SavedFilter.objects.update_or_create(
                account=request.user, kind=it.kind, name=name, defaults={"query": query, "shared": shared}
            )
    except IntegrityError:
        raise Invalid(fields={"name": _("You have a view of this name already.")}) from None
    say(request, _("The view “%(name)s” is saved.") % {"name": name})
    return HttpResponseRedirect(f"{list_address(it)}?{query}")


@require_POST
@page
def forget_filter(request: Asked, cluster: str, types: str, filter_id: int) -> HttpResponse:
    """Forget one of my own saved views."""
    it = open_list(request, cluster, types)
    gone, _by_model = SavedFilter.objects.filter(pk=filter_id, account=request.user, kind=it.kind).delete()
    if not gone:
        raise NotFound(_("You have no such view."))
    say(request, _("The view is gone."))
    return HttpResponseRedirect(local(request.POST.get("next"), list_address(it)))


@require_http_methods(["GET", "HEAD", "POST"])
@page
def columns(request: Asked, cluster: str, types: str) -> HttpResponse:
    """Choose which columns this person sees in this list, and in which order; kept until chosen anew."""
    it = open_list(request, cluster, types)
    offered = dict(offered_columns(it, request.actor))
    if request.method != "POST":
        shown = columns_of(it, request)
        rest = [name for name in offered if name not in shown]
        context = {
            "it": it,
            "columns": [(name, offered[name], name in shown) for name in (*shown, *rest)],
            "back": f"{list_address(it)}{address(request.GET, columns=None)}",
        }
        return show(request, "web/columns_form.html" if request.htmx else "web/columns.html", context)
    usual = "usual" in request.POST
    chosen = [] if usual else [n for n in dict.fromkeys(request.POST.getlist("columns")) if n in offered]
    kept = request.user.preferences.get("columns", {})
    prefer(request, columns={**kept, it.kind: chosen})
    return HttpResponseRedirect(local(request.POST.get("next"), list_address(it)))
