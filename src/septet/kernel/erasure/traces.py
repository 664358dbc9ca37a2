"""Where an erased value may have left traces beside its record and its journal, and how they go."""

from collections.abc import Collection, Iterable

from django.db import connection, transaction
from django.db.models import CASCADE
from django.db.models.fields.reverse_related import ForeignObjectRel

from septet.kernel import content, search
from septet.kernel.models import Account, Attachment, IdempotencyKey, Record, Upload
from septet.kernel.search.words import words_of

MERGES = 10_000


def words_in(texts: Iterable[str]) -> set[str]:
    """The words of texts as the search knows them."""
    return {word for text in texts for word in words_of(text)}


def close_account(person: Record) -> None:
    """Take mail address, password and every way in from the person's account, if they have one; and forget what they
    uploaded."""
    Upload.objects.filter(person_id=person.pk).delete()
    account = Account.objects.filter(person_id=person.pk).first()
    if account is None:
        return
    for one in Account._meta.get_fields(include_hidden=True):
        if isinstance(one, ForeignObjectRel) and one.on_delete is CASCADE:
            one.related_model._default_manager.filter(**{one.field.name: account}).delete()
    # The address must be one of its own; nothing under `invalid` ever exists.
    account.preferences = {}
    account.email, account.is_active = f"erased-{account.pk}@erased.invalid", False
    account.set_unusable_password()
    account.save()


def forget_answers(record: Record) -> None:
    """Drop kept answers of the API that tell of the record."""
    IdempotencyKey.objects.filter(body__contains=record.number).delete()


def clear(record: int, words: Collection[str], files: Collection[str]) -> None:
    """Index the record anew, forget words that nothing else holds, and delete bytes that no other file has.

    Called after the commit. If it is broken off, the index follows the journal as always; only words may stay known.
    """
    search.catch_up()
    with transaction.atomic():
        _forget_words(words)
    for digest in set(files):
        if digest != content.EMPTY and not Attachment.objects.filter(digest=digest).exists():
            content.path(digest).unlink(missing_ok=True)
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        _clean_index()
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _forget_words(words: Collection[str]) -> None:
    with connection.cursor() as cursor:
        for word in words:
            if connection.vendor == "sqlite":
                cursor.execute("SELECT 1 FROM search_index WHERE search_index MATCH %s LIMIT 1", [f'"{word}"'])
            else:
                cursor.execute(
                    "SELECT 1 FROM search_index WHERE whole @@ plainto_tsquery('simple', %s) LIMIT 1", [word]
                )
            if cursor.fetchone() is None:
                cursor.execute("DELETE FROM search_word WHERE word = %s", [word])


def _clean_index() -> None:
    """FTS5 keeps deleted words until it merges its segments: do so, a little at a time, so that others can write."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO search_index (search_index, rank) VALUES ('merge', -500)")
        for _ in range(MERGES):
            cursor.execute("SELECT total_changes()")
            before = cursor.fetchone()[0]
            cursor.execute("INSERT INTO search_index (search_index, rank) VALUES ('merge', 500)")
            cursor.execute("SELECT total_changes()")
            if cursor.fetchone()[0] - before < 2:
                return
