"""Contacts with the desk: questions that were answered, and calls that became incidents."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from math import log

from septet.demo.history.cast import Cast
from septet.demo.history.incidents import ARTICLE_CAME
from septet.demo.history.life import Life, Move
from septet.demo.history.telling import Teller, Words
from septet.demo.rhythm import DAYS, PLACES, after
from septet.demo.scenes import words
from septet.demo.scenes.contacts import QUESTIONS, Question
from septet.demo.scenes.printing import OFFLINE

CONTACTS = 6400
CHANNELS, BY_CHANNEL = ("phone", "chat", "mail", "desk", "portal"), (46, 22, 16, 10, 6)
SPOKEN = {"phone", "chat", "desk"}
# Of incidents that were reported by somebody who spoke with the desk, so many began as a contact.
NOTED_FIRST = 0.45


class Contacts:
    """Writes the lives of contacts."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.chance, self.teller = cast, cast.chance, Teller(cast.chance)

    def answered(self) -> Iterator[Life]:
        """Questions with their answers, in the order in which they were asked."""
        count, shares = self.cast.stage.scaled(CONTACTS, 40), [one.share for one in PLACES]
        places = self.chance.choices([one.key for one in PLACES], shares, k=count)
        drawn = sorted((self.cast.openings.at(place), place) for place in places)
        for number, (opened, place) in enumerate(drawn, 1):
            yield self._answered(f"ask-{number}", place, opened)

    def _answered(self, key: str, place: str, opened: datetime) -> Life:
        chance, cast = self.chance, self.cast
        user, question = cast.user_at(place, opened), self._question(opened)
        day = opened - timedelta(days=chance.randint(0, 4))
        told = Words(
            self.teller.decks, user, {"weekday": words.WEEKDAYS[day.weekday()], "month": words.MONTHS[opened.month - 1]}
        )
        channel, (agent, at) = chance.choices(CHANNELS, BY_CHANNEL)[0], cast.next_at_the_desk(place, opened)
        if channel in SPOKEN and at != opened:
            channel = "mail"
        asked = self.teller.one(question.titles, told)
        fields = {
            "title": asked,
            "requester": f"@{user.key}",
            "customer": f"@{user.organisation}",
            "site": f"@{place}",
            "service": f"@{question.service}",
            "category": question.category,
            "channel": channel,
        }
        # Answers stand in the order of the questions.
        place_in = question.titles.index(self.teller.last)
        answer = question.answers[min(place_in, len(question.answers) - 1)]
        minutes = min(chance.lognormvariate(log(6.5), 0.6), 55)
        done = after(cast.hours(agent), at, minutes if channel in SPOKEN else minutes + chance.expovariate(1 / 70))
        params: dict[str, object] = {
            "answer": answer.format_map(told),
            "closure_code": question.code,
            "handle_seconds": round(minutes * 60),
            "first_contact": channel in SPOKEN and chance.random() < 0.9,
        }
        if question.article and question.article in cast.stage and chance.random() < 0.58:
            params["article"] = f"@{question.article}"
        by = user.key if channel == "portal" else agent
        return Life("interaction", key, opened, by, fields, [Move(done, "answer", agent, params)])

    def _question(self, opened: datetime) -> Question:
        ago = (self.cast.stage.now - opened).days
        return self.chance.choices(QUESTIONS, cum_weights=list(accumulate(_weight(one, ago) for one in QUESTIONS)))[0]

    def before(self, incidents: Sequence[Life]) -> Iterator[Life]:
        """The contacts that became these incidents."""
        chance, cast = self.chance, self.cast
        for life in incidents:
            if life.fields.get("channel") not in SPOKEN or chance.random() > NOTED_FIRST:
                continue
            site = str(life.fields["site"])[1:]
            agent, _ = cast.next_at_the_desk(site, life.opened)
            kept = ("title", "description", "requester", "customer", "site", "service", "category", "channel")
            fields = {name: life.fields[name] for name in kept if name in life.fields}
            key = life.key.replace("inc-", "call-")
            call = Life("interaction", key, life.opened, agent, fields, links=[("about", life.key)])
            call.moves.append(Move(life.opened + timedelta(seconds=50), "link-to", agent, {"incident": f"@{life.key}"}))
            closed = [move.at for move in life.moves if move.action in {"close", "cancel"}]
            if closed:
                call.moves.append(Move(closed[-1] + timedelta(minutes=1), "close", ""))
            yield call


def _weight(question: Question, ago: int) -> float:
    if question.article == OFFLINE and ago > ARTICLE_CAME:
        return 0.0
    return question.weight * (1 + (question.trend - 1) * (1 - ago / DAYS))
