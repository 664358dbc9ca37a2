"""Who should carry what: a small mixed-integer model, solved by HiGHS. Pure: everything it looks at is an argument.

Each post goes to exactly one candidate, or outside where it may. Of the ways in which that can be done without a
forbidden combination the cheapest is chosen, by the points below. Which role clusters a candidate holds is one choice
among all allowed sets of them: that keeps the model tight, so that it is solved at once where a model of pairs
is not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations, zip_longest
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np

# What each thing that is not as one would like costs.
CAUTION = 10.0  # two role clusters in one hand that need a compensating control
OUTSIDE = 14.0  # a post that no candidate carries: for three people better than a caution, for four worse than none
CHANGE = 4.0  # a post is taken from the candidate who has it
STRANGE = 2.0  # a post goes to somebody who does not work in its role cluster yet
MISSING_LEVEL = 3.0  # a level that the candidate lacks, on the average of the needed skills
UNKNOWN_LEVEL = 0.75  # the same where nobody has noted any skill of the candidate
HIGHEST_LOAD = 0.2  # each per cent of the time of whoever has most to do
LOWEST_LOAD = -0.1  # each per cent of the time of whoever has least: it is better to share
# Never reached by fifty people and the standard model; a safeguard, for the answer must not depend on the machine.
SECONDS = 30.0
# Up to so many candidates times posts a next best way is looked for: with names, and without, when many are alike.
MOST_PLACES, MOST_NAMELESS_PLACES = 1000, 150


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody has to carry. `effort`: per cent of working time. `needs`: skill -> level. `where`: whether one of
    the candidates has to carry it, somebody outside, or either."""

    key: str
    cluster: str
    effort: float
    needs: Mapping[int, int] = field(default_factory=dict)
    where: Literal["inside", "outside", "either"] = "inside"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who can carry posts. `busy`: per cent of their time that other work takes. `bound`: role clusters of
    assignments that stay. `works_in`: clusters in which they work already. `has`: posts that are theirs now. `skills`
    is None where nothing is known. Nameless candidates are alike."""

    key: int
    named: bool = True
    busy: float = 0.0
    bound: frozenset[str] = frozenset()
    works_in: frozenset[str] = frozenset()
    has: frozenset[str] = frozenset()
    skills: Mapping[int, int] | None = None
    waived: frozenset[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Pairs:
    """What the rules say of two role clusters in one hand."""

    forbidden: frozenset[frozenset[str]]
    cautioned: frozenset[frozenset[str]]


@dataclass(frozen=True, slots=True)
class Solution:
    """Who carries each post (None: somebody outside), and what that costs. `proven`: nothing is cheaper."""

    holders: Mapping[str, int | None]
    cost: float
    proven: bool = True


def fit(candidate: Candidate, post: Post, taken: frozenset[str]) -> float:
    """The points against a candidate on a post, apart from what else they carry. `taken`: posts that somebody of the
    candidates has now."""
    if post.key in candidate.has:
        points = 0.0
    else:
        points = CHANGE if post.key in taken else 0.0
        points += STRANGE if candidate.named and post.cluster not in candidate.works_in else 0.0
    return points + lacking(candidate, post)


def lacking(candidate: Candidate, post: Post) -> float:
    """The points for skills that the candidate lacks."""
    if not candidate.named or not post.needs:
        return 0.0
    known, each = candidate.skills or {}, UNKNOWN_LEVEL if candidate.skills is None else MISSING_LEVEL
    return each * sum(max(0, level - known.get(one, 0)) for one, level in post.needs.items()) / len(post.needs)


def allowed(candidate: Candidate, clusters: frozenset[str], pairs: Pairs) -> bool:
    """Whether a candidate may hold these role clusters beside those to which they are bound."""
    return not (_met(candidate, clusters, pairs.forbidden) - candidate.waived)


def cautions(candidate: Candidate, clusters: frozenset[str], pairs: Pairs) -> int:
    """How many pairs of what the candidate would hold need a control; a waived pair needs one too."""
    return len(_met(candidate, clusters, pairs.cautioned | pairs.forbidden))


def _met(candidate: Candidate, clusters: frozenset[str], some: Iterable[frozenset[str]]) -> set[frozenset[str]]:
    held = clusters | candidate.bound
    return {pair for pair in some if pair <= held and pair & clusters}


def load(candidate: Candidate, posts: Iterable[Post]) -> float:
    """Per cent of the candidate's time with these posts; those that are theirs now are in `busy` already."""
    return candidate.busy + sum(one.effort for one in posts if one.key not in candidate.has)


