"""What a scene is."""

from dataclasses import dataclass

Pieces = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """A kind of incident. Titles and texts are alternatives; `ends` are pairs of a cause and what helped.

    In texts stand `{printer}`, `{device}`, `{point}`, `{switch}` for the item at the user's site that it is about, and
    the words of `words.py`. `weight` is how often it happens beside the others, and `trend` how much more often now
    than fourteen months ago (1 is as often). `item` is a sort of item, or the key of one. `impact` and `urgency` are
    the most usual values; `desk` is the share that the desk settles itself.
    """

    key: str
    weight: float
    category: str
    service: str
    team: str
    item: str
    impact: int
    urgency: int
    code: str
    titles: Pieces
    told: Pieces
    ends: tuple[tuple[str, str], ...]
    said: Pieces = ()
    article: str = ""
    desk: float = 0.0
    trend: float = 1.0
    monitored: bool = False
    supplier: bool = False
    sites: tuple[str, ...] = ()
