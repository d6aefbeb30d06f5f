"""Tables over several pages: which rows stand where, what is repeated, in Word and in Excel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn

from crf2tlf.analysis.results import Column, Output, Page, Table
from crf2tlf.display import render
from crf2tlf.display.pages import panels, sheets

from . import samples


def nested(*texts: str, **settings: Any) -> Table:
    """A table of a column beside the first; a row's indent is that of its text, and a capital one a heading."""
    rows = []
    for text in texts:
        label = text.strip()
        indent = (len(text) - len(text.lstrip())) // 2
        rows.append(samples.row(label, "" if label.isupper() else "1", indent=indent, heading=label.isupper()))
    return Table(columns=(Column(label=""), Column(label="N", align="center")), rows=tuple(rows), **settings)


def shown(table: Table) -> list[list[str]]:
    """The pages of a table: the first cells of their rows, indented."""
    texts = [[cell.text for cell in row.cells] for row in table.rows]
    return [
        ["  " * row.indent + cells[0] for row, cells in sheet.lines(table, texts)]
        for sheet in sheets(table, [1.0] * len(table.rows), lambda _: 99.0)
    ]


AE = ("Any", "Gut", "  Colic", "  Nausea", "  Vomit", "Skin", "  Rash", "Eye", "  Blur")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (9, [list(AE)]),
        (8, [[*AE[:7]], ["Eye", "  Blur"]]),  # Eye would stand alone at the end
        (
            4,
            [
                ["Any", "Gut", "  Colic", "  Nausea"],
                ["Gut (continued)", "  Vomit", "Skin", "  Rash"],
                ["Eye", "  Blur"],
            ],
        ),
        (
            3,
            [
                ["Any", "Gut", "  Colic"],
                ["Gut (continued)", "  Nausea", "  Vomit"],
                ["Skin", "  Rash"],
                ["Eye", "  Blur"],
            ],
        ),
    ],
)
def test_a_group_that_goes_on_is_named_again_and_no_heading_ends_a_page(rows: int, expected: list[list[str]]) -> None:
    assert shown(nested(*AE, page_rows=rows)) == expected


def test_all_groups_around_a_row_go_on() -> None:
    table = nested("PULSE", "  BASELINE", "    n", "    Mean", "    Sd", "  WEEK 2", "    n", page_rows=5)
    assert shown(table) == [
        ["PULSE", "  BASELINE", "    n", "    Mean", "    Sd"],
        ["PULSE (continued)", "  WEEK 2", "    n"],
    ]
    assert shown(table.model_copy(update={"page_rows": 4})) == [
        ["PULSE", "  BASELINE", "    n", "    Mean"],
        ["PULSE (continued)", "  BASELINE (continued)", "    Sd"],
        ["PULSE (continued)", "  WEEK 2", "    n"],
    ]


def test_a_small_group_is_not_parted() -> None:
    table = nested("A", *["  a"] * 3, "B", *["  b"] * 3, "C", *["  c"] * 9, page_rows=7)
    found = [(page[0], len(page)) for page in shown(table)]
    assert found == [("A", 4), ("B", 7), ("C (continued)", 7), ("C (continued)", 2)]  # C is too long for any page


def test_more_headings_than_a_page_has_room_for_still_come_to_an_end() -> None:
    table = nested("A", "  B", "    C", "      D", "      e", "      f", page_rows=3)
    pages = shown(table)
    assert [row for page in pages for row in page if "continued" not in row] == [
        "  " * row.indent + row.cells[0].text for row in table.rows
    ]


def test_pages_by_a_value_begin_anew() -> None:
    pages = (Page(first=0, subtitle="Pulse"), Page(first=3, subtitle="Weight"))
    table = nested("WEEK 2", "  n", "  Mean", "WEEK 2", "  n", pages=pages, page_rows=25)
    found = sheets(table, [1.0] * 5, lambda _: 99.0)
    assert [(sheet.subtitle, sheet.own) for sheet in found] == [("Pulse", range(3)), ("Weight", range(3, 5))]


def test_rows_by_the_room_they_take() -> None:
    table = nested("a", "b", "c", "d")
    found = sheets(table, [30.0, 30.0, 50.0, 10.0], lambda _: 60.0)
    assert [sheet.own for sheet in found] == [range(2), range(2, 4)]


def wide() -> Table:
    arms = [("Active", "Low"), ("Active", "High"), ("Placebo", "Low"), ("Placebo", "High"), (None, "All")]
    columns = [Column(label="Event"), *(Column(label=label, spanner=over, align="center") for over, label in arms)]
    return Table(columns=tuple(columns), rows=(samples.row("Rash", "1", "2", "3", "4", "5"),), page_columns=3)


def test_columns_over_several_pages_keep_the_first_and_what_is_under_one_header() -> None:
    found = panels(wide())
    assert [[cell.text for cell in panel.rows[0].cells] for panel in found] == [
        ["Rash", "1", "2"],
        ["Rash", "3", "4", "5"],
    ]
    assert len(panels(wide().model_copy(update={"page_columns": 5}))) == 1
    single = panels(wide().model_copy(update={"page_columns": 1}))
    assert [len(panel.columns) for panel in single] == [2] * 5


