"""The ways in beside links: codes, passwords, links by mail; what is asked of whom, and what is told of it."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import LazySettings
from django.core import mail
from django.test import Client

from septet.kernel.accounts import new_sign_in_link, open_account
from septet.kernel.actions import perform
from septet.kernel.actors import OPERATOR
from septet.kernel.models import Account, LogEntry, Run, SignInLink
from septet.surfaces.web.entrance.background import MOST_AN_HOUR, mail_sign_in_link
from tests.cast import Cast

PASSWORD = "correct horse battery staple"


@pytest.fixture
def account(cast: Cast) -> Account:
    return open_account(cast.alice, "alice@example.org")


def browser(**told: Any) -> Client:
    return Client(headers={"host": "localhost"}, **told)


def by_link(account: Account) -> Client:
    """A browser that came in by a link, as far as a link leads."""
    client = browser()
    client.post(f"/sign-in/{new_sign_in_link(account)}/")
    return client


def code_of(secret: str, steps: int = 0) -> str:
    """What an authenticator app shows now, or some half minutes later."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


def set_up_app(client: Client) -> str:
    """Set up an authenticator app; its secret."""
    shown = re.search(r'class="key">([A-Z2-7]+)<', client.get("/me/sign-in/app/").text)
    assert shown is not None
    answer = client.post("/me/sign-in/app/", {"code": code_of(shown[1])})
    assert answer["Location"] == "/me/sign-in/codes/"
    return shown[1]


def events() -> list[str]:
    return list(LogEntry.objects.order_by("pk").values_list("event", flat=True))


def test_after_an_app_is_set_up_a_link_is_not_enough(account: Account) -> None:
    first = by_link(account)
    secret = set_up_app(first)
    second = by_link(account)
    assert second.get("/my-work/")["Location"].startswith("/sign-in/")
    assert second.post("/sign-in/second/", {"code": "000000"}).status_code == 403
    assert second.get("/my-work/").status_code == 302
    assert second.post("/sign-in/second/", {"code": code_of(secret, 1)})["Location"] == "/"
    assert second.get("/my-work/").status_code == 200
    assert events() == ["sign-in", "second-factor-added", "sign-in-refused", "sign-in"]
    assert LogEntry.objects.latest("pk").detail == "link + totp"


def test_a_code_works_once_and_guessing_is_stopped(account: Account) -> None:
    secret = set_up_app(by_link(account))
    code = code_of(secret, 1)
    assert by_link(account).post("/sign-in/second/", {"code": code}).status_code == 302
    replayed = by_link(account)
    assert replayed.post("/sign-in/second/", {"code": code}).status_code == 403
    for _ in range(5):
        replayed.post("/sign-in/second/", {"code": "123456"})
    assert "Wait five minutes" in replayed.post("/sign-in/second/", {"code": code_of(secret)}).text


def test_recovery_codes_are_shown_once_and_each_works_once(account: Account) -> None:
    client = by_link(account)
    set_up_app(client)
    found = [
        one.replace(" ", "") for one in re.findall(r"<code>(\d{4} \d{4})</code>", client.get("/me/sign-in/codes/").text)
    ]
    assert len(found) == 10
    assert "<code>" not in client.get("/me/sign-in/codes/").text
    assert by_link(account).post("/sign-in/second/", {"code": found[0]})["Location"] == "/"
    assert by_link(account).post("/sign-in/second/", {"code": found[0]}).status_code == 403


def test_the_database_alone_does_not_tell_secrets(account: Account) -> None:
    secret = set_up_app(by_link(account))
    held = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in held


def test_what_matters_asks_again_after_a_while(account: Account, settings: LazySettings) -> None:
    client = by_link(account)
    secret = set_up_app(client)
    assert client.get("/me/sign-in/app/remove/").status_code == 200
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    asked = client.get("/me/sign-in/app/remove/")
    assert asked["Location"].startswith("/me/sign-in/again/?next=")
    # A deed that was asked for goes on where it was broken off.
    assert client.post("/me/tokens/", {"label": "script", "days": "30"})["Location"].startswith("/me/sign-in/again/")
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
    again = client.post("/me/sign-in/again/?next=/me/tokens/", {"code": code_of(secret, 1)})
    assert "Your new token" in again.text


def test_administrators_can_be_asked_for_a_second_factor(cast: Cast, account: Account, settings: LazySettings) -> None:
    settings.SECOND_FACTOR = "administrators"
    assert by_link(account).get("/my-work/").status_code == 200
    perform(cast.desk, "remove-member", OPERATOR, via="cli", person=cast.alice)
    perform(cast.desk, "add-member", OPERATOR, via="cli", person=cast.alice, role="administrator")
    client = by_link(account)
    assert client.get("/my-work/")["Location"] == "/me/sign-in/"
    assert client.get("/api/v1/incidents").status_code == 403
    assert "asks for a passkey" in client.get("/me/sign-in/").text
    set_up_app(client)
    assert client.get("/my-work/").status_code == 200
    assert client.get("/api/v1/incidents").status_code == 200


def test_whoever_came_by_a_link_is_offered_a_passkey_until_they_say_later(account: Account) -> None:
    client = by_link(account)
    assert "with a passkey" in client.get("/my-work/").text
    assert "with a passkey" not in client.get("/support/incidents/").text
    assert "with a passkey" not in client.get("/my-work/", headers={"host": "127.0.0.1:8765"}).text
    assert client.post("/me/sign-in/later/", {"next": "/my-work/"})["Location"] == "/my-work/"
    assert "with a passkey" not in client.get("/my-work/").text
    assert "with a passkey" not in by_link(account).get("/my-work/").text


