"""What a start with given settings does, in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg

SHOW = """
import json
from septet import settings
names = ("PUBLIC_URL", "ALLOWED_HOSTS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "DEBUG")
print(json.dumps({name: getattr(settings, name) for name in names}))
"""
PRAGMAS = """
import json
import django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    print(json.dumps({name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
                      for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")}))
"""


def start(code: str, data: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SEPTET_", "DATABASE_URL"))}
    env = kept | {"SEPTET_DATA": str(data), "DJANGO_SETTINGS_MODULE": "septet.settings"} | environ
    return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)


def test_cookies_are_secure_behind_https(tmp_path: Path) -> None:
    shown = json.loads(start(SHOW, tmp_path, SEPTET_URL="https://desk.example/").stdout)
    assert shown["SESSION_COOKIE_SECURE"] is shown["CSRF_COOKIE_SECURE"] is True
    assert shown["SECURE_HSTS_SECONDS"] > 0
    assert "desk.example" in shown["ALLOWED_HOSTS"]
    assert "*" not in shown["ALLOWED_HOSTS"]


def test_plain_http_on_this_machine_is_the_default(tmp_path: Path) -> None:
    shown = json.loads(start(SHOW, tmp_path).stdout)
    assert shown["PUBLIC_URL"] == "http://127.0.0.1:8765"
    assert shown["SESSION_COOKIE_SECURE"] is shown["DEBUG"] is False


def test_a_misspelt_setting_stops_the_start_in_one_line(tmp_path: Path) -> None:
    done = start(SHOW, tmp_path, SEPTET_URI="https://desk.example")
    assert done.returncode == 2
    assert done.stderr.startswith("The environment variable SEPTET_URI is not known.")
    assert len(done.stderr.splitlines()) == 1


def test_sqlite_is_durable_and_waits(tmp_path: Path) -> None:
    done = start(PRAGMAS, tmp_path)
    assert json.loads(done.stdout) == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 20000,
    }


def test_each_postgresql_test_has_an_empty_database(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert row == (0,)
