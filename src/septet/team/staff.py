"""Pages about the team, for those who belong to it."""

from functools import wraps
from typing import Any

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from septet.kernel.errors import NotFound
from septet.surfaces.web.pages import View, page
from septet.surfaces.web.requests import Asked


def staff_page(view: View) -> View:
    """A page that only people who work for IT know of."""

    @wraps(view)
    def answer(request: Asked, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.actor.is_staff:
            raise NotFound(_("There is no such page, or you may not see it."))
        return view(request, *args, **kwargs)

    return page(answer)
