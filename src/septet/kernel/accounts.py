"""Accounts: opening one for a person, one-time sign-in links, and tokens for programs."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from septet.kernel.actors import Actor, right_of
from septet.kernel.errors import Conflict, Invalid
from septet.kernel.limits import limits_of
from septet.kernel.models import Account, Record, SignInLink, Token
from septet.kernel.prepared import as_stored

# What the first administrator is called until they say who they are.
UNNAMED = "Administrator"
LINK_LASTS = timedelta(hours=24)
TOKEN_BEGINS = "spt_"
LONGEST_MAIL = 254


def digest(secret: str) -> bytes:
    """What is kept of a random secret: its SHA-256. It has 256 bits of chance, so no slow hash is needed."""
    return hashlib.sha256(secret.encode()).digest()


def open_account(person: Record, email: str, *, zone: str = "UTC") -> Account:
    """Give a person a login without a password: they come in by a sign-in link. Raises Conflict or Invalid."""
    if "@" not in email or len(email) > LONGEST_MAIL or not email.isprintable():
        raise Invalid(fields={"email": f"A login needs a mail address of at most {LONGEST_MAIL} characters."})
    if Account.objects.filter(person_id=person.pk).exists():
        raise Conflict(f"{person.title} has an account already.")
    if Account.objects.filter(email__iexact=email).exists():
        raise Conflict(f"There is an account for {email} already.")
    account = Account(email=email, person_id=person.pk, zone=zone)
    account.set_unusable_password()
    account.save()
    return account


def new_sign_in_link(account: Account, now: datetime | None = None) -> str:
    """The secret of a new link that signs the account in once, within a day."""
    moment = now or timezone.now()
    secret = secrets.token_urlsafe(32)
    SignInLink.objects.create(account=account, digest=digest(secret), expires_at=moment + LINK_LASTS)
    return secret


def use_sign_in_link(secret: str, now: datetime | None = None) -> Account | None:
    """The account a link signs in, if it is fresh; it is used up by compare-and-set, so only once."""
    moment = now or timezone.now()
    rows = SignInLink.objects.filter(digest=digest(secret), used_at=None, expires_at__gt=moment)
    if rows.update(used_at=moment) != 1:
        return None
    link = SignInLink.objects.select_related("account").get(digest=digest(secret))
    return link.account if link.account.is_active else None


def new_token(
    account: Account, label: str, expires_at: datetime | None = None, *, scope: str = "", query: str = ""
) -> str:
    """A new token's secret, shown this once; it may do what its person may, as far as `scope` allows it. The scope is
    one that `limits.checked_scope` gave; `query` says what a calendar feed holds."""
    secret = TOKEN_BEGINS + secrets.token_urlsafe(32)
    Token.objects.create(
        account=account,
        label=label,
        scope=scope,
        query=query,
        digest=digest(secret),
        created_at=timezone.now(),
        expires_at=expires_at,
    )
    return secret


def told(label: str, scope: str) -> str:
    """A new token as the second log tells of it."""
    return f"{label}, for {scope or 'everything'}"


@dataclass(frozen=True, slots=True)
class TokenUse:
    """Who came in by which token. `token` is its id, `account` the account's, `query` what a calendar feed holds,
    `first_use_today` whether the day's use begins here."""

    actor: Actor
    token: int
    account: int
    label: str
    query: str
    first_use_today: bool


# As SQL, because every call of the API begins with it and Django needs longer to write it than the database to answer.
_WHO = """
SELECT t.id, t.label, t.scope, t.query, t.used_on, a.id, a.zone, r.id, r.title, r.customer_id,
  g.verb, g.kind, g.team_id, g.service_id, g.site_id, g.technology_id, g.for_person_id
FROM token t JOIN account a ON a.id = t.account_id JOIN record r ON r.id = a.person_id
LEFT JOIN grant_ g ON g.person_id = r.id AND g.since <= %s AND (g.until IS NULL OR g.until > %s)
WHERE t.digest = %s AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > %s)
AND a.is_active AND r.withdrawn_at IS NULL
"""


def find_actor(secret: str, now: datetime | None = None) -> TokenUse | None:
    """Who a token speaks for, with the grants in force, by one query; None if it is revoked or expired, its account is
    closed or its person withdrawn."""
    moment = now or timezone.now()
    at = as_stored(moment)
    with connection.cursor() as cursor:
        cursor.execute(_WHO, [at, at, digest(secret), at])
        rows = cursor.fetchall()
    if not rows:
        return None
    pk, label, scope, query, used_on, account, zone, person, name, organisation = rows[0][:10]
    rights = tuple(right_of(*row[10:]) for row in rows if row[10] is not None)
    actor = Actor(
        name=name,
        person=person,
        account=account,
        organisation=organisation,
        rights=rights,
        limits=limits_of(scope),
        zone=zone or "UTC",
    )
    today = moment.date()
    # SQLite gives a date as text here.
    first = str(used_on) != today.isoformat()
    first = first and Token.objects.filter(pk=pk).exclude(used_on=today).update(used_on=today) == 1
    return TokenUse(actor, pk, account, label, query, first)
