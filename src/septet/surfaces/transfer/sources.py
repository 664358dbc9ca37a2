"""From a file's bytes to its lines of text: compression, limits against bombs, encodings, and lines that are broken."""

import bz2
import codecs
import gzip
import io
import lzma
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import BinaryIO, cast

from septet.kernel.errors import Invalid
from septet.surfaces.transfer.profile import Read

CHUNK = 256 * 1024
LONGEST_LINE = 32 * 1024 * 1024
RATIO_COUNTS_FROM = 4 * 1024 * 1024
# A file of rows whose texts have more lines than this on average is a bomb of empty lines.
LINES_A_ROW = 20
XZ_MEMORY = 128 * 1024 * 1024

RAISE_ROWS = "If they are honest, raise `max-rows` under `read`; otherwise look at the file."
# Called now and then while a file is read; it may raise to end the reading.
Alive = Callable[[], None]

_MAGIC = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}
# What people send who mean the table inside.
_NO_TABLES = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "a workbook",
    b"%PDF-": "a PDF",
    b"SQLite format 3\x00": "a database",
}
_IN_WORKBOOKS = ("[Content_Types].xml", "META-INF/manifest.xml")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


NO_TABLE = "This is {}, not a table as text. Save the sheet as CSV (UTF-8), and import that."


class SourceError(Invalid):
    """A file that cannot be used at all; the text names it and says what to do."""

    def __init__(self, name: str, text: str, line: int = 0) -> None:
        super().__init__(f"{name}, line {line}: {text}" if line else f"{name}: {text}")
        self.name, self.line, self.text = name, line, text


@dataclass(frozen=True, slots=True)
class Input:
    """A file to import: what people call it, and how to open its bytes (again and again)."""

    name: str
    open: Callable[[], BinaryIO]
    path: Path | None = None

    @classmethod
    def of(cls, path: Path, name: str = "") -> "Input":
        """The file at a path; `name` if people call it otherwise."""
        return cls(name or path.name, lambda: path.open("rb"), path)


@dataclass(slots=True)
class TextLines:
    """The lines of a file, each with its line end. `bad` says of a line just given why it cannot be trusted."""

    name: str
    read: Read
    source: Iterator[bytes]
    bad: dict[int, str] = field(default_factory=dict)
    number: int = 0

    def __iter__(self) -> Iterator[str]:
        most = self.read.max_rows * LINES_A_ROW
        head, source = _peek(self.source)
        encoding, skip = _encoding(head, self.read.encoding)
        blocks = _blocks(_ascii_like(source, encoding, skip))
        inner = encoding if _keeps_ascii(encoding) else "utf-8"
        lonely_returns = b"\n" not in head and b"\r" in head and len(head) >= 2
        for block, overlong in blocks:
            text = self._text(block, inner, overlong)
            if lonely_returns:
                text = text.replace("\r", "\n")
            for line in io.StringIO(text, newline="\n"):
                self.number += 1
                if self.number > most:
                    raise SourceError(self.name, f"The file has more than {most:,} lines. {RAISE_ROWS}")
                yield line

    def _text(self, block: bytes, encoding: str, overlong: bool) -> str:
        if overlong:
            self.bad[self.number + 1] = f"the line is longer than {LONGEST_LINE // 2**20} MB"
            return "\n"
        try:
            text = block.decode(encoding)
        except UnicodeDecodeError:
            text = self._line_by_line(block, encoding)
        if encoding == "utf-8" and "\ufffd" in text and not _keeps_ascii(self.read.encoding):
            self._mark(text, "\ufffd", f"the text is not valid {self.read.encoding}")
        if "\x00" in text:
            self._mark(text, "\x00", "the text holds the NUL character; is the encoding right?")
        return text

    def _line_by_line(self, block: bytes, encoding: str) -> str:
        texts = []
        for offset, line in enumerate(block.splitlines(keepends=True) if b"\r" not in block else _by_newline(block), 1):
            try:
                texts.append(line.decode(encoding))
            except UnicodeDecodeError as error:
                if self.read.broken_text == "refuse":
                    wrong = line[error.start : error.start + 1].hex()
                    self.bad[self.number + offset] = f"the text is not valid {encoding} (byte {wrong})"
                texts.append(line.decode(encoding, "replace"))
        return "".join(texts)

    def _mark(self, text: str, sign: str, reason: str) -> None:
        if sign == "\ufffd" and self.read.broken_text == "replace":
            return
        for offset, line in enumerate(text.split("\n"), 1):
            if sign in line:
                self.bad.setdefault(self.number + offset, reason)


def text_lines(source: Input, read: Read, alive: Alive = lambda: None) -> TextLines:
    """The lines of a file as a profile says to read it; `alive` is called from time to time. Raises `SourceError`."""
    return TextLines(source.name, read, _told(unpacked(source, read), alive))


def _told(chunks: Iterator[bytes], alive: Alive) -> Iterator[bytes]:
    for chunk in chunks:
        alive()
        yield chunk


def unpacked(source: Input, read: Read) -> Iterator[bytes]:
    """The file's bytes in chunks, decompressed, within the profile's limits. Raises `SourceError`."""
    try:
        with _seekable(source.open()) as raw:
            packing = _packing(source.name, raw, read)
            total = 0
            for chunk in _chunks(source.name, raw, packing, read):
                total += len(chunk)
                _check_size(source.name, total, raw.tell() if packing != "none" else total, read)
                yield chunk
    except (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError, zipfile.BadZipFile, RuntimeError) as error:
        said = str(error).rstrip(".") or "it ends too early"
        raise SourceError(
            source.name, f"The compressed file is damaged ({said}). Get it again; nothing is imported."
        ) from None
    except OSError as error:
        raise SourceError(source.name, f"The file cannot be read: {error.strerror or error}.") from None


