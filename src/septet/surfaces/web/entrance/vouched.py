"""Whose account it is for whom the organisation's own sign-in vouches."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from septet.kernel.accounts import open_account
from septet.kernel.actions import create, new_request
from septet.kernel.actors import SYSTEM
from septet.kernel.errors import Refused
from septet.kernel.models import Account
from septet.kernel.registry import registry


def account_of(mails: Sequence[str], claims: Mapping[str, Any]) -> Account:
    """The account with one of these confirmed mail addresses; opened now where SEPTET_OIDC_OPENS_ACCOUNTS says so.

    Raises Refused where no address is confirmed, or nobody has it and none may be opened.
    """
    if not mails:
        raise Refused(_("Your mail address is not confirmed there, so we cannot know who you are. Ask for a link."))
    for mail in mails:
        if found := Account.objects.filter(email__iexact=mail).first():
            return found
    if not settings.ISSUER_OPENS_ACCOUNTS:
        raise Refused(_("There is no account for %(mail)s. Ask your administrator for one.") % {"mail": mails[0]})
    return _opened(mails[0], claims)


def _opened(mail: str, claims: Mapping[str, Any]) -> Account:
    """An account for the person with this address, who may be known already."""
    told = claims.get("userinfo") or claims.get("id_token") or claims
    people: Any = registry.types["person"].model._default_manager.filter(withdrawn_at=None)
    with transaction.atomic():
        person = people.filter(email__iexact=mail, account=None).first() or create(
            "person", SYSTEM, via="web", request=new_request(), title=str(told.get("name") or mail)[:200], email=mail
        )
        return open_account(person, mail)
