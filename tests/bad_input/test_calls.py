"""What programs send to a server that runs: every answer is a problem document, and nothing is lost or leaked."""

import io
import socket
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.bad_input.hostile import DATES
from tests.bad_input.site import LEAKS, Program, Site, descendants, is_problem, resident

MB = 1024 * 1024


@pytest.fixture(scope="module")
def alice(site: Site) -> Program:
    """The agent's program."""
    return site.program("alice")


@pytest.fixture(scope="module")
def rita(site: Site) -> Program:
    """The end user's program."""
    return site.program("rita")


@pytest.fixture
def ticket(alice: Program) -> str:
    """The path of a record of the test's own."""
    return f"incidents/{alice.post('incidents', {'title': 'Something is wrong'}).json()['number']}"


def version(program: Program, path: str) -> int:
    """How often a record was changed."""
    found: int = program.get(path).json()["version"]
    return found


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"Authorization:",
        b"Authorization: Bearer",
        b"Authorization: Bearer \xff\xfe",
        b"Authorization: Bearer " + b"x" * 5000,
        b"Authorization: Basic YWxpY2U6YWxpY2U=",
        b"Authorization: Bearer spt_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        b"Cookie: sessionid=\xff\xfe",
        b"Cookie: sessionid=" + b"a" * 32,
    ],
)
def test_whoever_is_nobody_is_told_to_sign_in(site: Site, header: bytes) -> None:
    said = site.raw(b"GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + header + b"\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 401 ")
    assert b"application/problem+json" in said
    assert not LEAKS.search(said.decode("latin-1"))


@pytest.mark.parametrize("which", ["expired", "revoked"])
def test_a_token_that_is_no_longer_good(site: Site, which: str) -> None:
    told = is_problem(Program(site, site.told[which]).get("me"), 401)
    assert told["detail"] == "The token is not known, has expired or was revoked. Ask for a new one."


def test_guessing_tokens_is_slowed_down_and_good_ones_go_on(site: Site) -> None:
    client = site.client(transport=httpx.HTTPTransport(local_address="127.0.0.3"))
    guess = {"Authorization": "Bearer spt_guess"}
    answers = [client.get("/api/v1/me", headers=guess) for _ in range(210)]  # two processes, each counts for itself
    assert {one.status_code for one in answers} == {401, 429}
    assert is_problem(answers[-1], 429)["title"] == "Too many requests"
    assert answers[-1].headers["Retry-After"] == "600"
    good = {"Authorization": f"Bearer {site.told['tokens']['bob']}"}
    assert client.get("/api/v1/me", headers=good).status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"text": "\xff\xfe"}', 400),
        (b'{"text": "\\ud800"}', 400),
        (b'{"text": "a\\u0000b"}', 422),
        (b'{"text": NaN}', 400),
        (b'{"text": ' + b"9" * 4000 + b"}", 400),
        (b'{"text": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", 400),
        (b'{"text": ["a"]}', 422),
        (b'{"text": {"a": "b"}}', 422),
        (b'{"text": true}', 422),
        (b'{"text": 1e400}', 400),
        (b'{"text": "x", "colour": "red"}', 422),
        (b'{"text": "x", "at": "in a while"}', 422),
        (b'"x"', 400),
        (b"\x00", 400),
        (b"\x1f\x8b\x08", 400),
    ],
)
def test_bodies_that_are_not_what_they_should_be(alice: Program, ticket: str, body: bytes, status: int) -> None:
    is_problem(alice.post(f"{ticket}/comment", body), status)
    assert version(alice, ticket) == 1


@pytest.mark.parametrize("date", DATES)
def test_dates_that_are_none(alice: Program, ticket: str, date: str) -> None:
    if date == "2026-01-01":
        return
    told = is_problem(alice("PATCH", ticket, {"opened_at": date}), 422)
    assert list(told["fields"]) == ["opened_at"]
    assert list(is_problem(alice.post(f"{ticket}/comment", {"text": "x", "at": date}), 422)["fields"]) == ["at"]
    if "days" not in date and date != "tomorrow":
        assert list(is_problem(alice.get("incidents", params={"as_of": date}), 422)["fields"]) == ["as_of"]
    assert version(alice, ticket) == 1


