"""The review in Excel, for people who open no browser: outputs, patients, chains, records, findings, queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter

from crf2tlf.analysis.results import Results, Table
from crf2tlf.display.excel import write_outputs
from crf2tlf.display.excel_formats import Formats
from crf2tlf.display.excel_layout import TYPEFACE
from crf2tlf.display.reproducible import release_time, write_archive
from crf2tlf.display.text import file_names, printable, sheet_names
from crf2tlf.review.found import Found, all_found
from crf2tlf.review.model import Review
from crf2tlf.review.query_list import COLUMNS, STATUSES
from crf2tlf.review.query_list import SHEET as QUERIES
from crf2tlf.review.query_sheet import queries_sheet
from crf2tlf.review.subjects import subjects_piece
from crf2tlf.review.texts import interface_text
from crf2tlf.review.workbook_chains import MOST_ROWS, ChainLine, Chains, Step, chain_lines, listed
from crf2tlf.review.workbook_records import Records
from crf2tlf.review.workbook_sheet import Linked, Sheet, Value, place

FILE = "review.xlsx"
OVERVIEW, PATIENTS, FINDINGS, LEDGER, CHAINS, DENOMINATORS, RECORDS = (
    *("Overview", "Patients", "Findings", "Ledger", "Chains", "Denominators", "Records"),
)
MOST_LISTED = 20_000
"""Rows of a listing on its sheet; the others are in the listing's own workbook."""
_WIDTHS = (24.0, 90.0, 12.0)
_FIRST = 4  # rows of the link back, the title, a note and the header
_PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_review_workbook(review: Review, path: Path) -> Path:
    """Write the workbook of a review and return its path; the same review gives the same bytes.

    What is beyond what a workbook can hold is left out; its first sheet says what. Raises OSError if the file cannot
    be written.
    """
    content = BytesIO()
    with (
        TemporaryDirectory() as scratch,
        xlsxwriter.Workbook(
            content, {"in_memory": True, "default_format_properties": dict(TYPEFACE), **_PLAIN}
        ) as book,
    ):
        about = {"title": review.results.title[:255], "subject": review.results.study[:255], "author": "crf2tlf"}
        book.set_properties({**about, "created": release_time(review.results.release_timestamp)})
        _Book(review, book, Path(scratch)).write()
    return write_archive(content.getvalue(), path)


