"""Reading a raw folder of which nothing is known: encoding and delimiter are told from the files themselves."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyreadstat
from openpyxl import load_workbook

from crf2tlf.files.csv import read_csv
from crf2tlf.files.excel import DAMAGED, read_workbook
from crf2tlf.files.json_table import read_json_table
from crf2tlf.files.raw import DELIMITED, READABLE
from crf2tlf.files.raw_table import RawTable
from crf2tlf.files.sas import read_sas
from crf2tlf.findings import Findings, Place
from crf2tlf.spec.form import EXCEL_FILES

DELIMITERS = ",;\t|"
ENCODINGS = ("utf-8", "cp932", "euc_jp", "cp1252", "latin-1")
"""Tried in this order; those of Japanese only where what comes out is mostly Japanese."""

_SAMPLE = 200_000
_JAPANESE = re.compile("[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")


@dataclass(frozen=True)
class Extract:
    """A file of the raw folder: its records as texts, and how it was read.

    ``labels`` are those that the file itself gives its columns, as SAS datasets do.
    """

    file: str
    frame: pd.DataFrame
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def stem(self) -> str:
        """The name of sheet or file without its ending, in small letters, with underscores for what no name has."""
        return re.sub(r"\W+", "_", (self.sheet or Path(self.file).stem).lower()).strip("_")


def read_extracts(folder: Path, findings: Findings) -> list[Extract]:
    """Read every file of the folder that holds a table; what is not or cannot be read is a finding.

    ODM-XML is not read: its metadata, not its data, say what the forms are.
    """
    paths = [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
    for path in paths:
        if path.is_dir() or path.suffix.lower() not in READABLE:
            what = "a folder, and files are read from the top only" if path.is_dir() else "of no kind that holds forms"
            findings.add("RAW_FILE_EXTRA", Place(f"raw/{path.name}"), f"nothing is proposed from it: it is {what}")
    found = [extract for path in paths if path.is_file() for extract in _read(path, findings)]
    if not found and not findings.errors:
        message = f"there is no file with data ({', '.join(READABLE)}), so that nothing can be proposed"
        findings.add("RAW_FILE_MISSING", Place("raw"), message)
    return [extract for extract in found if not extract.frame.empty]


def _read(path: Path, findings: Findings) -> Iterator[Extract]:
    """Yield the tables of a file: one, or one a sheet."""
    place, kind = f"raw/{path.name}", path.suffix.lower()
    if kind in EXCEL_FILES:
        names = sheet_names(path)
        asked = [(name if len(names) > 1 else None, 1) for name in names]
        tables = read_workbook(path, place, asked, findings)
        for (sheet, _), table in tables.items():
            yield Extract(path.name, table.frame, sheet=sheet)
    elif kind in (".sas7bdat", ".xpt"):
        yield from _extract(path, read_sas(path, place, None, findings))
    elif kind in (".json", ".ndjson"):
        yield from _extract(path, read_json_table(path, place, findings))
    elif kind in DELIMITED:
        with path.open("rb") as file:
            sample = file.read(_SAMPLE)
        encoding = encoding_of(sample if len(sample) < _SAMPLE else sample.rpartition(b"\n")[0])
        delimiter = delimiter_of(sample.decode(encoding, "replace").removeprefix("\ufeff"))
        read = read_csv(path, place, encoding, findings, delimiter=delimiter)
        if read is not None:
            yield Extract(path.name, read.frame, encoding, delimiter)


def _extract(path: Path, table: RawTable | None) -> Iterator[Extract]:
    if table is not None:
        yield Extract(path.name, table.frame, labels=_labels(path))


def sheet_names(path: Path) -> list[str]:
    """Return the sheets of a workbook that have cells; the only name is empty where it cannot be read."""
    try:
        book = load_workbook(path, read_only=True)
        try:
            return [sheet.title for sheet in book.worksheets if next(sheet.iter_rows(values_only=True), None)]
        finally:
            book.close()
    except DAMAGED:
        return [""]


def _labels(path: Path) -> dict[str, str]:
    """Return the labels that a file gives its columns; none where it has none."""
    if path.suffix.lower() in (".json", ".ndjson"):
        with path.open(encoding="utf-8-sig") as file:
            text = file.readline() if path.suffix.lower() == ".ndjson" else file.read()
        columns = json.loads(text).get("columns", [])
        return {str(column["name"]): str(column["label"]) for column in columns if column.get("label")}
    read = pyreadstat.read_sas7bdat if path.suffix.lower() == ".sas7bdat" else pyreadstat.read_xport
    _, meta = read(str(path), metadataonly=True)
    return {name: label for name, label in meta.column_names_to_labels.items() if label}


def encoding_of(content: bytes) -> str:
    """Return the encoding of a text file: UTF-8 where it is, else the first of ENCODINGS that reads it plausibly."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        foreign = [character for character in text if character > "\x7f"]
        japanese = len(_JAPANESE.findall(text))
        if encoding in ("cp932", "euc_jp") and (not foreign or japanese < 0.8 * len(foreign)):
            continue
        return encoding
    return "latin-1"


def delimiter_of(text: str) -> str:
    """Return what stands between cells: the sign that parts the first records into the most columns of one number."""
    best, most = ",", 1
    for delimiter in DELIMITERS:
        widths = list(_widths(text, delimiter))
        if widths and widths[0] > most and sum(width == widths[0] for width in widths) >= 0.9 * len(widths):
            best, most = delimiter, widths[0]
    return best


def _widths(text: str, delimiter: str, records: int = 50) -> Iterator[int]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, cells in enumerate(reader):
            if number >= records:
                return
            if cells:
                yield len(cells)
    except csv.Error:
        return
