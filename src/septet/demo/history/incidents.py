"""Incidents: what was reported, who worked on it, how long it took."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from math import log

from septet.demo.history.cast import Cast
from septet.demo.history.changes import Made
from septet.demo.history.life import Life, Move
from septet.demo.history.telling import Teller, Words
from septet.demo.people.users import User
from septet.demo.rhythm import DAYS, PLACES, after, usual_hours
from septet.demo.scenes import SCENES, Scene, words
from septet.demo.scenes.printing import OFFLINE

INCIDENTS = 5200
# What was promised, in minutes of office hours; the highest priority counts around the clock.
RESPOND = {1: 15, 2: 60, 3: 240, 4: 600, 5: 1200}
RESOLVE = {1: 240, 2: 600, 3: 1200, 4: 3000, 5: 6000}
# The usual part of it that is used, and how much that varies: one in thirty takes longer than promised.
USUAL_RESPONSE, RESPONSE_VARIES = 0.24, 0.72
USUAL_LENGTH, LENGTH_VARIES = 0.2, 0.82
CHANNELS = ("phone", "mail", "portal", "chat", "desk")
BY_CHANNEL = (42, 20, 24, 10, 4)
# The article that ended the recurring printer fault was validated so many days ago.
ARTICLE_CAME = 148
# Whose work it often turns out to be.
NEXT = {
    "second": ("database-operations", "networks", "servers"),
    "monitoring": ("servers", "database-operations"),
    "networks": ("infrastructure-engineering", "second"),
    "messaging-operations": ("monitoring", "networks"),
    "infrastructure-engineering": ("second", "maintenance-vendors"),
    "database-operations": ("second", "servers"),
    "intrusion-detection": ("networks", "virus-protection"),
}
# How often a change that worked, and one that did not, is followed by incidents.
SELDOM, NEARLY_ALWAYS = 0.02, 0.8
# How much longer something took, by scene and time.
Slowness = Callable[[Scene, datetime], float]


class Incidents:
    """Writes the lives of incidents."""

    def __init__(self, cast: Cast, slowness: Slowness) -> None:
        self.cast, self.slowness = cast, slowness
        self.chance, self.teller = cast.chance, Teller(cast.chance)
        self._shares = {
            place.key: [one for one in SCENES if not one.sites or place.key in one.sites] for place in PLACES
        }

    def all(self) -> Iterator[Life]:
        """So many as the scale asks for, in the order in which they were opened."""
        for number, opened, place in self._moments(self.cast.stage.scaled(INCIDENTS, 60)):
            scene = self._scene(place, opened)
            yield self.life(f"inc-{number + 1}", scene, self.cast.user_at(place, opened), opened)

    def after_changes(self, changes: Sequence[Made]) -> Iterator[Life]:
        """What changes brought about: nearly always when they did not work, seldom when they did."""
        number = 0
        for made in changes:
            morning = self._morning_after(made)
            known = [one for one in SCENES if one.service == made.scene.service and not one.monitored]
            if morning > self.cast.stage.now or not known:
                continue
            if self.chance.random() < (SELDOM if made.successful else NEARLY_ALWAYS):
                for _ in range(1 if made.successful else self.chance.randint(1, 3)):
                    number += 1
                    opened = morning + timedelta(minutes=self.chance.uniform(0, 170))
                    place = self.chance.choices(PLACES, [one.share for one in PLACES])[0].key
                    user = self.cast.user_at(place, opened)
                    life = self.life(f"inc-after-{number}", self.chance.choice(known), user, opened)
                    life.links.append(("caused-by", made.life.key))
                    yield life

    def _morning_after(self, made: Made) -> datetime:
        """When people come to work after a change."""
        return after(usual_hours("bremen"), made.ended + timedelta(minutes=20), 10)

    def _moments(self, count: int) -> list[tuple[int, datetime, str]]:
        shares = [one.share for one in PLACES]
        places = self.chance.choices([one.key for one in PLACES], shares, k=count)
        drawn = sorted((self.cast.openings.at(place), place) for place in places)
        return [(number, opened, place) for number, (opened, place) in enumerate(drawn)]

    def _scene(self, place: str, opened: datetime) -> Scene:
        ago = (self.cast.stage.now - opened).days
        weights = [_weight(one, ago) for one in self._shares[place]]
        return self.chance.choices(self._shares[place], cum_weights=list(accumulate(weights)))[0]

    def life(self, key: str, scene: Scene, user: User, opened: datetime, item: str = "") -> Life:
        """One incident of a scene, reported by a user; about an item of the scene's sort, or the one that is named."""
        chance, cast = self.chance, self.cast
        about = cast.item(item or scene.item, user.site) if scene.item or item else None
        told = Words(
            self.teller.decks,
            user,
            self._given(scene, opened, about.key if about else "", about.title if about else ""),
        )
        impact, urgency = self._judged(scene)
        fields: dict[str, object] = {
            "title": self.teller.one(scene.titles, told),
            "description": self.teller.report(scene, told),
            "service": f"@{scene.service}",
            "site": f"@{user.site}",
            "impact": impact,
            "urgency": urgency,
            "category": scene.category,
        }
        agent: str | None = ""
        if scene.monitored:
            fields["channel"] = "monitoring"
        else:
            agent = cast.at_the_desk(user.site, opened)
            channel = chance.choices(CHANNELS, BY_CHANNEL)[0]
            # Who calls while nobody is there writes instead.
            fields["channel"] = channel if agent or channel in {"mail", "portal"} else "portal"
            fields |= {"requester": f"@{user.key}", "customer": f"@{user.organisation}"}
        by = user.key if fields["channel"] == "portal" else agent or ""
        life = Life("incident", key, opened, by, fields)
        if about is not None and (item or chance.random() < 0.72):
            life.links.append(("affects", about.key))
        priority = max(1, min(5, (impact + urgency) // 2))
        if scene.monitored:
            self._specialist_works(life, scene, told, opened + timedelta(minutes=chance.uniform(1, 4)), priority, "")
        else:
            self._desk_works(life, scene, told, user, priority)
        return life

    def _given(self, scene: Scene, opened: datetime, key: str, title: str) -> dict[str, str]:
        day = opened - timedelta(days=self.chance.randint(0, 4))
        given = {"weekday": words.WEEKDAYS[day.weekday()], "month": words.MONTHS[opened.month - 1]}
        named = {"printer": title, "point": title, "switch": title, "device": key, "server": key}
        return given | {name: text for name, text in named.items() if text}

    def _judged(self, scene: Scene) -> tuple[int, int]:
        chance = self.chance
        impact = scene.impact - (chance.random() < 0.07) + (scene.impact < 5 and chance.random() < 0.12)
        urgency = scene.urgency + chance.choices((-1, 0, 1), (14, 68, 18))[0]
        return max(1, min(5, impact)), max(1, min(5, urgency))

    def _desk_works(self, life: Life, scene: Scene, told: Words, user: User, priority: int) -> None:
        """The desk classifies it, and settles it or hands it on."""
        chance, cast = self.chance, self.cast
        agent, at = cast.next_at_the_desk(user.site, life.opened + timedelta(minutes=chance.uniform(1, 9)))
        hours = cast.hours(agent)
        life.moves.append(Move(at, "classify", agent, {"category": scene.category}))
        helped = scene.key == OFFLINE and self._ago(life.opened) < ARTICLE_CAME
        if chance.random() < (0.95 if helped else scene.desk):
            at = after(hours, at, chance.uniform(0.5, 4))
            life.moves.append(Move(at, "assign", agent, {"team": "@desk"}))
            at = after(hours, at, min(chance.expovariate(1 / 14), RESPOND[priority] * 0.8))
            life.moves.append(Move(at, "start", agent))
            at = self._interrupted(life, scene, told, agent, at, 0.12)
            spent = chance.lognormvariate(log(22), 0.8)
            self._resolve(life, scene, told, user, agent, after(hours, at, spent), helped=helped)
            return
        if chance.random() < 0.03:
            at = after(hours, at, chance.expovariate(1 / 40) + 3)
            reason = chance.choice(
                (
                    "It works again by itself; the user is content.",
                    "Reported twice by two colleagues.",
                    "A planned test, as announced.",
                )
            )
            life.moves.append(Move(at, "cancel", agent, {"reason": reason}))
            return
        at = after(hours, at, chance.uniform(1, 8))
        self._specialist_works(life, scene, told, at, priority, agent, user)

    def _specialist_works(
        self, life: Life, scene: Scene, told: Words, at: datetime, priority: int, agent: str, user: User | None = None
    ) -> None:
        chance, cast, slow = self.chance, self.cast, self.slowness(scene, life.opened)
        life.moves.append(Move(at, "assign", agent, {"team": f"@{scene.team}"}))
        wait = RESPOND[priority] * chance.lognormvariate(log(USUAL_RESPONSE), RESPONSE_VARIES)
        spent = RESOLVE[priority] * chance.lognormvariate(log(USUAL_LENGTH), LENGTH_VARIES) * slow
        if priority == 1 or (scene.monitored and not self._by_day(scene, at)):
            self._on_call(life, scene, told, at, min(wait, 14.0), spent)
            return
        who, begun = cast.specialist(scene.team, at, wait + spent)
        hours = cast.hours(who)
        begun = after(hours, begun, wait)
        life.moves.append(Move(begun, "start", who))
        now = begun
        if chance.random() < 0.55:
            now = after(hours, now, max(2.0, spent * chance.uniform(0.1, 0.4)))
            life.moves.append(Move(now, "comment", who, {"text": self.teller.remark(scene, told)}))
        if chance.random() < 0.07:
            now, who = self._hand_over(life, now, who, scene.team)
            hours = cast.hours(who)
        now = self._interrupted(life, scene, told, who, now, 0.2)
        done = max(after(hours, begun, spent), after(hours, now, spent * 0.5), after(hours, now, 4))
        self._resolve(life, scene, told, user, who, done)

    def _by_day(self, scene: Scene, at: datetime) -> bool:
        return any(self.cast.is_at_work(who, at) for who in self.cast.team(scene.team)) or scene.impact > 3

    def _on_call(self, life: Life, scene: Scene, told: Words, at: datetime, wait: float, spent: float) -> None:
        """What cannot wait is done at once, by night as well, by somebody who is not away."""
        presence = self.cast.presence
        here = [
            one for one in self.cast.team(scene.team) if presence.employed(one, at) and not presence.is_away(one, at)
        ]
        who = self.chance.choice(here or ["admin"])
        begun = at + timedelta(minutes=wait)
        life.moves.append(Move(begun, "start", who))
        said = begun + timedelta(minutes=max(3.0, spent * 0.3))
        life.moves.append(Move(said, "comment", who, {"text": self.teller.remark(scene, told)}))
        self._resolve(life, scene, told, None, who, max(begun + timedelta(minutes=spent), said + timedelta(minutes=5)))

    def _hand_over(self, life: Life, now: datetime, who: str, team: str) -> tuple[datetime, str]:
        """It turns out to be the work of others."""
        other = self.chance.choice(NEXT.get(team, ("second",)))
        now = after(self.cast.hours(who), now, self.chance.uniform(2, 40))
        reason = self.teller.decks.draw(words.HANDED_ON)
        life.moves.append(Move(now, "escalate", who, {"team": f"@{other}", "reason": reason}))
        who, begun = self.cast.specialist(other, now, 200)
        now = after(self.cast.hours(who), begun, self.chance.expovariate(1 / 35))
        life.moves.append(Move(now, "start", who))
        return now, who

    def _interrupted(self, life: Life, scene: Scene, told: Words, who: str, now: datetime, likely: float) -> datetime:
        """Sometimes work has to wait for the user, a supplier or a change."""
        chance, hours = self.chance, self.cast.hours(who)
        if scene.supplier and chance.random() < (0.8 if scene.category == "printer" else 0.5):
            reason = "supplier"
        elif chance.random() < likely:
            reason = "change" if chance.random() < 0.08 else "user"
        else:
            return now
        now = after(hours, now, chance.uniform(2, 25))
        life.moves.append(Move(now, "wait", who, {"waiting_for": reason}))
        life.moves.append(
            Move(now + timedelta(seconds=40), "comment", who, {"text": self.teller.one(words.WAITED[reason], told)})
        )
        usual = {"user": 170, "supplier": 620, "change": 2400}[reason]
        if reason == "supplier" and scene.category == "printer":
            # Brightprint is slow, and was never quick: the story of a supplier.
            usual = 2600
        now = after(hours, now, chance.lognormvariate(log(usual), 0.7))
        life.moves.append(Move(now, "resume", who, note=self.teller.one(words.RESUMED[reason], told)))
        return now

    def _resolve(
        self, life: Life, scene: Scene, told: Words, user: User | None, who: str, at: datetime, *, helped: bool = False
    ) -> None:
        chance = self.chance
        cause, cure = self.teller.end(scene, told)
        params = {"cause": cause, "resolution": cure, "resolution_code": scene.code}
        article = OFFLINE if helped else scene.article
        if article and article in self.cast.stage and (helped or chance.random() < 0.62) and self._written(article, at):
            params["article"] = f"@{article}"
        life.moves.append(Move(at, "resolve", who, params))
        if chance.random() < 0.035:
            again = after(self.cast.hours(who), at, chance.uniform(60, 900))
            asks = user.key if user is not None and user.there(again) else who
            life.moves.append(Move(again, "reopen", asks, {"reason": self.teller.one(words.REOPENED, told)}))
            at = after(self.cast.hours(who), again, chance.lognormvariate(log(130), 0.7))
            life.moves.append(
                Move(at, "resolve", who, {"cause": cause, "resolution": cure, "resolution_code": scene.code})
            )
        when = at + timedelta(hours=chance.expovariate(1 / 20) + 0.1)
        if user is not None and user.there(when) and chance.random() < 0.55:
            closes = user.key
        else:
            closes, when = self.cast.next_at_the_desk(life_site(life), at + timedelta(days=chance.uniform(1, 6)))
        life.moves.append(Move(when, "close", closes))

    def _written(self, article: str, at: datetime) -> bool:
        return article != OFFLINE or self._ago(at) < ARTICLE_CAME

    def _ago(self, at: datetime) -> float:
        return (self.cast.stage.now - at) / timedelta(days=1)


def life_site(life: Life) -> str:
    """The key of the site of an incident."""
    return str(life.fields["site"])[1:]


def _weight(scene: Scene, ago: float) -> float:
    """How often a scene happened so many days ago, beside the others."""
    if scene.key == OFFLINE and ago < ARTICLE_CAME:
        return scene.weight * 0.12
    return scene.weight * (1 + (scene.trend - 1) * (1 - ago / DAYS))
