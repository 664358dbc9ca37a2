"""What is typed or piped into the command line: one line that says what to do, and the right exit code."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from septet.kernel.actions import create
from septet.kernel.actors import OPERATOR
from tests.bad_input.site import LEAKS, Site, is_line
from tests.cast import Cast
from tests.cli.conftest import Cli

Words = tuple[str | bytes, ...]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("list", "incidnets"), 1),
        (("list", "incidents", "--where", "colour=red"), 1),
        (("list", "incidents", "--where", "owner"), 2),
        (("list", "incidents", "--as-of", "0000-01-01"), 2),
        (("list", "incidents", "--as-of", "99999-01-01"), 2),
        (("list", "incidents", "--limit", "9" * 40), 2),
        (("list", "incidents", "--q", b"\xff\xfe"), 1),
        (("list", "incidents", "--where", b"title=\xff"), 1),
        (("show", "INC-99999999999999999999"), 1),
        (("show", "../../etc/passwd"), 1),
        (("create", "incidents", b"title=\xff\xfe"), 1),
        (("create", "incidents", "title="), 1),
        (("create", "incidents", "title=x", "colour=red"), 1),
        (("create", "incidents", "title=x", "impact=json:[1]"), 1),
        (("create", "incidents", "title=x", "impact=json:true"), 1),
        (("create", "incidents", "title=x", f"impact={10**30}"), 1),
        (("create", "incidents", "title=x", "extra=json:{"), 2),
        (("create", "incidents", "title=x", "extra=json:" + "[" * 50_000), 2),
        (("create", "incidents", "title=x", "opened_at=0000-01-01"), 1),
        (("create", "incidents", "title=x", "opened_at=99999-01-01"), 1),
        (("create", "incidents", "title=x", "--note", b"\xff"), 1),
        (("do", "INC-1", "explode"), 1),
        (("undo", "made-up"), 1),
        (("undo", b"\xff"), 1),
        (("token", "nobody@example.org"), 1),
        (("token", b"\xff@example.org"), 1),
        (("why", "PER-2", b"\xff", "PER-2"), 1),
        (("impact", "INC-987654321"), 1),
        (("import", "no-such-profile", "/dev/null"), 1),
        (("import", "volvo-incidents", "/no/such/file.csv"), 1),
        (("export", "incidents", "--format", "exe"), 2),
        (("no-such-command",), 2),
        (("list", "incidents", "--colour"), 2),
    ],
)
def test_words_that_do_not_fit(cli: Cli, cast: Cast, words: Words, code: int) -> None:
    said = cli(*map(os.fsdecode, words))  # as Python decodes what the system hands over
    assert (said.code, said.out) == (code, "")
    assert len(said.err.strip().splitlines()) == 1, said.err
    assert not LEAKS.search(said.err)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("show", b"\xff\xfe"), 1),
        (("show", "INC-1", "--as", b"\xff"), 1),
        (("import", b"\xff", "/dev/null"), 1),
        (("restore", "/dev/null"), 1),
        (("move-database", "mysql://x/y"), 1),
        (("no-such-command",), 2),
    ],
)
def test_a_process_ends_with_one_line_too(site: Site, words: Words, code: int) -> None:
    is_line(site.cli(*words), code)


def _broken(folder: Path) -> Path:
    (folder / "text").write_bytes(b"\xff\xfe broken")
    return folder / "text"


def _large(folder: Path) -> Path:
    with (folder / "text").open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    return folder / "text"


def _long(folder: Path) -> Path:
    (folder / "text").write_text("x" * 200_000)
    return folder / "text"


def _nul(folder: Path) -> Path:
    (folder / "text").write_text("a\0b")
    return folder / "text"


@pytest.mark.parametrize(
    ("make", "code", "said"),
    [
        (_broken, 2, "not UTF-8"),
        (_large, 2, "more than 8 MB"),
        (_long, 1, "100000"),
        (_nul, 1, "NUL"),
        (lambda folder: folder, 2, "cannot be read"),
        (lambda folder: folder / "missing", 2, "cannot be read"),
    ],
)
def test_a_comment_from_a_file(
    cli: Cli, cast: Cast, tmp_path: Path, make: Callable[[Path], Path], code: int, said: str
) -> None:
    refused = cli("do", create("incident", OPERATOR, via="cli", title="x").number, "comment", f"text=@{make(tmp_path)}")
    assert (refused.code, len(refused.err.splitlines())) == (code, 1)
    assert said in refused.err


def test_a_file_that_is_too_large_or_not_there_is_not_attached(site: Site, tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(101 * 1024 * 1024)
    assert "at most 100 MB" in is_line(site.cli("do", site.told["incident"], "attach", f"file={tmp_path / 'large'}"), 1)
    assert is_line(site.cli("do", site.told["incident"], "attach", f"file={tmp_path / 'missing'}"), 1)
    assert is_line(site.cli("do", site.told["incident"], "attach", f"file={tmp_path}"), 1)


def test_hidden_records_are_not_told_of(cli: Cli, cast: Cast) -> None:
    hidden = create("incident", OPERATOR, via="cli", title="A secret", confidentiality="restricted").number
    told = [cli("show", number, "--as", cast.alice.number) for number in (hidden, "INC-987654321")]
    seen, missing = (one.err.partition(" (")[0] for one in told)
    assert seen.replace(hidden, "N") == missing.replace("INC-987654321", "N")
    assert [one.code for one in told] == [1, 1]
