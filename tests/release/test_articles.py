"""Articles: how far they can be trusted, and who sees them."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from septet.kernel import policy
from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR
from septet.kernel.errors import Invalid
from septet.release.articles.models import Article
from tests.cast import Cast


def write(audience: str = "public", body: str = "Open its menu.", **values: Any) -> Any:
    fields = {"title": "Share a folder", "audience": audience, "body": body, **values}
    return create("article", OPERATOR, via="api", fields=fields)


def do(article: Any, name: str, **values: Any) -> Any:
    perform(article, name, OPERATOR, via="api", **values)
    return article


@pytest.mark.parametrize(
    ("audience", "state", "seen"),
    [
        ("public", "validated", True), ("customer", "validated", True), ("internal", "validated", False),
        ("team", "validated", False), ("public", "not-validated", False), ("public", "in-progress", False),
        ("public", "archived", False),
    ],
)  # fmt: skip
def test_outsiders_see_what_is_for_them_and_validated(cast: Cast, audience: str, state: str, seen: bool) -> None:
    article = write(audience)
    if state == "not-validated":
        do(article, "finish")
    elif state == "archived":
        do(do(article, "validate"), "archive", reason="Old.")
    elif state == "validated":
        do(article, "validate")
    assert article.state == state
    otto = cast.as_("otto")
    assert bool(policy.may(otto, "see", article)) is seen
    assert policy.visible_to(otto, Article.objects.all()).exists() is seen
    assert policy.may(cast.as_("alice"), "see", article)


def test_an_article_without_text_is_not_validated(db: None) -> None:
    for name in ("finish", "validate"):
        with pytest.raises(Invalid, match="no text yet"):
            do(write(body=" "), name)


def test_validating_sets_the_next_review_a_year_ahead_or_on_the_day_named(db: None) -> None:
    article = do(write(), "validate")
    assert article.review_at - article.reviewed_at == timedelta(days=365)
    day = timezone.now().replace(microsecond=0) + timedelta(days=30)
    assert do(article, "review", review_at=day.isoformat()).review_at == day
    with pytest.raises(Invalid, match="day to come"):
        do(article, "review", review_at=(timezone.now() - timedelta(days=1)).isoformat())


def test_doubt_takes_it_from_outsiders_and_what_was_archived_comes_back_unvalidated(cast: Cast) -> None:
    article = do(do(write(), "validate"), "doubt", reason="The menu looks different now.")
    assert not policy.may(cast.as_("otto"), "see", article)
    do(article, "archive", reason="Old.")
    assert article.closed_at is not None
    assert do(article, "bring-back").state == "not-validated"
