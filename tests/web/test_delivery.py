"""What every answer carries, how static files travel, and how little a page weighs."""

import gzip
from pathlib import Path

from django.conf import LazySettings
from django.templatetags.static import static
from django.test import Client

from septet.surfaces.web.security import HEADERS
from septet.surfaces.web.static_files import fingerprint

VENDOR = Path(__file__).parent.parent.parent / "src/septet/surfaces/web/static/vendor"


def test_a_missing_page_says_what_the_browser_may_do(client: Client) -> None:
    answer = client.get("/no-such-page/")
    assert {name: answer[name] for name in HEADERS} == HEADERS
    assert "unsafe-inline" not in answer["Content-Security-Policy"]


def test_behind_a_proxy_browsers_are_told_to_stay_on_https(client: Client, settings: LazySettings) -> None:
    assert "Strict-Transport-Security" not in client.get("/no-such-page/")
    settings.SECURE_HSTS_SECONDS = 31_536_000
    for address in ("/no-such-page/", "/healthz", "/api/v1/me"):
        assert client.get(address)["Strict-Transport-Security"] == "max-age=31536000", address


def test_a_large_file_travels_compressed_and_is_kept(client: Client) -> None:
    answer = client.get(static("vendor/icons.svg"), headers={"accept-encoding": "gzip"})
    body = b"".join(answer)
    assert answer["Content-Encoding"] == "gzip"
    assert gzip.decompress(body) == (VENDOR / "icons.svg").read_bytes()
    assert len(body) < 6_000
    assert "immutable" in answer["Cache-Control"]
    assert {name: answer[name] for name in HEADERS} == HEADERS


def test_addresses_change_with_any_file(tmp_path: Path) -> None:
    (tmp_path / "web/static").mkdir(parents=True)
    (tmp_path / "web/static/site.js").write_text("1")
    first = fingerprint(tmp_path)
    (tmp_path / "web/static/.stamp").write_text("not served")
    (tmp_path / "web/page.html").write_text("no static file")
    assert fingerprint(tmp_path) == first
    (tmp_path / "web/static/site.js").write_text("2")
    assert fingerprint(tmp_path) != first
