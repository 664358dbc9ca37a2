"""By whom it is measured: one person of each sort, with their rights and a token."""

from datetime import datetime
from typing import Any

from bench.dataset.organisation import Organisation
from septet.kernel.accounts import new_token, open_account
from septet.kernel.actions import create, new_request, perform
from septet.kernel.actors import OPERATOR
from septet.kernel.models import Account, Record, Share, Token
from septet.kernel.registry import registry

SHARED_OF = 2000


def introduce(held: Organisation, size: int, now: datetime) -> dict[str, Any]:
    """Let agents join their teams, share some incidents with a supplier, and give each sort of person a token.

    `admin` may do all, `agent` works in the second level, `scoped` sees the incidents of one service, `requester`
    asked for many, `partner` sees what is shared with their organisation.
    """
    for team, agents in zip(held.teams, held.agents, strict=True):
        for agent in agents:
            _join(team, agent, "agent")
    admin = _person("Bench administrator", "admin@bench.example")
    _join(held.teams[-1], admin.pk, "administrator")
    scoped = _person("Agent of one service", "scoped@bench.example")
    _join(held.teams[0], scoped.pk, "agent", service=held.services[-1])
    partner = _person("Contact of a supplier", "contact@supplier.example", customer=held.partners[0])
    _share(held.partners[0], size)
    # Of the users the first ones report most.
    found = {
        "admin": admin.pk,
        "agent": held.agents[1][0],
        "scoped": scoped.pk,
        "requester": held.users[0][0],
        "partner": partner.pk,
    }
    return {
        name: {"id": pk, "mail": f"{name}@bench.example", "token": _token(pk, f"{name}@bench.example")}
        for name, pk in found.items()
    }


def _person(name: str, mail: str, **fields: Any) -> Record:
    held = Record.objects.filter(kind="person", title=name).first()
    return held or create("person", OPERATOR, via="cli", title=name, email=mail, **fields)


def _join(team: int, person: int, role: str, **scope: int) -> None:
    if Record.objects.filter(kind="assignment", pk__in=_assignments(person)).exists():
        return
    made = create("assignment", OPERATOR, via="cli", person=person, team=team, role=role, **scope)
    perform(made, "activate", OPERATOR, via="cli")


def _assignments(person: int) -> Any:
    model: Any = registry.types["assignment"].model
    return model.objects.filter(person_id=person).values("pk")


def _share(partner: int, size: int) -> None:
    """Share one incident of each 500 with a supplier."""
    request = new_request()
    wanted = Record.objects.filter(kind="incident", pk__gt=0).order_by("pk")
    ids = list(wanted.values_list("pk", flat=True)[:: max(size // min(size // 500, SHARED_OF), 1)])
    held = set(Share.objects.filter(party_id=partner).values_list("record_id", flat=True))
    for pk in ids:
        if pk not in held:
            perform(Record.objects.get(pk=pk), "share", OPERATOR, via="cli", request=request, party=partner)


def _token(person: int, mail: str) -> str:
    account = Account.objects.filter(person_id=person).first()
    if account is None:
        account = open_account(Record.objects.get(pk=person), mail)
    Token.objects.filter(account=account, label="bench").delete()
    return new_token(account, "bench")
