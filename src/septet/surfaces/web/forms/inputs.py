"""One thing that a form asks for."""

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from septet.kernel.shapes import Shape
from septet.surfaces.web.forms.shaped import asked_for


@dataclass(frozen=True)
class Input:
    """One thing that a form asks for.

    `widget` is text, area, number, yes-no, choice, several, moment, date, reference, references, lines, json, shaped or
    audience. `text` is what stands in it, `kind` the kind that a reference must have (`*` for any). What is shaped is
    JSON, asked for in a table as its `shape` says. At `preview` stands what comes of the text in it.
    """

    name: str
    label: str
    widget: str
    required: bool = False
    nullable: bool = False
    help: str = ""
    choices: tuple[tuple[Any, str], ...] = ()
    kind: str = ""
    max_length: int | None = None
    whole: bool = False
    text: str = ""
    error: str = ""
    group: str = ""
    shape: Shape | None = None
    preview: str = ""

    @property
    def is_wide(self) -> bool:
        """Whether it needs the whole width of a form."""
        return self.widget in ("area", "json", "lines", "shaped", "several") or self.name == "title"

    @property
    def table(self) -> Markup | None:
        """What is shaped as a table to fill in; None where its text does not have this shape."""
        return asked_for(self.shape, self.name, self.text) if self.shape else None
