"""Reading Excel workbooks: cells as people see them, rows as places, a finding for every fault."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from crf2tlf.files.excel import read_workbook
from crf2tlf.findings import Findings


def read(path: Path, sheet=None, header_row=1):
    """Read one sheet; the table (or None), and the findings as (code, place)."""
    findings = Findings()
    tables = read_workbook(path, "raw/f.xlsx", [(sheet, header_row)], findings)
    return tables.get((sheet, header_row)), [(f.code, str(f.place)) for f in findings], findings


def cells(table):
    return table.frame.astype(object).where(table.frame.notna(), None).to_numpy().tolist()


def workbook(path: Path, *rows, formats=None, sheet="Sheet1"):
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(row)
    for cell, number_format in (formats or {}).items():
        page[cell].number_format = number_format
    book.save(path)
    return path


# what the cell holds, its number format, the text it becomes
SHOWN = [
    (5, "General", "5"),
    (5.0, "General", "5"),
    (36.6, "General", "36.6"),
    (0.1 + 0.2, "General", "0.3"),  # 15 digits, as Excel shows
    (1e-7, "General", "0.0000001"),
    (123456789012345, "General", "123456789012345"),
    (-2.5, "General", "-2.5"),
    ("001", "General", "001"),
    ("001", "@", "001"),
    (" padded ", "General", " padded "),
    (1, "000", "001"),
    (5, "0.00", "5.00"),
    (36.666, "0.0", "36.666"),  # no digit is taken away
    (0.5, "0%", "50%"),
    (0.125, "0%", "12.5%"),
    (1234.5, "#,##0.00", "1234.5"),
    (True, "General", "TRUE"),
    (False, "General", "FALSE"),
    (date(2020, 1, 31), "dd-mmm-yyyy", "2020-01-31"),
    (datetime(2020, 1, 31), "yyyy-mm-dd", "2020-01-31"),
    (datetime(2020, 1, 31, 10, 30), "yyyy-mm-dd hh:mm", "2020-01-31T10:30"),
    (datetime(2020, 1, 31, 10, 30, 15), "yyyy-mm-dd hh:mm:ss", "2020-01-31T10:30:15"),
    (datetime(2020, 1, 31), "yyyy-mm-dd hh:mm", "2020-01-31T00:00"),
    (datetime(2020, 1, 31, 10, 30), "yyyy-mm-dd", "2020-01-31T10:30"),  # what the format hides stays
    (datetime(2020, 1, 1), "mmm-yy", "2020-01"),  # people see Jan-20
    (datetime(2020, 1, 15), "mmm-yy", "2020-01-15"),
    (datetime(2020, 1, 1), "yyyy", "2020"),
    (time(10, 30), "hh:mm", "10:30"),
    (time(10, 30, 5), "h:mm:ss AM/PM", "10:30:05"),
    (timedelta(hours=26, minutes=5), "[h]:mm", "26:05"),
]


@pytest.mark.parametrize(("value", "number_format", "text"), SHOWN)
def test_a_cell_is_the_text_that_people_see(tmp_path, value, number_format, text):
    path = workbook(tmp_path / "f.xlsx", ["ID", "A"], ["x", value], formats={"B2": number_format})
    table, findings, _ = read(path)
    assert findings == []
    assert cells(table) == [["x", text]]


def test_rows_are_places_and_blank_rows_no_records(tmp_path):
    path = workbook(tmp_path / "f.xlsx", ["A", "B"], ["1", None], [None, None], [" ", None], [None, "2"])
    table, findings, _ = read(path)
    assert findings == []
    assert cells(table) == [["1", None], [None, "2"]]
    assert table.lines.tolist() == [2, 5]
    assert str(table.place(1)) == "raw/f.xlsx:5"


def test_the_header_may_stand_further_down(tmp_path):
    path = workbook(tmp_path / "f.xlsx", ["Adverse events"], [], ["A", "B"], [1, 2])
    table, findings, _ = read(path, header_row=3)
    assert (findings, cells(table), table.lines.tolist(), table.header) == ([], [["1", "2"]], [4], 3)


def test_a_named_sheet_and_hidden_rows_are_read(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["other"])
    page = book.create_sheet("AE")
    for row in (["A"], ["1"], ["2"]):
        page.append(row)
    page.row_dimensions[2].hidden = True
    page.sheet_state = "hidden"
    book.save(tmp_path / "f.xlsx")
    table, findings, _ = read(tmp_path / "f.xlsx", "AE")
    assert (findings, cells(table)) == ([], [["1"], ["2"]])
    assert str(table.place(0)) == "raw/f.xlsx#AE:2"
    assert read(tmp_path / "f.xlsx", "AEE")[1] == [("RAW_FILE_FORMAT", "raw/f.xlsx")]
    assert "did you mean AE?" in str(next(iter(read(tmp_path / "f.xlsx", "AEE")[2])))
    assert "more than one sheet with cells (Sheet, AE)" in str(next(iter(read(tmp_path / "f.xlsx")[2])))


def test_two_forms_of_one_workbook(tmp_path):
    book = openpyxl.Workbook()
    for name in ("AE", "VS"):
        page = book.create_sheet(name)
        page.append(["A"])
        page.append([name])
    book.save(tmp_path / "f.xlsx")
    tables = read_workbook(tmp_path / "f.xlsx", "raw/f.xlsx", [("AE", 1), ("VS", 1)], Findings())
    assert [cells(table) for table in tables.values()] == [[["AE"]], [["VS"]]]


def test_formulas_have_the_value_that_was_saved(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "f.xlsx") as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["A", "B"])
        page.write_formula(1, 0, "=1+1", value=2)
        page.write_formula(1, 1, '="x"&"y"', value="xy")
    table, findings, _ = read(tmp_path / "f.xlsx")
    assert (findings, cells(table)) == ([], [["2", "xy"]])


def test_formulas_without_a_saved_value_are_findings(tmp_path):
    path = workbook(tmp_path / "f.xlsx", ["A", "B"], ["1", "=1+1"], ["2", "=A2&A3"])
    _, found, findings = read(path)
    assert found == [("RAW_FILE_FORMAT", "raw/f.xlsx:2")]
    assert "the formula in B2 has no saved value" in str(next(iter(findings)))
    assert next(iter(findings)).count == 2


def test_cells_with_errors_are_findings_and_missing(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "f.xlsx") as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["A", "B"])
        page.write_row(1, 0, ["1", "fine"])
        page.write(2, 0, "2")
        page.write_formula(2, 1, "=NA()", value="#N/A")
    table, found, findings = read(tmp_path / "f.xlsx")
    assert cells(table) == [["1", "fine"], ["2", None]]
    assert found == [("RAW_FILE_FORMAT", "raw/f.xlsx:3")]
    assert "the cell B3 shows the error #N/A" in str(next(iter(findings)))


def test_the_other_epoch(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "f.xlsx", {"date_1904": True}) as book:
        page = book.add_worksheet()
        page.write(0, 0, "A")
        page.write_datetime(1, 0, datetime(2020, 1, 31), book.add_format({"num_format": "yyyy-mm-dd"}))
    assert cells(read(tmp_path / "f.xlsx")[0]) == [["2020-01-31"]]


# rows; ranges to merge; code and place; words of the message
FAULTY = [
    ([["A", None, "C"], [1, 2, 3]], [], ("RAW_FILE_FORMAT", "raw/f.xlsx:1"), "no name to column number 2"),
    ([["A", "A"], [1, 2]], [], ("RAW_FILE_FORMAT", "raw/f.xlsx:1"), "more than one column A"),
    ([["A"], [1, 2]], [], ("RAW_FILE_FORMAT", "raw/f.xlsx:2"), "column B has values but no name"),
    ([["A", "B"], [1, 2], [None, 3]], ["A2:A3"], ("RAW_FILE_FORMAT", "raw/f.xlsx:2"), "A2:A3 are merged"),
    ([["A", None], [1, None]], ["A1:B1"], ("RAW_FILE_FORMAT", "raw/f.xlsx:1"), "A1:B1 are merged"),
    ([["A"]], [], ("RAW_FILE_EMPTY", "raw/f.xlsx:1"), "no record"),
    ([], [], ("RAW_FILE_EMPTY", "raw/f.xlsx"), "no sheet of the workbook"),
    ([[None], ["x"]], [], ("RAW_FILE_EMPTY", "raw/f.xlsx:1"), "is blank"),
]


@pytest.mark.parametrize(("rows", "merged", "finding", "words"), FAULTY)
def test_faults_are_findings_at_their_row(tmp_path, rows, merged, finding, words):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells_ in merged:
        book.active.merge_cells(cells_)
    book.save(tmp_path / "f.xlsx")
    _, found, findings = read(tmp_path / "f.xlsx")
    assert found == [finding]
    assert words in str(next(iter(findings)))


def test_merged_cells_above_the_header_do_not_matter(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Title", None], ["A", "B"], [1, 2]):
        book.active.append(row)
    book.active.merge_cells("A1:B1")
    book.save(tmp_path / "f.xlsx")
    table, findings, _ = read(tmp_path / "f.xlsx", header_row=2)
    assert (findings, cells(table)) == ([], [["1", "2"]])


# the bytes of the file, and words of the finding
NO_WORKBOOK = [
    (b"", "is empty"),
    (b"A,B\n1,2\n", "no Excel workbook"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 encrypted", "password"),
    (b"PK\x03\x04 torn", "damaged"),
]


@pytest.mark.parametrize(("content", "words"), NO_WORKBOOK)
def test_other_files_are_findings(tmp_path, content, words):
    (tmp_path / "f.xlsx").write_bytes(content)
    table, _, findings = read(tmp_path / "f.xlsx")
    assert table is None
    assert words in str(next(iter(findings)))


def test_a_damaged_workbook_is_a_finding_wherever_it_is_damaged(tmp_path):
    content = workbook(tmp_path / "whole.xlsx", ["A", "B"], *([n, "text"] for n in range(50))).read_bytes()
    path = tmp_path / "f.xlsx"
    for start in range(0, len(content), 97):
        path.write_bytes(content[:start] + b"\xff" * 5 + content[start + 5 :])
        read(path)
        path.write_bytes(content[:start])
        table, _, findings = read(path)
        assert table is None
        assert len(findings) == 1


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """Replace a part of a workbook."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, part if entry.filename == name else old.read(entry))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml", "xl/worksheets/sheet1.xml"]
)
def test_bad_xml_in_a_sound_archive_is_a_finding(tmp_path, part):
    content = workbook(tmp_path / "whole.xlsx", ["A"], ["1"]).read_bytes()
    path = tmp_path / "f.xlsx"
    path.write_bytes(with_part(content, part, b"<a b=><c"))
    assert read(path)[1] == [("RAW_FILE_FORMAT", "raw/f.xlsx")]


