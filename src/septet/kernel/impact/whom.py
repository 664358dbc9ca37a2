"""For whom services are: asked of the module that knows agreements."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CustomerHit:
    """A customer of services that fail, with the number of its people."""

    pk: int
    number: str
    title: str
    people: int


@dataclass(frozen=True, slots=True)
class Whom:
    """For whom some services are: the customers named for them, and how many of the services name none and are
    therefore for all of the `everybody` people."""

    customers: tuple[CustomerHit, ...] = ()
    for_all: int = 0
    everybody: int = 0


Ask = Callable[[Collection[int], datetime], Whom]
_ask: Ask | None = None


def provide(ask: Ask) -> None:
    """Declare the function that says for whom services, given by their ids, are at a moment. Called once, by a module
    named `relations`."""
    global _ask  # noqa: PLW0603  # there is one, declared when Django starts
    _ask = ask


def whom(services: Collection[int], at: datetime) -> Whom:
    """For whom these services are."""
    return _ask(services, at) if _ask and services else Whom()
