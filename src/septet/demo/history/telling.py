"""Puts texts together from the pieces of scenes: no piece comes again before all others have come."""

from collections.abc import Sequence
from random import Random

from septet.demo.people.names import DEPARTMENTS
from septet.demo.people.users import User
from septet.demo.rhythm import Decks
from septet.demo.scenes import Scene, words

CITIES = {"bremen": "Bremen", "leeds": "Leeds", "porto": "Porto", "halifax": "Halifax"}


class Words(dict[str, str]):
    """The words of one story: each is drawn when it is first asked for, and stays."""

    def __init__(self, decks: Decks, user: User, given: dict[str, str]) -> None:
        super().__init__(given)
        self.decks, self.user = decks, user

    def __missing__(self, name: str) -> str:
        self[name] = found = self._drawn(name)
        return found

    def _drawn(self, name: str) -> str:
        chance, decks = self.decks.chance, self.decks
        match name:
            case "claim":
                return f"CL-{chance.randint(312000, 498000)}"
            case "policy":
                return f"HV {chance.randint(20, 79)}.{chance.randint(100, 999)}.{chance.randint(10, 99)}"
            case "n":
                return str(chance.randint(1100, 9800))
            case "floor":
                return str(chance.randint(1, {"bremen": 6, "leeds": 4, "porto": 3, "halifax": 2}[self.user.site]))
            case "city":
                return CITIES[self.user.site]
            case "room":
                return decks.draw(words.ROOMS[self.user.site])
            case "department":
                return self.user.department or decks.draw(TITLES)
        pools = {
            "colleague": COLLEAGUES,
            "folder": words.FOLDERS,
            "program": words.PROGRAMS,
            "ship": words.SHIPS,
            "partner": words.PARTNERS,
            "clock": words.CLOCKS,
            "system": SYSTEMS,
        }
        return decks.draw(pools[name])


TITLES = tuple(one[1] for one in DEPARTMENTS)
COLLEAGUES = (
    "Birte",
    "Anja",
    "Joanne",
    "Tiago",
    "Rita",
    "Malte",
    "Imran",
    "Heather",
    "Fatma",
    "Wiebke",
    "Craig",
    "Filipa",
    "Holger",
    "Megan",
    "Luc",
    "Sabine",
)
SYSTEMS = ("The directory", "ClaimDesk", "The sign-in page", "The mail program", "PolicyBase")


class Teller:
    """Tells scenes, each a little otherwise."""

    def __init__(self, chance: Random) -> None:
        self.chance, self.decks = chance, Decks(chance)
        # The piece that was drawn last, as it was written.
        self.last = ""

    def one(self, pieces: Sequence[str], told: Words) -> str:
        """One of some pieces, with its words; a sentence begins large."""
        self.last = self.decks.draw(pieces)
        text = self.last.format_map(told)
        return text[:1].upper() + text[1:]

    def report(self, scene: Scene, told: Words) -> str:
        """What somebody who reports it says."""
        said = [self.one(scene.told, told)]
        if len(scene.told) > 1 and self.chance.random() < 0.55:
            said.append(self.one(scene.told, told))
        if not scene.monitored and self.chance.random() < 0.7:
            said.append(self.one(words.ADDED, told))
        return " ".join(dict.fromkeys(said))

    def end(self, scene: Scene, told: Words) -> tuple[str, str]:
        """The cause, and what helped."""
        cause, cure = self.chance.choice(scene.ends)
        return cause.format_map(told), cure.format_map(told)

    def remark(self, scene: Scene, told: Words) -> str:
        """What somebody who works on it notes."""
        own = scene.said and self.chance.random() < 0.6
        return self.one(scene.said if own else words.WORKING, told)
