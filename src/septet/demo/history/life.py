"""The life of a record as somebody tells it: move by move, each what an action of that name does.

What is long past is written in bulk, as drafts; what is recent is done by the actions themselves, so that everything
that hangs on them happens as well.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from septet.demo.stage import Stage
from septet.lib.drafts import Draft, Link, Step

# What happened since so many days is done by actions.
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


def _start(move: Move, held: Params) -> Params:
    return {"state": "in-progress"} | ({} if held.get("owner") else {"owner": f"@{move.by}"} if move.by else {})


def _resolve(move: Move, held: Params) -> Params:
    done = {name: value for name, value in move.params.items() if name != "article"}
    return {**done, "state": "resolved", "resolved_at": move.at.isoformat(), "waiting_for": ""}


def _answer(move: Move, held: Params) -> Params:
    named = {"answer", "closure_code", "handle_seconds"}
    done = {name: value for name, value in move.params.items() if name in named}
    first = move.params.get("first_contact", True) and held.get("state", "open") == "open"
    owner = {} if held.get("owner") or not move.by else {"owner": f"@{move.by}"}
    return {**done, **owner, "state": "closed", "first_contact_resolution": first}


# What an action makes of its record, by kind and name; those that only say something are left out.
EFFECTS: dict[tuple[str, str], Callable[[Move, Params], Params]] = {
    ("incident", "classify"): lambda move, _: {"state": "classified", "category": move.params["category"]},
    ("incident", "assign"): lambda move, held: (
        move.params | ({"state": "assigned"} if held.get("state", "new") in {"new", "classified"} else {})
    ),
    ("incident", "escalate"): lambda move, _: {"state": "assigned", "team": move.params["team"], "owner": None},
    ("incident", "start"): _start,
    ("incident", "wait"): lambda move, _: {"state": "waiting", "waiting_for": move.params["waiting_for"]},
    ("incident", "resume"): lambda *_: {"state": "in-progress", "waiting_for": ""},
    ("incident", "resolve"): _resolve,
    ("incident", "reopen"): lambda *_: {"state": "in-progress", "resolved_at": None},
    ("incident", "cancel"): lambda *_: {"state": "cancelled"},
    ("incident", "close"): lambda *_: {"state": "closed"},
    ("interaction", "answer"): _answer,
    ("interaction", "link-to"): lambda *_: {"state": "linked"},
    ("interaction", "close"): _answer,
}


def write(stage: Stage, lives: Iterable[Life]) -> None:
    """Write lives: those of long ago in bulk, those of late by their actions, in the order of their times."""
    old: list[Life] = []
    late: list[Life] = []
    for life in lives:
        (late if life.opened > stage.now - LATELY else old).append(life)
    stage.write(_draft(stage, life) for life in old)
    for life in late:
        play(stage, life)


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
        draft.steps.append(Step(move.at, move.action, stage.resolved(done), said, by))
        if article := move.params.get("article"):
            draft.links.append(Link("answered-by", stage.id(article[1:]), move.at))
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
