"""The review in Excel: links lead somewhere, counts are right, texts are texts, the same review is the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from crf2tlf import workflow
from crf2tlf.conform import check
from crf2tlf.findings import Findings
from crf2tlf.review import workbook_chains, workbook_records
from crf2tlf.review.model import Review
from crf2tlf.review.queries import cells_of
from crf2tlf.review.query_list import COLUMNS, read_queries
from crf2tlf.review.workbook import write_review_workbook
from crf2tlf.trace import Tracing
from tests.review import hostile
from tests.review.sites import ROOT, copied

HEADER = 4
"""The row of the header of a sheet."""


def review_of(study: Path) -> Review:
    """A study, built, analysed, checked and traced."""
    findings = Findings()
    made = workflow.compute(study, None, "tlf", lambda _: None, findings, tracing=True)
    assert made.results is not None
    tracing = Tracing(made.build, made.results)
    conformance = check(made.build, findings)
    return Review(made.build, made.submissions, made.results, made.reconciliation, conformance, findings, tracing)


@pytest.fixture(scope="module")
def review() -> Review:
    """The review of the reference trial."""
    return review_of(ROOT)


@pytest.fixture(scope="module")
def path(review: Review, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its workbook."""
    return write_review_workbook(review, tmp_path_factory.mktemp("review") / "review.xlsx")


@pytest.fixture(scope="module")
def book(path: Path) -> Workbook:
    """Its workbook, read back."""
    return load_workbook(path)


def rows(sheet: Worksheet) -> Iterator[dict[str, object]]:
    """The rows of a sheet below its header."""
    header, *others = sheet.iter_rows(min_row=HEADER, values_only=True)
    for row in others:
        yield dict(zip(map(str, header), row, strict=True))


def followed(book: Workbook, sheet: str, cell: str) -> tuple[str, int]:
    """The sheet and row to which a cell leads."""
    link = book[sheet][cell].hyperlink
    assert link is not None, f"{sheet}!{cell} leads nowhere"
    found = re.fullmatch(r"'(.+)'!([A-Z]+)(\d+)", link.location)
    assert found, link.location
    return found[1].replace("''", "'"), int(found[3])


def cell_with(sheet: Worksheet, text: str, column: int = 1) -> int:
    """The row whose cell in a column has a text."""
    return next(row for row in range(1, sheet.max_row + 1) if str(sheet.cell(row, column).value) == text)


def test_every_link_leads_to_a_cell_that_is_not_empty(book: Workbook) -> None:
    links = [
        (sheet.title, cell.coordinate)
        for sheet in book
        for line in sheet.iter_rows()
        for cell in line
        if cell.hyperlink
    ]
    assert len(links) > 2000
    empty = [
        place for place in links if book[followed(book, *place)[0]].cell(followed(book, *place)[1], 1).value is None
    ]
    assert empty == []


def test_a_number_leads_to_its_chain_and_on_to_the_raw_line_and_back(book: Workbook) -> None:
    table = book["table-4"]
    row = next(r for r in range(1, table.max_row + 1) if table.cell(r, 1).value == "AST/ALT elevation")
    assert table.cell(row, 3).value == "1 (11)"
    sheet, line = followed(book, "table-4", f"C{row}")
    chains = book[sheet]
    told = [chains.cell(line, column).value for column in range(1, 12)]
    assert sheet == "Chains"
    assert told[2:6] == ["1 (11)", "n, pct", "1, 11", "numerator"]
    assert str(told[7]).startswith("ADAE ")
    assert str(told[8]).startswith("AE ")
    assert str(told[9]).startswith("raw/ae.csv:")
    for column in "HIJ":
        records, record = followed(book, "Chains", f"{column}{line}")
        assert records == "Records"
        assert book[records].cell(record, 3).value is not None
    raw = followed(book, "Chains", f"J{line}")[1]
    assert book["Records"].cell(raw, 3).value == str(told[9]).split(",")[0]
    assert "AETERM=" in str(book["Records"].cell(raw, 4).value)
    patients, patient = followed(book, "Chains", f"G{line}")
    assert (patients, book[patients].cell(patient, 1).value) == ("Patients", told[6])
    assert followed(book, "Chains", f"B{line}") == ("table-4", row)


