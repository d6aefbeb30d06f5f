"""The list of a reviewer's queries: read from CSV or Excel as it came back, and written with what became of each.

The review site exports such lists, and the sheet Queries of its workbook is one to be filled in by hand. Spreadsheets
change texts that look like dates or formulas, so what a query was about stands twice: in columns for people, and as
JSON in KEYS and RECORD, which no spreadsheet touches.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import xlsxwriter
from openpyxl import load_workbook

from crf2tlf.display.reproducible import write_archive
from crf2tlf.files.csv import read_csv
from crf2tlf.files.excel import DAMAGED, read_workbook
from crf2tlf.files.raw_table import RawTable
from crf2tlf.findings import Findings, Place, nearest
from crf2tlf.review.query_sheet import EARLIEST, queries_sheet

COLUMNS = (
    *("QUERYID", "STATUS", "CATEGORY", "SUBJECT", "FORM", "LINE", "COLUMN", "VALUE", "OUTPUT", "CELL", "FINDING"),
    *("TEXT", "AUTHOR", "DATE", "RELEASE", "KEYS", "RECORD"),
)
"""The columns of a query list; ``comments.js`` exports the same (a test compares them)."""
FOLLOWED = ("OUTCOME", "WAS", "NOW", "CHANGED", "PLACE", "NOTE")
"""What the follow-up adds to them."""
STATUSES = ("open", "answered", "closed")
SHEET = "Queries"
_ABOUT = ("FORM", "OUTPUT", "FINDING")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_RISKY = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?[0-9]+([.][0-9]+)?")


@dataclass(frozen=True)
class Query:
    """A query: what it says and what it is about, a record of a form or dataset, a cell of an output, or a finding.

    ``keys`` are the values that told the record apart, ``record`` all of its values, both by column and both as they
    were when the query was written; blanks are empty texts. ``place`` is its row in the list.
    """

    id: str
    status: str
    subject: str
    table: str
    line: str
    column: str
    value: str
    output: str
    cell: str
    finding: str
    text: str
    place: Place
    keys: Mapping[str, str] = field(default_factory=dict)
    record: Mapping[str, str] = field(default_factory=dict)

    @property
    def about(self) -> str:
        """What the query is about, in words for a table."""
        if self.finding:
            return f"finding {self.finding}"
        if not self.table:
            return f"{self.output} {self.cell}".strip()
        return f"{self.table}{f':{self.line}' if self.line else ''}{f' {self.column}' if self.column else ''}"


@dataclass(frozen=True)
class QueryList:
    """A query list as it was read: its columns, its rows as texts, and the queries of the rows that say what they ask.

    ``rows`` has a dict a row; ``queries`` holds them by the position of their row.
    """

    columns: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]
    queries: Mapping[int, Query]


def read_queries(path: Path, findings: Findings) -> QueryList | None:
    """Read a query list, a CSV file or a workbook (its sheet Queries, or the only one); None if it cannot be read.

    A CSV file is UTF-8 and parted by commas, semicolons or tabs. Findings: QUERY_LIST for the file and its columns,
    QUERY_ROW for a row that does not say what it is about, has an unknown STATUS, or the QUERYID of another row.
    """
    table = _read(path, findings)
    if table is None or not _columns_fit(table, findings):
        return None
    names = tuple(map(str, table.frame.columns))
    shown = table.frame.fillna("")
    rows = [{str(name): unguarded(str(value)) for name, value in row.items()} for row in shown.to_dict("records")]
    queries: dict[int, Query] = {}
    seen: dict[str, int] = {}
    for position, row in enumerate(rows):
        query = _query(row, table.place(position), findings)
        if query is None:
            continue
        if query.id in seen:
            message = f"QUERYID {query.id} is also that of row {table.lines[seen[query.id]]}; give each row its own"
            findings.add("QUERY_ROW", query.place, message)
            continue
        seen[query.id] = position
        queries[position] = query
    return QueryList(names, tuple(rows), queries)


def _read(path: Path, findings: Findings) -> RawTable | None:
    """Read the file as raw data are read; what is wrong with it is QUERY_LIST, at its line."""
    met = Findings()
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        wanted = (SHEET if SHEET in _sheets(path) else None, 1)
        table = read_workbook(path, path.name, [wanted], met).get(wanted)
    else:
        table = read_csv(path, path.name, "utf-8", met, delimiter=_delimiter(path))
    for finding in met:
        hint = "; save it as CSV UTF-8 or as a workbook (.xlsx)" if finding.code == "RAW_ENCODING" else ""
        if finding.code != "RAW_FILE_EMPTY" or table is None:  # a list without queries is an empty list
            message = finding.message + hint
            findings.add("QUERY_LIST", finding.place, message, records=finding.records, count=finding.count)
    return table


def _sheets(path: Path) -> tuple[str, ...]:
    """Return the names of a workbook's sheets; none of a file that is no workbook, which the reader reports."""
    try:
        return tuple(load_workbook(path, read_only=True).sheetnames)
    except DAMAGED:
        return ()