def test_sessions_are_listed_and_ended(account: Account) -> None:
    here, there = by_link(account), by_link(account)
    there.get("/my-work/")
    assert here.get("/me/sign-in/").text.count("127.0.0.1") == 2
    here.post("/me/sign-in/sessions/end/")
    assert here.get("/my-work/").status_code == 200
    assert there.get("/my-work/")["Location"].startswith("/sign-in/")
    assert "signed-out-elsewhere" in events()


def test_signing_in_gives_the_session_another_key(account: Account) -> None:
    client = browser()
    client.get("/sign-in/")
    client.session["x"] = 1
    before = client.session.session_key
    client.post(f"/sign-in/{new_sign_in_link(account)}/")
    assert client.session.session_key != before
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


@pytest.mark.parametrize(
    "sent",
    ["", "[]", "5", '{"response": 5}', '{"id": "a", "rawId": "a", "response": {"clientDataJSON": "a"}}', "{", "\0"],
)
def test_what_is_no_passkey_is_refused(account: Account, settings: LazySettings, sent: str) -> None:
    settings.PASSWORDS = True
    client = by_link(account)
    assert client.post("/me/sign-in/passkeys/add/", {"credential": sent}).status_code == 422
    assert browser().post("/sign-in/passkey/", {"credential": sent}).status_code == 403
    assert browser().post("/sign-in/password/", {"email": sent, "password": sent}).status_code == 403


def test_passwords_are_off_until_an_organisation_wants_them(account: Account, settings: LazySettings) -> None:
    account.set_password(PASSWORD)
    account.save()
    entered = {"email": "alice@example.org", "password": PASSWORD}
    assert browser().post("/sign-in/password/", entered).status_code == 404
    settings.PASSWORDS = True
    assert browser().post("/sign-in/password/", entered)["Location"] == "/"
    wrong = browser().post("/sign-in/password/", entered | {"password": "no"})
    assert (wrong.status_code, "not right" in wrong.text) == (403, True)


def test_guesses_at_a_password_wait_longer_and_longer_but_only_where_they_came_from(
    account: Account, settings: LazySettings
) -> None:
    settings.PASSWORDS = True
    account.set_password(PASSWORD)
    account.save()
    stranger = browser(REMOTE_ADDR="203.0.113.7")
    answers = [stranger.post("/sign-in/password/", {"email": "Alice@example.org", "password": "x"}) for _ in range(6)]
    assert [one.status_code for one in answers] == [403] * 4 + [429] * 2
    right = {"email": "alice@example.org", "password": PASSWORD}
    assert stranger.post("/sign-in/password/", right).status_code == 429
    assert browser(REMOTE_ADDR="203.0.113.8").post("/sign-in/password/", right).status_code == 302


def test_a_password_is_chosen_and_dropped(account: Account, settings: LazySettings) -> None:
    settings.PASSWORDS = True
    client = by_link(account)
    assert client.post("/me/sign-in/password/", {"password": "password1234"}).status_code == 422
    assert client.post("/me/sign-in/password/", {"password": PASSWORD}).status_code == 302
    assert client.get("/my-work/").status_code == 200
    account.refresh_from_db()
    assert account.check_password(PASSWORD)
    client.post("/me/sign-in/password/")
    account.refresh_from_db()
    assert not account.has_usable_password()


def test_an_administrator_takes_lost_factors_away(account: Account, cast: Cast) -> None:
    set_up_app(by_link(account))
    perform(cast.desk, "add-member", OPERATOR, via="cli", person=cast.otto, role="administrator")
    admin = by_link(open_account(cast.otto, "otto@example.org"))
    assert "Authenticator app" in admin.get(f"/administration/accounts/{account.pk}/").text
    assert admin.post(f"/administration/accounts/{account.pk}/factors/remove/").status_code == 302
    assert by_link(account).get("/my-work/").status_code == 200
    assert "second-factor-removed" in events()


def test_erasing_a_person_takes_every_way_in(account: Account, cast: Cast) -> None:
    set_up_app(by_link(account))
    perform(cast.alice, "erase", OPERATOR, via="cli")
    assert not Authenticator.objects.exists()


class TestByMail:
    @pytest.fixture(autouse=True)
    def mail_server(self, settings: LazySettings) -> None:
        settings.MAIL = {"EMAIL_HOST": "localhost"}

    def test_the_answer_does_not_tell_who_has_an_account(self, account: Account) -> None:
        known = browser().post("/sign-in/mail/", {"email": "ALICE@example.org"})
        unknown = browser().post("/sign-in/mail/", {"email": "nobody@example.org"})
        said = [one.text.partition("<main")[2].partition("</main>")[0] for one in (known, unknown)]
        assert said[0].replace("ALICE", "nobody") == said[1]
        assert Run.objects.filter(task="mail-sign-in-link").count() == 1

    def test_the_link_comes_and_leads_where_one_wanted_to_go(self, account: Account) -> None:
        assert mail_sign_in_link.call(account=account.pk, goal="?next=/my-work/")
        address = re.search(r"http://\S+", str(mail.outbox[0].body))
        assert address is not None
        client = browser()
        path = address[0].partition("8765")[2]
        assert client.post(path)["Location"] == "/my-work/"

    def test_nobody_fills_somebody_elses_mailbox(self, account: Account) -> None:
        for _ in range(MOST_AN_HOUR + 3):
            mail_sign_in_link.call(account=account.pk, goal="")
        assert len(mail.outbox) == MOST_AN_HOUR
        assert SignInLink.objects.count() == MOST_AN_HOUR

    def test_without_a_mail_server_nothing_is_offered(self, db: None, settings: LazySettings) -> None:
        settings.MAIL = {}
        assert "Mail me a link" not in browser().get("/sign-in/").text
        assert browser().post("/sign-in/mail/", {"email": "a@example.org"}).status_code == 404
