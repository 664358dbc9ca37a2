"""How an article is written, trusted, doubted and put away."""

from datetime import timedelta

from septet.kernel import parts
from septet.kernel.actors import Actor
from septet.kernel.errors import Invalid
from septet.kernel.fields import Moment, Words
from septet.kernel.registry import action
from septet.release.articles.models import Article

REVIEW_AFTER = timedelta(days=365)


@action(Article, from_=("in-progress",), to="not-validated")
def finish(article: Article, actor: Actor) -> None:
    """It is written; others may use it with care until somebody has validated it."""
    _check_written(article)


@action(Article, from_=("in-progress", "not-validated"), to="validated", examples=[{}])
def validate(article: Article, actor: Actor, *, review_at: Moment | None = None) -> None:
    """It is true and understood by those it is for; it is looked at again in a year unless you name a day."""
    _check_written(article)
    _looked_at(article, review_at)


@action(Article, from_=("validated",), examples=[{}])
def review(article: Article, actor: Actor, *, review_at: Moment | None = None) -> None:
    """It was looked at and still holds."""
    _looked_at(article, review_at)


@action(Article, from_=("validated",), to="not-validated", examples=[{"reason": "The menu looks different now."}])
def doubt(article: Article, actor: Actor, *, reason: Words) -> None:
    """Something in it is wrong or out of date; outsiders no longer see it."""
    parts.note_change(":reason", None, reason)


@action(Article, from_=("not-validated", "validated"), to="in-progress")
def rework(article: Article, actor: Actor) -> None:
    """Write it anew; nobody should rely on it meanwhile."""


@action(
    Article,
    from_=("in-progress", "not-validated", "validated"),
    to="archived",
    examples=[{"reason": "The product is gone."}],
)
def archive(article: Article, actor: Actor, *, reason: Words) -> None:
    """Put it away; what points to it can still be followed."""
    parts.note_change(":reason", None, reason)


@action(Article, from_=("archived",), to="not-validated")
def bring_back(article: Article, actor: Actor) -> None:
    """Use it again, once somebody has validated it."""


def _check_written(article: Article) -> None:
    if not article.body.strip():
        raise Invalid(fields={"body": "There is no text yet."})


def _looked_at(article: Article, review_at: Moment | None) -> None:
    at = parts.current().at
    if review_at is not None and review_at <= at:
        raise Invalid(fields={"review_at": "Name a day to come."})
    article.reviewed_at, article.review_at = at, review_at or at + REVIEW_AFTER
