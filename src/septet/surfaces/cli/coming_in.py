"""Commands that let somebody in: token for a program, sign-in-link for a person."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from septet.kernel import accounts, log
from septet.kernel.errors import Conflict, Invalid, Refused
from septet.kernel.limits import checked_scope
from septet.kernel.models import Account, Verb
from septet.kernel.references import find_person
from septet.surfaces.cli.call import VIA, Call
from septet.surfaces.cli.welcome import link_to

LONGEST_DAYS = 3650


def token(call: Call) -> None:
    """A new token for a person, who may then be acted for by whoever holds it."""
    person = find_person(call.arguments.who, call.actor)
    if person.pk != call.actor.person and not call.actor.has_everywhere(Verb.ADMINISTER):
        raise Refused("You may make a token for yourself only; for others it needs the right to administer.")
    label, days, scope = call.arguments.label.strip(), call.arguments.days, checked_scope(call.arguments.scope)
    if not 1 <= len(label) <= 100:
        raise Invalid(fields={"label": "Say in at most 100 characters what the token is for."})
    if days is not None and days > LONGEST_DAYS:
        raise Invalid(fields={"days": f"A token is valid for at most {LONGEST_DAYS} days; leave it out for no end."})
    until = timezone.now() + timedelta(days=days) if days else None
    secret = accounts.new_token(_account_of(person), label, until, scope=scope)
    detail = accounts.told(label, scope)
    log.note("token-made", call.actor, via=VIA, request=call.request, record=person, detail=detail)
    call.answer({"token": secret}, lambda: secret)


def sign_in_link(call: Call) -> None:
    """A new link that signs a person in once: the way back in for whoever is locked out."""
    if not call.actor.all_rights:
        raise Refused("Only the local operator may make a sign-in link; leave out --as.")
    person = find_person(call.arguments.who, call.actor)
    link = link_to(person.title, _account_of(person))
    log.note("sign-in-link", call.actor, via=VIA, request=call.request, record=person, detail="command line")
    call.answer({"url": link.url, "mail": link.mail}, lambda: link.url)


def _account_of(person: Any) -> Account:
    """The person's account, opened now if there is none. Raises Conflict where nobody can come in by it."""
    account = Account.objects.filter(person_id=person.pk).first()
    if account is None:
        mail = str(getattr(person, "email", ""))
        if not mail:
            raise Conflict(f"{person.number} has no account and no mail address; give the person a mail address first.")
        account = accounts.open_account(person, mail)
    if not account.is_active:
        raise Conflict(f"The account of {person.number} is closed; the person has left.")
    return account
