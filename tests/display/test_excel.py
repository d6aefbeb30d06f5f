import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from crf2tlf.analysis.results import Column, Output, Row
from crf2tlf.display import render
from crf2tlf.display.excel import write_workbook

from . import samples


def workbook(folder: Path, *outputs: Output, **settings: Any) -> Any:
    render(samples.results(*outputs, **settings), folder)
    return load_workbook(folder / "tlf.xlsx")


def values(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_a_sheet_is_title_population_table_footnotes(tmp_path: Path) -> None:
    sheet = workbook(tmp_path, samples.DEMOGRAPHICS)["table-1"]
    first = [row[0] for row in values(sheet)]
    assert first[:5] == ["← Contents", "Table 1. Sample", "Full analysis set", "Factor", "Age (years), median (range)"]
    assert first[-2:] == ["Abbreviations: PR, partial response.", samples.NOTE]
    assert values(sheet)[6] == ["Male", "3 (25)"]


def test_the_contents_lead_to_every_sheet_and_back(tmp_path: Path) -> None:
    book = workbook(tmp_path, samples.DEMOGRAPHICS, samples.TOXICITY)
    assert book.sheetnames == ["Contents", "table-1", "table-4"]
    links = [(cell.value, cell.hyperlink.location) for cell in book["Contents"]["B"] if cell.hyperlink]
    assert links == [("Table 1. Sample", "'table-1'!A1"), ("Table 4. Toxicity profiles", "'table-4'!A1")]
    assert book["table-4"]["A1"].hyperlink.location == "'Contents'!A1"


@pytest.mark.parametrize(
    ("text", "number", "decimals", "value", "shown"),
    [
        ("66.7", 66.6666666667, 1, 66.6666666667, "0.0"),
        ("9", 9, 0, 9, "0"),
        ("−1.25", -1.25, 2, -1.25, "0.00"),
        ("9", 9, None, 9, "General"),
        ("<0.001", 0.0004, 3, 0.0004, '"<0.001"'),  # the text says more than the number
        ("66.7%", 66.6666666667, 1, 66.6666666667, '"66.7%"'),
        ("001", None, None, "001", "General"),  # an identifier stays text
        ("NE", float("nan"), 1, "NE", "General"),
    ],
)
def test_a_number_is_a_number(
    text: str, number: float | None, decimals: int | None, value: object, shown: str, tmp_path: Path
) -> None:
    output = samples.table([Column(label="Value")], [Row(cells=(samples.cell(text, number, decimals),))])
    cell = workbook(tmp_path, output)["table-1"]["A4"]
    assert (cell.value, cell.number_format) == (value, shown)


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x")', "+1", "-2+3", "@SUM(A1)", "http://example.org", "1e5"])
def test_a_text_is_never_a_formula_link_or_number(text: str, tmp_path: Path) -> None:
    output = samples.table(
        [Column(label=text, spanner=text), Column(label="b")],
        [samples.row(text, ""), samples.row(text, "", heading=True)],
        title=text,
        footnotes=(text,),
    )
    sheet = workbook(tmp_path, output)["table-1"]
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None]
    assert [(cell.value, cell.data_type) for cell in cells if cell.value != "b"] == [(text, "s")] * 6
    assert not any(cell.hyperlink for cell in cells)
    body = next(cell for cell in cells if cell.row == 5)
    assert body.quotePrefix is text.startswith(("=", "+", "-", "@"))  # stays text when it is edited


def test_control_characters_are_gone_and_long_texts_say_they_are_cut(tmp_path: Path) -> None:
    output = samples.table([Column(label="a")], [samples.row("be\x07ll\x00"), samples.row("x" * 40_000)])
    sheet = workbook(tmp_path, output)["table-1"]
    assert sheet["A4"].value == "bell"
    assert len(sheet["A5"].value) == 32_767
    assert sheet["A5"].value.endswith("[continued in the Word document]")


def test_spanners_and_headings_are_merged(tmp_path: Path) -> None:
    book = workbook(tmp_path, samples.DEMOGRAPHICS, samples.TOXICITY)
    merged = {str(area) for area in book["table-4"].merged_cells.ranges}
    assert {"B3:C3", "D3:E3", "A3:A4"} <= merged
    assert "A6:B6" in {str(area) for area in book["table-1"].merged_cells.ranges}  # Sex, N (%)


def test_a_sheet_prints_like_a_page(tmp_path: Path) -> None:
    book = workbook(tmp_path, samples.TOXICITY, samples.listing(3), study="A & B")
    table, listing = book["table-4"], book["listing-5"]
    assert (table.print_title_rows, table.freeze_panes) == ("$2:$4", "B5")  # with the title
    assert table.sheet_properties.pageSetUpPr.fitToPage
    assert table.page_setup.fitToHeight == 0  # as many pages as it takes, one wide
    assert [sheet.page_setup.orientation for sheet in (table, listing)] == ["portrait", "landscape"]
    assert table.oddFooter.right.text == "Page &P of &N"
    assert table.page_setup.paperSize == 9


@pytest.mark.parametrize("draft", [True, False])
def test_a_draft_says_so(draft: bool, tmp_path: Path) -> None:
    for sheet in workbook(tmp_path, samples.TOXICITY, draft=draft):
        assert ("DRAFT" in (sheet.oddHeader.center.text or "")) is draft
        assert any("DRAFT" in row for row in values(sheet)) is draft


def test_a_figure_is_a_picture_with_words(tmp_path: Path) -> None:
    book = workbook(tmp_path, samples.FIGURES[2])
    assert len(book["figure-2a"]._images) == 1
    with zipfile.ZipFile(tmp_path / "tlf.xlsx") as archive:
        drawing = archive.read("xl/drawings/drawing1.xml").decode()
    assert 'descr="Figure 2a. Overall survival. Kaplan–Meier plot of All patients' in drawing


def test_wrapped_rows_are_high_enough(tmp_path: Path) -> None:
    output = samples.table([samples.STUB, samples.COUNT], [samples.row("short", "1"), samples.row("long " * 60, "1")])
    sheet = workbook(tmp_path, output)["table-1"]
    assert sheet.row_dimensions[5].height > 4 * sheet.row_dimensions[4].height


def test_a_second_workbook_in_one_process_is_the_same(tmp_path: Path) -> None:
    # xlsxwriter changes the settings that it is given
    results = samples.results(samples.DEMOGRAPHICS)
    written = [write_workbook(results, {}, tmp_path / name).read_bytes() for name in ("one.xlsx", "two.xlsx")]
    assert written[0] == written[1]
