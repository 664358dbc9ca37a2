"""What may stand in a body beside a record's fields or an action's parameters."""

from collections.abc import Container, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, Field

from septet.kernel.actions import validate
from septet.kernel.errors import Invalid
from septet.kernel.fields import LongText, Moment
from septet.kernel.registry import STRICT


class Manner(BaseModel):
    """Why something is done, and when it was so."""

    model_config = STRICT
    note: LongText = Field("", description="Why; it stands in the history.")
    at: Moment | None = Field(None, description="When it was so, if not now; a moment in the past.")


class Opening(Manner):
    """The same for a new record."""

    key: str | None = Field(None, description="The key under which another system knows it, as SOURCE:KEY.")

    def pair(self) -> tuple[str, str] | None:
        """Source and key. Raises Invalid."""
        if self.key is None:
            return None
        source, _, text = self.key.partition(":")
        if not source or not text or len(source) > 64 or len(text) > 255:
            raise Invalid(fields={"key": "Write it as SOURCE:KEY."})
        return source, text


M = TypeVar("M", bound=Manner)


def split(given: Mapping[str, Any], own: Container[str], manner: type[M]) -> tuple[dict[str, Any], M]:
    """A body's own fields, and what it says about the manner; a field of the same name comes first. Raises Invalid."""
    said = {name: value for name, value in given.items() if name in manner.model_fields and name not in own}
    fields = {name: value for name, value in given.items() if name not in said}
    return fields, manner(**validate(manner, said))
