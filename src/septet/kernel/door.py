"""The lock on the only door: records and their parts are written only while an action or the bulk door runs."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Self, TypeVar

from django.db import models

from septet.kernel.errors import OutsideAction

_open: ContextVar[bool] = ContextVar("septet_door_open", default=False)

M = TypeVar("M", bound=models.Model)


@contextmanager
def opened() -> Iterator[None]:
    """Let rows be written. Only `actions.perform`, `kernel.bulk` and the derived tables' rebuild use it."""
    token = _open.set(True)
    try:
        yield
    finally:
        _open.reset(token)


def check(what: str) -> None:
    """Raise `OutsideAction` unless the door is open."""
    if not _open.get():
        raise OutsideAction(f"{what} can be written only by an action: call perform() or the bulk door.")


class GuardedQuerySet(models.QuerySet[M]):
    """A queryset whose writing methods need the door."""

    def _check(self) -> None:
        check(self.model.__name__)

    def update(self, **kwargs: Any) -> int:
        self._check()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._check()
        return super().delete()

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        self._check()
        return super().bulk_create(objs, *args, **kwargs)

    def bulk_update(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> int:
        self._check()
        return super().bulk_update(objs, *args, **kwargs)

    def using(self, alias: str | None) -> Self:
        return super().using(alias)


class Guarded(models.Model):
    """A row that only the door may write."""

    objects = models.Manager.from_queryset(GuardedQuerySet)()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        check(type(self).__name__)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        check(type(self).__name__)
        return super().delete(*args, **kwargs)
