"""Files to import that are broken or hostile: refused as a whole or line by line, with nothing half done."""

import gzip
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from septet.surfaces.transfer.profile import Read
from septet.surfaces.transfer.sources import Input
from septet.surfaces.transfer.tables import open_table
from tests.bad_input.site import Program, Site, descendants, is_line, is_problem, resident

MB = 1024 * 1024
PROFILE = """septet-profile: 1
name: tickets
source: tickets
records:
  - kind: incident
    key: Nr
    fields:
      title: {column: Subject}
"""
HEAD = b"Nr,Subject\n"


@pytest.fixture(scope="module")
def ada(site: Site) -> Program:
    """The administrator's program."""
    return site.program("ada")


def bring(program: Program, content: bytes, profile: str | bytes = PROFILE, **fields: str) -> httpx.Response:
    """Send a file with the profile that is to read it."""
    written = profile.encode() if isinstance(profile, str) else profile
    files: dict[str, Any] = {"profile": ("tickets.yaml", written), "file": ("rows.csv", content)}
    return program("POST", "imports", files=files, data=fields)


def zipped(size: int) -> bytes:
    """A small archive with very many bytes in it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("rows.csv", "w") as member:
        member.write(HEAD)
        for _ in range(size // MB):
            member.write(b"1," + b"x" * (MB - 3) + b"\n")
    return packed.getvalue()


def test_a_bomb_is_refused_and_the_server_stays_small(site: Site, ada: Program) -> None:
    server = descendants(site.tree.pid)
    before = max(map(resident, server))
    for bomb in (zipped(200 * MB), gzip.compress(HEAD + (b"1," + b"x" * MB + b"\n") * 150)):
        assert "bomb" in is_problem(bring(ada, bomb), 422)["detail"]
    assert max(map(resident, server)) - before < 120  # 200 MB are in each bomb


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no header"),
        (b"\x1f\x8b\x08\x00cut off", "damaged"),
        (b"PK\x03\x04" + b"\0" * 50, "damaged"),
        (b"\xfd7zXZ\x00" + b"\0" * 50, "damaged"),
        (b"Colour,Shape\nred,round\n", "Nr"),
    ],
)
def test_a_file_that_is_none(ada: Program, content: bytes, said: str) -> None:
    assert said in is_problem(bring(ada, content), 422)["detail"]


@pytest.mark.parametrize(
    "profile",
    ["", "[", "a: &a [*a]", "septet-profile: 1\nname: x", "\x00", "!!python/object/apply:os.system ['id']", "x: " * 500,
     "- " * 5000, b"\xff\xfe", PROFILE + "colour: red\n", PROFILE.replace("incident", "no-such-kind"),
     "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n"
                                             for a, b in zip("abcdefgh", "bcdefghi", strict=True))],
)  # fmt: skip
def test_a_profile_that_is_none(ada: Program, profile: str | bytes) -> None:
    is_problem(bring(ada, HEAD + b"1,x\n", profile), 422)


def test_a_profile_is_never_a_path(ada: Program) -> None:
    for name in ("../../../etc/passwd", "/etc/passwd", "volvo-incidents/../x", "\x00"):
        answer = ada("POST", "imports", data={"profile": name}, files={"file": ("x.csv", b"x")})
        assert list(is_problem(answer, 422)["fields"]) == ["profile"]


def test_lines_that_are_broken_cost_themselves_alone(ada: Program) -> None:
    rows = [
        b"g1,good",
        b"b1,bad \xff\xfe",
        b"b2,bad \x00",
        b'b3,"a quote that is never closed',
        b"b4",
        b"b5," + b"x" * 300,
        b"g2,good too",
    ]
    result = bring(ada, HEAD + b"\n".join(rows) + b"\n").json()
    assert (result["created"], result["refused"]) == (2, 5)
    assert sorted(one["line"] for one in result["findings"]["refused"]) == [3, 4, 5, 6, 7]
    again = bring(ada, HEAD + b"\n".join(rows) + b"\n").json()
    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, 2)


def test_one_wrong_quote_in_a_million_rows_costs_its_line(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    with file.open("wb") as rows:
        rows.write(HEAD)
        rows.writelines(b'%d,"row %d%s\n' % (n, n, b"" if n == 400_000 else b'"') for n in range(1_000_000))
    wrong: list[tuple[Any, ...]] = []
    table = open_table(Input.of(file), Read(), lambda *one: wrong.append(one), lambda *one: wrong.append(one))
    before = resident(os.getpid())
    assert sum(1 for _ in table.rows) == 999_999
    assert [one[0] for one in wrong] == [400_002]
    assert resident(os.getpid()) - before < 30


def test_an_import_lists_the_wrong_quote_with_its_line(site: Site, tmp_path: Path) -> None:
    (tmp_path / "tickets.yaml").write_text(PROFILE)
    rows = [f'{n},"row {n}' if n == 1000 else f'{n},"row {n}"' for n in range(3000)]
    (tmp_path / "rows.csv").write_text(HEAD.decode() + "\n".join(rows))
    report, files = tmp_path / "report.csv", [str(tmp_path / name) for name in ("tickets.yaml", "rows.csv")]
    done = site.cli("import", "--dry-run", "--json", "--report", str(report), *files)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["created"], told["refused"]) == (2999, 1)
    assert [line for line in report.read_text().splitlines() if ",1002," in line]


def test_commands_say_so_in_a_line(site: Site, tmp_path: Path) -> None:
    (tmp_path / "tickets.yaml").write_text(PROFILE)
    (tmp_path / "bomb.zip").write_bytes(zipped(200 * MB))
    line = is_line(site.cli("import", str(tmp_path / "tickets.yaml"), str(tmp_path / "bomb.zip")), 1)
    assert "bomb" in line
    assert is_line(site.cli("import", "tickets.yaml", str(tmp_path)), 1)
    assert is_line(site.cli("import", str(tmp_path / "tickets.yaml"), str(tmp_path)), 1)


def test_who_may_not_import_learns_so_before_the_file_is_read(site: Site) -> None:
    for name in ("rita", "alice"):
        assert is_problem(bring(site.program(name), HEAD + b"1,x\n"), 403)


def test_everything_can_still_be_proved(site: Site) -> None:
    site.is_whole()
