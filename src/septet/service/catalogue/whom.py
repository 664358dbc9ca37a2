"""For whom a service is: its own customer, and those with whom an agreement about it is in force."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count

from septet.kernel.impact.whom import CustomerHit, Whom
from septet.kernel.loading import heads
from septet.kernel.models import Record, Relation
from septet.kernel.registry import number_of
from septet.kernel.relations import in_force
from septet.service.agreements.models import Agreement, AgreementSort
from septet.service.catalogue.models import Service
from septet.team.people.models import Organisation, OrganisationSort

IN_FORCE = ("active", "under-review")


def whom(services: Collection[int], at: datetime) -> Whom:
    """Their customers with how many people each has. A service of the own organisation, or one for which nobody is
    named, is for everybody but the people of partners."""
    customers: dict[int, set[int]] = {pk: set() for pk in services}
    for pk, customer in Service.objects.filter(pk__in=services).values_list("pk", "customer_id"):
        if customer is not None:
            customers[pk].add(customer)
    covering = in_force(Relation.objects.filter(type="covered-by", record_id__in=services), at)
    agreed = Agreement.objects.filter(sort=AgreementSort.SLA, state__in=IN_FORCE, withdrawn_at=None)
    of_agreement: dict[int, int] = dict(agreed.filter(customer__isnull=False).values_list("pk", "customer_id"))
    for pk, agreement in covering.values_list("record_id", "target_id"):
        if agreement in of_agreement:
            customers[pk].add(of_agreement[agreement])
    own = set(Organisation.objects.filter(sort=OrganisationSort.OWN).values_list("pk", flat=True))
    named = set().union(*customers.values()) - own
    people = Record.objects.filter(kind="person", closed_at=None, withdrawn_at=None)
    counted = people.filter(customer_id__in=named).values_list("customer_id").annotate(count=Count("pk")).order_by()
    sizes: dict[int | None, int] = dict(counted)
    found = [CustomerHit(h.pk, number_of(h.kind, h.pk), h.title, sizes.get(h.pk, 0)) for h in heads(named)]
    for_all = sum(one <= own for one in customers.values())
    partners = Organisation.objects.filter(sort=OrganisationSort.PARTNER).values("pk")
    return Whom(
        customers=tuple(sorted(found, key=lambda one: (-one.people, one.title))),
        for_all=for_all,
        everybody=people.exclude(customer_id__in=partners).count() if for_all else 0,
    )
