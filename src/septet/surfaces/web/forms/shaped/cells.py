"""The cells of a table as they were sent."""

from collections.abc import Iterator
from typing import cast

from django.http import QueryDict


class Cells:
    """What was sent for the table of one field, column by column."""

    def __init__(self, name: str, post: QueryDict) -> None:
        self._name, self._post = name, post

    def column(self, name: str) -> list[str]:
        """The texts of a column from the first row to the last."""
        return [text.strip() for text in cast("list[str]", self._post.getlist(f"{self._name}.{name}"))]

    def rows(self, *names: str) -> Iterator[tuple[str, ...]]:
        """Row by row the texts of these columns; rows in which nothing stands are left out."""
        for row in zip(*(self.column(name) for name in names), strict=False):
            if any(row):
                yield row
