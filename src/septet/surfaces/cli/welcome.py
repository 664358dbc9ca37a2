"""How the first people come in: one-time sign-in links, printed at the start. There is no default password."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from septet.kernel import accounts
from septet.kernel.actions import create, new_request, perform
from septet.kernel.actors import SYSTEM
from septet.kernel.models import Account
from septet.kernel.readings import run_procedure
from septet.surfaces.cli.call import VIA


@dataclass(frozen=True, slots=True)
class Link:
    """A link that signs somebody in once; `role` says who that is."""

    role: str
    mail: str
    url: str


def links_for(roles: Mapping[str, int]) -> list[Link]:
    """A fresh link for each role, given as the id of the person who has it."""
    accounts_of = {one.person_id: one for one in Account.objects.filter(person_id__in=roles.values(), is_active=True)}
    return [link_to(role, accounts_of[person]) for role, person in roles.items() if person in accounts_of]


def first_links() -> list[Link]:
    """A link for the first administrator, until somebody has signed in; an empty database gets its administrator."""
    if not Account.objects.exists():
        _first_administrator()
    if Account.objects.exclude(last_login=None).exists():
        return []
    account = Account.objects.filter(is_active=True).order_by("pk").first()
    return [link_to("Administrator", account)] if account else []


def link_to(role: str, account: Account) -> Link:
    """A fresh link for an account."""
    return Link(role, account.email, f"{settings.PUBLIC_URL}/sign-in/{accounts.new_sign_in_link(account)}/")


def _first_administrator() -> None:
    """A person with an account, in a team in which they are administrator; and the model with which all begins."""
    mail = settings.ADMIN_MAIL
    request = new_request()
    with transaction.atomic():
        person = create("person", SYSTEM, via=VIA, request=request, title=accounts.UNNAMED, email=mail)
        team = create("function-team", SYSTEM, via=VIA, request=request, title="Administrators", cluster="operations")
        perform(team, "add-member", SYSTEM, via=VIA, request=request, person=person, role="administrator")
        accounts.open_account(person, mail)
        run_procedure("load-standard-model", SYSTEM, {}, via=VIA, request=request)