class _Book:
    """The workbook while it is written: where everything stands is known before anything is written."""

    def __init__(self, review: Review, book: Any, scratch: Path) -> None:
        self.review, self.book, self.scratch = review, book, scratch
        self.names = [str(name) for name in review.subjects]
        self.found = all_found(review.build, review.findings, review.conformance, review.reconciliation, review.tables)
        self.records = Records(review.tables, self.names, _FIRST)
        self.chains = Chains(review, review.tables, self.names)
        every = list(chain_lines(review, self.chains))
        self.lines, self.cut = every[:MOST_ROWS], max(len(every) - MOST_ROWS, 0)
        self.sets = list(dict.fromkeys(line.denominator for line in self.lines if line.denominator is not None))
        self.steps = {name: list(self.chains.steps(name)) for name in self.sets}
        first: dict[str, str] = {}
        for at, line in enumerate(self.lines):
            first.setdefault(line.cell, place(CHAINS, _FIRST + at))
        self.formats = Formats(book, first)
        self.shown = _shortened(printable(review.results))
        taken = [OVERVIEW, PATIENTS, FINDINGS, LEDGER, CHAINS, DENOMINATORS, RECORDS, QUERIES]
        self.sheets = sheet_names([output.id for output in self.shown.outputs], taken)
        self.patients = {name: place(PATIENTS, _FIRST + at) for at, name in enumerate(self.names)}

    def text(self, key: str, **values: object) -> str:
        return interface_text(self.review.language, f"workbook.{key}", **values)

    def sheet(self, name: str, back: str = OVERVIEW) -> Sheet:
        return Sheet(self.book, name, self.formats, back)

    def write(self) -> None:
        """Write all sheets; their tabs are in the order in which they are made."""
        overview = self.sheet(OVERVIEW, "")
        made = {name: self.sheet(name) for name in (PATIENTS, FINDINGS, LEDGER)}
        queries_sheet(self.book, QUERIES, COLUMNS, [], STATUSES)
        cells = self._outputs()
        made |= {name: self.sheet(name) for name in (CHAINS, DENOMINATORS, RECORDS)}
        self._patients(made[PATIENTS])
        self._findings(made[FINDINGS], cells)
        self._ledger(made[LEDGER])
        self._chains(made[CHAINS], cells)
        self._denominators(made[DENOMINATORS])
        self.records.write(made[RECORDS], self.text, self.patients)
        self._overview(overview)

    def _outputs(self) -> dict[str, str]:
        from crf2tlf.display.figures import draw_figures  # matplotlib takes a while to load

        names = file_names([output.id for output in self.shown.outputs])
        self.scratch.mkdir(exist_ok=True)
        pictures = draw_figures(self.shown, names, self.scratch)
        return write_outputs(self.book, self.shown, pictures, self.sheets, self.formats, OVERVIEW)

    def _overview(self, sheet: Sheet) -> None:
        study = self.review.build.study.spec
        sheet.heading(study.title, f"{study.study} · {study.release_timestamp.date().isoformat()}")
        if self.review.draft:
            sheet.across("DRAFT", _WIDTHS, bold=True, font_color="#C00000")
        for notice in study.footnotes:
            sheet.across(notice, _WIDTHS, font_color="#7A4B00")
        sheet.line([])
        kinds = Counter((one.kind, one.state) for one in self.found)
        told = {
            PATIENTS: len(self.names),
            FINDINGS: sum(n for (kind, _), n in kinds.items() if kind != "ledger"),
            LEDGER: len(self.review.build.ledger),
            QUERIES: 0,
            CHAINS: len(self.lines),
            DENOMINATORS: len(self.sets),
            RECORDS: self.records.size,
        }
        sheet.header([self.text("sheet"), self.text("holds"), self.text("rows")], _WIDTHS, 0)
        for name in (PATIENTS, FINDINGS, LEDGER, QUERIES):
            sheet.line([Linked(name, place(name, 0)), self.text(f"of_{name.lower()}"), told[name]])
        for name, output in zip(self.sheets, self.shown.outputs, strict=True):
            rows = len(output.body.rows) if isinstance(output.body, Table) else None
            sheet.line([Linked(name, place(name, 0)), output.title, rows])
        for name in (CHAINS, DENOMINATORS, RECORDS):
            sheet.line([Linked(name, place(name, 0)), self.text(f"of_{name.lower()}"), told[name]])
        sheet.line([])
        for note in self._left_out():
            sheet.across(note, _WIDTHS)

    def _left_out(self) -> list[str]:
        """Say what is in the browser's review only."""
        notes = [self.text("how")]
        if not self.chains.reading:
            notes.append(self.text("reads_cut"))
        if self.cut:
            notes.append(self.text("chains_cut", n=self.cut, most=MOST_ROWS))
        if self.records.cut:
            notes.append(self.text("records_cut", n=self.records.cut, subject=self.records.last))
        for output in self.review.results.outputs:
            if isinstance(output.body, Table) and len(output.body.rows) > MOST_LISTED:
                notes.append(self.text("listing_cut", output=output.id, n=len(output.body.rows) - MOST_LISTED))
        return notes

    def _patients(self, sheet: Sheet) -> None:
        piece = subjects_piece(self.review.tables, self.review.subjects, self.review.findings)
        columns = piece["columns"]
        sheet.heading(self.text("patients"), self.text("of_patients"))
        labels = [
            f"{one['label']} ({one['name'].removeprefix('n:')})" if n else one["label"] for n, one in enumerate(columns)
        ]
        sheet.header(labels, [26, *([14.0] * (len(labels) - 1))], len(self.names))
        for row in piece["rows"]:
            target = self.records.first_of(row[0])
            sheet.line([Linked(row[0], target) if target else row[0], *row[1:]])

    def _findings(self, sheet: Sheet, cells: Mapping[str, str]) -> None:
        found = [one for one in self.found if one.kind != "ledger"]
        keys = (
            *("id", "severity", "kind", "topic", "domain", "subject", "code", "finding", "there", "expected", "note"),
            *("state", "count", "where", "place"),
        )
        sheet.heading(self.text("findings"), self.text("of_findings"))
        widths = (15, 10, 15, 12, 12, 24, 22, 60, 26, 26, 40, 11, 9, 26, 30)
        sheet.header([self.text(key) for key in keys], widths, len(found), 2)
        for one in found:
            subject: Value = "; ".join(one.subjects)
            if len(one.subjects) == 1:
                subject = Linked(one.subjects[0], self.patients[one.subjects[0]])
            kind, state = (
                interface_text(self.review.language, f"findings.{k}")
                for k in (f"kind.{one.kind}", f"state.{one.state}")
            )
            told: list[Value] = [one.code, one.message, one.value, one.expected, one.note, state, one.count]
            sheet.line(
                [one.id, one.severity, kind, one.topic, one.domain, subject, *told, self._where(one, cells), one.place]
            )

    def _where(self, one: Found, cells: Mapping[str, str]) -> Value:
        if one.cell:
            return Linked(one.cell, cells[one.cell]) if one.cell in cells else one.cell
        if not one.records:
            return ""
        text = listed(one.records, self.records.files)
        target = self.records.at(one.records[0])
        return Linked(text, target) if target else text

    def _ledger(self, sheet: Sheet) -> None:
        from crf2tlf.review.found import ranges

        ledger = self.review.build.ledger
        keys = ("form", "fate", "detail", "count", "lines")
        sheet.heading(self.text("ledger"), self.text("of_ledger"))
        sheet.header([self.text(key) for key in keys], (18, 14, 60, 10, 80), len(ledger))
        for entry in ledger:
            target = self.records.at((f"raw.{entry.form}", entry.lines[0])) if entry.lines else None
            lines = ranges(entry.lines, 500)
            sheet.line([entry.form, entry.fate, entry.detail, entry.count, Linked(lines, target) if target else lines])

    def _chains(self, sheet: Sheet, cells: Mapping[str, str]) -> None:
        keys = ("output", "cell", "shown", "statistics", "values", "role", "subject", "record", "sdtm", "raw", "read")
        sheet.heading(self.text("chains"), self.text("of_chains"))
        widths = (14, 34, 14, 18, 18, 13, 24, 20, 30, 40, 50)
        sheet.header([self.text(key) for key in keys], widths, len(self.lines), 2)
        starts: dict[str, str] = {}
        at = _FIRST
        for name in self.sets:
            starts[name] = place(DENOMINATORS, at)
            at += max(len(self.steps[name]), 1)
        before = ""
        for line in self.lines:
            back = line.cell != before and line.cell in cells
            before = line.cell
            cell: Value = Linked(line.cell, cells[line.cell]) if back else line.cell
            head = [line.output, cell, line.shown, line.statistics, line.values, self.text(line.role)]
            sheet.line([*head, *self._behind(line, starts)])

    def _behind(self, line: ChainLine, starts: Mapping[str, str]) -> list[Value]:
        if line.step is not None:
            return self._step(line.step)
        if line.denominator is not None:
            return ["", Linked(line.told, starts[line.denominator])]
        told = self.text(line.told) if line.told in ("nobody", "no_records") else line.told
        return ["", told]

    def _step(self, step: Step) -> list[Value]:
        subject: Value = Linked(step.subject, self.patients[step.subject]) if step.subject else ""
        found: list[Value] = [subject]
        for references in ((step.record,), step.sdtm, step.raw, step.read):
            text = listed(references, self.records.files)
            target = self.records.at(references[0]) if references else None
            found.append(Linked(text, target) if target else text)
        return found

    def _denominators(self, sheet: Sheet) -> None:
        keys = ("set", "dataset", "subject", "record", "sdtm", "raw")
        sheet.heading(self.text("denominators"), self.text("of_denominators"))
        rows = sum(max(len(self.steps[name]), 1) for name in self.sets)
        sheet.header([self.text(key) for key in keys], (8, 12, 24, 20, 30, 40), rows)
        for number, name in enumerate(self.sets, start=1):
            head: Sequence[Value] = [number, self.chains.dataset(name)]
            sheet.rows([*head, *self._step(step)] for step in self.steps[name])
            if not self.steps[name]:
                sheet.line([*head, "", self.text("nobody")])


def _shortened(results: Results) -> Results:
    """Return results whose listings are not longer than a sheet takes."""
    outputs = []
    for output in results.outputs:
        if isinstance(output.body, Table) and len(output.body.rows) > MOST_LISTED:
            body = output.body.model_copy(update={"rows": output.body.rows[:MOST_LISTED], "pages": ()})
            output = output.model_copy(update={"body": body})
        outputs.append(output)
    return results.model_copy(update={"outputs": tuple(outputs)})
