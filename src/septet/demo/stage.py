"""Where the demo is played: everything it opened, by key, and the time at which each scene happens."""

import mimetypes
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from septet.kernel import bulk, uploads
from septet.kernel.actions import create, new_request, perform
from septet.kernel.actors import SYSTEM, Actor, of_person
from septet.kernel.models import ExternalKey, Record
from septet.kernel.references import as_own_type
from septet.lib.drafts import Draft

SOURCE = "demo"
VIA = "import"


class Stage:
    """Opens records and acts on them as people of the demo, at moments of the past.

    Values of fields and parameters that begin with `@` mean the record with that key. `scale` is how much of the whole
    there is to be: 1 for all of it, a small part for tests.
    """

    def __init__(self, now: datetime, scale: float = 1.0) -> None:
        self.now, self.scale = now, scale
        self.request = new_request()
        self._ids: dict[str, int] = {}
        self._made: dict[str, Record] = {}
        self._actors: dict[str, Actor] = {}

    def __getitem__(self, key: str) -> Record:
        if key not in self._made:
            self._made[key] = as_own_type(Record.objects.get(pk=self._ids[key]))
        return self._made[key]

    def __contains__(self, key: str) -> bool:
        return key in self._ids

    def id(self, key: str) -> int:
        """The id of the record with this key."""
        return self._ids[key]

    def ago(self, days: float, clock: str = "") -> datetime:
        """So many days ago, at a time of that day such as `09:20` if one is given."""
        then = self.now - timedelta(days=days)
        if clock:
            hour, minute = clock.split(":")
            then = then.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
        return then

    def scaled(self, count: int, least: int = 1) -> int:
        """So many at the stage's scale."""
        return max(round(count * self.scale), min(count, least))

    def write(self, drafts: Iterable[Draft]) -> None:
        """Write records through the bulk door; all of them have to be right."""
        ready = [draft for draft in drafts if draft.at is None or draft.at <= self.now]
        for start in range(0, len(ready), bulk.BATCH):
            report = bulk.write(ready[start : start + bulk.BATCH], SYSTEM, via=VIA, request=self.request)
            if report.refused:
                raise ValueError(f"The demo is wrong: {report.refused[0]}")
            self._ids |= {key: pk for (_, _, key), pk in report.ids.items()}

    def draft(self, kind: str, key: str, at: datetime, /, **fields: Any) -> Draft:
        """A record for `write`."""
        return Draft(kind, (SOURCE, key), self.resolved(fields), at)

    def open(self, kind: str, key: str, at: datetime, by: str = "", /, **fields: Any) -> Record:
        """Open a record under a key."""
        found: Record = create(
            kind,
            self.actor(by),
            via=VIA,
            at=at,
            request=self.request,
            key=(SOURCE, key),
            fields=self.resolved(fields),
        )
        self._made[key], self._ids[key] = found, found.pk
        return found

    def act(self, on: str | Record, name: str, at: datetime, by: str = "", /, note: str = "", **params: Any) -> Record:
        """Do an action to a record, unless its time is still to come: then it has simply not happened yet."""
        record = self[on] if isinstance(on, str) else on
        if at <= self.now:
            perform(
                record,
                name,
                self.actor(by),
                via=VIA,
                at=at,
                request=self.request,
                note=note,
                params=self.resolved(params),
            )
        return record

    def attach(self, on: str, at: datetime, by: str, name: str, text: str) -> None:
        """Put a file with some text on a record."""
        digest, size = uploads.receive([text.encode()], self.actor(by))
        media_type = mimetypes.guess_type(name)[0] or "text/plain"
        self.act(on, "attach", at, by, name=name, digest=digest, size=size, media_type=media_type)

    def actor(self, key: str) -> Actor:
        """A person of the demo with their rights; without a key the system itself."""
        if not key:
            return SYSTEM
        if key not in self._actors:
            self._actors[key] = of_person(self[key])
        return self._actors[key]

    def resolved(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Values in which what `@` names has become the id of its record."""
        return {name: self._one(value) for name, value in values.items()}

    def _one(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._one(one) for one in value]
        return self.id(value[1:]) if isinstance(value, str) and value.startswith("@") else value


def is_loaded() -> bool:
    """Whether the demo was loaded; it is loaded whole or not at all."""
    return ExternalKey.objects.filter(source=SOURCE).exists()


def by_key(kind: str, key: str) -> Any:
    """The demo's record with this key, as it stands now."""
    row = ExternalKey.objects.select_related("record").get(source=SOURCE, kind=kind, key=key)
    return as_own_type(row.record)
