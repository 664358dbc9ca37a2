"""What agreements promise, as clocks follow it."""

from collections.abc import Iterator
from datetime import datetime

from septet.kernel.clocks.book import Promise, provide
from septet.kernel.models import Relation
from septet.lib.moments import microseconds
from septet.service.agreements.lengths import seconds_of
from septet.service.agreements.models import Agreement, AgreementSort, AgreementTarget

# An agreement that ended judges what was opened before its end.
JUDGING = frozenset({"active", "under-review", "expired", "terminated"})


def promises() -> Iterator[Promise]:
    """The targets of all service level agreements that are or were in force, one for each service that they cover."""
    agreements = {
        one.pk: one for one in Agreement.objects.filter(sort=AgreementSort.SLA, state__in=JUDGING, withdrawn_at=None)
    }
    covered = _covered(agreements)
    for row in AgreementTarget.objects.filter(record_id__in=list(agreements)).order_by("pk"):
        agreement = agreements[row.record_id]
        if agreement.customer_id and row.customer_id not in {None, agreement.customer_id}:
            continue
        own = _common((agreement.valid_from, agreement.valid_to), (row.valid_from, row.valid_to))
        for service, term in _services(agreement, row, covered.get(agreement.pk, [])):
            since, until = _common(own, term)
            if since is not None and until is not None and since >= until:
                continue
            yield Promise(
                agreement=agreement.pk,
                target=row.pk,
                kind=row.kind,
                metric=row.metric,
                seconds=seconds_of(row.within),
                calendar=None if row.around_the_clock else row.calendar_id or agreement.calendar_id,
                thresholds=tuple(row.thresholds),
                priority=row.priority,
                category=row.category.casefold(),
                customer=row.customer_id or agreement.customer_id,
                service=service,
                since=None if since is None else microseconds(since),
                until=None if until is None else microseconds(until),
            )


Dates = tuple[datetime | None, datetime | None]


def _covered(agreements: dict[int, Agreement]) -> dict[int, list[tuple[int, Dates]]]:
    """The services of each agreement by the relation, with the time in which they are covered."""
    found: dict[int, list[tuple[int, Dates]]] = {}
    rows = Relation.objects.filter(type="covered-by", target_id__in=list(agreements)).order_by("pk")
    for agreement, service, since, until in rows.values_list("target_id", "record_id", "valid_from", "valid_to"):
        found.setdefault(agreement, []).append((service, (since, until)))
    return found


def _services(
    agreement: Agreement, row: AgreementTarget, covered: list[tuple[int, Dates]]
) -> list[tuple[int | None, Dates]]:
    """The services that a target is about, each with its time; None is every service."""
    all_of_it: list[tuple[int | None, Dates]] = [*covered]
    if agreement.service_id:
        all_of_it.append((agreement.service_id, (None, None)))
    if row.service_id is None:
        return all_of_it or [(None, (None, None))]
    return [one for one in all_of_it if one[0] == row.service_id] if all_of_it else [(row.service_id, (None, None))]


def _common(one: Dates, other: Dates) -> Dates:
    """The time that two stretches have in common; None is without an end."""
    begins = [at for at in (one[0], other[0]) if at is not None]
    ends = [at for at in (one[1], other[1]) if at is not None]
    return max(begins, default=None), min(ends, default=None)


provide(promises, {"agreement": (), "business-calendar": (), "service": ("relations",)})
