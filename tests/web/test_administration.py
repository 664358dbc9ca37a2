"""One's own account, and what administrators see."""

import csv
import io
import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from septet.kernel.accounts import find_actor
from septet.kernel.actions import create, new_request, perform
from septet.kernel.actors import OPERATOR
from septet.kernel.errors import Refused
from septet.kernel.models import Account, Entry, FailedReaction, LogEntry, Run, RunState, Token, Verb
from septet.kernel.readings import run_procedure
from tests.cast import Cast
from tests.everything.walk import make
from tests.web.conftest import SignIn

PAGES = tuple(f"/administration/{name}" for name in ("", "accounts/", "log/", "runs/", "settings/", "tokens/"))


@pytest.mark.parametrize("address", PAGES)
def test_administration_exists_for_administrators_only(address: str, browser_of: SignIn) -> None:
    assert browser_of("admin").get(address).status_code == 200
    for name in ("bob", "rita", "otto"):
        assert browser_of(name).get(address).status_code == 404


def test_a_token_is_shown_once_and_ends_when_revoked(browser_of: SignIn) -> None:
    alice = browser_of("alice")
    page = alice.post("/me/tokens/", {"label": "Backup script", "days": "30"}).text
    secret = page.partition("<code>spt_")[2].partition("</code>")[0]
    assert find_actor(f"spt_{secret}") is not None
    token = Token.objects.get(label="Backup script")
    later = alice.get("/me/").text
    assert "Backup script" in later
    assert secret not in later
    assert browser_of("bob").post(f"/me/tokens/{token.pk}/revoke/").status_code == 404
    assert alice.post(f"/me/tokens/{token.pk}/revoke/").status_code == 302
    assert find_actor(f"spt_{secret}") is None
    assert [one.event for one in LogEntry.objects.order_by("pk")] == ["token-made", "token-revoked"]
    assert alice.post("/me/tokens/", {"label": "", "days": "30"}).status_code == 422


def test_a_token_may_what_its_maker_chose_and_lists_say_so(browser_of: SignIn) -> None:
    admin, alice = browser_of("admin"), browser_of("alice")
    chosen: dict[str, Any] = {
        "access": "chosen",
        "scope": ["read:change", "undo"],
        "actions": "comment:INC, resolve:incident",
    }
    sent: dict[str, Any] = {
        "only looks": {},
        "watches": chosen,
        "does all": {"access": "everything"},
    }
    for label, more in sent.items():
        assert alice.post("/me/tokens/", {"label": label, "days": "30", **more}).status_code == 200
    scopes = dict(Token.objects.values_list("label", "scope"))
    assert scopes == {
        "only looks": "read",
        "watches": "comment:incident read:change resolve:incident undo",
        "does all": "",
    }
    for page in (alice.get("/me/").text, admin.get("/administration/tokens/").text):
        for words in ("Read everything", "Read changes", "Resolve: incidents", "Whatever the person may do"):
            assert words in page
    noted = LogEntry.objects.filter(event="token-made").values_list("detail", flat=True)
    assert "watches, for comment:incident read:change resolve:incident undo" in noted
    for wrong, said in (
        ({"access": "chosen"}, "Choose at least one thing"),
        ({"access": "chosen", "actions": "resolv:incident"}, "Did you mean &#39;resolve&#39;?"),
        ({"access": "chosen", "actions": "read:" + "x" * 3000}, "There is no record type"),
        ({"access": "all"}, "Choose what the token may do"),
    ):
        answer = alice.post("/me/tokens/", {"label": "kept while mending", "days": "30", **wrong})
        assert answer.status_code == 422
        assert said in answer.text
        assert 'value="kept while mending"' in answer.text
    assert Token.objects.count() == 3


def test_times_are_shown_in_the_reader_s_zone(browser_of: SignIn) -> None:
    alice = browser_of("alice")
    assert alice.post("/me/reading/", {"zone": "Mars/Olympus"}).status_code == 422
    assert alice.post("/me/reading/", {"zone": "Asia/Kolkata"}).status_code == 302
    assert "UTC+05:30" in alice.get("/team/people/", {"columns": ["title", "updated_at"]}).text