def as_output(table: Table, **settings: Any) -> Output:
    given: dict[str, Any] = {"id": "table-9", "kind": "table", "title": "Table 9. Long", "footnotes": (samples.NOTE,)}
    return Output(**{**given, **settings}, body=table)


def document(output: Output, folder: Path) -> Any:
    render(samples.results(output), folder)
    return docx.Document(str(folder / f"{output.id}.docx"))


def test_each_page_in_word_has_title_population_table_and_footnotes(tmp_path: Path) -> None:
    pages = (Page(first=0, subtitle="Parameter: Pulse"), Page(first=3, subtitle="Parameter: Weight"))
    table = nested("WEEK 2", "  n", "  Mean", "WEEK 2", "  n", pages=pages)
    made = document(as_output(table, population="All subjects"), tmp_path)
    assert [(p.style.name, p.text) for p in made.paragraphs] == [
        ("Heading 1", "Table 9. Long"),
        ("Display Population", "All subjects"),
        ("Display Population", "Parameter: Pulse"),
        ("Display Footnote", samples.NOTE),
        ("Display Title", "Table 9. Long"),  # looks the same and is not in the contents
        ("Display Population", "All subjects"),
        ("Display Population", "Parameter: Weight"),
        ("Display Footnote", samples.NOTE),
    ]
    assert [len(found.rows) for found in made.tables] == [4, 3]
    breaks = [p._p.pPr.find(qn("w:pageBreakBefore")) is not None for p in made.paragraphs]
    assert breaks == [False] * 4 + [True] + [False] * 3


def test_a_long_table_in_word_says_what_is_continued(tmp_path: Path) -> None:
    table = nested(*(f"CLASS {k}" if k % 40 == 0 else f"  Term {k}" for k in range(120)))
    made = document(as_output(table), tmp_path)
    assert len(made.tables) > 1
    firsts = [found.rows[1].cells[0].text for found in made.tables]
    assert firsts[1] == "CLASS 40 (continued)"
    assert [p.text for p in made.paragraphs].count("Table 9. Long") == len(made.tables)
    terms = [row.cells[0].text for found in made.tables for row in found.rows[1:]]
    assert [term for term in terms if "continued" not in term] == [row.cells[0].text for row in table.rows]


def test_a_long_listing_in_word_has_its_title_on_each_page(tmp_path: Path) -> None:
    made = document(samples.listing(120), tmp_path)
    titles = [p for p in made.paragraphs if p.style.name in ("Heading 1", "Display Title")]
    assert len(titles) == len(made.tables) > 2


def test_headers_at_three_levels_in_word(tmp_path: Path) -> None:
    columns = [
        Column(label="Event"),
        Column(label="n", spanner="Low (N = 5)", over=("Active",), align="center"),
        Column(label="%", spanner="Low (N = 5)", over=("Active",), align="center"),
        Column(label="All", spanner="Placebo", align="center"),
    ]
    table = Table(columns=tuple(columns), rows=(samples.row("Rash", "1", "2", "3"),))
    (found,) = document(as_output(table), tmp_path).tables
    assert [[cell.text for cell in row.cells] for row in found.rows] == [
        ["Event", "Active", "Active", "Placebo"],
        ["Event", "Low (N\u00a0=\u00a05)", "Low (N\u00a0=\u00a05)", "All"],
        ["Event", "n", "%", "All"],
        ["Rash", "1", "2", "3"],
    ]


def sheet_of(output: Output, folder: Path) -> Any:
    render(samples.results(output), folder)
    return openpyxl.load_workbook(folder / "tlf.xlsx")[output.id]


def test_pages_in_excel_are_breaks_with_the_title_on_each(tmp_path: Path) -> None:
    pages = (Page(first=0, subtitle="Parameter: Pulse"), Page(first=5, subtitle="Parameter: Weight"))
    table = nested("WEEK 2", "  n", "  Mean", "  Sd", "  Median", "WEEK 2", "  n", pages=pages, page_rows=4)
    sheet = sheet_of(as_output(table, population="All subjects"), tmp_path)
    assert [cell.value for cell in sheet["A"]][:14] == [
        *("← Contents", "Table 9. Long", "All subjects", None),
        *("Parameter: Pulse", "WEEK 2", "n", "Mean", "Sd"),
        *("Parameter: Pulse", "WEEK 2 (continued)", "Median"),
        *("Parameter: Weight", "WEEK 2"),
    ]
    assert [found.id for found in sheet.row_breaks.brk] == [9, 12]
    assert sheet.print_title_rows == "$2:$4"
    assert not sheet.sheet_properties.pageSetUpPr or not sheet.sheet_properties.pageSetUpPr.fitToPage


def test_headers_at_three_levels_in_excel(tmp_path: Path) -> None:
    columns = [
        Column(label="Event"),
        Column(label="n", spanner="Low", over=("Active",)),
        Column(label="%", spanner="Low", over=("Active",)),
        Column(label="All", spanner="Placebo"),
    ]
    sheet = sheet_of(as_output(Table(columns=tuple(columns), rows=(samples.row("Rash", "1", "2", "3"),))), tmp_path)
    assert {str(found) for found in sheet.merged_cells.ranges} >= {"A3:A5", "B3:C3", "B4:C4", "D4:D5"}
    assert [cell.value for cell in sheet[5]] == [None, "n", "%", None]
    assert sheet["D4"].value == "All"
