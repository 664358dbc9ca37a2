"""Services: into the catalogue and out of it."""

from typing import Any

import pytest

from septet.kernel import policy
from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR
from septet.kernel.errors import Conflict, Invalid, Refused
from tests.cast import Cast


def service(**values: Any) -> Any:
    return create("service", OPERATOR, via="api", fields={"title": "E-mail", "description": "Mail for all.", **values})


def do(record: Any, name: str, **values: Any) -> Any:
    perform(record, name, OPERATOR, via="api", **values)
    return record


def test_from_the_idea_to_the_end(cast: Cast) -> None:
    mail = service()
    for name, state in (("define", "defined"), ("charter", "approved"), ("build", "built"), ("launch", "live")):
        assert not policy.may(cast.as_("otto"), "see", mail)
        assert do(mail, name).state == state
    assert policy.may(cast.as_("otto"), "see", mail)
    do(mail, "announce-end", last_use_on="2035-12-31", reason="Chat takes its place.")
    assert policy.may(cast.as_("otto"), "see", mail)
    do(mail, "retire")
    assert mail.closed_at is not None
    assert not policy.may(cast.as_("otto"), "see", mail)
    assert do(mail, "propose-again").last_use_on is None


def test_a_service_that_nobody_described_does_not_enter_the_catalogue(db: None) -> None:
    for name in ("define", "launch"):
        with pytest.raises(Invalid, match="users' words"):
            do(service(description=""), name)


def test_the_end_lies_ahead(db: None) -> None:
    mail = do(service(), "launch")
    with pytest.raises(Invalid, match="day to come"):
        do(mail, "announce-end", last_use_on="2020-01-01", reason="Old.")
    assert (
        do(do(mail, "announce-end", last_use_on="2035-01-01", reason="Old."), "keep", reason="Needed.").state == "live"
    )


def test_open_work_and_what_needs_it_keep_a_service(db: None) -> None:
    mail, shop = do(service(), "launch"), service(title="Shop")
    do(mail, "announce-end", last_use_on="2035-01-01", reason="Old.")
    incident = create("incident", OPERATOR, via="api", title="No mail", service=mail.number)
    do(shop, "relate", type="depends-on", target=mail)
    with pytest.raises(Conflict, match=f"1 open record.*{shop.number} need"):
        do(mail, "retire")
    do(do(incident, "resolve", cause="A cable."), "close")
    with pytest.raises(Conflict, match=f"cannot end yet: {shop.number}"):
        do(mail, "retire")
    do(shop, "unrelate", type="depends-on", target=mail)
    tell = create("task", OPERATOR, via="api", title="Tell its users", subject=mail.number)
    create("task", OPERATOR, via="api", title="Write a farewell", subject=mail.number, mandatory=False)
    with pytest.raises(Conflict, match=f"cannot end yet: {tell.number} must be done first. Settle"):
        do(mail, "retire")
    do(tell, "complete")
    assert do(mail, "retire").state == "retired"


def test_a_reason_lets_it_end_all_the_same(db: None) -> None:
    mail = do(do(service(), "launch"), "announce-end", last_use_on="2035-01-01", reason="Old.")
    create("incident", OPERATOR, via="api", title="No mail", service=mail.number)
    assert do(mail, "retire", despite="The company is sold.").state == "retired"


def test_only_managers_lead_services(cast: Cast) -> None:
    with pytest.raises(Refused):
        perform(service(), "launch", cast.as_("alice"), via="api")
    assert perform(service(), "launch", cast.as_("bob"), via="api")