@pytest.mark.parametrize("number", [10**30, -(10**30), 2**63, -1, 1.5, 1e308, True, [], {}, "1e3", "١"])
def test_numbers_that_do_not_fit(alice: Program, ticket: str, number: Any) -> None:
    for name in ("impact", "priority"):
        told = is_problem(alice("PATCH", ticket, {name: number}), 422)
        assert list(told["fields"]) == [name]
    assert is_problem(alice.post(f"{ticket}/detach", {"attachment": number}), 422)


@pytest.mark.parametrize("query", ["q=%ff%fe", "title=%ed%a0%80", "%ff=1", "cursor=%c3%28"])
def test_a_query_that_is_no_utf8(site: Site, alice: Program, query: str) -> None:
    asked = f"GET /api/v1/incidents?{query} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    said = site.raw(f"{asked}Authorization: Bearer {alice.token}\r\n\r\n".encode())
    assert said.startswith(b"HTTP/1.1 400 ")
    assert b"not UTF-8 text" in said


@pytest.mark.parametrize("path", ["%ff%fe", "..%2f..%2fetc%2fpasswd", "INC-1%00", "a%0d%0aX-Evil:%201", "%ed%a0%80"])
def test_addresses_that_nobody_means_well_with(site: Site, alice: Program, path: str) -> None:
    asked = f"GET /api/v1/incidents/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    said = site.raw(f"{asked}Authorization: Bearer {alice.token}\r\n\r\n".encode())
    assert said.startswith(b"HTTP/1.1 404 ")
    assert b"\nX-Evil" not in said
    assert b"application/problem+json" in said


@pytest.mark.parametrize(
    "cursor", ["made-up", "W10=", "eyJhIjoxfQ", "x" * 5000, "AAAA", "WyIyMDI2IiwgOTk5OTk5OTk5OTk5OTk5OTk5OTldCg"]
)
def test_a_cursor_that_nobody_gave(alice: Program, cursor: str) -> None:
    assert list(is_problem(alice.get("incidents", params={"cursor": cursor}), 422)["fields"]) == ["cursor"]


@pytest.mark.parametrize("tag", ["3", '"x"', '"-1"', '"1", "2"', '"99999999999999999999"', "\xff", ""])
def test_a_version_that_is_none(alice: Program, ticket: str, tag: str) -> None:
    answer = alice("PATCH", ticket, {"title": "x"}, headers={"If-Match": tag.encode("latin-1")})
    assert list(is_problem(answer, 422)["fields"]) == ["If-Match"]
    stale = alice("PATCH", ticket, {"title": "x"}, headers={"If-Match": '"7"'})
    assert is_problem(stale, 412)
    assert version(alice, ticket) == 1


@pytest.mark.parametrize("key", ["", "x" * 201, "\xff\xfe", "a\tb"])
def test_an_idempotency_key_that_is_none(alice: Program, ticket: str, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")}
    answer = alice.post(f"{ticket}/comment", {"text": "x"}, headers=headers)
    assert list(is_problem(answer, 422)["fields"]) == ["Idempotency-Key"]


def test_one_key_used_by_many_at_once_opens_one_record(alice: Program) -> None:
    key, title = str(uuid4()), f"Once {uuid4()}"

    def ask(_: int) -> httpx.Response:
        return alice.post("incidents", {"title": title}, headers={"Idempotency-Key": key})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(16)))
    assert {one.status_code for one in answers} <= {201, 409}
    assert len({one.json()["number"] for one in answers if one.status_code == 201}) == 1
    assert alice.get("incidents", params={"title": title, "count": "true"}).json()["count"] == 1
    other = alice.post("incidents", {"title": "Another"}, headers={"Idempotency-Key": key})
    assert "another request" in is_problem(other, 422)["fields"]["Idempotency-Key"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "\xff", ""])
