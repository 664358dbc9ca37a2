"""Changes of fourteen months: what was asked for, judged, planned, made and looked back on, in the rhythm of a house
that keeps its evenings and Sundays free for them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from septet.demo.chance import seeded
from septet.demo.history.cast import Cast
from septet.demo.history.life import Life, Move
from septet.demo.people.names import DEPARTMENTS
from septet.demo.rhythm import (
    AT_THE_TURN_OF_MONTHS,
    BY_MONTH,
    DAYS,
    FIRST_DAYS,
    LAST_DAYS,
    Decks,
    after,
    free_days,
    is_frozen,
)
from septet.demo.scenes import words
from septet.demo.scenes.changes import (
    CAREFUL,
    EMERGENCIES,
    NO_LESSON,
    REFUSED,
    REMARKS,
    ROUTINE,
    TROUBLES,
    ChangeScene,
)  # fmt: skip
from septet.demo.stage import Stage

CHANGES = 560
# How far ahead is planned, in days, and how long before a change is asked for.
AHEAD = 26
LEAD = {"standard": (1, 6), "minor": (4, 14), "significant": (12, 30), "major": (25, 55), "emergency": (0, 0)}
ZONE = ZoneInfo("Europe/Berlin")
SHARES = (0.8, 0.155, 0.045)
# What did not work, before and since the change managers look at every plan together.
WENT_WRONG, TOGETHER_SINCE, WENT_WRONG_SINCE = 0.075, 200, 0.03
REFUSED_SHARE, LATE, LEARNT = 0.03, 0.06, 0.6
MANAGERS = ("helen", "astrid")
DECIDERS = ("miriam", "eleanor", "nadia")


@dataclass(slots=True)
class Made:
    """A change and the time at which it ends, as the writers of incidents and tasks ask about it."""

    life: Life
    scene: ChangeScene
    ended: datetime
    successful: bool


class Changes:
    """Writes the lives of changes."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.chance, self.decks = cast, cast.chance, Decks(cast.chance)
        self.made: list[Made] = []

    def all(self) -> Iterator[Life]:
        """As many as the scale asks for, in the order in which they were to be made; some are still to come."""
        today = self.cast.stage.now.date()
        days = [today - timedelta(days=ago) for ago in range(DAYS - 5, -AHEAD, -1)]
        days = [one for one in days if not is_frozen(one)]
        count = self.cast.stage.scaled(CHANGES, 30)
        drawn = sorted(self.chance.choices(days, [_weight(one) for one in days], k=count))
        for number, day in enumerate(drawn, 1):
            group = self.chance.choices((ROUTINE, CAREFUL, EMERGENCIES), SHARES)[0]
            scene = self.chance.choices(group, [one.weight for one in group])[0]
            yield from self._life(f"chg-{number}", scene, self._planned(scene, day))

    def _planned(self, scene: ChangeScene, day: date) -> datetime:
        """The time that is kept free for it, on or after a day."""
        chance = self.chance
        if scene.when == "sunday":
            day, clock = day + timedelta(days=6 - day.weekday()), time(2 + chance.randrange(2), 0)
        elif scene.when == "evening":
            day += timedelta(days=min((1 - day.weekday()) % 7, (3 - day.weekday()) % 7))
            clock = time(18 + chance.randrange(3), chance.choice((0, 30)))
        else:
            clock = time(9 + chance.randrange(6), chance.choice((0, 15, 30)))
        while scene.when == "day" and (day.weekday() > 4 or day in free_days("bremen")):
            day += timedelta(days=1)
        while is_frozen(day):
            day += timedelta(days=7)
        return datetime.combine(day, clock, ZONE).astimezone(UTC)

    def _life(self, key: str, scene: ChangeScene, start: datetime) -> Iterator[Life]:
        """One change that is to begin at `start`; nothing, if nobody has asked for it yet."""
        chance, cast = self.chance, self.cast
        kind = self._type(scene, start)
        asked = start - timedelta(days=chance.uniform(*LEAD[kind]), minutes=chance.uniform(10, 50))
        owner, asked = cast.specialist(scene.team, asked, 30)
        if asked > cast.stage.now - timedelta(minutes=5) or asked < cast.stage.ago(DAYS):
            return
        about = cast.item(scene.item, "")
        told = {
            "item": about.title or about.key if about else "",
            "month": words.MONTHS[start.month - 1],
            "version": f"{start.year % 100}.{start.month}",
            "department": self.decks.draw(tuple(one[1] for one in DEPARTMENTS)),
        }
        life = Life("change", key, asked, owner, {
            "title": self.decks.draw(scene.titles).format_map(told),
            "type": "minor" if kind == "standard" else kind,
            "reason": self.decks.draw(scene.reasons).format_map(told),
            "service": f"@{scene.service}",
            "impact": scene.impact,
            "likelihood": scene.likelihood,
            "backout_plan": scene.backout,
            "test_plan": scene.test,
            "team": "@changes",
            "owner": f"@{owner}",
            "requester": f"@{owner}",
            "cab_required": kind == "major",
        })  # fmt: skip
        if about is not None:
            life.links.append(("affects", about.key))
        end = start + timedelta(hours=scene.hours)
        plan = {"planned_start": start.isoformat(), "planned_end": end.isoformat()}
        if kind == "emergency":
            self._at_once(life, asked)
        elif kind == "standard":
            self._by_procedure(life, scene, plan)
        elif not self._decided(life, kind, plan):
            yield life
            return
        self._is_made(life, scene, kind, asked + timedelta(minutes=20) if kind == "emergency" else start)
        yield life

    def _type(self, scene: ChangeScene, start: datetime) -> str:
        """A change follows a procedure once there is one."""
        stage = self.cast.stage
        if scene.procedure in stage and start > stage[scene.procedure].opened_at + timedelta(days=20):
            return "standard"
        return scene.type

    def _manager(self, at: datetime) -> str:
        """The change manager who is at work, or will be first."""
        here = [one for one in MANAGERS if self.cast.is_at_work(one, at)]
        return here[0] if here else self.chance.choice(MANAGERS)

    def _step(
        self, life: Life, at: datetime, minutes: float, action: str, by: str = "", /, **params: object
    ) -> datetime:
        """Somebody, or a change manager, does what is next after some working time."""
        who = by or self._manager(at)
        done = after(self.cast.hours(who), at, minutes)
        life.moves.append(Move(done, action, who, dict(params)))
        return done

    def _at_once(self, life: Life, asked: datetime) -> None:
        owner = life.by
        life.moves.append(Move(asked + timedelta(minutes=20), "start-at-once", owner, {
            "type": "emergency", "actual_start": (asked + timedelta(minutes=20)).isoformat(),
        }, str(life.fields["reason"])))  # fmt: skip

    def _by_procedure(self, life: Life, scene: ChangeScene, plan: dict[str, str]) -> None:
        now = self._step(life, life.opened, 4, "submit", life.by)
        now = self._step(life, now, 3, "use-pre-approval", life.by, type="standard", procedure=f"@{scene.procedure}")
        self._step(life, now, 3, "schedule", life.by, **plan)

    def _decided(self, life: Life, kind: str, plan: dict[str, str]) -> bool:
        """Ask, judge, authorise and plan; whether it is to be made."""
        chance, owner = self.chance, life.by
        now = self._step(life, life.opened, 8, "submit", owner)
        now = self._step(life, now, chance.uniform(20, 300), "screen")
        now = self._step(life, now, chance.uniform(10, 120), "classify", type=kind)
        if chance.random() < REFUSED_SHARE:
            life.moves.append(
                Move(now + timedelta(minutes=30), "turn-down", self._manager(now), note=chance.choice(REFUSED))
            )
            return False
        now = self._step(life, now, chance.uniform(60, 500), "assess")
        if kind == "minor":
            now = self._step(life, now, chance.uniform(10, 90), "authorise")
        else:
            minutes, decider = chance.uniform(200, 900), chance.choice(DECIDERS)
            agreed = self._approved(life, now, decider, 2 if kind == "major" else 1)
            met = after(self.cast.hours(decider), now, minutes)
            now = self._step(life, max(met, agreed), 0 if met > agreed else 5, "authorise", decider)
            life.moves[-1].note = "Agreed in the meeting about changes."
        now = self._step(life, now, chance.uniform(10, 60), "schedule", **plan)
        if kind != "minor" or chance.random() < 0.4:
            now = self._step(life, now, chance.uniform(120, 700), "build", owner, builder=f"@{owner}")
            tester = self._somebody_else(owner)
            now = self._step(life, now, chance.uniform(60, 400), "test", tester, tester=f"@{tester}")
            self._step(life, now, chance.uniform(20, 120), "ready")
        return True

    def _approved(self, life: Life, assessed: datetime, decider: str, votes: int) -> datetime:
        """The change manager asks the decider, and of what is large the next one as well; when all have agreed."""
        chance, place = seeded(life.key), DECIDERS.index(decider)
        asked_of = [DECIDERS[(place + number) % len(DECIDERS)] for number in range(votes)]
        by = life.moves[-1].by
        asked = self._step(
            life, assessed, chance.uniform(4, 25), "ask-approval", by, approvers=[f"@{one}" for one in asked_of]
        )
        for one in asked_of:
            self._step(life, asked, chance.uniform(10, 150), "approve", one)
        life.moves[-votes:] = sorted(life.moves[-votes:], key=lambda move: move.at)
        return life.moves[-1].at

    def _somebody_else(self, owner: str) -> str:
        return self.chance.choice([one for one in ("walter", "aisha", "george", "laura") if one != owner])

    def _is_made(self, life: Life, scene: ChangeScene, kind: str, start: datetime) -> None:
        """From its beginning to its end, once everything before has been done."""
        chance, now = self.chance, self.cast.stage.now
        # What was not ready in time begins a little late.
        start = max(start, life.moves[-1].at + timedelta(minutes=5)) + timedelta(minutes=chance.uniform(0, 6))
        share = chance.uniform(1.02, 1.5) if chance.random() < LATE else chance.uniform(0.4, 0.97)
        end, by = start + timedelta(hours=scene.hours * share), life.by
        if kind != "emergency":
            life.moves.append(Move(start, "start", by, {"actual_start": start.isoformat()}))
        wrong = WENT_WRONG if (now - start).days > TOGETHER_SINCE else WENT_WRONG_SINCE
        failed = kind != "standard" and chance.random() < wrong * (2 if kind in {"significant", "major"} else 1)
        trouble, better = chance.choice(TROUBLES)
        if failed:
            way = {"outcome": "backed-out", "actual_end": end.isoformat()}
            life.moves.append(Move(end, "back-out", by, way, trouble))
        else:
            way = {"outcome": "successful", "actual_end": end.isoformat()}
            life.moves.append(Move(end, "complete", by, way))
        self.made.append(Made(life, scene, end, not failed))
        looked = end
        if failed or kind not in {"standard", "minor"}:
            notes = f"{trouble} {better}" if failed else chance.choice(REMARKS)
            looked = self._step(life, end, chance.uniform(240, 1500), "review", review_notes=notes)
        lesson = {"no_lesson_because": chance.choice(NO_LESSON)} if kind != "standard" else {}
        if failed or (kind != "standard" and chance.random() < LEARNT):
            lesson = self._lesson(scene, looked) or lesson
        self._step(life, looked, chance.uniform(200, 1400), "close", **lesson)

    def _lesson(self, scene: ChangeScene, at: datetime) -> dict[str, str]:
        """An article that was written by then, and now says what was learnt."""
        stage, known = self.cast.stage, LESSONS.get(scene.team, ())
        found = [one for one in known if one in stage and stage[one].opened_at < at]
        return {"lesson": f"@{self.chance.choice(found)}"} if found else {}


