"""A proposal in plain words: who carries what and why, what needs a control, what was impossible, what is missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from django.utils.translation import gettext as _

from septet.kernel.registry import number_of
from septet.team.proposal.facts import Facts
from septet.team.proposal.solving import (
    Candidate,
    Post,
    Solution,
    allowed,
    cautions,
    fit,
    is_small,
    load,
    solve,
)
from septet.team.rules.rules import Rule


@dataclass(frozen=True, slots=True)
class Carried:
    """A post and who carries it; `holder` is empty for somebody without a name or outside. `now`: who has it today."""

    post: str
    label: str
    cluster: str
    holder: str
    name: str
    now: str
    why: list[str]
    missing: list[str]
    deputy: str
    deputy_name: str


@dataclass(frozen=True, slots=True)
class Carrier:
    """Somebody and all that they would carry; `load` is per cent of their time, `before` what it is now."""

    person: str
    name: str
    posts: list[str]
    load: float
    before: float


@dataclass(frozen=True, slots=True)
class Caution:
    """Two role clusters in one hand, and the control that makes up for it. `waived`: it is allowed only by a waiver."""

    name: str
    pair: str
    rule: str
    reason: str
    control: str
    waived: bool


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal. `found` is false where nothing is allowed; `impossible` then says why, else what was ruled out.
    `points` are what is not as one would like; `fingerprint` names these very facts and this answer."""

    found: bool
    scope: str
    posts: list[Carried]
    people: list[Carrier]
    cautions: list[Caution]
    impossible: list[str]
    next_best: list[str]
    points: float
    proven: bool
    fingerprint: str


def propose(facts: Facts, scope: str) -> Proposed:
    """The best way for the facts, explained."""
    best = solve(facts.candidates, facts.posts, facts.pairs)
    if best is None:
        return Proposed(False, scope, [], [], [], _why_none(facts), [], 0.0, True, "")
    small = is_small(facts.candidates, facts.posts)
    second = solve(facts.candidates, facts.posts, facts.pairs, other_than=[best]) if small else None
    carried = [_carried(facts, best, post) for post in facts.posts]
    told = ";".join(f"{one.post}={one.holder or one.name}/{one.deputy}" for one in carried)
    return Proposed(
        found=True,
        scope=scope,
        posts=carried,
        people=[_carrier(facts, best, one) for one in facts.candidates],
        cautions=[one for candidate in facts.candidates for one in _cautions(facts, best, candidate)],
        impossible=_ruled_out(facts),
        next_best=_difference(facts, best, second) if second else _no_other(facts, best, looked=small),
        points=round(best.cost, 2),
        proven=best.proven,
        fingerprint=sha256(f"{scope};{told}".encode()).hexdigest()[:16],
    )


def _number(candidate: int | None) -> str:
    return number_of("person", candidate) if candidate is not None and candidate > 0 else ""


def _name(facts: Facts, candidate: int | None) -> str:
    return _("Outside the team") if candidate is None else facts.names[candidate]


def _carried(facts: Facts, best: Solution, post: Post) -> Carried:
    holder = best.holders[post.key]
    candidate = next((one for one in facts.candidates if one.key == holder), None)
    deputy = _deputy(facts, best, post, candidate) if candidate else None
    now = facts.present.get(post.key)
    return Carried(
        post=post.key,
        label=facts.labels[post.key],
        cluster=post.cluster,
        holder=_number(holder),
        name=_name(facts, holder),
        now=facts.names[now] if now is not None else "",
        why=_why(facts, best, post, candidate),
        missing=_missing(facts, post, candidate),
        deputy=_number(deputy.key) if deputy else "",
        deputy_name=facts.names[deputy.key] if deputy else "",
    )


def _why(facts: Facts, best: Solution, post: Post, candidate: Candidate | None) -> list[str]:
    if candidate is None:
        return [
            _("The team is too small to hold it without controlling itself: a manager, an auditor or a partner should.")
        ]
    why = []
    if post.key in candidate.has:
        why.append(_("Has it already."))
    elif post.cluster in candidate.works_in:
        why.append(_("Works in this role cluster already."))
    if post.needs and candidate.skills is not None:
        known = sum(candidate.skills.get(skill, 0) >= level for skill, level in post.needs.items())
        why.append(_("Knows %(known)s of %(all)s needed skills.") % {"known": known, "all": len(post.needs)})
    others = {
        facts.labels[one.key] for one in facts.posts if best.holders[one.key] == candidate.key and one.key != post.key
    }
    if others and not cautions(candidate, _clusters(facts, best, candidate), facts.pairs):
        why.append(_("Goes well with %(others)s.") % {"others": _listed(others)})
    if candidate.named and not why:
        why.append(_("Has time: %(load)s %% of it is taken.") % {"load": round(candidate.busy)})
    if not others and not candidate.named:
        why.append(_("Carries nothing else."))
    return why


