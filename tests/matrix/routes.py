"""Every address of the URLconf with the ways in which it is called, ready to be asked by somebody."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from septet.kernel.readings import offers
from septet.kernel.registry import registry
from tests.matrix.people import Met

API = "api/v1/"
PART = re.compile(r"<(?:(\w+):)?(\w+)>")
# Parts by which it shows whose the thing is that an address is about.
OF_RECORDS = frozenset({"number", "file_id", "entry_id", "request_id"})
OF_ACCOUNTS = frozenset({"account_id", "token_id", "filter_id", "run_id", "run", "pk"})
INCIDENT = registry.types["incident"]
# Parts of addresses with more than one meaning; each becomes a row of its own.
SPREAD: dict[str, Sequence[str]] = {
    f"{API}reports/<str:report>": sorted(offers.reports),
    f"{API}procedures/<str:procedure>": sorted(offers.procedures),
    f"{API}<str:types>/<str:number>/<str:name>": [*sorted(offers.of_type(INCIDENT)), "comment", "classify"],
    "r/<str:number>/do/<slug:action>/": ["comment", "classify", "share", "erase"],
    "portal/requests/<str:number>/do/<slug:action>/": ["cancel", "approve"],
}
# Parts of addresses that mean the same whoever asks.
FIXED = {
    "fingerprint": "x", "provider_id": "issuer", "secret": "unknown", "kind": "incident", "form": "csv",
    "about": "incidents",
}  # fmt: skip
NAMES = {
    "help/reference/<slug:name>/": "incidents",
    "help/pictures/<slug:name>.webp": "board",
    "help/<slug:name>/": "support",
    "imports/profiles/<slug:name>/": "volvo-incidents",
    "r/<str:number>/field/<str:name>/": "title",
    f"{API}types/<str:name>": "incidents",
}
# What is sent, so that nothing but rights can stand in the way.
FORMS: dict[str, dict[str, Any]] = {
    "administration/accounts/add/": {"person": "@person", "email": "new@e.org"},
    "me/reading/": {"zone": "UTC"},
    "me/tokens/": {"label": "Mine", "days": "30"},
    "calendar/subscribe/new/": {"label": "Mine", "days": "30"},
    "me/pins/": {"href": "/support/incidents/"},
    "r/<str:number>/edit/": {"title": "Changed", "version": "@version"},
    "r/<str:number>/do/<slug:action>/": {"text": "Said", "party": "@person", "category": "Print"},
    "portal/requests/<str:number>/do/<slug:action>/": {"reason": "Because"},
    "portal/requests/<str:number>/say/": {"text": "Said"},
    "portal/ask/<slug:kind>/": {"title": "Something is wrong", "impact": "3"},
    "<slug:cluster>/<slug:types>/new/": {"title": "Something is wrong"},
    "<slug:cluster>/<slug:types>/bulk/": {"action": "comment", "numbers": "@number", "text": "Said"},
    "<slug:cluster>/<slug:types>/filters/": {"name": "Mine", "query": "open=true"},
}
BODIES: dict[str, dict[str, Any]] = {
    f"{API}<str:types>": {"title": "Something is wrong"},
    f"{API}<str:types>/<str:number>": {"title": "Changed"},
    f"{API}bulk": {"operations": [{"type": "incidents", "fields": {"title": "Something is wrong"}}]},
}
QUERIES = {f"{API}search": "?q=printer", "<slug:cluster>/<slug:types>/filter/": "?field=title"}
ACTIONS = {"comment": {"text": "Said"}, "classify": {"category": "Print"}}
FILES = ("r/<str:number>/attach/", f"{API}<str:types>/<str:number>/attachments")


@dataclass(frozen=True)
class Route:
    """An address with its parts still open, and what stands for a part with several meanings."""

    pattern: str
    chosen: str = ""

    @property
    def label(self) -> str:
        """How the table names it."""
        return "/" + PART.sub(lambda found: f"<{found[2]}>", self._with_choice())

    @property
    def is_api(self) -> bool:
        """Whether programs call it."""
        return self.pattern.startswith(API)

    @property
    def methods(self) -> tuple[str, ...]:
        """How it may be called; those it does not have answer 405."""
        return ("GET", "POST", "PATCH") if self.is_api else ("GET", "POST")

    @property
    def columns(self) -> int:
        """Of how many sorts the things can be that it is about: one's own, others', restricted ones."""
        named = {name for _, name in PART.findall(self.pattern)}
        return 3 if named & OF_RECORDS else 2 if named & OF_ACCOUNTS else 1

    def address(self, met: Met) -> str:
        """The address for what is met in a column."""
        known = {**FIXED, "name": NAMES.get(self.pattern, "x"), "pk": met.account.pk, **met.values}
        if self.pattern.startswith("portal/articles/"):
            known["number"] = met.article.number
        filled = PART.sub(lambda found: str(known.get(found[2], "x")), self._with_choice())
        return f"/{filled}{QUERIES.get(self.pattern, '')}"

    def _with_choice(self) -> str:
        if not self.chosen:
            return self.pattern
        last = list(PART.finditer(self.pattern))[-1]
        return f"{self.pattern[: last.start()]}{self.chosen}{self.pattern[last.end() :]}"

    def form(self, met: Met) -> dict[str, Any]:
        """What a form of it holds."""
        known = {
            "@number": met.record.number,
            "@version": str(met.record.version),
            "@person": met.account.person.number,
        }
        return {name: known.get(value, value) for name, value in FORMS.get(self.pattern, {}).items()}

    def body(self) -> dict[str, Any]:
        """What a program sends."""
        return ACTIONS.get(self.chosen, {}) or BODIES.get(self.pattern, {})


def all_routes() -> Iterator[Route]:
    """Every address there is."""
    for pattern in _patterns(get_resolver().url_patterns):
        for chosen in SPREAD.get(pattern, ("",)):
            yield Route(pattern, chosen)


def _patterns(patterns: Sequence[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _patterns(one.url_patterns, f"{before}{one.pattern}")
        else:
            yield f"{before}{one.pattern}"
