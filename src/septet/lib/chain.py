"""Digests that prove a journal without needing every value in it.

An entry's hash covers what can never be personal as it stands, and of every other changed field a salted digest in
place of the value. So a personal value can be erased: its digest stays where it was, the chain still proves, and
without the salt nobody can find the value again by guessing. Each such field has a salt of its own, derived from that
of the entry: to erase one field, keep the derived salts of the others and drop both the entry's salt and the one of
the erased field.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from septet.lib.canonical import canonical, checked


def field_salt(salt: bytes, field: str) -> bytes:
    """The 16 bytes that salt one field of an entry, from the salt of the entry (16 random bytes or more)."""
    return sha256(salt + field.encode()).digest()[:16]


def field_digest(field_salt: bytes, before_after: Sequence[object]) -> str:
    """32 hex digits that stand for a field's value before and after, which `canonical` has taken already."""
    before, after = before_after
    return sha256(field_salt + checked([before, after])).hexdigest()[:32]


def digests(salt: bytes, changes: Mapping[str, Sequence[object]]) -> dict[str, str]:
    """The digest of every field of an entry; the same as `field_digest` of each, in one go for bulk writes."""
    found = {}
    for field, change in changes.items():
        own_salt = sha256(salt + field.encode()).digest()[:16]
        found[field] = sha256(own_salt + checked([change[0], change[1]])).hexdigest()[:32]
    return found


def chained(previous: bytes, content: Mapping[str, object]) -> bytes:
    """The 32 bytes that bind `content`, which `canonical` has taken already, to what came before it."""
    return sha256(previous + checked(content)).digest()


def entry_hash(
    previous: bytes, header: Mapping[str, object], plain: Mapping[str, object], digests: Mapping[str, str]
) -> bytes:
    """The 32 bytes that bind an entry to the one before it on the same record (`previous` is empty for the first).

    `header` is what the entry says beside its values (who, when, what), `plain` the changes that are never erased,
    `digests` the field digests of all others by field name.
    """
    return chained(previous, {"header": header, "plain": plain, "digests": digests})


def anchor_hash(previous: bytes, first_position: int, last_position: int, hashes: Iterable[bytes]) -> bytes:
    """The 32 bytes that bind a range of positions, both ends included, to the anchor before it.

    `hashes` are the entry hashes in order of position; they are read one by one.
    """
    digest = sha256(previous + canonical([first_position, last_position]))
    for entry in hashes:
        digest.update(entry)
    return digest.digest()