def test_a_new_colleague_gets_a_login_and_a_link(browser_of: SignIn, cast: Cast) -> None:
    admin = browser_of("admin")
    answer = admin.post("/administration/accounts/add/", {"person": "Otto", "email": "otto@example.org"})
    assert answer.status_code == 302
    assert (
        admin.post("/administration/accounts/add/", {"person": "Rita", "email": "otto@example.org"}).status_code == 409
    )
    page = admin.post(f"{answer['Location']}link/").text
    link = page.partition("<code>")[2].partition("</code>")[0]
    otto = Client(headers={"host": "localhost"})
    assert otto.post(f"/sign-in/{link.rpartition('/sign-in/')[2]}").status_code == 302
    assert otto.get("/portal/").status_code == 200
    assert link not in admin.get(answer["Location"]).text
    assert "otto@example.org" in admin.get("/administration/accounts/", {"q": "otto"}).text
    log = admin.get("/administration/log/", {"event": "sign-in-link"}).text
    assert cast.otto.number in log
    assert "otto@example.org" not in log, "what stands there can never be erased"
    assert "account-opened" not in log.partition("<table")[2]
    assert Account.objects.get(email="otto@example.org").person_id == cast.otto.pk


def test_a_waiting_run_can_be_cancelled_and_started_again(browser_of: SignIn) -> None:
    admin, now = browser_of("admin"), timezone.now()
    run = Run.objects.create(
        id="00000000-0000-0000-0000-000000000001", task="no-such-task", run_after=now, queued_at=now
    )
    assert "No such task" in admin.get("/administration/runs/").text
    assert admin.post(f"/administration/runs/{run.pk}/cancel/").status_code == 302
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert admin.post(f"/administration/runs/{run.pk}/cancel/").status_code == 409
    assert admin.post(f"/administration/runs/{run.pk}/retry/").status_code == 404
    assert "no-such-task" not in admin.get("/administration/runs/", {"state": "failed"}).text


def test_a_parked_reaction_is_shown_with_its_record_and_tried_again(browser_of: SignIn, cast: Cast) -> None:
    admin, entry = browser_of("admin"), Entry.objects.filter(record_id=cast.rita.pk).latest("pk")
    address = "/administration/reactions/"
    assert "Nothing failed" in admin.get(address).text
    failed = FailedReaction.objects.create(
        follower="support.tell", entry_id=entry.pk, failures=5, error="ConnectionError: the mail server is away"
    )
    again = FailedReaction.objects.create(
        follower="support.count", entry_id=entry.pk, retry_at=timezone.now(), error="Busy"
    )
    page = admin.get(address).text
    assert page.index("support.tell") < page.index("support.count")
    for shown in (f"/r/{cast.rita.number}/", "the mail server is away", f'value="{failed.pk}"'):
        assert shown in page
    assert f'value="{again.pk}"' not in page
    figures = admin.get("/metrics").text
    assert 'septet_failed_reactions{state="parked"} 1' in figures
    assert 'septet_failed_reactions{state="retried"} 1' in figures
    assert admin.post(f"{address}retry/", {"failure": str(again.pk)}).status_code == 409
    assert admin.post(f"{address}retry/", {"failure": "x"}).status_code == 409
    assert admin.post(f"{address}retry/", {"failure": str(failed.pk)}).status_code == 302
    failed.refresh_from_db()
    assert failed.retry_at is not None
    assert admin.post(f"{address}retry/").status_code == 409
    assert browser_of("bob").get(address).status_code == 404
    assert browser_of("bob").post(f"{address}retry/").status_code == 404


def test_the_first_page_leads_to_everything_and_says_how_the_system_is(browser_of: SignIn) -> None:
    admin = browser_of("admin")
    page = admin.get("/administration/").text
    for shown in ("Accounts", "Business calendars", "Priority matrices", "Parked reactions", "Imports"):
        assert shown in page
    for address in set(re.findall(r'<li><a href="(/[^"]+)"', page.partition("<main")[2])):
        assert admin.get(address).status_code == 200, address
    assert browser_of("bob").get("/administration/").status_code == 404


