"""Bytes go onto a record by the hand that brought them, or by one that may read them; a digest alone opens nothing."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from septet.kernel import uploads
from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR, Actor
from septet.kernel.errors import Invalid
from septet.kernel.models import Attachment, Upload
from tests.cast import Cast

NOT_THERE = "These bytes are not in the store; upload the file first."


@pytest.fixture(autouse=True)
def content(tmp_path: Path, settings: LazySettings) -> None:
    """A content store of the test's own."""
    settings.CONTENT_DIR = tmp_path / "content"


def ticket(cast: Cast, **values: Any) -> Any:
    return create("incident", OPERATOR, via="cli", title="Ticket", requester=cast.rita.number, **values)


def attach(record: Any, actor: Actor, stored: tuple[str, int], **more: Any) -> Attachment:
    digest, size = stored
    perform(record, "attach", actor, via="api", params={"name": "a.txt", "digest": digest, "size": size, **more})
    return Attachment.objects.filter(record_id=record.pk, digest=digest).latest("pk")


def is_refused(record: Any, actor: Actor, stored: tuple[str, int]) -> None:
    with pytest.raises(Invalid) as caught:
        attach(record, actor, stored)
    assert caught.value.fields == {"digest": NOT_THERE}
    with pytest.raises(Invalid) as caught:
        attach(record, actor, (stored[0], stored[1] + 1))
    assert caught.value.fields == {"digest": NOT_THERE}, "not even the size is told"


def test_a_known_digest_gives_no_file_away(cast: Cast) -> None:
    secret = uploads.receive([b"the salaries"], cast.as_("bob"))
    attach(ticket(cast, confidentiality="restricted"), OPERATOR, secret)
    mine = ticket(cast)
    for name in ("rita", "alice"):
        is_refused(mine, cast.as_(name), secret)
    is_refused(mine, cast.as_("rita"), ("0" * 64, 12))
    assert uploads.receive([b"the sala", b"ries"], cast.as_("rita")) == secret
    assert attach(mine, cast.as_("rita"), secret).audience == "requester"
    assert attach(mine, cast.as_("alice"), secret).audience == "internal", "who may read it now may pass it on"


def test_a_file_of_a_circle_is_passed_on_by_those_in_it_alone(cast: Cast) -> None:
    inside, outside = (uploads.receive([text], OPERATOR) for text in (b"for us", b"for them"))
    shared, other = ticket(cast), ticket(cast)
    for record in (shared, other):
        perform(record, "share", OPERATOR, via="cli", party=cast.supplier.number)
    attach(shared, OPERATOR, inside)
    attach(shared, OPERATOR, outside, audience=f"partner:{cast.supplier.pk}")
    is_refused(other, cast.as_("paul"), inside)
    assert attach(other, cast.as_("paul"), outside).audience == f"partner:{cast.supplier.pk}"


def test_an_upload_counts_for_a_day(cast: Cast) -> None:
    stored = uploads.receive([b"left lying about"], cast.as_("rita"))
    Upload.objects.update(at=timezone.now() - timedelta(hours=25))
    is_refused(ticket(cast), cast.as_("rita"), stored)
    assert uploads.forget() == 1
    assert uploads.receive([b"left lying about"], cast.as_("rita")) == stored
    assert attach(ticket(cast), cast.as_("rita"), stored).size == len(b"left lying about")
    assert uploads.forget() == 0
