"""Conditions on what a record is tied to: at present, as part of a `Q`, or at a moment, to stand `beside` one."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from septet.kernel.models import Relation
from septet.kernel.relations import in_force

if TYPE_CHECKING:
    YesOrNo = ExpressionWrapper[Q]
else:
    YesOrNo = ExpressionWrapper


class IsAmong(YesOrNo):
    """Whether the record is one of these, which are asked for once; `Exists` would be asked for each record."""

    def __init__(self, ids: QuerySet[Any]) -> None:
        super().__init__(Q(pk__in=ids), BooleanField())
        self.ids = ids


def tied_to(*types: str, kind: str = "") -> Q:
    """Whether a relation of one of these types leads from the record (to one of that kind) and has not ended."""
    edges = Relation.objects.filter(record_id=OuterRef("pk"), type__in=types, valid_to=None)
    return Q(Exists(edges.filter(target__kind=kind) if kind else edges))


def tied_from(*types: str, kind: str) -> Q:
    """Whether a relation of one of these types leads to the record from one of that kind, which was not withdrawn."""
    edges = Relation.objects.filter(target_id=OuterRef("pk"), type__in=types, valid_to=None)
    return Q(Exists(edges.filter(record__kind=kind, record__withdrawn_at=None)))


def tied_at(at: datetime, *, other: str) -> Exists:
    """Whether at a moment the record is tied to one of that kind, by a relation of any type, from whichever end."""
    edges = in_force(Relation.objects.all(), at)
    forth = Q(record_id=OuterRef("pk"), target__kind=other)
    return Exists(edges.filter(forth | Q(target_id=OuterRef("pk"), record__kind=other)))


def tied_since(since: datetime, until: datetime, *types: str) -> Exists:
    """Whether a relation of one of these types began to lead to the record after one moment and up to another."""
    edges = Relation.objects.filter(target_id=OuterRef("pk"), type__in=types)
    return Exists(edges.filter(valid_from__gt=since, valid_from__lte=until, record__withdrawn_at=None))
