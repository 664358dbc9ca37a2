"""Setting and changing goals as OpenSLO documents tell them."""

from dataclasses import dataclass, field
from typing import Any

from septet.kernel.actions import create, perform
from septet.kernel.actors import Actor
from septet.kernel.errors import Invalid, SeptetError
from septet.kernel.models import ExternalKey, Record
from septet.kernel.policy import visible_to
from septet.kernel.registry import registry
from septet.team.goals.indicators import Unit, declared
from septet.team.goals.models import Goal
from septet.team.goals.rules import read_amount
from septet.team.goals.specs import unit_of
from septet.team.openslo.mapping import told
from septet.team.openslo.shapes import EVERYTHING, Document, Inline, ServiceDocument, SliDocument, SloDocument

SOURCE = "openslo"
KINDS = {"customer": "organisation", "team": "function-team", "site": "site", "service": "service"}


@dataclass(frozen=True, slots=True)
class Taken:
    """The numbers of goals that were set, were changed, or were so already, and of services that were opened for them.
    In a dry run what would be, with titles in the place of numbers that are not given yet."""

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    services: list[str] = field(default_factory=list)


class Taking:
    """One import: all of it or, where anything does not fit, nothing."""

    def __init__(self, documents: list[Document], actor: Actor, via: str, request: str, *, dry_run: bool) -> None:
        self.documents, self.actor, self.dry_run = documents, actor, dry_run
        self.call: dict[str, Any] = {"via": via, "request": request}
        self.slis = {one.metadata.name: one for one in documents if isinstance(one, SliDocument)}
        self.services = {one.metadata.name: one for one in documents if isinstance(one, ServiceDocument)}
        self.taken = Taken()

    def all(self) -> Taken:
        """Take in every goal. Raises Invalid with every place that does not fit."""
        problems: dict[str, str] = {}
        for place, one in enumerate(self.documents, 1):
            if not isinstance(one, SloDocument):
                continue
            try:
                self._goal(one)
            except SeptetError as error:
                fields = error.fields or {"": error.detail}
                problems |= {f"document {place} {name}".strip(): said for name, said in fields.items()}
        if problems:
            raise Invalid(fields=problems)
        return self.taken

    def _goal(self, one: SloDocument) -> None:
        found = told(one, self._sli(one))
        named = {name: self._named(KINDS[name], *given) for name, given in found.named.items()}
        fields = {**found.fields, **named, "service": self._service(one.spec.service)}
        held = self._known("goal", one.metadata.name) or self._same(fields)
        if held is None:
            self.taken.created.append(self._create("goal", one.metadata.name, fields))
        elif self._change(Goal.objects.get(pk=held.pk), fields):
            self.taken.changed.append(held.number)
        else:
            self.taken.unchanged.append(held.number)

    def _sli(self, one: SloDocument) -> SliDocument | Inline:
        if one.spec.indicator is not None:
            return one.spec.indicator
        name = one.spec.indicator_ref or ""
        if name not in self.slis:
            raise Invalid(fields={"spec.indicatorRef": f"There is no SLI named {name!r} among the documents."})
        return self.slis[name]

    def _named(self, kind: str, title: str, place: str) -> str:
        """The number of the one record of a kind with a title."""
        it = registry.types[kind]
        rows = visible_to(self.actor, Record.objects.filter(kind=kind, title=title, withdrawn_at=None), it)
        found = list(rows[:2])
        if len(found) != 1:
            many = "more than one" if found else "no"
            raise Invalid(fields={place: f"There is {many} {it.label.lower()} called {title[:80]!r}."})
        return found[0].number

    def _service(self, name: str) -> str | None:
        """The number of the service that a name means; one that is told and not known is opened."""
        if name == EVERYTHING:
            return None
        known = self._known("service", name)
        if known is not None:
            return known.number
        one = self.services.get(name)
        title = one.metadata.title if one else name
        if one is None or Record.objects.filter(kind="service", title=title, withdrawn_at=None).exists():
            return self._named("service", title, "spec.service")
        number = self._create("service", name, {"title": title, "description": one.spec.description})
        self.taken.services.append(title if self.dry_run else number)
        return number

    def _known(self, kind: str, name: str) -> Record | None:
        """The record that came in under a name before, if the actor sees it."""
        keys = ExternalKey.objects.filter(source=SOURCE, kind=kind, key=name).values("record_id")
        rows = Record.objects.filter(kind=kind, pk__in=keys, withdrawn_at=None)
        return visible_to(self.actor, rows, registry.types[kind]).first()

    def _same(self, fields: dict[str, Any]) -> Record | None:
        """The one active goal of the same title and indicator."""
        rows = Goal.objects.filter(
            title=fields["title"], indicator=fields["indicator"], state="active", withdrawn_at=None
        )
        found = list(visible_to(self.actor, rows, registry.types["goal"])[:2])
        return found[0] if len(found) == 1 else None

    def _create(self, kind: str, name: str, fields: dict[str, Any]) -> str:
        is_taken = ExternalKey.objects.filter(source=SOURCE, kind=kind, key=name).exists()
        made = create(kind, self.actor, key=None if is_taken else (SOURCE, name), fields=fields, **self.call)
        return str(made.title if self.dry_run and kind == "goal" else made.number)

    def _change(self, goal: Goal, fields: dict[str, Any]) -> bool:
        """Bring a goal in line with what is told; whether that changed anything. What the documents have no place for
        stays as it is."""
        aims = {name: fields.pop(name, getattr(goal, name)) for name in ("target", "threshold")}
        one = declared[fields["indicator"]]
        if _same(goal.limit, fields["limit"], one.unit):
            del fields["limit"]
        changed = perform(goal, "edit", self.actor, params=fields, **self.call) is not None
        unit = unit_of(declared[goal.indicator], goal.statistic)
        if not all(_same(getattr(goal, name), aim, unit) for name, aim in aims.items()):
            changed |= perform(goal, "set-target", self.actor, params=aims, **self.call) is not None
        return changed


def _same(one: str, other: str, unit: Unit) -> bool:
    """Whether two ways of writing an amount, such as `95 %` and `95.0 %`, mean the same."""
    try:
        return one == other or (bool(one and other) and read_amount(one, unit) == read_amount(other, unit))
    except ValueError:
        return False  # what is wrong with it, the action says
