"""Reading a form's CSV file: every cell as the text that stands there, every record with its line.

Nothing is inferred: ``001`` and ``NA`` stay texts and blanks around a text stay. What is wrong with a file becomes a
finding at its line; no bytes make it a traceback.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from crf2tlf.files.raw_table import Lines, RawTable, header_is_sound, report_no_record, table_of, text_column
from crf2tlf.findings import Findings, Place

__all__ = ["RawTable", "read_csv"]

_SIGNATURES = {
    b"PK\x03\x04": "a zip archive, such as an Excel workbook (.xlsx)",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip archive",
}
_LINE_BREAK = re.compile("\r\n|\r|\n")
_RECORDS_AT_ONCE = 8_000
_PLACES_SHOWN = 1_000


@dataclass(frozen=True)
class _Records:
    """Well-shaped records as columns, and the lines and widths of those that are not as wide as the header."""

    columns: list[pd.Series[str]]
    lines: Lines
    misshapen: list[tuple[int, int]]


def read_csv(
    path: Path, place_name: str, encoding: str, findings: Findings, *, delimiter: str = ","
) -> RawTable | None:
    """Read a delimited file whose first line names the columns.

    ``place_name`` is the file's name in findings (``raw/ae.csv``), ``encoding`` the stated one. Lines may end in CRLF,
    LF or CR; a cell in double quotes may hold line breaks and doubled quotes; a byte order mark and lines without
    any character are skipped; a cell of nothing but white space is missing.

    Returns None if no table can be read, and otherwise the table of the records that are as wide as the header.
    Findings: RAW_FILE_MISSING, RAW_FILE_FORMAT (another kind of file, NUL bytes, unnamed or repeated columns, an open
    quote), RAW_ENCODING, RAW_FILE_EMPTY (no header, or no record: then the table is empty), RAW_RECORD_SHAPE.
    """
    text = _read_text(path, place_name, encoding, findings)
    if text is None:
        return None
    rows = _rows(text, delimiter)
    try:
        header = next((cells for _, cells in rows), None)
        if header is None or not any(cell.strip() for cell in header):
            findings.add("RAW_FILE_EMPTY", Place(place_name, 1), "the file has no header line")
            return None
        if not header_is_sound(header, Place(place_name, 1), findings):
            return None
        records = _collect(rows, len(header))
    except _MalformedError as problem:
        findings.add("RAW_FILE_FORMAT", Place(place_name, problem.line), problem.message)
        return None
    _report_shape(records, len(header), place_name, findings)
    frame = table_of(dict(zip(header, records.columns, strict=True)))
    return RawTable(place_name, frame, records.lines)


class _MalformedError(Exception):
    """The text is not CSV from the record that begins on ``line`` on."""

    def __init__(self, line: int, message: str) -> None:
        self.line, self.message = line, message
        super().__init__(message)


def _read_text(path: Path, place_name: str, encoding: str, findings: Findings) -> str | None:
    """Read and decode the file; None after a finding when it is missing, of another kind, or not so encoded."""
    place = Place(place_name)
    try:
        content = path.read_bytes()
    except OSError as problem:
        findings.add("RAW_FILE_MISSING", place, f"the file cannot be read: {problem.strerror}")
        return None
    for signature, kind in _SIGNATURES.items():
        if content.startswith(signature):
            findings.add("RAW_FILE_FORMAT", place, f"the file is {kind}, not CSV; export the form as CSV")
            return None
    text = _decode(content, place_name, encoding, findings)
    if text is not None and "\0" in text:
        place = Place(place_name, _line_at(text, text.index("\0")))
        findings.add("RAW_FILE_FORMAT", place, "the file has NUL bytes, which no CSV file has")
        return None
    return text


def _decode(content: bytes, place_name: str, encoding: str, findings: Findings) -> str | None:
    """Decode the file's bytes without their byte order mark; None after a RAW_ENCODING finding."""
    try:  # an empty text would not tell an encoding of texts from one of bytes, such as hex
        codec = codecs.lookup(encoding).name
        content[:1].decode(encoding, "replace")
    except (LookupError, ValueError):
        message = f"the stated encoding {encoding!r} is not a known one (such as utf-8 or cp932)"
        findings.add("RAW_ENCODING", Place(place_name, 1), message)
        return None
    if content.startswith(codecs.BOM_UTF8) and not codec.startswith("utf-8"):
        message = f"the file begins with the byte order mark of UTF-8, but {encoding} is stated"
        findings.add("RAW_ENCODING", Place(place_name, 1), message)
        return None
    line_of_utf_8 = 0 if codec.startswith("utf") else _line_of_utf_8(content)
    if line_of_utf_8:
        message = f"the file is UTF-8 from this line on, but {encoding} is stated"
        findings.add("RAW_ENCODING", Place(place_name, line_of_utf_8), message)
    try:
        text = content.decode(encoding)
        text.encode("utf-8")  # no half characters, which no later file could hold
    except UnicodeError as problem:
        if not line_of_utf_8:
            line = _line_of_bad_byte(content, codec, getattr(problem, "start", 0))
            message = f"the file is not in the stated encoding {encoding} from this line on"
            findings.add("RAW_ENCODING", Place(place_name, line), message)
        return None
    return text.removeprefix("\ufeff")