def test_a_body_of_another_type(alice: Program, ticket: str, kind: str) -> None:
    answer = alice.post(f"{ticket}/comment", b'{"text": "x"}', headers={"Content-Type": kind.encode("latin-1")})
    assert is_problem(answer, 415)


def test_a_large_comment_is_refused_unread_while_others_work(site: Site, alice: Program, ticket: str) -> None:
    server = descendants(site.tree.pid)
    before = max(map(resident, server))
    with ThreadPoolExecutor(2) as pool:
        large = pool.submit(alice.post, f"{ticket}/comment", b'{"text": "' + b"x" * (50 * MB) + b'"}')
        other = site.program("bob").post(f"{ticket}/comment", {"text": "meanwhile"})
    assert other.status_code == 200
    assert "attachments" in is_problem(large.result(), 413)["detail"]
    assert list(is_problem(alice.post(f"{ticket}/comment", {"text": "x" * 200_000}), 422)["fields"]) == ["text"]
    assert max(map(resident, server)) - before < 30
    assert version(alice, ticket) == 2


def test_uploads_of_unknown_or_excessive_length(site: Site, alice: Program, ticket: str) -> None:
    token = f"Authorization: Bearer {alice.token}\r\n"
    for path, kind in ((f"{ticket}/comment", "application/json"), (f"{ticket}/attachments?name=x", "text/plain")):
        head = (
            f"POST /api/v1/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {kind}\r\n{token}"
        )
        chunked = site.raw(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode(), b"2\r\n{}\r\n0\r\n\r\n")
        assert chunked.startswith(b"HTTP/1.1 411 "), chunked
        endless = site.raw(f"{head}Content-Length: 999999999999\r\n\r\n".encode(), seconds=3)
        assert endless.startswith(b"HTTP/1.1 413 "), endless
    assert alice.get(f"{ticket}/attachments").json() == {"items": []}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/octet-stream", b"half a file"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nhalf a file',
        ),
    ],
)
def test_half_a_file_is_not_taken_for_a_whole_one(
    site: Site, alice: Program, ticket: str, kind: str, body: bytes
) -> None:
    head = f"POST /api/v1/{ticket}/attachments?name=x HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n"
    head += f"Authorization: Bearer {alice.token}\r\nContent-Length: 5000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as line:
        line.sendall(head.encode() + body)
        line.shutdown(socket.SHUT_WR)
        assert line.recv(12) == b"HTTP/1.1 400"
    assert alice.get(f"{ticket}/attachments").json() == {"items": []}
    assert version(alice, ticket) == 1


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "..\\..\\boot.ini", "/etc/passwd", "a\r\nX-Evil: 1", 'a"; filename="b', "..", "gpj.\u202eexe"],
)
def test_a_file_keeps_a_harmless_name(alice: Program, ticket: str, name: str) -> None:
    kind = {"Content-Type": "text/html"}
    stored = alice.post(f"{ticket}/attachments", b"<script>", params={"name": name}, headers=kind).json()
    assert not set(stored["name"]) & set("/\\\r\n\u202e")
    got = alice.get(stored["url"])
    assert got.content == b"<script>"
    assert got.headers["Content-Disposition"].startswith("attachment; ")
    assert got.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert "X-Evil" not in got.headers


def test_a_media_type_is_no_way_into_the_headers(alice: Program, ticket: str) -> None:
    file = alice.post(f"{ticket}/attachments?name=x", b"abc", headers={"Content-Type": "text/plain"}).json()
    known = {"name": "x", "digest": file["digest"], "size": 3}
    told = is_problem(alice.post(f"{ticket}/attach", {**known, "media_type": "text/html\r\nX-Evil: 1"}), 422)
    assert list(told["fields"]) == ["media_type"]
    for wrong in ({"digest": "../../secret_key"}, {"digest": "0" * 64}, {"size": 4}):
        assert list(is_problem(alice.post(f"{ticket}/attach", {**known, **wrong}), 422)["fields"]) == list(wrong)


