"""What somebody who means no good tries on pages."""

import time

import pytest
from allauth.mfa.models import Authenticator

from septet.kernel.models import Account
from septet.surfaces.web.markdown import LONGEST_READ, markdown
from tests.cast import Cast
from tests.web.conftest import SignIn


@pytest.mark.parametrize("piece", ["[", "*a", "[a](", "<", "`", "|", "> ", "- "])
def test_no_text_takes_long_to_show(piece: str) -> None:
    began = time.process_time()
    shown = markdown(piece * 1_000_000)
    assert time.process_time() - began < 2
    assert shown.startswith("<pre>")
    assert "<script>" not in markdown("<script>alert(1)</script>" * LONGEST_READ)


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](data:text/html,x)", "<img src=x onerror=alert(1)>",
        "![x](https://evil.example/x.png)", "<javascript:alert(1)>", "[x]: javascript:alert(1)\n\n[x]",
        "[x](vbscript:x)", "[x](&#106;avascript:alert(1))", "<svg onload=a>",
    ],
)  # fmt: skip
def test_no_text_runs_or_fetches_anything(text: str) -> None:
    shown = str(markdown(text)).lower()
    for sign in ('href="javascript', 'href="data', 'href="vbscript', "<img", "<svg", "<script"):
        assert sign not in shown


def test_the_passkeys_of_others_are_nobody_else_s(browser_of: SignIn, cast: Cast) -> None:
    browser_of("bob")
    bob = Account.objects.get(person_id=cast.bob.pk)
    theirs = Authenticator.objects.create(
        user=bob, type=Authenticator.Type.WEBAUTHN, data={"name": "bob", "credential": {}}
    )
    alice = browser_of("alice")
    for deed in ("remove", "rename"):
        assert alice.get(f"/me/sign-in/passkeys/{theirs.pk}/{deed}/").status_code == 404
        assert alice.post(f"/me/sign-in/passkeys/{theirs.pk}/{deed}/", {"name": "mine"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.data["name"] == "bob"
