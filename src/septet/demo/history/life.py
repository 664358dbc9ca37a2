"""The life of a record as somebody tells it: move by move, each what an action of that name does.

What is over is written in bulk, as drafts; what began of late and goes on is done by the actions themselves, so that
everything that hangs on them happens as well.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from septet.demo.stage import Stage
from septet.lib.drafts import Draft, Link, Step

# What began since so many days, and is not over yet, is done by actions.
LATELY = timedelta(days=2.5)
Params = dict[str, Any]


@dataclass(slots=True)
class Move:
    """An action: when, which, by whom (the system, if nobody), and with what."""

    at: datetime
    action: str
    by: str
    params: Params = field(default_factory=dict)
    note: str = ""


@dataclass(slots=True)
class Life:
    """A record from its opening on. Values that begin with `@` mean the record with that key."""

    kind: str
    key: str
    opened: datetime
    by: str
    fields: Params
    moves: list[Move] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)


def _owned(move: Move, held: Params) -> Params:
    """Who does something with what belongs to nobody takes it."""
    return {} if held.get("owner") or not move.by else {"owner": f"@{move.by}"}


def _resolve(move: Move, held: Params) -> Params:
    done = {name: value for name, value in move.params.items() if name != "article"}
    return {**done, "state": "resolved", "resolved_at": move.at.isoformat(), "waiting_for": ""}


def _answer(move: Move, held: Params) -> Params:
    named = {"answer", "closure_code", "handle_seconds"}
    done = {name: value for name, value in move.params.items() if name in named}
    first = move.params.get("first_contact", True) and held.get("state", "open") == "open"
    return {**done, **_owned(move, held), "state": "closed", "first_contact_resolution": first}


def _made(state: str) -> Callable[[Move, Params], Params]:
    """The effect of an action whose parameters are fields."""
    return lambda move, _: {"state": state, **{name: one for name, one in move.params.items() if name not in TIED}}


# Parameters that name a record to which the record is tied, and how.
TIED = {"article": "answered-by", "lesson": "lesson"}
# What those decide who were asked to approve.
DECISIONS = {"approve": "approved", "reject": "rejected"}
# What an action makes of its record, by kind and name; those that only say something are left out.
EFFECTS: dict[tuple[str, str], Callable[[Move, Params], Params]] = {
    ("incident", "classify"): lambda move, _: {"state": "classified", "category": move.params["category"]},
    ("incident", "assign"): lambda move, held: (
        move.params | ({"state": "assigned"} if held.get("state", "new") in {"new", "classified"} else {})
    ),
    ("incident", "escalate"): lambda move, _: {"state": "assigned", "team": move.params["team"], "owner": None},
    ("incident", "start"): lambda move, held: {"state": "in-progress", **_owned(move, held)},
    ("incident", "wait"): lambda move, _: {"state": "waiting", "waiting_for": move.params["waiting_for"]},
    ("incident", "resume"): lambda *_: {"state": "in-progress", "waiting_for": ""},
    ("incident", "resolve"): _resolve,
    ("incident", "reopen"): lambda *_: {"state": "in-progress", "resolved_at": None},
    ("incident", "cancel"): lambda *_: {"state": "cancelled"},
    ("incident", "close"): lambda *_: {"state": "closed"},
    ("interaction", "answer"): _answer,
    ("interaction", "link-to"): lambda *_: {"state": "linked"},
    ("interaction", "close"): _answer,
    **{
        ("change", action): _made(state)
        for action, state in {
            "submit": "logged",
            "screen": "screened",
            "classify": "classified",
            "assess": "assessed",
            "turn-down": "rejected",
            "authorise": "authorised",
            "use-pre-approval": "authorised",
            "schedule": "scheduled",
            "build": "built",
            "test": "tested",
            "ready": "ready",
            "start": "implementing",
            "start-at-once": "implementing",
            "complete": "implemented",
            "back-out": "backed-out",
            "review": "review",
            "close": "closed",
        }.items()
    },
    ("task", "start"): lambda move, held: {"state": "in-progress", **_owned(move, held)},
    ("task", "complete"): lambda move, held: {
        "state": "done",
        "done_by": f"@{move.by}",
        **move.params,
        **_owned(move, held),
    },
}


def write(stage: Stage, lives: Iterable[Life]) -> None:
    """Write lives: those that are over or began long ago in bulk, the others by their actions."""
    over: list[Life] = []
    going_on: list[Life] = []
    for life in lives:
        ends = life.moves[-1].at if life.moves else stage.now
        (going_on if life.opened > stage.now - LATELY and ends > stage.now else over).append(life)
    write_in_bulk(stage, over)
    for life in going_on:
        play(stage, life)


def write_in_bulk(stage: Stage, lives: Iterable[Life]) -> None:
    """Write lives as drafts, however late they began: nothing hangs on their last moves."""
    stage.write(_draft(stage, life) for life in lives)


def _draft(stage: Stage, life: Life) -> Draft:
    """A life as the bulk door takes it."""
    draft = stage.draft(life.kind, life.key, life.opened, **life.fields)
    held = dict(life.fields)
    for move in life.moves:
        if move.at > stage.now:
            break
        effect = EFFECTS.get((life.kind, move.action))
        done = effect(move, held) if effect else {}
        held |= done
        said = move.note or str(move.params.get("text", "") or move.params.get("reason", ""))
        by = stage.id(move.by) if move.by else None
        asks = tuple(stage.resolved(move.params)["approvers"]) if move.action == "ask-approval" else ()
        decision = DECISIONS.get(move.action, "")
        draft.steps.append(Step(move.at, move.action, stage.resolved(done), said, by, asks, decision))
        for name, relation in TIED.items():
            if target := move.params.get(name):
                draft.links.append(Link(relation, stage.id(target[1:]), move.at))
    draft.links += [Link(relation, stage.id(target), life.opened) for relation, target in life.links]
    return draft


def play(stage: Stage, life: Life) -> None:
    """A life as people lead it."""
    asks = life.fields.get("requester") == f"@{life.by}"
    # Who asks for help does not say for whom it is paid; that is known.
    fields = {name: value for name, value in life.fields.items() if not (asks and name == "customer")}
    record = stage.open(life.kind, life.key, life.opened, life.by, **fields)
    for relation, target in life.links:
        tells = "" if asks else life.by
        stage.act(record, "relate", life.opened + timedelta(seconds=20), tells, type=relation, target=f"@{target}")
    for move in life.moves:
        stage.act(record, move.action, move.at, move.by, note=move.note, **move.params)
