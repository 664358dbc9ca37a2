"""What browsers send to a server that runs: every answer is a page with a plain sentence, nothing is changed."""

from urllib.parse import quote

import httpx
import pytest

from tests.bad_input.hostile import DATES
from tests.bad_input.site import CSRF_FIELD, LEAKS, Browser, Site, is_page

MB = 1024 * 1024
ELSEWHERE = (
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    " //evil.example",
)


@pytest.fixture(scope="module")
def alice(site: Site) -> Browser:
    """The agent's browser."""
    return site.browser("alice")


@pytest.fixture(scope="module")
def ada(site: Site) -> Browser:
    """The administrator's browser."""
    return site.browser("ada")


@pytest.fixture
def ticket(alice: Browser) -> str:
    """The page of a record of the test's own."""
    return str(alice.post("/support/incidents/new/", {"title": "Something is wrong"}).headers["Location"])


def entries(browser: Browser, page: str) -> int:
    """How many entries the history of a record has."""
    number = page.split("/")[2]
    return len(browser.get(f"/api/v1/incidents/{number}/history").json()["items"])


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": "a\x00b"}, "NUL"),
        ({"text": ""}, "This must be given"),
        ({"text": "x" * 200_000}, "100000"),
        ({"text": "x", "audience": "partner:0"}, ""),
        ({"text": "x", "audience": "everybody-else"}, ""),
        ({"text": "x", "note": "y" * 20_000}, "10000"),
        *(({"text": "x", "at": one}, "") for one in DATES if one not in {"2026-01-01", "tomorrow"}),
    ],
)
def test_a_form_that_does_not_fit(alice: Browser, ticket: str, fields: dict[str, str], said: str) -> None:
    assert said in is_page(alice.post(f"{ticket}do/comment/", fields), 422)
    assert entries(alice, ticket) == 1


@pytest.mark.parametrize("body", [b"text=%ff%fe", b"text=\xff\xfe", b"text=%ed%a0%80", b"%c3%28=x&text=y"])
def test_a_form_that_is_no_utf8(alice: Browser, ticket: str, body: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    proof = f"&csrfmiddlewaretoken={alice.proof}".encode()
    answer = alice.client.post(f"{ticket}do/comment/", content=body + proof, headers=headers)
    assert "UTF-8" in is_page(answer, 422)
    assert entries(alice, ticket) == 1


@pytest.mark.parametrize(
    "query",
    ["q=%ff", "q=%00", "state=%00", "owner=%00", "cursor=made-up", "limit=-1", "as_of=0000-01-01", "as_of=99999-01-01",
     "priority=1e9", "order=sideways", "colour=red", "opened_at__gte=-1", "extra.%00=1"],
)  # fmt: skip
def test_a_list_that_cannot_be_shown_says_why(alice: Browser, query: str) -> None:
    is_page(alice.get(f"/support/incidents/?{query}"), 400, 422)


@pytest.mark.parametrize(
    "path",
    ["/r/SAP:a%00b/", "/r/%ff%fe/", "/r/..%2f..%2fetc%2fpasswd/", "/r/a%0d%0aX-Evil:%201/", "/undo/%00/", "/undo/x/",
     "/r/INC-999999999999999999999/", "/support/incidents/export/exe/", "/r/INC-1/files/..%2f1/", "/static/../secret"],
)  # fmt: skip
def test_addresses_that_lead_nowhere(alice: Browser, path: str) -> None:
    answer = alice.get(path)
    assert "X-Evil" not in answer.headers
    is_page(answer, 400, 404)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/me/reading/", {"zone": "../../etc/passwd"}),
        ("/me/tokens/", {"label": "a\x00b"}),
        ("/me/tokens/", {"label": "x" * 5000}),
        ("/me/tokens/", {"label": "x", "days": "9" * 50}),
        ("/me/tokens/99999999999999999999/revoke/", {}),
        ("/support/incidents/filters/", {"name": "a\x00b"}),
        ("/support/incidents/filters/", {"name": "x" * 5000}),
        ("/support/incidents/bulk/", {"action": "format-disk"}),
        ("/support/incidents/bulk/", {"action": "comment", "number": "a\x00b"}),
        ("/support/incidents/new/", {"title": ""}),
        ("/support/incidents/new/", {"title": "x", "impact": "1" * 50}),
        ("/support/incidents/new/", {"title": "x", "owner": "INC-1"}),
        ("/support/incidents/new/", {"title": "x", "owner": "a\x00b"}),
        ("/support/incidents/new/", {"title": "x", "opened_at": "0000-01-01"}),
        ("/administration/accounts/add/", {"person": "PER-2", "email": "again@example.org"}),
        ("/administration/accounts/add/", {"person": "PER-6", "email": f"{'x' * 300}@example.org"}),
        ("/administration/accounts/add/", {"person": "nobody", "email": "nobody@example.org"}),
        ("/administration/accounts/99999999999999999999/link/", {}),
    ],
)
def test_forms_of_every_page(ada: Browser, path: str, fields: dict[str, str]) -> None:
    is_page(ada.post(path, fields), 404, 409, 422)


def test_a_large_comment_is_refused(alice: Browser, ticket: str) -> None:
    head = b"text=" + b"x" * (50 * MB) + f"&csrfmiddlewaretoken={alice.proof}".encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = alice.client.post(f"{ticket}do/comment/", content=head, headers=headers)
    assert "Nothing was changed" in is_page(answer, 413)
    assert entries(alice, ticket) == 1