def test_entities_are_not_expanded(tmp_path):
    content = workbook(tmp_path / "whole.xlsx", ["A"], ["1"]).read_bytes()
    (tmp_path / "secret").write_text("secret")
    bomb = b"<!ENTITY a0 'ha'>" + b"".join(b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
    for declared, entity in ((bomb, b"&a11;"), (f"<!ENTITY x SYSTEM '{tmp_path}/secret'>".encode(), b"&x;")):
        sheet = (
            b"<!DOCTYPE worksheet [" + declared + b"]>"
            b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
            b'<row r="1"><c r="A1" t="inlineStr"><is><t>' + entity + b"</t></is></c></row></sheetData></worksheet>"
        )
        (tmp_path / "f.xlsx").write_bytes(with_part(content, "xl/worksheets/sheet1.xml", sheet))
        table, _, findings = read(tmp_path / "f.xlsx")
        assert len(findings) >= 1
        assert table is None or "secret" not in str(cells(table))


def test_a_workbook_that_would_fill_the_disk_is_not_opened(tmp_path):
    content = workbook(tmp_path / "whole.xlsx", ["A"], ["1"]).read_bytes()
    (tmp_path / "f.xlsx").write_bytes(with_part(content, "xl/worksheets/sheet1.xml", b" " * (100 * 2**20)))
    table, _, findings = read(tmp_path / "f.xlsx")
    assert table is None
    assert "would unpack to 104,857,600 bytes" in str(next(iter(findings)))
