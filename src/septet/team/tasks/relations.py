"""How tasks are tied to each other."""

from django.utils.translation import gettext_lazy as _

from septet.kernel.registry import relation_type

relation_type(
    "waits-for", _("waits for"), _("is waited for by"), acyclic=True, source_kinds=("task",), target_kinds=("task",)
)
