"""Inputs that are sent together."""

from dataclasses import dataclass, replace

from django.http import QueryDict
from django.utils.translation import gettext as _

from septet.kernel.errors import SeptetError
from septet.surfaces.web.forms.inputs import Input
from septet.surfaces.web.forms.texts import typed
from septet.surfaces.web.values import human


@dataclass(frozen=True)
class Form:
    """Inputs that are sent together. `sentence` says what was wrong with the form as a whole."""

    name: str
    label: str
    inputs: tuple[Input, ...] = ()
    help: str = ""
    sentence: str = ""

    @property
    def groups(self) -> list[tuple[str, list[Input]]]:
        """The inputs under their headings, in the order in which each heading first comes; what has a choice of
        audiences with nothing to choose is left out."""
        found: dict[str, list[Input]] = {}
        for one in self.inputs:
            if one.widget != "audience" or one.choices:
                found.setdefault(one.group, []).append(one)
        return list(found.items())

    def refused(self, error: SeptetError, post: QueryDict) -> "Form":
        """The same form with what was typed and what was wrong; a field's sentence stands at the field."""
        known = {one.name for one in self.inputs} | {"note", "at"}
        inputs = tuple(replace(one, text=typed(one, post), error=error.fields.get(one.name, "")) for one in self.inputs)
        rest = [f"{human(name)}: {text}" for name, text in error.fields.items() if name not in known]
        at_fields = error.fields.keys() & known
        sentence = " ".join(rest) or (_("Some values do not fit; see below.") if at_fields else error.detail)
        return replace(self, inputs=inputs, sentence=sentence)