def _missing(facts: Facts, post: Post, candidate: Candidate | None) -> list[str]:
    if candidate is None or not candidate.named or not post.needs:
        return []
    if candidate.skills is None:
        return [_("No skills are noted.")]
    return [
        _("%(skill)s: %(has)s of %(needed)s") % {"skill": facts.skills[skill], "has": has, "needed": level}
        for skill, level in post.needs.items()
        if (has := candidate.skills.get(skill, 0)) < level
    ]


def _clusters(facts: Facts, best: Solution, candidate: Candidate) -> frozenset[str]:
    return frozenset(post.cluster for post in facts.posts if best.holders[post.key] == candidate.key)


def _deputy(facts: Facts, best: Solution, post: Post, holder: Candidate) -> Candidate | None:
    """Who could stand in: somebody else who may hold it beside what they carry, and fits best."""
    taken = frozenset(facts.present)

    def against(one: Candidate) -> float:
        together = _clusters(facts, best, one) | {post.cluster}
        return 10 * cautions(one, together, facts.pairs) + fit(one, post, taken) + load(one, ()) / 10

    fitting = [
        one
        for one in facts.candidates
        if one.key != holder.key and allowed(one, _clusters(facts, best, one) | {post.cluster}, facts.pairs)
    ]
    return min(fitting, key=lambda one: (against(one), abs(one.key)), default=None)


def _carrier(facts: Facts, best: Solution, candidate: Candidate) -> Carrier:
    mine = [post for post in facts.posts if best.holders[post.key] == candidate.key]
    return Carrier(
        person=_number(candidate.key),
        name=facts.names[candidate.key],
        posts=[facts.labels[post.key] for post in mine],
        load=load(candidate, mine),
        before=candidate.busy,
    )


def _cautions(facts: Facts, best: Solution, candidate: Candidate) -> Iterable[Caution]:
    clusters = _clusters(facts, best, candidate)
    for pair in sorted(facts.pairs.cautioned | facts.pairs.forbidden, key=sorted):
        if pair <= clusters | candidate.bound and pair & clusters:
            rule = facts.rules[pair]
            yield Caution(
                name=facts.names[candidate.key],
                pair=_pair(pair),
                rule=number_of("combination-rule", rule.id),
                reason=rule.reason,
                control=rule.control,
                waived=pair in facts.pairs.forbidden,
            )


def _pair(pair: Iterable[str]) -> str:
    return _listed({one.capitalize() for one in pair})


def _listed(words: Iterable[str]) -> str:
    some = sorted(words)
    return (
        some[0] if len(some) == 1 else _("%(first)s and %(last)s") % {"first": ", ".join(some[:-1]), "last": some[-1]}
    )


def _ruled_out(facts: Facts) -> list[str]:
    """The pairs that nobody may hold, and of whom something is ruled out by what they hold anyway."""
    said = [_told(pair, facts.rules[pair]) for pair in sorted(facts.pairs.forbidden, key=sorted)]
    for one in facts.candidates:
        for post in facts.posts:
            if not allowed(one, frozenset({post.cluster}), facts.pairs):
                said.append(
                    _("%(name)s cannot carry %(post)s beside what they hold in %(clusters)s.")
                    % {
                        "name": facts.names[one.key],
                        "post": facts.labels[post.key],
                        "clusters": _listed(cluster.capitalize() for cluster in one.bound),
                    }
                )
    return said


def _told(pair: frozenset[str], rule: Rule) -> str:
    number = number_of("combination-rule", rule.id)
    return _("Nobody holds %(pair)s together (%(rule)s): %(reason)s") % {
        "pair": _pair(pair),
        "rule": number,
        "reason": rule.reason,
    }


def _why_none(facts: Facts) -> list[str]:
    if not facts.posts:
        return [_("There is no function team that somebody could carry; load the standard model or open some.")]
    return [_("There are too few people: every way to carry it all breaks one of these rules."), *_ruled_out(facts)]


def _no_other(facts: Facts, best: Solution, *, looked: bool) -> list[str]:
    """What to say where no second way was found; without names none is looked for if each carries one thing."""
    carrying = [holder for holder in best.holders.values() if holder is not None]
    if len(carrying) == len(set(carrying)) and not any(one.named for one in facts.candidates):
        return [_("Each carries one thing; every other way gives somebody more to do.")]
    return [] if looked else [_("None was looked for: there are too many ways. Ask for fewer people or for clusters.")]


def _difference(facts: Facts, best: Solution, second: Solution) -> list[str]:
    """How the next best way differs."""
    more = second.cost - best.cost
    said = [
        _("It has %(more)s points more against it.") % {"more": round(more, 1)} if more > 0.05 else _("It is as good.")
    ]
    if all(one.named for one in facts.candidates):
        return said + [
            _("%(post)s: %(other)s instead of %(first)s.")
            % {
                "post": facts.labels[post.key],
                "other": _name(facts, second.holders[post.key]),
                "first": _name(facts, best.holders[post.key]),
            }
            for post in facts.posts
            if best.holders[post.key] != second.holders[post.key]
        ]
    groups: dict[int | None, list[str]] = {}
    for post in facts.posts:
        groups.setdefault(second.holders[post.key], []).append(facts.labels[post.key])
    return said + [f"{_name(facts, who)}: {_listed(labels)}." for who, labels in groups.items()]