@pytest.mark.parametrize("file", ["..%2f..%2fsecret_key", "-1", "0", "1e3", "9" * 30, "１"])
def test_a_file_that_is_not_there(alice: Program, ticket: str, file: str) -> None:
    assert is_problem(alice.get(f"{ticket}/attachments/{file}"), 404, 405)


def test_a_bomb_is_kept_packed(site: Site, alice: Program, ticket: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("bomb", "w") as member:
        for _ in range(200):
            member.write(b"\0" * MB)
    server = descendants(site.tree.pid)
    before = max(map(resident, server))
    stored = alice.post(f"{ticket}/attachments?name=bomb.zip", packed.getvalue(), headers={"Content-Type": "x/zip"})
    assert stored.json()["size"] == len(packed.getvalue())
    assert alice.get(stored.json()["url"]).content == packed.getvalue()
    assert max(map(resident, server)) - before < 30


def test_records_one_may_not_see_answer_like_records_that_are_not(site: Site, alice: Program, rita: Program) -> None:
    hidden, nowhere = site.told["hidden"], "INC-987654321"

    def told(number: str) -> list[tuple[int, str]]:
        mine = f"incidents/{site.told['incident']}"
        answers = [
            rita.get(f"incidents/{number}"),
            rita.get(f"incidents/{number}/history"),
            rita("PATCH", f"incidents/{number}", {"title": "x"}),
            rita.post(f"incidents/{number}/comment", {"text": "x"}),
            rita.post("incidents", {"title": "x", "service": number}),
            rita.get("search", params={"q": number}),
            alice.get(f"incidents/{number}"),
            alice.get(f"incidents/{number}/attachments/1"),
            alice.get("incidents", params={"owner": number}),
            alice.get(f"{mine}/impact", params={"without": number}),
            alice.post(f"{mine}/relate", {"type": "associated-with", "target": number}),
            alice.post(f"{mine}/share", {"party": number}),
            alice("PATCH", mine, {"owner": number}),
            alice.post("bulk", {"operations": [{"number": number, "action": "comment", "fields": {"text": "x"}}]}),
        ]
        drop = ("request", "instance")
        return [
            (one.status_code, str({k: v for k, v in one.json().items() if k not in drop}).replace(number, "N"))
            for one in answers
        ]

    seen, missing = told(hidden), told(nowhere)
    assert [status for status, _ in seen] == [status for status, _ in missing]
    for (_, one), (_, other) in zip(seen[:-1], missing[:-1], strict=True):
        assert one == other
    assert "A secret" not in str(seen)


def test_a_circle_of_relations_is_refused_or_walked_once(site: Site) -> None:
    bob = site.program("bob")
    kinds = bob.get("types").json()["items"]
    path = next(one["path"] for one in kinds if one["kind"] == "service")
    ring = [bob.post(path, {"title": f"Ring {n}"}).json()["number"] for n in range(3)]
    statuses = []
    for n, number in enumerate(ring):
        answer = bob.post(f"{path}/{number}/relate", {"type": "depends-on", "target": ring[(n + 1) % 3]})
        statuses.append(answer.status_code)
        if answer.status_code != 200:
            is_problem(answer, 409, 422)
    assert statuses[:2] == [200, 200]
    own = bob.post(f"{path}/{ring[0]}/relate", {"type": "depends-on", "target": ring[0]})
    assert is_problem(own, 409, 422)
    found = bob.get(f"{path}/{ring[0]}/impact").json()["items"]
    assert len(found) == len({one["number"] for one in found}) <= 2


def test_a_foreign_session_needs_the_proof_of_our_pages(site: Site, ticket: str) -> None:
    browser = site.browser("alice")
    for headers in ({}, {"X-CSRFToken": "made-up"}, {"X-CSRFToken": browser.proof, "Origin": "https://evil.example"}):
        answer = browser.client.post(f"/api/v1/{ticket}/comment", json={"text": "x"}, headers=headers)
        assert is_problem(answer, 403)
    good = {"X-CSRFToken": browser.proof, "Origin": site.base}
    assert browser.client.post(f"/api/v1/{ticket}/comment", json={"text": "x"}, headers=good).status_code == 200