def _line_of_utf_8(content: bytes) -> int:
    """The line of the first character beyond ASCII if the bytes are UTF-8 as a whole, else 0.

    Bytes in another encoding are hardly ever UTF-8 by chance, while UTF-8 often passes for another encoding.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return 0
    foreign = next((at for at, character in enumerate(text) if character > "\x7f"), None)
    return 0 if foreign is None else _line_at(text, foreign)


def _line_of_bad_byte(content: bytes, codec: str, start: int) -> int:
    """The physical line of a position in the bytes; a line break is its ASCII byte save in UTF-16 and UTF-32."""
    wide = codec.startswith(("utf-16", "utf-32"))
    before = content[:start].decode(codec, "replace") if wide else content[:start].decode("latin-1")
    return _line_at(before, len(before))


def _line_at(text: str, position: int) -> int:
    """The physical line, counted from 1, on which a position of the text stands."""
    return 1 + sum(1 for _ in _LINE_BREAK.finditer(text, 0, position))


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each line of cells with the physical line on which it begins, leaving out lines without characters."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for cells in reader:
            if cells:
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as problem:
        message = "a quoted cell that begins in this record is not closed, or text follows its closing quote"
        raise _MalformedError(begins, f"{message} ({problem})") from None


def _collect(rows: Iterator[tuple[int, list[str]]], width: int) -> _Records:
    """Gather the records as columns, some thousands at a time so that few cells exist as separate objects."""
    chunks: list[list[pd.Series[str]]] = [[] for _ in range(width)]
    lines: list[int] = []
    misshapen: list[tuple[int, int]] = []
    batch: list[list[str]] = []
    for line, cells in rows:
        if len(cells) != width:
            misshapen.append((line, len(cells)))
            continue
        lines.append(line)
        batch.append(cells)
        if len(batch) == _RECORDS_AT_ONCE:
            _append_columns(chunks, batch)
            batch = []
    _append_columns(chunks, batch)
    columns = [pd.concat(parts, ignore_index=True) for parts in chunks]
    return _Records(columns, np.array(lines, dtype=np.int64), misshapen)


def _append_columns(chunks: list[list[pd.Series[str]]], batch: list[list[str]]) -> None:
    """Add a batch of records to the columns; a cell of nothing but white space becomes missing."""
    cells_by_column = zip(*batch, strict=True) if batch else [()] * len(chunks)
    for parts, cells in zip(chunks, cells_by_column, strict=True):
        parts.append(text_column(cells))


def _report_shape(records: _Records, width: int, place_name: str, findings: Findings) -> None:
    """Report records that are not as wide as the header, and a file without any."""
    if records.misshapen:
        line, cells = records.misshapen[0]
        findings.add(
            "RAW_RECORD_SHAPE",
            Place(place_name, line),
            f"the record has {cells} cells where the header has {width}; it is left out."
            " Put a cell that holds the delimiter in double quotes",
            records=[Place(place_name, at) for at, _ in records.misshapen[1:_PLACES_SHOWN]],
            count=len(records.misshapen),
        )
    elif not len(records.lines):
        report_no_record(Place(place_name, 1), findings)
