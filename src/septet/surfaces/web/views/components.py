"""Every component of the pages in every state, for those who build on them."""

from datetime import timedelta

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from septet.kernel.registry import registry
from septet.surfaces.web import charts
from septet.surfaces.web.forms import Form, Input
from septet.surfaces.web.locales import percent
from septet.surfaces.web.pages import administrators, show
from septet.surfaces.web.requests import Asked

CHOICES = (("mail", "Mail"), ("phone", "Phone"))
DAYS = [f"{day} Nov" for day in range(1, 31)]
SHARES = [0.91 + (day * 37 % 11) / 120 for day in range(30)]


@require_safe
@administrators
def components(request: Asked) -> HttpResponse:
    """The page by which one sees that the look is one system."""
    now = timezone.now()
    context = {
        "types": [it for it in registry.types.values() if it.is_work],
        "things": [it for it in registry.types.values() if not it.is_work and not it.governs],
        "form": example_form(),
        "moments": [now + timedelta(hours=hours) for hours in (0, -0.2, -30, 3, -2200)],
        "trend": SHARES,
        "share": charts.Series(DAYS, [*SHARES[:12], None, *SHARES[13:]], "Resolved in time", aim=0.95, written=percent),
        "counts": charts.Series(DAYS[:14], [float(day * 31 % 17) for day in range(14)], "Incidents opened"),
        "left": charts.Series(DAYS, [1 - day * day / 760 for day in range(30)], "Error budget left", written=percent),
        "nothing": charts.Series([], [], "Nothing"),
    }
    return show(request, "web/components.html", context)


def example_form() -> Form:
    """A form with every kind of input, some of them refused."""
    inputs = (
        Input("title", "Title", "text", required=True, text="Mail does not arrive", max_length=255),
        Input("description", "Description", "area", help="What was seen: messages, times, places."),
        Input("users", "Affected users", "number", whole=True, text="many", error="'many' is no whole number."),
        Input("channel", "Reported by", "choice", choices=CHOICES, text="phone"),
        Input("major", "Major incident", "yes-no", nullable=True),
        Input("channels", "Told by", "several", choices=CHOICES, text="phone"),
        Input("owner", "Owner", "reference", kind="person"),
        Input("watchers", "Watchers", "references", kind="person"),
        Input("due", "Due", "moment", group="When"),
        Input("day", "Day", "date", group="When"),
        Input("hosts", "Hosts", "lines", text="srv-1\nsrv-2", group="More"),
        Input("schema", "Schema", "json", text='{"type": "object"}', group="More"),
    )
    return Form(
        "example",
        "Save",
        inputs,
        help="What the action does, in a sentence.",
        sentence="Some values do not fit; see below.",
    )
