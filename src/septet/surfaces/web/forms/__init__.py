"""Forms, derived from what the kernel knows of fields and of an action's parameters; every form of every page."""

from septet.surfaces.web.forms.derive import of_action, of_field, of_record, of_schema
from septet.surfaces.web.forms.form import Form
from septet.surfaces.web.forms.inputs import Input
from septet.surfaces.web.forms.texts import filled, is_same, read, text_of, typed, value_of, written

__all__ = [
    "Form",
    "Input",
    "filled",
    "is_same",
    "of_action",
    "of_field",
    "of_record",
    "of_schema",
    "read",
    "text_of",
    "typed",
    "value_of",
    "written",
]
