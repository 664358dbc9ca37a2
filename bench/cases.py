"""What is asked of the server, and the most that each may cost."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Literal

from bench.client import Ask
from bench.dataset.incidents import CATEGORIES
from bench.dataset.words import STOPWORDS, Words

API = "/api/v1"
LIST = f"{API}/incidents"
PAGE = "/support/incidents/"
STATES = ("in-progress", "resolved", "closed", "closed")
OPEN_STATES = "new,classified,assigned,in-progress,waiting"


class Ground:
    """What the data set holds that can be asked for. Numbers are drawn by a seeded generator."""

    def __init__(self, described: dict[str, Any]) -> None:
        from septet.kernel.models import Record

        self.described = described
        self.chance = Random(1)
        self.now = datetime.fromisoformat(described["now"])
        self.words = Words(seed=4).all
        self.teams = _ids("function-team")
        self.services = _ids("service")
        incidents = (
            Record.objects.filter(kind="incident", confidentiality="normal").order_by("pk").values_list("pk", flat=True)
        )
        self.incidents: list[int] = list(incidents[:: max(described["size"] // 5000, 1)])

    def one(self, numbers: list[int], prefix: str) -> str:
        """Any of these records."""
        return f"{prefix}-{self.chance.choice(numbers)}"

    def team(self) -> str:
        """Any team."""
        return self.one(self.teams, "TEAM")

    def word(self, first: int, last: int) -> str:
        """A word of those places in the order of how common they are."""
        return self.words[self.chance.randrange(first, last)]

    def moment(self, days: int) -> str:
        """So many days before the data set ends."""
        return (self.now - timedelta(days=days)).isoformat().replace("+00:00", "Z")


def _ids(kind: str) -> list[int]:
    from septet.kernel.models import Record

    return list(Record.objects.filter(kind=kind).order_by("pk").values_list("pk", flat=True))


@dataclass(frozen=True)
class Case:
    """Something that is asked again and again with other values.

    `bar` is in milliseconds: of CPU time of the server a request, or of the time a request takes at the 95th
    percentile; `most_bytes` bounds the answer as it comes over the line.
    """

    name: str
    says: str
    ask: Callable[[Ground], Ask]
    bar: float | None = None
    of: Literal["cpu", "p95"] = "cpu"
    most_bytes: int | None = None
    writes: bool = False


def creation(g: Ground) -> Ask:
    body = {
        "title": f"{g.word(STOPWORDS, 400)} {g.word(STOPWORDS, 400)} {g.word(STOPWORDS, 4000)}".capitalize(),
        "description": " ".join(g.word(0, 2000) for _ in range(30)),
        "team": g.team(),
        "service": g.one(g.services, "SVC"),
        "impact": g.chance.randint(2, 5),
        "urgency": g.chance.randint(2, 5),
        "channel": "phone",
    }
    return Ask("agent", LIST, "POST", body)


CASES = (
    Case(
        "api-list",
        "API: 50 of a state and a team, newest first",
        lambda g: Ask("agent", f"{LIST}?state={g.chance.choice(STATES)}&team={g.team()}&limit=50"),
        bar=4,
    ),
    Case(
        "page-list",
        "The same as a page",
        lambda g: Ask("agent", f"{PAGE}?state={g.chance.choice(STATES)}&team={g.team()}", page=True),
        bar=12,
        most_bytes=40_000,
    ),
    Case("api-record", "API: one record", lambda g: Ask("agent", f"{LIST}/{g.one(g.incidents, 'INC')}"), bar=3),
    Case("page-record", "Its page", lambda g: Ask("agent", f"/r/{g.one(g.incidents, 'INC')}/", page=True), bar=12),
    Case("api-create", "API: a new record, with its history", creation, bar=8, writes=True),
    Case(
        "search-two",
        "Search of two words",
        lambda g: Ask("agent", f"{API}/search?q={g.word(STOPWORDS, 400)}+{g.word(STOPWORDS, 400)}"),
        bar=30,
        of="p95",
    ),
    Case(
        "search-common",
        "Search of one very common word",
        lambda g: Ask("agent", f"{API}/search?q={g.word(0, 8)}"),
        bar=60,
        of="p95",
    ),
    Case("page-board", "The board", lambda g: Ask("agent", "/", page=True), bar=30),
    Case("page-my-work", "My work", lambda g: Ask("agent", "/my-work/", page=True), bar=15),
    Case(
        "api-yesterday",
        "API: 50 of a state as of yesterday",
        lambda g: Ask("agent", f"{LIST}?as_of={g.moment(1)}&state={g.chance.choice(STATES)}"),
        bar=60,
    ),
    Case(
        "api-a-year-ago",
        "API: 50 of a state as of a year ago",
        lambda g: Ask("agent", f"{LIST}?as_of={g.moment(365)}&state={g.chance.choice(STATES)}"),
        bar=60,
    ),
    Case("scoped-list", "API list, an agent of one service", lambda g: Ask("scoped", f"{LIST}?limit=50"), bar=4),
    Case(
        "scoped-state",
        "The same, of a state",
        lambda g: Ask("scoped", f"{LIST}?limit=50&state={g.chance.choice(STATES)}"),
        bar=4,
    ),
    Case("requester-list", "API list, a requester", lambda g: Ask("requester", f"{LIST}?limit=50"), bar=4),
    Case("partner-list", "API list, a partner", lambda g: Ask("partner", f"{LIST}?limit=50"), bar=4),
    Case("requester-home", "First page of a requester", lambda g: Ask("requester", "/portal/", page=True)),
    Case("requester-search", "Search by a requester", lambda g: Ask("requester", f"{API}/search?q={g.word(0, 400)}")),
    Case("requester-my-work", "My requests", lambda g: Ask("requester", "/my-work/", page=True)),
    Case(
        "several-states",
        "API list of all open states of a team, by due time",
        lambda g: Ask("agent", f"{LIST}?state={OPEN_STATES}&team={g.team()}&order=due_at"),
    ),
    Case("open-list", "API list of what is open, newest first", lambda g: Ask("agent", f"{LIST}?open=true")),
    Case(
        "child-column",
        "API list by a column of incidents alone",
        lambda g: Ask("agent", f"{LIST}?category={g.chance.choice(CATEGORIES)}"),
    ),
    Case(
        "child-column-rare",
        "The same, a value that nothing has",
        lambda g: Ask("agent", f"{LIST}?category=none-such"),
    ),
    Case(
        "custom-field",
        "API list by a custom field",
        lambda g: Ask("agent", f"{LIST}?extra.cost_centre=CC{g.chance.randrange(400):03d}"),
    ),
    Case("search-list", "API list with a search", lambda g: Ask("agent", f"{LIST}?q={g.word(STOPWORDS, 400)}")),
    Case("search-list-common", "The same, a very common word", lambda g: Ask("agent", f"{LIST}?q={g.word(0, 8)}")),
    Case(
        "count",
        "API list with its count, of a state and a team",
        lambda g: Ask("agent", f"{LIST}?state={g.chance.choice(STATES)}&team={g.team()}&limit=1&count=true"),
    ),
    Case("count-all", "API list with its count, of all", lambda g: Ask("agent", f"{LIST}?limit=1&count=true")),
    Case("by-priority", "API list by priority", lambda g: Ask("agent", f"{LIST}?order=priority")),
    Case("by-title", "API list by title", lambda g: Ask("agent", f"{LIST}?order=title")),
    Case(
        "history", "API: the history of a record", lambda g: Ask("agent", f"{LIST}/{g.one(g.incidents, 'INC')}/history")
    ),
    Case(
        "impact",
        "API: impact of the item with 10,000 dependants",
        lambda g: Ask("agent", f"{API}/configuration-items/CI-{g.described['narrow']}/impact?limit=50"),
    ),
    Case(
        "page-map", "Its impact map", lambda g: Ask("agent", f"/map/CI-{g.described['narrow']}/?show=fails", page=True)
    ),
)
