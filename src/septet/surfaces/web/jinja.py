"""What templates can call."""

from functools import cache, lru_cache
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext, ngettext
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from septet.surfaces.web import assets, charts, locales, marks, values
from septet.surfaces.web.markdown import markdown
from septet.surfaces.web.times import date_text, exact, full_moment, moment


def environment(**options: Any) -> Environment:
    """Jinja2 as Django calls it: escaping on, an unknown name is an error, translations by gettext."""
    given = options | {"undefined": StrictUndefined, "extensions": ["jinja2.ext.i18n"]}
    given.pop("autoescape", None)
    env = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, **given)
    env.globals.update(
        static=static,
        asset=assets.address,
        url=reverse,
        icon=icon,
        zone=get_current_timezone_name,
        values=values,
        charts=charts,
        **{one.__name__: one for one in (moment, full_moment, exact, date_text)},
        **{one.__name__: one for one in (locales.number, locales.percent, locales.duration)},
        **{one.__name__: one for one in (marks.priority, marks.person, marks.avatar, marks.bar, marks.tag, marks.keys)},
        state_mark=marks.state,
        number_link=marks.number,
    )
    env.filters.update(markdown=markdown)
    env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]  # by the extension
    env.globals["_"] = say
    return env


@cache
def icon(name: str) -> Markup:
    """A drawing of the sprite in the colour of the text; it only repeats what the text beside it says."""
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        static("vendor/icons.svg"), name
    )


def say(text: str, /, **values: Any) -> Markup:
    """What `_` is in templates: a text in the reader's language, its values escaped."""
    said = _said(text, locales.text_language())
    return said % values if values else said


@lru_cache(maxsize=8192)
def _said(text: str, _language: str) -> Markup:
    """Texts come from templates alone, so they are safe; asked for hundreds of times a page, they are kept."""
    return Markup(gettext(text))  # noqa: S704
