"""How a service says which agreements are about it."""

from django.utils.translation import gettext_lazy as _

from septet.kernel.registry import relation_type

relation_type(
    "covered-by", _("is covered by"), _("covers"), source_kinds=("service",), target_kinds=("agreement",)
)  # fmt: skip
