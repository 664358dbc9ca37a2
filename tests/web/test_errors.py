"""What goes wrong is said in plain words, with the right status and without a stack trace."""

from unittest.mock import patch

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client

from tests.cast import Cast
from tests.web.conftest import SignIn


def test_a_form_from_elsewhere_changes_nothing(cast: Cast, browser_of: SignIn) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    strict.cookies = browser_of("alice").cookies
    answer = strict.post("/me/reading/", {"zone": "Asia/Kolkata"})
    assert answer.status_code == 403
    assert "nothing was changed" in answer.text


def test_a_comment_that_is_too_large_is_refused_before_it_is_read(cast: Cast, browser_of: SignIn) -> None:
    answer = browser_of("alice").post(f"/r/{cast.rita.number}/do/comment/", {"text": "x" * (9 * 1024 * 1024)})
    assert answer.status_code == 413
    assert "nothing was changed" in answer.text.lower()


@pytest.mark.parametrize(
    "address",
    ["/no/such/page", "/nowhere/incidents/", "/r/INC-99999999/", "/r/nonsense/", "/r/INC-9999999999999999999999/"],
)
def test_what_is_not_there_is_404(address: str, browser_of: SignIn) -> None:
    answer = browser_of("admin").get(address)
    assert answer.status_code == 404
    assert "Traceback" not in answer.text


def test_a_database_that_does_not_answer_is_503(browser_of: SignIn) -> None:
    alice = browser_of("alice")
    gone = OperationalError("server closed the connection unexpectedly")
    with patch("septet.surfaces.web.views.start.work_of", side_effect=gone):
        answer = alice.get("/my-work/")
    assert answer.status_code == 503
    assert "server closed" not in answer.text


def test_our_own_mistake_is_500_without_details(browser_of: SignIn) -> None:
    alice = browser_of("alice")
    alice.raise_request_exception = False
    with patch("septet.surfaces.web.views.start.work_of", side_effect=RuntimeError("the secret reason")):
        answer = alice.get("/my-work/")
    assert answer.status_code == 500
    assert "secret reason" not in answer.text
    assert "log" in answer.text


def test_no_page_needs_inline_style_or_script(cast: Cast, browser_of: SignIn) -> None:
    alice = browser_of("alice")
    for address in ("/", "/support/incidents/", f"/r/{cast.rita.number}/", "/support/incidents/new/", "/me/"):
        page = alice.get(address)
        assert " style=" not in page.text
        assert " onclick=" not in page.text
        assert "<script>" not in page.text
        assert "unsafe" not in page["Content-Security-Policy"]
        assert len(page.content) < 150_000
    assert settings.CSRF_COOKIE_HTTPONLY