def _seekable(raw: BinaryIO) -> BinaryIO:
    if raw.seekable():
        return raw
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it, taking it for the file itself
    with raw:
        shutil.copyfileobj(raw, copy)
    copy.seek(0)
    return cast("BinaryIO", copy)


def _packing(name: str, raw: BinaryIO, read: Read) -> str:
    if read.compression != "auto":
        return read.compression
    head = raw.read(16)
    raw.seek(0)
    if other := next((what for magic, what in _NO_TABLES.items() if head.startswith(magic)), ""):
        raise SourceError(name, NO_TABLE.format(other))
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), "none")


def _chunks(name: str, raw: BinaryIO, packing: str, read: Read) -> Iterator[bytes]:
    if packing == "xz":
        yield from _xz(raw)
        return
    stream: BinaryIO
    if packing == "gzip":
        stream = cast("BinaryIO", gzip.GzipFile(fileobj=raw))
    elif packing == "bzip2":
        stream = cast("BinaryIO", bz2.BZ2File(raw))
    elif packing == "zip":
        stream = _zip_member(name, raw, read)
    else:
        stream = raw
    while chunk := stream.read(CHUNK):
        yield chunk


def _xz(raw: BinaryIO) -> Iterator[bytes]:
    """The parts of an xz file, which may be several streams one after the other, with bounded memory."""
    packer: lzma.LZMADecompressor | None = None
    data = raw.read(CHUNK)
    while data:
        packer = packer or lzma.LZMADecompressor(memlimit=XZ_MEMORY)
        yield packer.decompress(data, CHUNK)
        while not (packer.eof or packer.needs_input):
            yield packer.decompress(b"", CHUNK)
        if packer.eof:
            data = packer.unused_data.lstrip(b"\0") or raw.read(CHUNK)
            packer = None
        else:
            data = raw.read(CHUNK)
    if packer is not None:
        raise EOFError("it ends too early")


def _zip_member(name: str, raw: BinaryIO, read: Read) -> BinaryIO:
    archive = zipfile.ZipFile(raw)
    members = [one for one in archive.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX/")]
    chosen = [one for one in members if not read.member or fnmatch(one.filename, read.member)]
    if len(chosen) != 1 and any(one.filename in _IN_WORKBOOKS for one in members):
        raise SourceError(name, NO_TABLE.format("a workbook"))
    if len(chosen) != 1:
        names = ", ".join(one.filename for one in members[:10])
        raise SourceError(
            name, f"The archive has to hold one file to read, or `member` has to name it. It holds: {names}."
        )
    if chosen[0].flag_bits & 1:
        raise SourceError(name, "The archive is protected by a password; unpack it first.")
    _check_size(name, chosen[0].file_size, chosen[0].compress_size, read)
    return cast("BinaryIO", archive.open(chosen[0]))


def _check_size(name: str, total: int, packed: int, read: Read) -> None:
    if total > read.max_unpacked_mb * 2**20:
        raise SourceError(name, f"The file unpacks to more than {read.max_unpacked_mb} MB (`max-unpacked-mb`).")
    if total > RATIO_COUNTS_FROM and total > max(packed, 1) * read.max_ratio:
        raise SourceError(
            name,
            f"The file unpacks to more than {read.max_ratio} times its size, as only a bomb does "
            "(`max-ratio`, if it is honest).",
        )


def _peek(source: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    head = next(source, b"")

    def again() -> Iterator[bytes]:
        yield head
        yield from source

    return head, again()


def _encoding(head: bytes, said: str) -> tuple[str, int]:
    """The encoding in force and the length of the byte order mark, which wins over what the profile says."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark) if encoding == "utf-8" else 0
    return "utf-8" if codecs.lookup(said).name in {"utf-8", "utf-8-sig"} else said, 0


def _keeps_ascii(encoding: str) -> bool:
    return "a\n".encode(encoding) == b"a\n"


def _ascii_like(source: Iterator[bytes], encoding: str, skip: int) -> Iterator[bytes]:
    """The bytes themselves if a line feed is one byte in their encoding, otherwise the same text as UTF-8."""
    if _keeps_ascii(encoding):
        for chunk in source:
            yield chunk[skip:]
            skip = 0
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for chunk in source:
        yield decoder.decode(chunk).encode("utf-8", "replace")
    yield decoder.decode(b"", True).encode("utf-8", "replace")


def _blocks(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Blocks that end with a line; an overlong line becomes an empty one, marked by True."""
    rest = b""
    dropping = False
    for chunk in chunks:
        if dropping:
            end = chunk.find(b"\n")
            if end < 0:
                continue
            yield b"\n", True
            rest, dropping = chunk[end + 1 :], False
        else:
            rest += chunk
        end = rest.rfind(b"\n") + 1
        if end:
            yield rest[:end], False
            rest = rest[end:]
        if len(rest) > LONGEST_LINE:
            rest, dropping = b"", True
    if dropping:
        yield b"\n", True
    elif rest:
        yield rest, False


def _by_newline(block: bytes) -> list[bytes]:
    return [line + b"\n" for line in block.split(b"\n")[:-1]] + (
        [] if block.endswith(b"\n") else [block.rsplit(b"\n")[-1]]
    )
