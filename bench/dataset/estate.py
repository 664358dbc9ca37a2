"""What there is: configuration items in layers, of which two carry very much.

Every item depends on items of earlier layers. Three quarters of all hang, directly or not, on the first item and on
no item of the other groups; a twentieth on the second one; the rest on neither. So the first has 150,000 dependants
of 200,000 items and the second 10,000, whatever chance adds.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from bench.dataset.organisation import SOURCE, Organisation, ids_of
from septet.kernel import bulk
from septet.kernel.actions import new_request
from septet.kernel.actors import OPERATOR
from septet.lib.drafts import Draft, Link

LAYERS = 8
WIDE, NARROW = 0.75, 0.05
RELATIONS = ("depends-on", "runs-on", "uses")
PRODUCTS = (("Dell", "PowerEdge R760"), ("HPE", "ProLiant DL380"), ("Cisco", "Catalyst 9300"), ("Lenovo", "T14"))


class Estate:
    """Plans the items of an estate and writes them layer by layer. `edges` counts their relations."""

    def __init__(self, size: int, edges: int, held: Organisation, began: datetime) -> None:
        self.size, self.held, self.began = size, held, began
        self.per_item = edges / size
        self.ids: dict[int, int] = {}
        self.chance = Random(11)

    def write(self) -> tuple[int, int]:
        """Write what is missing; gives the ids of the two items that carry much."""
        request = new_request()
        layers = self._layers()
        for layer in layers:
            report = bulk.write(list(self._drafts(layer)), OPERATOR, request=request)
            if report.refused:
                raise SystemExit(f"An item was refused: {report.refused[0]}")
            self.ids |= dict(zip(layer, ids_of("configuration-item", [f"item-{n}" for n in layer]), strict=True))
        return self.ids[0], self.ids[1]

    def _layers(self) -> list[range]:
        """The two roots, then stretches of growing length."""
        bounds = [2, *(2 + (self.size - 2) * (n * n) // LAYERS**2 for n in range(1, LAYERS + 1))]
        return [range(2), *(range(a, b) for a, b in pairwise(bounds) if b > a)]

    def _group(self, number: int) -> int:
        """0: hangs on the first item, 1: on the second, 2: on neither; in equal parts along the numbers."""
        if number < 2:
            return number
        place = (number * 0.6180339887) % 1
        return 0 if place < WIDE else 1 if place < WIDE + NARROW else 2

    def _drafts(self, layer: range) -> Iterator[Draft]:
        earlier: list[list[int]] = [[], [], []]
        for number in range(layer.start):
            earlier[self._group(number)].append(number)
        for number in layer:
            yield self._draft(number, earlier)

    def _draft(self, number: int, earlier: list[list[int]]) -> Draft:
        chance, held = self.chance, self.held
        maker, model = PRODUCTS[number % len(PRODUCTS)]
        fields: dict[str, object] = {
            "title": f"ci-{number:06d}",
            "state": "live",
            "environment": "production" if number % 5 else "test",
            "manufacturer": maker,
            "model": model,
            "serial": f"SN{number * 7919 % 10_000_019:08d}",
            "hostname": f"host{number}.bench.example",
            "site": held.sites[number % len(held.sites)],
            "service": held.services[chance.randrange(len(held.services))],
        }
        at = self.began + timedelta(minutes=number % 5000)
        return Draft("configuration-item", (SOURCE, f"item-{number}"), fields, at, links=self._links(number, earlier))

    def _links(self, number: int, earlier: list[list[int]]) -> list[Link]:
        if number < 2:
            return []
        chance, group = self.chance, self._group(number)
        own, free = earlier[group], earlier[2]
        wanted = int(self.per_item) + (chance.random() < self.per_item % 1)
        targets = {own[int(len(own) * chance.random() ** 2)]} if own else set()
        while len(targets) < wanted:
            several = own if chance.random() < 0.7 or not free else free
            if not several:
                break
            targets.add(several[chance.randrange(len(several))])
            if len(own) + len(free) <= wanted:
                break
        return [Link(RELATIONS[one % 3], self.ids[one], self.began) for one in sorted(targets)]