def cost(
    holders: Mapping[str, int | None], candidates: Sequence[Candidate], posts: Sequence[Post], pairs: Pairs
) -> float | None:
    """What a way to carry all posts costs; None if it is not allowed. The model below finds the cheapest."""
    taken = frozenset().union(*(one.has for one in candidates))
    points, loads = 0.0, []
    for one in candidates:
        mine = [post for post in posts if holders[post.key] == one.key]
        clusters = frozenset(post.cluster for post in mine)
        if not allowed(one, clusters, pairs):
            return None
        points += CAUTION * cautions(one, clusters, pairs) + sum(fit(one, post, taken) for post in mine)
        loads.append(load(one, mine))
    for post in posts:
        outside = holders[post.key] is None
        if post.where == ("inside" if outside else "outside"):
            return None
        points += OUTSIDE if outside else 0.0
    return points + HIGHEST_LOAD * max(loads) + LOWEST_LOAD * min(loads)


def is_small(candidates: Sequence[Candidate], posts: Sequence[Post]) -> bool:
    """Whether a second way is found as fast as one can wait for it."""
    most = MOST_PLACES if any(one.named for one in candidates) else MOST_NAMELESS_PLACES
    return len(candidates) * len(posts) <= most


def solve(
    candidates: Sequence[Candidate], posts: Sequence[Post], pairs: Pairs, *, other_than: Iterable[Solution] = ()
) -> Solution | None:
    """The cheapest way to carry all posts, other than some that are known; None if there is none."""
    known = list(other_than)
    if not candidates:
        return None
    inside = [post for post in posts if post.where != "outside"]
    if len(candidates) >= len(inside) and not any(one.named for one in candidates):
        # There is nothing to weigh: one post each.
        holders: dict[str, int | None] = {post.key: one.key for one, post in zip(candidates, inside, strict=False)}
        holders |= {post.key: None for post in posts if post.where == "outside"}
        points = cost(holders, candidates, posts, pairs)
        return Solution(holders, points) if points is not None and not known else None
    model = _Model(candidates, posts, pairs)
    for one in known:
        model.exclude(one)
    return model.solve()


