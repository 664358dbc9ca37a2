"""An event as one line of HTML: a function, because a month has hundreds of them."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from markupsafe import Markup

from septet.surfaces.web.calendar.layout import Shown
from septet.surfaces.web.jinja import icon

LINE = Markup(
    '<a class="{}" href="/r/{}/" title="{}">{}<span class="time" aria-hidden="true">{}</span>'
    '<span class="date">{} </span><span class="what">{}{}</span>{}</a>'
)
UNTIL = Markup('{}<span class="until">–{}</span>')
NUMBER = Markup('<span class="id">{} </span>')
HIDDEN = Markup('<span class="visually-hidden"> {}</span>')


def line(one: Shown, drawing: str) -> Markup:
    """A link to the record with the event's time and what it is; `drawing` is the icon of its kind."""
    event = one.event
    look = "alert-triangle" if event.conflicts else "ban" if event.forbids else drawing
    said = Markup("").join(HIDDEN.format(text) for text in remarks(one))
    hover = " · ".join(filter(None, (one.when, event.number, words(one), event.why)))
    times = UNTIL.format(one.begins, one.ends) if one.ends else one.begins
    number = "" if event.governs else NUMBER.format(event.number)
    return LINE.format(one.look, event.number, hover, icon(look), times, one.when, number, words(one), said)


def words(one: Shown) -> str:
    """What it is: of what governs first what it means, of what is about somebody first who it is."""
    event = one.event
    parts = (event.what, event.title) if event.governs else (event.who and event.who.title, event.title, event.what)
    return " · ".join(part for part in parts if part)


def remarks(one: Shown) -> Iterator[str]:
    """What its colour and shape say, in words."""
    if one.event.conflicts:
        yield _("Something is in its way.")
    if one.event.standing == "tentative":
        yield _("Not settled yet.")