def test_a_file_whose_name_leads_elsewhere(alice: Browser, ticket: str) -> None:
    for name in ("../../etc/passwd", "a\r\nX-Evil: 1", 'q"; x="y', "n\x00l"):
        answer = alice.post(f"{ticket}attach/", {}, files={"file": (name, b"abc", "text/html\r\nX-Evil: 1")})
        assert answer.status_code in {302, 422}
    number = ticket.split("/")[2]
    files = alice.get(f"/api/v1/incidents/{number}/attachments").json()["items"]
    assert files
    for one in files:
        assert not set(one["name"]) & set("/\\\r\n\0")
        got = alice.get(f"{ticket}files/{one['id']}/")
        assert got.headers["Content-Disposition"].startswith("attachment; ")
        assert "sandbox" in got.headers["Content-Security-Policy"]
        assert "X-Evil" not in got.headers


@pytest.mark.parametrize("goal", ELSEWHERE)
def test_signing_in_leads_to_our_own_pages_only(alice: Browser, ticket: str, goal: str) -> None:
    signed_in = alice.get(f"/sign-in/?next={quote(goal)}")
    assert (signed_in.status_code, signed_in.headers["Location"]) == (302, "/")
    answer = alice.post(f"{ticket}do/watch/", {"next": goal})
    assert answer.headers["Location"] == ticket
    assert "evil.example" not in answer.headers["Location"]


def test_a_form_without_its_proof_changes_nothing(site: Site, alice: Browser, ticket: str) -> None:
    bare = site.client(cookies={"sessionid": alice.session})
    assert "nothing was changed" in is_page(bare.post(f"{ticket}do/comment/", data={"text": "x"}), 403)
    answer = alice.post(f"{ticket}do/comment/", {"text": "x"}, headers={"Origin": "https://evil.example"})
    assert "nothing was changed" in is_page(answer, 403)
    mine = {"csrfmiddlewaretoken": site.browser("rita").proof, "text": "x"}
    assert is_page(alice.client.post(f"{ticket}do/comment/", data=mine), 403)
    assert entries(alice, ticket) == 1


@pytest.mark.parametrize("session", ["", "a" * 32, "x" * 5000, "../../etc/passwd", "%00"])
def test_a_session_that_is_none_leads_to_the_sign_in(site: Site, session: str) -> None:
    answer = site.client(cookies={"sessionid": session}).get("/my-work/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in/?next=/my-work/")


@pytest.mark.parametrize("host", [b"evil.example", b"\xff", b"a b"])
def test_another_host_is_refused(site: Site, host: bytes) -> None:
    said = site.raw(b"GET /sign-in/ HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 400 ")
    assert not LEAKS.search(said.decode("latin-1"))


def test_guessing_links_is_slowed_down(site: Site) -> None:
    client = site.client(transport=httpx.HTTPTransport(local_address="127.0.0.4"))
    link = f"/sign-in/{site.told['links']['otto']}/"
    proof = CSRF_FIELD.search(client.get(link).text)
    assert proof
    form = {"csrfmiddlewaretoken": proof[1]}
    statuses = [client.post("/sign-in/guess/", data=form).status_code for _ in range(45)]
    assert set(statuses) == {403, 429}
    is_page(client.post("/sign-in/guess/", data=form), 429)
    fresh = site.client(transport=httpx.HTTPTransport(local_address="127.0.0.5"))
    found = CSRF_FIELD.search(fresh.get(link).text)
    assert found
    answer = fresh.post(link, data={"csrfmiddlewaretoken": found[1]})
    assert answer.status_code == 302
    kept = answer.headers.get_list("set-cookie")
    assert any(one.startswith("sessionid=") for one in kept)
    for one in kept:
        assert "HttpOnly" in one
        assert "SameSite=Lax" in one
    assert is_page(site.client().get(link), 403)


PUBLIC = ("/sign-in/", "/healthz", "/readyz", "/metrics", "/api/v1/docs", "/api/v1/openapi.json", "/nowhere/")


@pytest.mark.parametrize(
    "path",
    [*PUBLIC, "/", "/me/", "/my-work/", "/support/incidents/", "/search/?q=x", "/api/v1/me", "/api/v1/incidents",
     "/api/v1/nowhere", "/support/incidents/export/csv/"],
)  # fmt: skip
def test_every_answer_says_what_a_browser_may_do_with_it(site: Site, alice: Browser, path: str) -> None:
    answer = (site.client() if path in PUBLIC else alice).get(path)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    if path not in PUBLIC:
        assert "private" in answer.headers["Cache-Control"] or "no-store" in answer.headers["Cache-Control"]
    for one in answer.headers.get_list("set-cookie"):
        if "Max-Age=0" not in one:
            assert "HttpOnly" in one
        assert "SameSite=Lax" in one


def test_with_https_cookies_and_pages_stay_on_https(site: Site) -> None:
    script = (
        "import django; django.setup(); from django.conf import settings as s; "
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS >= 31536000)"
    )
    assert site.python(script, SEPTET_URL="https://septet.example.org") == "True True True"


def test_the_log_holds_no_secret_and_no_error_of_ours(site: Site) -> None:
    for secret in (*site.told["tokens"].values(), *site.told["links"].values(), *site.told["sessions"].values()):
        assert secret not in site.log
    for line in site.log.splitlines():
        assert "Internal Server Error" not in line, line
