"""What changed in a text, word by word."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from markupsafe import Markup, escape

# So many words are compared; more would take too long for a page that tells of many changes.
MOST_WORDS = 1500
AROUND = 8
ALIKE = 0.3
_PIECES = re.compile(r"\s+|\w+|[^\w\s]")


@lru_cache(maxsize=512)
def word_diff(before: str, after: str) -> Markup | None:
    """Both texts in one, with what went and what came marked; far from a change only dots. None where they are too
    long to be compared, or have too little in common to be read as one."""
    steps = compared(before, after)
    if steps is None:
        return None
    shown = []
    for place, (step, pieces) in enumerate(steps):
        if step == "=":
            shown.append(_kept(pieces, first=place == 0, last=place == len(steps) - 1))
        else:
            shown.append(Markup('<{0} class="word">{1}</{0}>').format("del" if step == "-" else "ins", "".join(pieces)))
    return Markup("").join(shown)


def compared(before: str, after: str) -> list[tuple[str, Sequence[str]]] | None:
    """The words that stayed (`=`), went (`-`) and came (`+`), in order; None as for `word_diff`."""
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    if max(len(old), len(new)) > MOST_WORDS:
        return None
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < ALIKE:
        return None
    steps: list[tuple[str, Sequence[str]]] = []
    for step, a, b, c, d in matcher.get_opcodes():
        if step == "equal":
            steps.append(("=", old[a:b]))
        else:
            steps += [one for one in (("-", old[a:b]), ("+", new[c:d])) if one[1]]
    return steps


def _kept(pieces: Sequence[str], *, first: bool, last: bool) -> Markup:
    """Words that stayed, as far as they stand near a change."""
    if len(pieces) <= 2 * AROUND + 1:
        return escape("".join(pieces))
    start = "" if first else "".join(pieces[:AROUND])
    end = "" if last else "".join(pieces[-AROUND:])
    return escape(f"{start} … {end}")
