"""Files as they come: packed, marked, broken, hostile."""

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from septet.surfaces.transfer.profile import Read
from septet.surfaces.transfer.sources import SourceError
from septet.surfaces.transfer.tables import open_table
from tests.transfer.telling import held, run

Refusals = list[tuple[int, str, str, str]]
PLAIN = "Nr;Subject\n1;Größe\n2;ok\n"


def rows(data: bytes | str, **read: Any) -> tuple[list[list[Any]], Refusals, list[tuple[int, str]]]:
    """The rows of a file, what was refused, and what was noted."""
    refused: Refusals = []
    noted: list[tuple[int, str]] = []
    words = {"delimiter": ";", **read}
    table = open_table(
        held(data), Read.model_validate(words), lambda *one: refused.append(one), lambda *one: noted.append(one)
    )
    return [cells for _, cells in table.rows], refused, noted


def _zipped(data: bytes, *names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names or ("a.csv",):
            archive.writestr(name, data)
    return buffer.getvalue()


PACKERS: list[Callable[[bytes], bytes]] = [bytes, gzip.compress, bz2.compress, lzma.compress, _zipped]


@pytest.mark.parametrize("pack", PACKERS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_packing_and_byte_order_marks_are_told_from_the_file(pack: Callable[[bytes], bytes], encoding: str) -> None:
    assert rows(pack(PLAIN.encode(encoding))) == ([["1", "Größe"], ["2", "ok"]], [], [])


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16-le"])
def test_an_encoding_can_be_named(encoding: str) -> None:
    assert rows(PLAIN.encode(encoding), encoding=encoding)[0] == [["1", "Größe"], ["2", "ok"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_all_systems(end: str) -> None:
    assert rows(PLAIN.replace("\n", end))[0] == [["1", "Größe"], ["2", "ok"]]


def test_broken_utf8_costs_its_line() -> None:
    found, refused, _ = rows(b"Nr;Subject\n1;a\xff\n2;b\n3;c\xc3\n")
    assert found == [["2", "b"]]
    assert [(line, reason) for line, _, _, reason in refused] == [
        (2, "the text is not valid utf-8 (byte ff)"),
        (4, "the text is not valid utf-8 (byte c3)"),
    ]


def test_broken_utf8_can_be_replaced() -> None:
    assert rows(b"Nr;Subject\n1;a\xff\n", **{"broken-text": "replace"})[0] == [["1", "a�"]]


def test_nul_is_refused() -> None:
    found, refused, _ = rows("Nr;Subject\n1;a\0b\n2;c\n")
    assert found == [["2", "c"]]
    assert "NUL" in refused[0][3]


@pytest.mark.parametrize("place", [1, 250, 4999])
def test_one_wrong_quote_among_many_rows_costs_one_line(place: int) -> None:
    lines = [f'{n};"text {n}";x' if n % 3 == 0 else f"{n};text {n};x" for n in range(1, 5001)]
    lines[place - 1] = f'{place};"text;x'
    found, refused, _ = rows("Nr;Text;X\n" + "\n".join(lines))
    assert len(found) == 4999
    assert [line for line, *_ in refused] == [place + 1]


def test_a_wrong_quote_that_swallows_whole_rows_is_noted() -> None:
    text = 'a;b;c\n1;x;"open\n2;y;z\n3;y";z\n4;x;"open\n5;y;z\n6;y;z"\n7;y;z\n'
    found, refused, noted = rows(text)
    assert [cells[0] for cells in found] == ["2", "3", "4", "7"]
    assert [line for line, *_ in refused] == [2]
    assert noted == [(5, "a quoted text takes lines 5 to 7; 1 of them look like rows of their own")]


def test_a_quoted_text_may_take_several_lines() -> None:
    assert rows('Nr;Subject\n1;"two\nlines"\n')[0] == [["1", "two\nlines"]]


def test_rows_that_are_too_long_or_too_short() -> None:
    found, refused, _ = rows("a;b\n1;2;;\n1;2;3\n1\n")
    assert found == [["1", "2"]]
    assert [line for line, *_ in refused] == [3, 4]
    assert rows("a;b\n1\n", **{"short-rows": "fill"})[0] == [["1", ""]]


def test_an_endless_line_costs_no_memory() -> None:
    big = b"x" * (34 * 1024 * 1024)
    found, refused, _ = rows(b"a;b\n1;" + big + b"\n2;ok\n")
    assert found == [["2", "ok"]]
    assert refused[0][0] == 2
    assert "longer than" in refused[0][3]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, _zipped])
def test_a_bomb_is_refused(pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(b"Nr;Subject\n" + b"1;0000000000000000\n" * 5_000_000)
    with pytest.raises(SourceError, match=r"unpacks to more than \d+ times its size"):
        rows(bomb)


def test_a_file_that_unpacks_to_too_much_is_refused() -> None:
    with pytest.raises(SourceError, match="more than 1 MB"):
        rows(gzip.compress(b"Nr;Subject\n" + b"1;abc\n" * 300_000), **{"max-unpacked-mb": 1})


def test_a_bomb_is_noticed_before_it_has_cost_much() -> None:
    bomb = gzip.compress(b"Nr\n" + b"1\n" * 4_000_000)
    with pytest.raises(SourceError, match="times its size"):
        rows(bomb)


@pytest.mark.parametrize("line", [b"1;x\n", b"1;too;many\n", b"\n"])
def test_there_is_an_end_to_rows_good_bad_or_empty(line: bytes) -> None:
    profile = "read: {delimiter: ';', max-rows: 1000}\nrecords: [{kind: incident, key: Nr, rows: many}]"
    with pytest.raises(SourceError, match=r"more than (20|1),000 (rows|lines). If they are honest, raise `max-rows`"):
        run(profile, b"Nr;Subject\n" + line * 30_000)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_file_that_was_cut_off_is_refused(pack: Callable[[bytes], bytes]) -> None:
    whole = pack("".join(f"{n};{n * 7919}\n" for n in range(5000)).encode())
    with pytest.raises(SourceError, match="damaged"):
        rows(whole[: len(whole) // 2])


def test_an_archive_of_several_files_needs_a_name() -> None:
    packed = _zipped(PLAIN.encode(), "a.csv", "b.csv")
    with pytest.raises(SourceError, match=r"a\.csv, b\.csv"):
        rows(packed)
    assert len(rows(packed, member="b*")[0]) == 2


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(SourceError, match="no header"):
        rows("")


def test_header_names_are_unique_and_never_empty() -> None:
    table = open_table(held(" a ;;a\n1;2;3\n"), Read(delimiter=";"), lambda *_: None, lambda *_: None)
    assert table.columns == ["a", "column 2", "a 2"]


def test_a_file_without_header() -> None:
    assert rows("1;2\n3;4\n", header=["a", "b"])[0] == [["1", "2"], ["3", "4"]]


def test_a_json_array_is_read_item_by_item() -> None:
    text = '\n[ {"a": {"b": 1}, "c": [1, 2]},\n {"a": {"b": 2}}\n, 3, {"d": "' + "x" * 200_000 + '"}]'
    found, refused, _ = rows(text, format="json")
    assert found[:2] == [[1, [1, 2]], [2, None]]
    assert found[2][2] == "x" * 200_000
    assert refused[0][0] == 4


def test_an_array_inside_a_document() -> None:
    assert rows('{"data": {"issues": [{"a": 1}]}}', format="json", items="data.issues")[0] == [[1]]


@pytest.mark.parametrize("text", ["{}", "[1", '[{"a":}]', "[" * 100_000])
def test_what_is_no_array_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match="JSON"):
        rows(text, format="json")


def test_a_bad_json_line_costs_its_line() -> None:
    found, refused, _ = rows('{"a": 1}\n{"a": \n[1]\n{"a": 2}\n', format="jsonl")
    assert found == [[1], [2]]
    assert [line for line, *_ in refused] == [2, 3]


def test_a_wide_header_costs_little_and_a_table_has_an_end() -> None:
    wide = ";".join(["a", "b"] * 5_000)
    table = open_table(held(f"{wide}\n{wide}\n"), Read(delimiter=";"), lambda *_: None, lambda *_: None)
    assert (len(set(table.columns)), table.columns[-1]) == (10_000, "b 5000")
    with pytest.raises(SourceError, match=r"more than 10,000 columns"):
        rows(f"{wide};c\n")
    lines = "".join(f'{{"c{n}": 1}}\n' for n in range(10_001))
    with pytest.raises(SourceError, match=r"more than 10,000 columns"):
        rows(lines, format="jsonl")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (_zipped(b"<xml/>", "[Content_Types].xml", "xl/workbook.xml"), "This is a workbook"),
        (_zipped(b"<xml/>", "mimetype", "content.xml", "META-INF/manifest.xml"), "This is a workbook"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 512, "This is a workbook"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "This is a PDF"),
        (b"\x89PNG\x00\n\xff\xd8\n", "None of its lines can be read as text"),
    ],
)
def test_what_is_no_table_is_called_by_its_name(data: bytes, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        rows(data)
