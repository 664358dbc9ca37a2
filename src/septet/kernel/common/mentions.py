"""People whom a comment names: `@Ada Byron` or `@PER-12`. They watch the record from then on."""

import re
from collections import defaultdict
from collections.abc import Iterator

from septet.kernel.actors import Actor
from septet.kernel.models import Record
from septet.kernel.policy import visible_to
from septet.kernel.registry import number_of

# A name begins with the sign and ends at the line's end at the latest; how many words of it are meant is tried out.
_NAMED = re.compile(r"(?<![\w@/])@(\w[^\n@]{0,120})")
LONGEST = 5
MOST = 20


def mentioned(text: str, actor: Actor) -> list[Record]:
    """The people in office whom a text names and the actor may see; a name that several have names nobody."""
    places = [list(_candidates(match[1])) for match in _NAMED.finditer(text)][:MOST]
    if not places:
        return []
    wanted = {one for place in places for one in place}
    known = _people(wanted, actor)
    found = []
    for place in places:
        named = next((known[one] for one in place if one in known), [])
        if len(named) == 1 and named[0] not in found:
            found.append(named[0])
    return found


def _candidates(after: str) -> Iterator[str]:
    """What may be the name in a text that follows the sign, the longest first."""
    words = [(match.start(), match.end()) for match in re.finditer(r"[^\s,;:!?()]+", after)][:LONGEST]
    for _, end in reversed(words):
        yield after[:end].rstrip(".")


def _people(names: set[str], actor: Actor) -> dict[str, list[Record]]:
    """People by their names and their numbers."""
    ids = {int(name[4:]) for name in names if re.fullmatch(r"PER-\d{1,18}", name)}
    people = Record.objects.filter(kind="person", withdrawn_at=None, closed_at=None)
    rows = people.filter(title__in=names) | people.filter(pk__in=ids)
    known: dict[str, list[Record]] = defaultdict(list)
    for person in visible_to(actor, rows):
        known[person.title].append(person)
        known[number_of("person", person.pk)].append(person)
    return known
