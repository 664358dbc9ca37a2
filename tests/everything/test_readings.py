"""Every reading, report and procedure answers its examples, in the form that its declaration says."""

from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from septet.kernel.actions import new_request, perform
from septet.kernel.actors import OPERATOR
from septet.kernel.errors import Invalid, NotFound, Refused
from septet.kernel.models import Record, Verb
from septet.kernel.readings import Offer, offers, procedure, read_about, read_report, reading, report, run_procedure
from septet.kernel.registry import registry
from tests.cast import Cast
from tests.everything.walk import all_types, filled, make

BOTH = [*offers.reports.values(), *offers.procedures.values()]


def has_form(one: Offer, answer: Any) -> None:
    """The answer survives a round through its declared form."""
    assert one.answer.validate_python(answer) == answer


@pytest.mark.parametrize("kind", all_types())
def test_every_reading_answers(db: None, kind: str) -> None:
    record = make(kind)
    for one in offers.of_type(registry.types[kind]).values():
        for example in one.examples:
            has_form(one, read_about(record, one.name, OPERATOR, filled(example)))


@pytest.mark.parametrize("one", offers.reports.values(), ids=lambda one: one.name)
def test_every_report_answers(db: None, one: Offer) -> None:
    for example in one.examples:
        has_form(one, read_report(one.name, OPERATOR, filled(example)))


@pytest.mark.parametrize("one", [one for one in BOTH if one.verb is not None], ids=lambda one: one.name)
def test_who_has_no_right_is_refused(cast: Cast, one: Offer) -> None:
    otto = cast.as_("otto")
    call = (
        partial(read_report, one.name, otto, {})
        if one.name in offers.reports
        else partial(run_procedure, one.name, otto, {}, via="api", request=new_request())
    )
    with pytest.raises(Refused, match="right to"):
        call()


def test_why_says_why(cast: Cast) -> None:
    record = make("incident", requester=cast.rita.number)
    answer = read_about(record, "why", cast.as_("bob"), {"person": cast.rita.number, "verb": "see"})
    assert (answer.allowed, answer.reason) == (True, "They asked for it.")
    assert not read_about(record, "why", cast.as_("rita"), {"person": cast.rita.number, "verb": "assign"}).allowed
    perform(cast.alice, "share", OPERATOR, via="api", party=cast.rita.number)
    with pytest.raises(Refused, match="for yourself only"):
        read_about(record, "why", cast.as_("rita"), {"person": cast.alice.number, "verb": "see"})
    with pytest.raises(NotFound, match="resolve"):
        read_about(record, "why", OPERATOR, {"person": cast.bob.number, "verb": "resolv"})
    with pytest.raises(Invalid, match="person"):
        read_about(record, "why", OPERATOR, {"verb": "see"})
    with pytest.raises(NotFound, match="no reading"):
        read_about(record, "whi", OPERATOR, {})


def test_a_name_is_declared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offers, "readings", list(offers.readings))
    monkeypatch.setattr(offers, "reports", dict(offers.reports))
    monkeypatch.setattr(offers, "procedures", dict(offers.procedures))
    report(name="nothing")(_nothing)
    with pytest.raises(ImproperlyConfigured, match="declared twice"):
        report(name="nothing")(_nothing)
    procedure(verb=Verb.MANAGE, name="nothing")(_nothing)
    with pytest.raises(ImproperlyConfigured, match="declared twice"):
        procedure(verb=Verb.MANAGE, name="nothing")(_nothing)
    reading(Record, name="history")(_nothing)
    with pytest.raises(ImproperlyConfigured, match="name of something else"):
        offers.check()


def _nothing(actor: Any) -> None:
    """Say nothing."""