def test_tokens_of_everybody_without_those_that_open_nothing(browser_of: SignIn, cast: Cast) -> None:
    admin, alice = browser_of("admin"), browser_of("alice")
    for label in ("backup script", "old script"):
        alice.post("/me/tokens/", {"label": label, "days": "30"})
    Token.objects.filter(label="old script").update(revoked_at=timezone.now())
    page = admin.get("/administration/tokens/").text
    assert "backup script" in page
    assert "old script" not in page
    assert "old script" in admin.get("/administration/tokens/?all=yes").text


def test_settings_are_shown_but_no_secret(browser_of: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEPTET_MAIL_URL", "smtp://ann:hush-hush@mail.example.org")
    monkeypatch.setenv("SEPTET_OIDC_NAME", "Example Ltd")
    page = browser_of("admin").get("/administration/settings/").text
    assert "hush-hush" not in page
    assert "mail.example.org" not in page
    assert "Example Ltd" in page


def test_the_log_by_event_and_person(browser_of: SignIn, cast: Cast) -> None:
    admin, alice = browser_of("admin"), browser_of("alice")
    alice.post("/me/tokens/", {"label": "script of Alice", "days": "30"})
    admin.post("/me/tokens/", {"label": "script of Ada", "days": "30"})
    page = admin.get(f"/administration/log/?event=token-made&who={cast.alice.number}").text
    assert "script of Alice" in page
    assert "script of Ada" not in page


def test_an_administrator_of_one_service_is_none_of_everybody(browser_of: SignIn, cast: Cast) -> None:
    service = make("service")
    fields = {"person": cast.alice, "role": "administrator", "cluster": "support", "service": service}
    perform(create("assignment", OPERATOR, via="cli", fields=fields), "activate", OPERATOR, via="cli")
    assert cast.as_("alice").has(Verb.ADMINISTER)
    alice = browser_of("alice")
    assert alice.get("/administration/accounts/").status_code == 404
    assert "/administration/" not in alice.get("/my-work/").text
    with pytest.raises(Refused):
        run_procedure("load-standard-model", cast.as_("alice"), {}, via="api", request=new_request())


def logged(at: str, event: str, **values: Any) -> None:
    """A row of the log from another time."""
    values = {"actor_name": "Ada", "via": "web", "request": "", **values}
    LogEntry.objects.create(at=datetime.fromisoformat(at), event=event, **values)


def test_the_log_by_days_of_the_reader_s_zone_and_as_a_file(browser_of: SignIn, cast: Cast) -> None:
    admin = browser_of("admin")
    logged("2026-03-09T23:30:00+00:00", "sign-in", detail="late in London, early in Berlin")
    logged("2026-03-10T22:59:00+00:00", "refusal", detail="=HYPERLINK(1)", actor_id=cast.alice.pk)
    logged("2026-03-10T23:00:00+00:00", "sign-in", detail="the next day")
    days = {"since": "2026-03-10", "until": "2026-03-10"}
    page = admin.get("/administration/log/", days).text
    assert "early in Berlin" in page
    assert "HYPERLINK" in page
    assert "the next day" not in page
    assert "Europe/Berlin" in page
    answer = admin.get("/administration/log/export.csv", days)
    assert 'filename="second-log-2026-03-10-2026-03-10.csv"' in answer["Content-Disposition"]
    found = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert [(one["at"], one["who"], one["detail"]) for one in found] == [
        ("2026-03-10T00:30:00+01:00", "", "late in London, early in Berlin"),
        ("2026-03-10T23:59:00+01:00", cast.alice.number, "'=HYPERLINK(1)"),
    ]
    assert LogEntry.objects.filter(event="export", detail__contains="since=2026-03-10").count() == 1
    everything = b"".join(admin.get("/administration/log/export.csv")).decode()
    assert "the next day" in everything
    assert browser_of("bob").get("/administration/log/export.csv").status_code == 404
    for wrong, said in (
        ({"since": "yesterday"}, "Write a day such as"),
        ({"since": "2026-03-10", "until": "2026-03-09"}, "comes before the first"),
        ({"until": "9999-12-31"}, "Write a day such as"),
        ({"who": "Nobody at all"}, 'id="who-error"'),
    ):
        answer = admin.get("/administration/log/", wrong)
        assert answer.status_code == 422
        assert said in answer.text
        assert admin.get("/administration/log/export.csv", wrong).status_code == 422
