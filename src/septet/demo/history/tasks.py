"""Tasks of fourteen months: what belongs to changes, and what comes again every month."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from septet.demo.history.cast import Cast
from septet.demo.history.changes import Made
from septet.demo.history.life import Life, Move
from septet.demo.rhythm import DAYS, after
from septet.demo.scenes import words

# Days ahead for which what comes again is known already.
AHEAD = 40


@dataclass(frozen=True, slots=True)
class Again:
    """What a team does again and again: its words, how many months apart, on which day, and what shows it."""

    title: str
    team: str
    cluster: str
    months: int
    day: int
    wanted: str
    shown: tuple[str, ...]


MONTHLY = (
    Again("Bring back one file from last week's backup", "servers", "operations", 1, 8, "Which file, and how long",
          ("A spreadsheet of Finance, 9 minutes.", "A mailbox folder, 21 minutes.", "A contract of Legal, 6 minutes.")),
    Again("Look through the accounts of people who left", "security", "security", 1, 5, "How many were still open",
          ("None was open.", "Two were open; closed at once, and People was told.", "One, of an external tester.")),
    Again("Compare the licences of {month} with what is installed", "software-distribution", "release", 1, 12,
          "The list", ("Eleven fewer than paid for.", "Four too many of the PDF editor; taken back.", "It fits.")),
    Again("Call the suppliers about what waits for them", "suppliers", "partner", 1, 3, "What they promised",
          ("Brightprint promises three days instead of six.", "Telcora: all done. Brightprint: four open.",)),
    Again("Read the alarms that nobody acted on", "monitoring", "operations", 1, 15, "What was switched off or mended",
          ("31 alarms of one disk; threshold raised.", "Two probes asked servers that are gone.", "Nothing new.")),
    Again("Figures of {month} for the head of IT", "service-reporting", "service", 1, 4, "",
          ("Sent, with a page about Printing.", "Sent.")),
    Again("Try the batteries of all power supplies", "infrastructure-engineering", "infrastructure", 3, 18,
          "Minutes of each", ("All over fifteen minutes.", "Leeds 1 held for nine minutes only; batteries ordered.")),
    Again("Walk through the racks in Hamburg", "infrastructure-engineering", "infrastructure", 2, 20, "",
          ("Two cables without a label; labelled.", "A fan is loud in HAM 3; told Norrhost.")),
    Again("Look for articles that nobody has opened for a year", "problem-management", "support", 3, 22,
          "What was put away", ("Three put away, one written anew.", "None.")),
)  # fmt: skip
# For a change that needs care: what, by whom, and how many days before or after it is made.
AROUND_A_CHANGE = (
    ("Tell those concerned about {change}", "changes", -3, ("On the intranet, and by mail.", "Told twice.")),
    ("Look whether the way back of {change} was tried", "quality-assurance", -2, ("Tried on Thursday, 18 minutes.",)),
    ("Stand by on the morning after {change}", "second", 1, ("Four calls until nine.", "No call.")),
)  # fmt: skip
TITLE = 255


class Tasks:
    """Writes the lives of tasks."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.chance = cast, cast.chance

    def coming_again(self) -> Iterator[Life]:
        """What comes again, each time anew."""
        now = self.cast.stage.now
        for place, one in enumerate(MONTHLY):
            for back in range(-1, 14, one.months):
                months = now.year * 12 + now.month - 1 - back
                due = now.replace(year=months // 12, month=months % 12 + 1, day=one.day, hour=15, minute=0, second=0)
                if timedelta(days=-AHEAD) < now - due < timedelta(days=DAYS - 20):
                    title = one.title.format(month=words.MONTHS[(months - 1) % 12])
                    yield self._life(f"again-{place + 1}-{due:%Y-%m}", title, one.team, due, one.shown, {
                        "cluster": one.cluster, "evidence_wanted": one.wanted,
                    })  # fmt: skip

    def of_changes(self, changes: Sequence[Made]) -> Iterator[Life]:
        """What was done around the changes that needed care."""
        for made in changes:
            if made.life.fields["type"] not in {"significant", "major"}:
                continue
            for number, (words_of_it, team, days, shown) in enumerate(AROUND_A_CHANGE, 1):
                due = made.ended + timedelta(days=days)
                title = words_of_it.format(change=made.life.fields["title"])[:TITLE]
                fields = {"subject": f"@{made.life.key}", "position": number, "service": made.life.fields["service"]}
                life = self._life(f"{made.life.key}-task-{number}", title, team, due, shown, fields, made.life.opened)
                life.links.append(("child-of", made.life.key))
                yield life

    def _life(
        self,
        key: str,
        title: str,
        team: str,
        due: datetime,
        shown: tuple[str, ...],
        fields: dict[str, object],
        since: datetime | None = None,
    ) -> Life:
        """A task that is due at a time: most are done in time, and most of those at the last moment."""
        chance, cast = self.chance, self.cast
        opened = min(due - timedelta(days=chance.uniform(6, 16)), cast.stage.now - timedelta(hours=2))
        opened = max(opened, since + timedelta(minutes=30)) if since else opened
        life = Life("task", key, opened, "", {"title": title, "team": f"@{team}", "due_at": due.isoformat(), **fields})
        late = chance.random() < 0.12
        begun = due + timedelta(days=chance.uniform(0.5, 4) if late else -chance.expovariate(0.6) - 0.2)
        who, begun = cast.specialist(team, max(begun, opened + timedelta(hours=1)), 60)
        life.moves.append(Move(begun, "start", who))
        done = after(cast.hours(who), begun, chance.uniform(20, 200))
        life.moves.append(Move(done, "complete", who, {"evidence": chance.choice(shown)}))
        return life