# Where a team writes down what its changes teach.
LESSONS = {
    "networks": ("switch-firmware", "firewall-rule", "wireless-certificate"),
    "second": ("claimdesk-slow", "policybase-lock"),
    "servers": ("lesson-storage", "disk-extension", "restore-file"),
    "monitoring": ("server-updates", "certificates"),
    "database-operations": ("policybase-lock", "job-restart"),
    "release-engineering": ("broker-account",),
    "software-distribution": ("software-shelf", "docking"),
}


def _weight(day: date) -> float:
    """How much is changed on a day: nothing much while others close their months, less in summer."""
    busy = 1 / AT_THE_TURN_OF_MONTHS**2 if day.day <= FIRST_DAYS or day.day > LAST_DAYS else 1.0
    return BY_MONTH[day.month - 1] * busy * (0.25 if day.weekday() > 4 else 1.0)


def moved_database(stage: Stage, ago: float) -> Life:
    """The change that ended the slowness of PolicyBase: its database moved to a host of its own."""
    sunday = stage.ago(ago)
    start = stage.ago(ago + (sunday.weekday() + 1) % 7, "01:00")
    asked, end = start - timedelta(days=41), start + timedelta(hours=4.4)
    fields = {
        "title": "Move the database of PolicyBase to a server of its own",
        "type": "major",
        "reason": "Incidents of PolicyBase take three times as long: its database shares disks with the warehouse.",
        "effect": "Reports of the morning stop slowing down the work of 140 people.",
        "originating": "improvement",
        "service": "@policies",
        "impact": 1,
        "likelihood": 4,
        "cab_required": True,
        "backout_plan": "Start the old database again; it stays untouched for a week.",
        "test_plan": "A premium run and the forty tariff cases on a copy, twice as fast as today.",
        "team": "@changes",
        "owner": "@marek",
        "requester": "@edward",
    }
    life = Life("change", "change-policy-database", asked, "helen", fields)
    life.links += [("affects", "db-policy"), ("affects", "app-policybase")]
    plan = {"planned_start": start.isoformat(), "planned_end": (start + timedelta(hours=5)).isoformat()}
    for days, action, by, params in (
        (0.35, "submit", "helen", {}),
        (0.4, "screen", "helen", {}),
        (1.4, "classify", "helen", {"type": "major"}),
        (7.35, "assess", "helen", {}),
        (7.4, "ask-approval", "helen", {"approvers": ["@miriam", "@nadia"]}),
        (8.35, "approve", "nadia", {}),
        (8.45, "approve", "miriam", {}),
        (8.5, "authorise", "miriam", {}),
        (8.55, "schedule", "helen", plan),
        (28.4, "build", "marek", {"builder": "@marek"}),
        (35.4, "test", "walter", {"tester": "@walter"}),
        (38.4, "ready", "helen", {}),
    ):
        life.moves.append(Move(asked + timedelta(days=days), action, by, params))
    notes = "On time. A typical query takes a third of what it took; incidents of PolicyBase since then prove it."
    life.moves += [
        Move(start, "start", "marek", {"actual_start": start.isoformat()}),
        Move(end, "complete", "marek", {"actual_end": end.isoformat(), "outcome": "successful"}),
        Move(end + timedelta(days=9), "review", "helen", {"review_notes": notes}),
        Move(end + timedelta(days=10), "close", "helen", {"lesson": "@policybase-lock"}),
    ]
    return life
