"""What happened lately: contacts with the desk, incidents and changes of the people of the demo."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from septet.demo.chance import seeded
from septet.demo.changes import play_changes
from septet.demo.history.life import Life, Move, write
from septet.demo.organisation import PEOPLE
from septet.demo.stage import Stage
from septet.demo.stories import CONTACTS, STORIES, Contact, Story

SEED = 20
DAYS = 45
AGENTS = {"bremen": "jonas", "leeds": "priya", "porto": "tomas"}
SPECIALISTS = {
    "second": ("sven", "aisha"),
    "networks": ("piotr", "carla"),
    "servers": ("george", "yuki"),
    "desk": ("jonas", "priya", "tomas"),
}
# Who asks, where, and for which organisation.
USERS = [(key, site, of) for key, _, _, of, site, department, _ in PEOPLE if site and department != "IT"]


@dataclass
class Clock:
    """The time in a story, which goes on with every step."""

    now: datetime

    def on(self, minutes: float) -> datetime:
        """The time so many minutes later."""
        self.now += timedelta(minutes=minutes)
        return self.now


def play(stage: Stage) -> None:
    """Contacts, incidents and changes of the last weeks; the latest are still open."""
    chance = seeded(SEED)
    write(stage, [*_incidents(stage, chance), *_contacts(stage, chance)])
    _own_requests(stage)
    _shared_outage(stage)
    _restricted(stage)
    play_changes(stage)


def _opened(stage: Stage, chance: Random, number: int, count: int) -> datetime:
    """When something began: denser towards today, in working hours, never on a weekend, and not to come."""
    day = DAYS * (1 - number / count) ** 2
    then = stage.ago(day, f"{chance.randint(7, 16)}:{chance.randint(0, 59)}")
    while then.weekday() > 4 or then > stage.now - timedelta(minutes=20):
        then -= timedelta(days=1)
    return then


def _incidents(stage: Stage, chance: Random) -> Iterator[Life]:
    count = len(STORIES) * 2
    for number in range(count):
        opened = _opened(stage, chance, number, count)
        yield _incident(chance, f"incident-{number + 1}", STORIES[number % len(STORIES)], opened)


def _incident(chance: Random, key: str, story: Story, opened: datetime) -> Life:
    user, site, organisation = chance.choice([one for one in USERS if story.site in ("", one[1])])
    agent, clock = AGENTS[site], Clock(opened)
    life = Life("incident", key, opened, agent, {
        "title": story.title,
        "description": story.description,
        "requester": f"@{user}",
        "customer": f"@{organisation}",
        "service": f"@{story.service}",
        "site": f"@{site}",
        "category": story.category,
        "impact": story.impact,
        "urgency": story.urgency,
        "channel": chance.choice(("phone", "phone", "mail", "portal")),
    })  # fmt: skip
    if story.item:
        life.links.append(("affects", story.item))
    specialist = chance.choice(SPECIALISTS[story.team]) if story.team != "desk" else agent
    life.moves += [
        Move(clock.on(chance.randint(2, 12)), "classify", agent, {"category": story.category}),
        Move(clock.on(chance.randint(1, 15)), "assign", agent, {"team": f"@{story.team}"}),
        Move(clock.on(chance.randint(5, 90)), "start", specialist),
    ]
    if story.said:
        life.moves.append(Move(clock.on(chance.randint(5, 30)), "comment", specialist, {"text": story.said}))
    if chance.random() < 0.2:
        life.moves.append(Move(clock.on(10), "wait", specialist, {"waiting_for": "user"}))
        life.moves.append(Move(clock.on(chance.randint(60, 600)), "resume", specialist))
    cure = {"cause": story.cause, "resolution": story.resolution, "resolution_code": story.code}
    life.moves.append(Move(clock.on(chance.randint(20, 60 * story.hours)), "resolve", specialist, cure))
    life.moves.append(Move(clock.on(chance.randint(60, 60 * 24 * 3)), "close", agent))
    return life


def _contacts(stage: Stage, chance: Random) -> Iterator[Life]:
    count = len(CONTACTS) * 3
    for number in range(count):
        opened = _opened(stage, chance, number, count)
        yield _contact(chance, f"contact-{number + 1}", CONTACTS[number % len(CONTACTS)], opened)


def _contact(chance: Random, key: str, contact: Contact, opened: datetime) -> Life:
    user, site, organisation = chance.choice(USERS)
    life = Life("interaction", key, opened, AGENTS[site], {
        "title": contact.title,
        "requester": f"@{user}",
        "customer": f"@{organisation}",
        "service": f"@{contact.service}",
        "site": f"@{site}",
        "category": contact.category,
        "channel": chance.choice(("phone", "chat", "mail", "desk")),
    })  # fmt: skip
    minutes = chance.randint(3, 25)
    answer = {
        "answer": contact.answer,
        "closure_code": "answered",
        "handle_seconds": minutes * 60,
        "article": f"@{contact.article}" if contact.article else None,
    }
    life.moves.append(Move(opened + timedelta(minutes=minutes), "answer", AGENTS[site], answer))
    return life


def _own_requests(stage: Stage) -> None:
    """What the end user asked for herself: one request that is under way, one that is settled."""
    opened = stage.ago(0.4)
    slow = stage.open(
        "incident",
        "own-open",
        opened,
        "lena",
        title="ClaimDesk takes minutes to open a file",
        description="Since this morning every file needs two or three minutes. My colleagues say the same.",
        service="@claims-handling",
        impact=3,
        urgency=2,
        channel="portal",
    )
    stage.act(slow, "classify", opened + timedelta(minutes=6), "jonas", category="application")
    stage.act(slow, "assign", opened + timedelta(minutes=8), "jonas", team="@second")
    stage.act(slow, "start", opened + timedelta(minutes=25), "aisha")
    stage.act(
        slow,
        "comment",
        opened + timedelta(minutes=40),
        "aisha",
        text="We see it too: the claims database is busy with a report. It should be over within the hour.",
        audience="requester",
    )
    stage.act(
        slow,
        "comment",
        opened + timedelta(minutes=41),
        "aisha",
        text="Long query of the monthly report, started by hand. Ask Yuki whether it may be cancelled.",
    )
    opened = stage.ago(6, "10:05")
    settled = stage.open(
        "interaction",
        "own-settled",
        opened,
        "lena",
        title="How do I share a folder with the new colleague?",
        service="@files",
        channel="portal",
    )
    stage.act(
        settled,
        "answer",
        opened + timedelta(minutes=12),
        "jonas",
        answer="Open the folder's menu, choose Share and pick him; he sees it within a minute.",
        closure_code="answered",
        article="@folder",
    )


def _shared_outage(stage: Stage) -> None:
    """An outage on which a supplier works with us: its contact sees this record and no other."""
    opened = stage.ago(0.9)
    outage = stage.open(
        "incident",
        "shared-outage",
        opened,
        "tomas",
        title="Porto has no line to Bremen",
        description="Telephones and ClaimDesk stand still in the whole office. Mail works by the mobile network.",
        requester="@rui",
        customer="@claims",
        service="@network",
        site="@porto",
        category="network",
        impact=2,
        urgency=1,
        channel="phone",
        affected_users=38,
    )
    clock = Clock(opened)
    stage.act(outage, "relate", clock.on(2), "tomas", type="affects", target="@line-opo")
    stage.act(outage, "classify", clock.on(1), "tomas", category="network")
    stage.act(outage, "assign", clock.on(1), "tomas", team="@networks")
    stage.act(outage, "mark-major", clock.on(6), "carla", reason="A whole site cannot work.", commander="@carla")
    stage.act(outage, "start", clock.on(1), "carla")
    stage.act(outage, "share", clock.on(5), "carla", party="@telcora")
    stage.act(
        outage,
        "comment",
        clock.on(3),
        "carla",
        text="Your line TC-88410 between Porto and Bremen is dead at our end since the start of this incident.",
        audience=f"partner:{stage['telcora'].pk}",
    )
    stage.act(
        outage,
        "comment",
        clock.on(35),
        "stefan",
        text="Confirmed: a cable was cut by road works near Gaia. A crew is on its way.",
    )
    stage.act(outage, "wait", clock.on(5), "carla", waiting_for="supplier")


def _restricted(stage: Stage) -> None:
    """What only those named may know of."""
    opened = stage.ago(2, "16:20")
    secret = stage.open(
        "incident",
        "restricted",
        opened,
        title="Sign-in to the payroll mailbox from an unknown country",
        description="Two sign-ins at night that nobody of the team made. The password was changed at once.",
        service="@payroll",
        category="security",
        impact=4,
        urgency=1,
        channel="monitoring",
        confidentiality="restricted",
    )
    stage.act(secret, "share", opened + timedelta(minutes=2), party="@security")
    stage.act(secret, "assign", opened + timedelta(minutes=4), team="@security", owner="@nadia")
    stage.act(secret, "start", opened + timedelta(minutes=15), "nadia")