class _Model:
    """The variables, in this order: for each candidate one for each allowed set of clusters; for each candidate and
    lot of posts that are alike how many they carry; for each lot how many are outside; the highest load; the lowest."""

    def __init__(self, candidates: Sequence[Candidate], posts: Sequence[Post], pairs: Pairs) -> None:
        self.candidates = candidates
        # To nameless candidates posts of one cluster are alike: how many of them one carries is all that counts.
        alike: dict[Any, list[Post]] = {}
        for post in posts:
            key = post.key if any(one.named for one in candidates) else (post.cluster, post.effort, post.where)
            alike.setdefault(key, []).append(post)
        self.lots = list(alike.values())
        taken = frozenset().union(*(one.has for one in candidates))
        clusters = list(dict.fromkeys(post.cluster for post in posts))
        every = [frozenset(some) for size in range(len(clusters) + 1) for some in combinations(clusters, size)]
        self.costs: list[float] = []
        self.sets = [self._add(one, every, pairs) for one in candidates]
        self.carries = [[self._variable(fit(one, lot[0], taken)) for lot in self.lots] for one in candidates]
        self.outside = [self._variable(OUTSIDE) for _ in self.lots]
        # Where all posts weigh the same and nobody is busy, loads are counted in posts: whole numbers are found sooner.
        efforts = {post.effort for post in posts}
        self.counts = len(efforts) == 1 and not any(one.named or one.busy for one in candidates)
        self.unit = efforts.pop() if self.counts else 1.0
        self.highest = self._variable(HIGHEST_LOAD * self.unit)
        self.lowest = self._variable(LOWEST_LOAD * self.unit)
        self.rows: list[tuple[dict[int, float], float, float]] = []
        self._constrain()
        if self.counts:
            self._bound_loads()

    def _variable(self, points: float) -> int:
        self.costs.append(points)
        return len(self.costs) - 1

    def _add(self, one: Candidate, every: list[frozenset[str]], pairs: Pairs) -> dict[frozenset[str], int]:
        return {
            some: self._variable(CAUTION * cautions(one, some, pairs)) for some in every if allowed(one, some, pairs)
        }

    def _constrain(self) -> None:
        infinite = float("inf")
        for n, lot in enumerate(self.lots):
            many = float(len(lot))
            self.rows.append(({**{mine[n]: 1.0 for mine in self.carries}, self.outside[n]: 1.0}, many, many))
            for sets, mine in zip(self.sets, self.carries, strict=True):
                holding = {at: -many for some, at in sets.items() if lot[0].cluster in some}
                self.rows.append(({mine[n]: 1.0, **holding}, -infinite, 0.0))
        for one, sets, mine in zip(self.candidates, self.sets, self.carries, strict=True):
            self.rows.append((dict.fromkeys(sets.values(), 1.0), 1.0, 1.0))
            effort = {mine[n]: load(one, [lot[0]]) - one.busy for n, lot in enumerate(self.lots)}
            self.rows.append(({**effort, self.highest: -self.unit}, -infinite, -one.busy))
            self.rows.append(({**effort, self.lowest: -self.unit}, -one.busy, infinite))

    def _bound_loads(self) -> None:
        """Whoever has most has no less than the average, whoever has least no more: said, it need not be found out."""
        inside = sum(len(lot) for lot in self.lots if lot[0].where == "inside")
        possible = sum(len(lot) for lot in self.lots if lot[0].where != "outside")
        self.rows.append(({self.highest: 1.0}, float(-(-inside // len(self.candidates))), float("inf")))
        self.rows.append(({self.lowest: 1.0}, 0.0, float(possible // len(self.candidates))))

    def exclude(self, known: Solution) -> None:
        """Not this one again: at least one post goes to somebody else. Nameless candidates could change places for
        that; of them at least one must hold a set of clusters that nobody held."""
        if any(one.named for one in self.candidates):
            keys = {one.key: mine for one, mine in zip(self.candidates, self.carries, strict=True)}
            held = [known.holders[lot[0].key] for lot in self.lots]
            chosen = [self.outside[n] if who is None else keys[who][n] for n, who in enumerate(held)]
            self.rows.append((dict.fromkeys(chosen, 1.0), 0.0, len(self.lots) - 1.0))
            return
        held_sets = {one.key: frozenset[str]() for one in self.candidates}
        for post in chain.from_iterable(self.lots):
            if (who := known.holders[post.key]) is not None:
                held_sets[who] |= {post.cluster}
        used = {some for some in held_sets.values() if some}
        chosen = [sets[some] for sets in self.sets for some in used if some in sets]
        self.rows.append((dict.fromkeys(chosen, 1.0), 0.0, sum(map(bool, held_sets.values())) - 1.0))
        self._hold_only_what_is_carried()

    def _hold_only_what_is_carried(self) -> None:
        """A set of clusters that is larger than what its holder carries would pass for another way."""
        for cluster in {lot[0].cluster for lot in self.lots}:
            for sets, mine in zip(self.sets, self.carries, strict=True):
                carried = {mine[n]: 1.0 for n, lot in enumerate(self.lots) if lot[0].cluster == cluster}
                holding = {at: -1.0 for some, at in sets.items() if cluster in some}
                self.rows.append(({**carried, **holding}, 0.0, float("inf")))

    def solve(self) -> Solution | None:
        """The cheapest solution of the model."""
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        size = len(self.costs)
        upper = np.ones(size)
        for n, lot in enumerate(self.lots):
            upper[self.outside[n]] = len(lot) * (lot[0].where != "inside")
            upper[[mine[n] for mine in self.carries]] = len(lot) * (lot[0].where != "outside")
        upper[[self.highest, self.lowest]] = np.inf
        integral = np.ones(size, dtype=np.int8)
        integral[[self.highest, self.lowest]] = self.counts
        places = [(row, at) for row, (terms, _, _) in enumerate(self.rows) for at in terms]
        values = [value for terms, _, _ in self.rows for value in terms.values()]
        matrix = csr_array((values, ([r for r, _ in places], [c for _, c in places])), shape=(len(self.rows), size))
        found = milp(
            np.array(self.costs),
            integrality=integral,
            bounds=Bounds(np.zeros(size), upper),
            constraints=LinearConstraint(matrix, [low for _, low, _ in self.rows], [high for *_, high in self.rows]),
            options={"time_limit": SECONDS, "mip_rel_gap": 1e-6},
        )
        return None if found.x is None else self._read(found.x, float(found.fun), proven=found.status == 0)

    def _read(self, x: "np.ndarray[Any, Any]", points: float, *, proven: bool) -> Solution:
        holders: dict[str, int | None] = {}
        for n, lot in enumerate(self.lots):
            shares = [(one.key, round(x[mine[n]])) for one, mine in zip(self.candidates, self.carries, strict=True)]
            carriers = [key for key, count in shares for _ in range(count)]
            holders |= dict(zip_longest((post.key for post in lot), carriers))
        return Solution(holders, points, proven)