def _delimiter(path: Path) -> str:
    """Return what parts the cells: some spreadsheets save semicolons or tabs where the language's comma is decimal."""
    try:
        header = path.read_bytes().split(b"\n", 1)[0].decode("utf-8", "replace")
    except OSError:
        return ","
    return max(",;\t", key=header.count)


def _columns_fit(table: RawTable, findings: Findings) -> bool:
    names = list(map(str, table.frame.columns))
    place = Place(table.file, table.header)
    if not set(names) & set(_ABOUT):
        message = f"no column of {', '.join(_ABOUT)}{_guess(names)}; a query list has the columns {', '.join(COLUMNS)}"
        findings.add("QUERY_LIST", place, message)
        return False
    if "TEXT" not in names:
        findings.add("QUERY_LIST", place, f"the column TEXT is missing{nearest('TEXT', names)}")
        return False
    return True


def _guess(names: Sequence[str]) -> str:
    guesses = [nearest(name, names) for name in _ABOUT]
    return next((guess for guess in guesses if guess), "")


def _query(row: Mapping[str, str], place: Place, findings: Findings) -> Query | None:
    """Return the query of a row, None (and a QUERY_ROW finding) if it does not say what it is about."""
    given = {name: row.get(name, "").strip() for name in COLUMNS}
    status = given["STATUS"].casefold() or "open"
    problems = []
    if status not in STATUSES:
        guess = nearest(status, STATUSES)
        problems.append(f"STATUS is {given['STATUS']!r}{guess}; it is one of {', '.join(STATUSES)}")
    if not any(given[name] for name in _ABOUT):
        problems.append("none of FORM, OUTPUT and FINDING says what the query is about")
    if given["OUTPUT"] and not given["CELL"] and not given["FORM"]:
        problems.append(f"OUTPUT is {given['OUTPUT']!r} but CELL is blank; name the cell")
    keys, record = (_mapping(given[name], name, problems) for name in ("KEYS", "RECORD"))
    for problem in problems:
        findings.add("QUERY_ROW", place, problem)
    if problems:
        return None
    return Query(
        id=given["QUERYID"] or made_id(given),
        status=status,
        subject=given["SUBJECT"],
        table=given["FORM"].removeprefix("raw."),
        line=given["LINE"],
        column=given["COLUMN"],
        value=row.get("VALUE", ""),
        output=given["OUTPUT"],
        cell=given["CELL"],
        finding=given["FINDING"],
        text=given["TEXT"],
        place=place,
        keys=keys,
        record=record,
    )


def made_id(given: Mapping[str, str]) -> str:
    """Return the QUERYID of a query that somebody wrote by hand: made from what it says and is about."""
    told = [given.get(name, "") for name in ("SUBJECT", "FORM", "LINE", "COLUMN", "OUTPUT", "CELL", "FINDING", "TEXT")]
    return "Q-" + hashlib.sha256("\x1f".join(told).encode()).hexdigest()[:10]


def _mapping(text: str, name: str, problems: list[str]) -> dict[str, str]:
    """Return the columns and values of a JSON object; anything else is a problem."""
    if not text:
        return {}
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        problems.append(f"{name} cannot be read ({error.msg}, character {error.pos + 1}); leave it as it was exported")
        return {}
    if not isinstance(found, dict):
        problems.append(f"{name} is no JSON object of columns and values; leave it as it was exported")
        return {}
    return {str(column): as_text(value) for column, value in found.items()}


def as_text(value: object) -> str:
    """Return a value as it is compared: a text, blank for a missing one, a whole number without decimals."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def guarded(text: str) -> str:
    """Return a text as it stands in a CSV file, so that no spreadsheet takes it for a formula: behind an apostrophe."""
    return f"'{text}" if _RISKY.match(text) and not _NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """Return the text that :func:`guarded` was given."""
    return text[1:] if _GUARDED.match(text) else text


def write_queries(listed: QueryList, outcomes: Mapping[int, Mapping[str, str]], path: Path) -> None:
    """Write a query list with the columns of the follow-up at its end, as the file's name says: .csv or .xlsx.

    ``outcomes`` are those columns by row, and STATUS where it changes. Raises OSError if the file cannot be written.
    """
    columns = (*(name for name in listed.columns if name not in FOLLOWED), *FOLLOWED)
    blank = dict.fromkeys(FOLLOWED, "")
    whole = ({**row, **blank, **outcomes.get(number, {})} for number, row in enumerate(listed.rows))
    rows = [[row.get(name, "") for name in columns] for row in whole]
    if path.suffix.lower() == ".xlsx":
        content = BytesIO()
        with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
            book.set_properties({"author": "crf2tlf", "created": EARLIEST})
            queries_sheet(book, SHEET, columns, rows, STATUSES)
        write_archive(content.getvalue(), path)
        return
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([guarded(text) for text in row] for row in rows)
    path.write_bytes(buffer.getvalue().encode("utf-8-sig"))
