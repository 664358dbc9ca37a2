"""Who brought which bytes. A digest alone opens nothing: whoever attaches a file uploaded it, or may read it."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from septet.kernel import content, policy
from septet.kernel.actors import Actor
from septet.kernel.models import Attachment, Record, Upload

# As long as bytes to which nothing points are kept.
RECENT = timedelta(seconds=content.GRACE_SECONDS)


def receive(chunks: Iterable[bytes], actor: Actor) -> tuple[str, int]:
    """Store bytes that the actor sends, to be put on a record within a day, and return (digest, size).

    Raises TooLarge or Unavailable.
    """
    digest, size = content.put(chunks)
    if actor.person is not None:
        Upload.objects.update_or_create(person_id=actor.person, digest=digest, defaults={"at": timezone.now()})
    return digest, size


def may_attach(actor: Actor, digest: str) -> bool:
    """Whether these bytes are in the store and the actor may put them on a record: they uploaded them not long ago, or
    they may read a file that holds them."""
    if not content.exists(digest):
        return False
    if actor.all_rights or digest == content.EMPTY:
        return True
    own = Upload.objects.filter(person_id=actor.person, digest=digest, at__gt=timezone.now() - RECENT)
    return own.exists() or _may_read(actor, digest)


def _may_read(actor: Actor, digest: str) -> bool:
    files = Attachment.objects.filter(digest=digest)
    for record in policy.visible_to(actor, Record.objects.filter(pk__in=files.values("record_id")), few=True):
        audiences = policy.audiences_of(actor, record)
        if audiences is None or files.filter(record_id=record.pk, audience__in=audiences).exists():
            return True
    return False


def forget() -> int:
    """Forget who uploaded what longer ago than it counts; returns how many rows went."""
    gone, _ = Upload.objects.filter(at__lte=timezone.now() - RECENT).delete()
    return gone
