"""The relation types that every part of Septet shares, and how records are tied and untied."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from septet.kernel.errors import Conflict, Invalid
from septet.kernel.locks import exclusive
from septet.kernel.models import Record, Relation
from septet.kernel.registry import RelationType, registry, relation_type
from septet.lib.text import suggestion

relation_type("depends-on", _("depends on"), _("is needed by"), impact="forth")
relation_type("runs-on", _("runs on"), _("hosts"), impact="forth", acyclic=True)
relation_type("uses", _("uses"), _("is used by"), impact="forth")
relation_type("component-of", _("is a component of"), _("consists of"), impact="back", acyclic=True)
relation_type("replaced-by", _("is replaced by"), _("replaces"), acyclic=True)
relation_type("associated-with", _("is associated with"), _("is associated with"))
relation_type("affects", _("affects"), _("is affected by"), carries_scope=True)
relation_type("caused-by", _("was caused by"), _("caused"))
relation_type("resolved-by", _("is resolved by"), _("resolves"))
relation_type("about", _("is about"), _("is told of by"))
relation_type("answered-by", _("is answered by"), _("answers"))
relation_type("lesson", _("left the lesson"), _("is a lesson from"), target_kinds=("article",))
relation_type("duplicate-of", _("is a duplicate of"), _("has the duplicate"), acyclic=True)
relation_type("child-of", _("is part of"), _("has the part"), acyclic=True)


def type_called(key: str) -> RelationType:
    """The relation type with this key. Raises Invalid with a suggestion."""
    found = registry.relations.get(key)
    if found is None:
        raise Invalid(fields={"type": f"There is no relation type {key!r}.{suggestion(key, registry.relations)}"})
    return found


def in_force(rows: QuerySet[Relation], at: datetime) -> QuerySet[Relation]:
    """Those relations that hold at a moment."""
    return rows.filter(Q(valid_to=None) | Q(valid_to__gt=at), valid_from__lte=at)


def check_edge(one: RelationType, source: Record, target: Record) -> None:
    """Refuse an edge between kinds it does not tie, a record tied to itself, and a cycle where none may be.

    Two edges that are made at once could close a cycle that neither sees, so edges of a type without cycles are made
    one after the other.
    """
    if source.pk == target.pk:
        raise Invalid(fields={"target": f"{source.number} cannot be tied to itself."})
    for record, kinds, name in ((source, one.source_kinds, "type"), (target, one.target_kinds, "target")):
        if kinds and record.kind not in kinds:
            raise Invalid(fields={name: f'"{one.forth}" does not fit a {record.kind}.'})
    if one.acyclic:
        exclusive(f"relations {one.key}")
    if one.acyclic and _reaches(one.key, target.pk, source.pk):
        raise Conflict(f'{target.number} already leads to {source.number} by "{one.forth}"; that would be a cycle.')


def _reaches(key: str, start: int, goal: int) -> bool:
    """Whether a walk along edges of one type leads from `start` to `goal`; level by level, one query each."""
    seen: set[int] = set()
    level = {start}
    now = timezone.now()
    while level:
        if goal in level:
            return True
        seen |= level
        rows = in_force(Relation.objects.filter(type=key, record_id__in=level), now)
        level = set(rows.values_list("target_id", flat=True)) - seen
    return False


def needs(items: set[int], *, up: bool) -> list[tuple[int, int]]:
    """The impact one step away: (one of `items`, what it needs) if `up`, else (one of `items`, what needs it)."""
    if not items:
        return []
    forth = [key for key, one in registry.relations.items() if one.impact == "forth"]
    back = [key for key, one in registry.relations.items() if one.impact == "back"]
    leading, coming = (forth, back) if up else (back, forth)
    either = Q(record_id__in=items, type__in=leading) | Q(target_id__in=items, type__in=coming)
    rows = in_force(Relation.objects.filter(either), timezone.now())
    return [
        (source, target) if key in leading and source in items else (target, source)
        for source, target, key in rows.values_list("record_id", "target_id", "type")
    ]
