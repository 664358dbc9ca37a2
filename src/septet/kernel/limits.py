"""What a token is limited to: its scope, words separated by blanks as OAuth writes them (RFC 6749, section 3.3).

| word | allows |
|---|---|
| `read`, `read:incident` | to read everything, or records of one kind |
| `do`, `do:incident` | every action, on everything or on records of one kind, opening them included |
| `create`, `create:incident` | to open records of every kind or of one, and no more |
| `resolve:incident` | one action on records of one kind |
| `run`, `run:accept-proposal` | every procedure, or one |
| `import`, `undo` | to import files, and to undo what a request did |
| `feed` | calendar feeds alone; it opens nothing of the API |

A scope gives no right. It narrows what the token's person may do; without any, the token may do all of that. Whoever
may act on records of a kind may read them; opening them does not need that.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from septet.kernel.errors import Invalid
from septet.lib.text import suggestion

READ, DO, CREATE, RUN, IMPORT, UNDO, FEED = "read", "do", "create", "run", "import", "undo", "feed"
# Words that are followed by a kind or by nothing, and those that stand alone.
WIDE = (READ, DO, CREATE)
ALONE = (IMPORT, UNDO, FEED)
LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Limits:
    """The words of a scope, at least one."""

    words: frozenset[str]

    def may_read(self, kind: str = "*") -> bool:
        """Whether records of a kind may be read; `*` for those of every kind."""
        if self.words & {READ, DO}:
            return True
        pairs = (one.partition(":") for one in self.words)
        return any(of == kind and word not in {CREATE, RUN} for word, _, of in pairs)

    def may_do(self, action: str, kind: str) -> bool:
        """Whether an action may be done to records of a kind; `create` opens one."""
        enough = {DO, f"{DO}:{kind}", f"{action}:{kind}"}
        return bool(self.words & (enough | {CREATE} if action == CREATE else enough))

    def may_run(self, procedure: str) -> bool:
        """Whether a procedure may be run."""
        return bool(self.words & {RUN, f"{RUN}:{procedure}"})

    def allow(self, *words: str) -> bool:
        """Whether one of these words is among them."""
        return not self.words.isdisjoint(words)

    @property
    def open_the_api(self) -> bool:
        """Whether they allow anything but calendar feeds."""
        return self.words != {FEED}

    def __str__(self) -> str:
        return " ".join(sorted(self.words))


@lru_cache(maxsize=1024)
def limits_of(scope: str) -> Limits | None:
    """The limits that a scope sets; None if it sets none."""
    return Limits(frozenset(scope.split())) if scope else None


def checked_scope(words: Iterable[str]) -> str:
    """A scope as it is kept, of words as people write them: kinds by any of their names, in any order. Raises Invalid
    with a sentence about the first word that is none."""
    found = " ".join(sorted({_checked(word) for word in words}))
    if len(found) > LONGEST:
        raise Invalid(fields={"scope": f"A scope holds at most {LONGEST} characters; name fewer types and actions."})
    return found


def _checked(written: str) -> str:
    from septet.kernel.readings import offers
    from septet.kernel.registry import registry

    word, colon, of = written.strip().lower().partition(":")
    if not colon:
        if word not in (*WIDE, *ALONE, RUN):
            raise _unknown(f"There is no scope {written[:60]!r}.{suggestion(word, (*WIDE, *ALONE, RUN))}")
        return word
    if word == RUN:
        if of not in offers.procedures:
            raise _unknown(f"There is no procedure {of[:60]!r}.{suggestion(of, offers.procedures)}")
        return f"{RUN}:{of}"
    it = next((one for one in registry.types.values() if of in (one.kind, one.path, one.prefix.lower())), None)
    if it is None:
        raise _unknown(f"There is no record type {of[:60]!r}.{suggestion(of, registry.types)}")
    if word not in WIDE and word not in it.actions:
        raise _unknown(f"{it.label_plural} have no action {word[:60]!r}.{suggestion(word, (*WIDE, *it.actions))}")
    return f"{word}:{it.kind}"


def _unknown(sentence: str) -> Invalid:
    return Invalid(fields={"scope": f"{sentence} Write words such as read, read:incident or resolve:incident."})
