"""A record's journal as its page tells it: who did what and when, newest first."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from septet.kernel.registry import RecordType
from septet.surfaces.web import values
from septet.surfaces.web.markdown import markdown

# Learnt so many seconds after it was so, an entry says when it was learnt.
LATE = 60
# Fits nothing.
NOBODY = "(?!)"


def of(it: RecordType, entries: Sequence[dict[str, Any]], watchers: Iterable[str] = ()) -> list[dict[str, Any]]:
    """The entries, newest first, each with its lines ready to show; `watchers` are the names that comments may hold."""
    shown = []
    ways, names = _ways(), _pattern({*watchers, *(one["actor"]["title"] for one in entries)})
    for one in reversed(entries):
        action = it.actions.get(one["action"])
        own = {key: change[1] for key, change in one["changes"].items() if key.startswith(":")}
        shown.append(
            {
                **one,
                "lines": values.changes(it, one["changes"]),
                "comment": _said(own.pop(values.COMMENT, None), names),
                "own": {values.human(key[1:]): text for key, text in own.items() if isinstance(text, str)},
                "undoable": not one["undone"] and (action is None or action.undoable) and not one["undoes"],
                "late": _learnt_late(one),
                "circle": circle(one["audience"]),
                "way": ways.get(one["via"], one["via"]),
            }
        )
    return shown


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    """What finds a person who is named in a comment, in its HTML."""
    longest_first = sorted((one for one in names if one), key=len, reverse=True)
    either = "|".join(re.escape(str(escape(one))) for one in longest_first)
    return re.compile(rf"<[^>]*>|(?<![\w@/])@(?:{either or '(?!)'})\b")


def _said(text: str | None, names: re.Pattern[str]) -> Markup | None:
    """A comment as HTML, with the people it names standing out."""
    if text is None:
        return None
    html = markdown(text)
    if "@" not in html:
        return html
    # The names were escaped as the HTML is, tags stay as they are, and nothing is put in but a mark around a name.
    return Markup(names.sub(_stand_out, html))  # noqa: S704


def _stand_out(match: re.Match[str]) -> str:
    return match[0] if match[0].startswith("<") else f'<span class="mention">{match[0]}</span>'


def _ways() -> dict[str, str]:
    """How something came in, in words; on a page goes without saying."""
    return {
        "web": "",
        "api": _("by the API"),
        "cli": _("on the command line"),
        "import": _("from a file"),
        "worker": _("by Septet"),
    }


def _learnt_late(entry: Mapping[str, Any]) -> bool:
    at, recorded = (datetime.fromisoformat(entry[name]) for name in ("at", "recorded_at"))
    return (recorded - at).total_seconds() > LATE


def circle(audience: str) -> str:
    """Who may read an entry, in words."""
    if audience.startswith("partner:"):
        return _("Partner")
    return {"internal": _("Internal"), "requester": _("Requester"), "everybody": _("Everybody")}.get(audience, audience)