def test_every_number_has_a_chain_with_as_many_records_as_its_set(book: Workbook, review: Review) -> None:
    results = {result.id: result for result in review.results.results}
    listed: dict[str, int] = {}
    denominators = 0
    for row in rows(book["Chains"]):
        if row["Role"] in ("numerator", "records") and row["Subject"]:
            listed[str(row["Cell"])] = listed.get(str(row["Cell"]), 0) + 1
        denominators += row["Role"] in ("denominator", "analysed")
    for output in review.results.outputs:
        for cell in (cell for cell in cells_of(output) if cell.results):
            sets = {results[id_].numerator for id_ in cell.results} - {None}
            sizes = sum(len(review.tracing.set_positions(name)[1]) for name in sets)
            assert listed.get(str(cell.id), 0) == sizes, cell.id
    assert denominators > 50


def test_counts_of_the_first_sheet_are_those_of_the_sheets(book: Workbook, review: Review) -> None:
    overview = book["Overview"]
    told = {str(overview.cell(row, 1).value): overview.cell(row, 3).value for row in range(1, overview.max_row + 1)}
    for name in ("Patients", "Findings", "Ledger", "Chains", "Records"):
        assert told[name] == len(list(rows(book[name]))), name
    assert told["Patients"] == 9
    assert sum(int(str(row["Records"])) for row in rows(book["Ledger"])) == sum(e.count for e in review.build.ledger)


def test_the_check_that_is_meant_to_fail_is_there_with_both_values(book: Workbook) -> None:
    found = [row for row in rows(book["Findings"]) if row["Code"] == "CHECK_FAILED"]
    assert [(row["Topic"], row["Found"], row["Expected or published"]) for row in found] == [
        ("RECIST", "AVALC: SD", "= PR")
    ]


def test_the_sheet_of_queries_is_an_empty_query_list(path: Path, book: Workbook) -> None:
    assert [cell.value for cell in book["Queries"][1]] == list(COLUMNS)
    rules = book["Queries"].data_validations.dataValidation
    assert [(rule.formula1, str(rule.sqref).startswith("B2:")) for rule in rules] == [('"open,answered,closed"', True)]
    findings = Findings()
    listed = read_queries(path, findings)
    assert listed is not None
    assert (len(listed.rows), findings.items) == (0, [])


def test_the_same_review_is_the_same_bytes(review: Review, path: Path, tmp_path: Path) -> None:
    assert write_review_workbook(review, tmp_path / "again.xlsx").read_bytes() == path.read_bytes()


def test_what_does_not_fit_is_left_out_and_said(
    review: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_records, "MOST_RECORDS", 300)
    monkeypatch.setattr(workbook_chains, "MOST_RECORDS", 2)
    monkeypatch.setattr(workbook_chains, "MOST_READ", 0)
    book = load_workbook(write_review_workbook(review, tmp_path / "small.xlsx"))
    assert len(list(rows(book["Records"]))) == 300
    overview = " ".join(str(cell.value) for line in book["Overview"].iter_rows() for cell in line)
    assert re.search(r"Records: [\d,]+ records are left out here, those after the patient", overview)
    assert "the raw records that values were looked up in are left out" in overview
    assert any(str(row["Record"]).startswith("… 7") for row in rows(book["Chains"]))
    for line in book["Chains"].iter_rows():
        for cell in line:
            if cell.hyperlink:
                followed(book, "Chains", cell.coordinate)


@pytest.mark.slow
def test_raw_texts_are_no_formulas(tmp_path: Path) -> None:
    study = copied(ROOT, tmp_path)
    hostile.write_cells(study / "raw")
    book = load_workbook(write_review_workbook(review_of(study), tmp_path / "hostile.xlsx"))
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line if cell.value is not None]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert any(hostile.FORMULA in str(cell.value) for cell in cells)
    assert any(hostile.SCRIPT in str(cell.value) for cell in cells)
