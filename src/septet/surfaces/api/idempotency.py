"""Idempotency-Key: a repeated POST gets the answer of the first one and does nothing twice.

The key is claimed first, in a transaction of its own, so that a second request meets it at once. What is done and the
answer kept for it are then one transaction: after a crash either both are there or neither, and the claim may be
taken over once it is old.
"""

import hashlib
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils import timezone

from septet.kernel.errors import Conflict, Invalid
from septet.kernel.models import IdempotencyKey
from septet.surfaces.api.calls import Call

LONGEST_KEY = 200
CLAIM_LASTS = timedelta(minutes=2)
KEPT_HEADERS = ("ETag", "Location")


def once(call: Call, content: bytes, do: Callable[[], HttpResponse], *, whole: bool = True) -> HttpResponse:
    """The answer of `do`, or the one kept for the same key and the same content.

    Errors are not kept: a request that failed may be sent again. `whole` says that `do` may run in one transaction
    with the answer that is kept. Raises Invalid for a key used for something else, Conflict while the first one runs.
    """
    key = call.request.headers.get("Idempotency-Key")
    if key is None:
        return do()
    if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
        raise Invalid(fields={"Idempotency-Key": f"A key holds 1 to {LONGEST_KEY} printable characters."})
    fingerprint = _fingerprint(call, content)
    now = timezone.now()
    held = _claim(call.account, key, fingerprint, now)
    if held is not None:
        return _kept(held, fingerprint)
    mine = IdempotencyKey.objects.filter(account_id=call.account, key=key, made_at=now, status=None)
    try:
        with transaction.atomic() if whole else nullcontext():
            response = do()
            headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
            body = response.content.decode()
            if mine.update(status=response.status_code, headers=headers, body=body) != 1:
                raise Conflict("Another request took over this Idempotency-Key, because this one took too long.")
    except Exception:
        mine.delete()
        raise
    return response


def _fingerprint(call: Call, content: bytes) -> bytes:
    digest = hashlib.sha256(f"{call.request.method} {call.request.get_full_path()}\n".encode())
    # What a token may not do, it is not told either because another token of the same person did it.
    digest.update(str(call.actor.limits or "").encode())
    digest.update(content)
    return digest.digest()


def _claim(account: int, key: str, fingerprint: bytes, now: datetime) -> IdempotencyKey | None:
    """Take the key for this request; None if that worked, else the row of the request that has it."""
    try:
        with transaction.atomic():
            IdempotencyKey.objects.create(account_id=account, key=key, fingerprint=fingerprint, made_at=now)
    except IntegrityError:
        held = IdempotencyKey.objects.filter(account_id=account, key=key).first()
    else:
        return None
    if held is None or (held.status is None and held.made_at < now - CLAIM_LASTS and _same(held, fingerprint)):
        stale = IdempotencyKey.objects.filter(account_id=account, key=key, status=None)
        taken = held is not None and stale.filter(made_at=held.made_at).update(made_at=now) == 1
        if taken:
            return None
        raise _running()
    return held


def _same(held: IdempotencyKey, fingerprint: bytes) -> bool:
    return bytes(held.fingerprint) == fingerprint


def _kept(held: IdempotencyKey, fingerprint: bytes) -> HttpResponse:
    if not _same(held, fingerprint):
        raise Invalid(fields={"Idempotency-Key": "This key was used for another request; take a fresh one."})
    if held.status is None:
        raise _running()
    kind = "application/json" if held.body else None
    headers = {**held.headers, "Idempotency-Replayed": "true"}
    return HttpResponse(held.body, status=held.status, content_type=kind, headers=headers)


def _running() -> Conflict:
    return Conflict("A request with this Idempotency-Key is still running; ask again in a moment.")
