"""Where in a record the words stand that somebody searched for."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from septet.kernel.actors import Actor
from septet.kernel.models import Verb
from septet.kernel.registry import RecordType, registry
from septet.kernel.search import Hit, words_of

AROUND = 70
MOST = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A hit with the place of its words; the title has them marked too."""

    number: str
    kind: str
    state: str
    title: Markup
    snippet: Markup


def with_snippets(hits: Sequence[Hit], text: str, actor: Actor) -> list[Found]:
    """The hits with what stands around the words; one query for each type among them."""
    pattern = pattern_of(words_of(text))
    texts = _texts(hits[:MOST], actor)
    found = []
    for one in hits:
        around = snippet(texts.get(one.number, ()), pattern)
        found.append(Found(one.number, one.kind, one.state, marked(one.title, pattern), around))
    return found


def pattern_of(words: Iterable[str]) -> re.Pattern[str] | None:
    """What finds the words, each perhaps unfinished."""
    found = [re.escape(word) for word in words]
    return re.compile(rf"\b(?:{'|'.join(found)})\w*", re.IGNORECASE) if found else None


def _texts(hits: Sequence[Hit], actor: Actor) -> dict[str, Sequence[str]]:
    """The long texts of the hits that the actor may read, by number."""
    by_kind: dict[str, list[int]] = {}
    for one in hits:
        by_kind.setdefault(one.kind, []).append(int(one.number.rpartition("-")[2]))
    found: dict[str, Sequence[str]] = {}
    for kind, ids in by_kind.items():
        it = registry.types[kind]
        names = _readable(it, actor)
        if names:
            for pk, *texts in it.model._default_manager.filter(pk__in=ids).values_list("pk", *names):
                found[f"{it.prefix}-{pk}"] = texts
    return found


def _readable(it: RecordType, actor: Actor) -> list[str]:
    """The long texts of a type that stand in what this actor can search."""
    internal = actor.all_rights or actor.scopes(Verb.SEE, it.kind) is None
    long = [name for name, f in it.fields.items() if f.sort == "long-text" and name not in it.hidden]
    return [name for name in long if internal or not it.fields[name].internal]


def snippet(texts: Sequence[str], pattern: re.Pattern[str] | None) -> Markup:
    """What stands around the first of the words in the first text that holds one."""
    for text in texts:
        plain = " ".join((text or "").split())
        match = pattern.search(plain) if pattern else None
        if match:
            start, end = max(0, match.start() - AROUND), match.end() + AROUND
            cut = plain[start:end]
            return Markup("{}{}{}").format("…" if start else "", marked(cut, pattern), "…" if end < len(plain) else "")
    return Markup("")


def marked(text: str, pattern: re.Pattern[str] | None) -> Markup:
    """A text with the words marked."""
    if pattern is None:
        return escape(text)
    parts, place = [], 0
    for match in pattern.finditer(text):
        parts += [escape(text[place : match.start()]), Markup("<mark>{}</mark>").format(match[0])]
        place = match.end()
    return Markup("").join([*parts, escape(text[place:])])
