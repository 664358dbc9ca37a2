"""How the standing of a goal looks on pages: a sign, a word and a tone, never a colour alone."""

from django.utils.translation import gettext_lazy as _
from markupsafe import Markup

from septet.surfaces.web.jinja import icon
from septet.team.goals.rules import Standing, aim

__all__ = ["aim", "sign", "tone", "word"]

WORDS = {
    Standing.MET: _("Met"),
    Standing.AT_RISK: _("At risk"),
    Standing.MISSED: _("Missed"),
    Standing.EMPTY: _("Nothing to measure"),
    Standing.UNMEASURED: _("Not measured yet"),
}
TONES = {Standing.MET: "good", Standing.AT_RISK: "warn", Standing.MISSED: "bad"}
SIGNS = {Standing.MET: "circle-check", Standing.AT_RISK: "alert-triangle", Standing.MISSED: "alert-circle"}


def word(state: str) -> str:
    """The standing in words."""
    return str(WORDS[Standing(state)])


def tone(state: str) -> str:
    """Good, warn, bad, or nothing where there is nothing to judge."""
    return TONES.get(Standing(state), "")


def sign(state: str, *, said: bool = False) -> Markup:
    """The standing as a sign in its tone; its word beside it is `said`, or only read aloud."""
    text = "standing-word" if said else "visually-hidden"
    return Markup('<span class="standing {}">{}<span class="{}">{}</span></span>').format(
        tone(state), icon(SIGNS.get(Standing(state), "clock")), text, word(state)
    )
