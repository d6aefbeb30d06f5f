from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from crf2tlf.analysis.results import Column, Output, Results
from crf2tlf.display import render

from . import samples


def rendered(output: Output, folder: Path, **settings: Any) -> Any:
    render(samples.results(output, **settings), folder)
    return docx.Document(str(folder / f"{output.id}.docx"))


def borders(cell: Any) -> dict[str, int]:
    found = cell._tc.tcPr.find(qn("w:tcBorders"))
    return {} if found is None else {side.tag.split("}")[1]: int(side.get(qn("w:sz"))) for side in found}


def fields(element: Any) -> list[str]:
    return [code.text.strip() for code in element.iter(qn("w:instrText"))]


def shown(text: str) -> str:
    return text.replace("\u00a0", " ").strip()


def test_a_table_is_title_population_table_footnotes(tmp_path: Path) -> None:
    document = rendered(samples.DEMOGRAPHICS, tmp_path)
    assert [(p.style.name, p.text) for p in document.paragraphs] == [
        ("Heading 1", "Table 1. Sample"),
        ("Display Population", "Full analysis set"),
        ("Display Footnote", "Abbreviations: PR, partial response."),
        ("Display Footnote", samples.NOTE),
    ]
    (table,) = document.tables
    assert [shown(cell.text) for cell in table.columns[1].cells] == [
        "Patients (N = 12)",
        "63 (42–80)",
        "Sex, N (%)",  # the heading row is one merged cell
        "3 (25)",
        "9 (75)",
        "0 (0)",
        "Response to earlier therapy, N (%)",
        "12 (100)",
        "7.3 (6.1–105.1)",
    ]


def test_title_and_population_stay_with_the_table(tmp_path: Path) -> None:
    document = rendered(samples.DEMOGRAPHICS, tmp_path)
    assert [p.style.paragraph_format.keep_with_next for p in document.paragraphs] == [True, True, False, False]
    last = document.tables[0].rows[-1].cells[0].paragraphs[0]
    assert last.paragraph_format.keep_with_next  # so that a footnote is never alone on a page


def test_header_rows_repeat_and_rows_never_split(tmp_path: Path) -> None:
    (table,) = rendered(samples.TOXICITY, tmp_path).tables
    repeats = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
    assert repeats == [True, True, False, False]  # spanners and labels
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)


def test_three_rules(tmp_path: Path) -> None:
    (table,) = rendered(samples.DEMOGRAPHICS, tmp_path).tables
    assert borders(table.rows[0].cells[0]) == {"top": 8, "bottom": 4}
    assert borders(table.rows[1].cells[0]) == {}
    assert borders(table.rows[6].cells[0]) == {"top": 4}  # rule_above
    assert borders(table.rows[-1].cells[0]) == {"bottom": 8}


def test_spanners_are_merged_over_their_columns(tmp_path: Path) -> None:
    (table,) = rendered(samples.TOXICITY, tmp_path).tables
    arms = ["Arm A (N\u00a0=\u00a09)", "Arm B (N\u00a0=\u00a012)"]  # no line ends within a count
    assert [cell.text for cell in table.rows[0].cells] == ["Event", arms[0], arms[0], arms[1], arms[1]]
    assert [cell.text for cell in table.rows[1].cells] == ["Event", *["Any grade", "Grade ≥ 3"] * 2]


def test_numbers_of_a_centred_column_are_padded(tmp_path: Path) -> None:
    (table,) = rendered(samples.TOXICITY, tmp_path).tables
    assert [cell.text for cell in table.columns[3].cells][2:] == [
        "12\u00a0(100)",
        "\u00a0\u00a02\u00a0(17)\u00a0\u00a0",
    ]


def test_indents_are_the_stubs(tmp_path: Path) -> None:
    (table,) = rendered(samples.DEMOGRAPHICS, tmp_path).tables
    indents = [row.cells[0].paragraphs[0].paragraph_format.left_indent for row in table.rows]
    assert [bool(indent) for indent in indents[1:]] == [False, False, True, True, True, False, True, False]


@pytest.mark.parametrize(("output", "wide"), [(samples.DEMOGRAPHICS, False), (samples.listing(3), True)])
def test_pages_are_a4_and_landscape_where_wide(output: Output, wide: bool, tmp_path: Path) -> None:
    document = rendered(output, tmp_path)
    (section,) = document.sections
    sides = round(section.page_width.mm), round(section.page_height.mm)
    assert sides == ((297, 210) if wide else (210, 297))
    grid = document.tables[0]._tbl.tblGrid
    width = sum(int(column.get(qn("w:w"))) for column in grid)
    assert abs(width / 56.6929 - (257 if wide else 170)) < 0.1  # the text's width in mm


def test_footer_counts_pages(tmp_path: Path) -> None:
    (section,) = rendered(samples.DEMOGRAPHICS, tmp_path).sections
    assert fields(section.footer._element) == ["PAGE", "NUMPAGES"]
    assert section.footer.paragraphs[0].text == "Page 1 of 1"


@pytest.mark.parametrize("draft", [True, False])
def test_a_draft_says_so_on_every_page(draft: bool, tmp_path: Path) -> None:
    document = rendered(samples.DEMOGRAPHICS, tmp_path, draft=draft)
    together = docx.Document(str(tmp_path / "tlf.docx"))
    for section in [*document.sections, *together.sections]:
        assert ("DRAFT" in [p.text for p in section.header.paragraphs]) is draft


def test_a_section_ends_with_a_paragraph(tmp_path: Path) -> None:
    body = rendered(samples.RATES, tmp_path).element.body  # no footnotes
    assert [child.tag.split("}")[1] for child in body][-3:] == ["tbl", "p", "sectPr"]


def test_japanese_has_a_font_of_its_own(tmp_path: Path) -> None:
    document = rendered(samples.listing(1), tmp_path)
    assert document.tables[0].rows[1].cells[-1].text.startswith("患者")
    for name in ("Normal", "Heading 1", "Listing Cell"):
        fonts = document.styles[name].element.rPr.find(qn("w:rFonts"))
        assert fonts.get(qn("w:eastAsia")) == "MS Gothic"


def test_control_characters_and_markup_are_only_text(tmp_path: Path) -> None:
    output = samples.table([Column(label="<b> & \x00")], [samples.row('</w:t>\x0b"quoted"\nsecond line')])
    (table,) = rendered(output, tmp_path).tables
    assert [cell.text for cell in table.columns[0].cells] == ["<b> & ", '</w:t>"quoted"\nsecond line']


def test_a_figure_has_words_for_those_who_cannot_see_it(tmp_path: Path) -> None:
    (shape,) = rendered(samples.FIGURES[0], tmp_path).inline_shapes
    words = shape._inline.docPr.get("descr")
    assert words.startswith("Figure 1a. Best change in tumour burden. Waterfall plot of ")
    assert "PR 3, SD 3, PD 2" in words
    assert words.endswith("Not evaluable: 1.")


def test_the_collection_has_contents_that_lead_to_every_output(tmp_path: Path) -> None:
    render(samples.EVERYTHING, tmp_path)
    document = docx.Document(str(tmp_path / "tlf.docx"))
    titles = [output.title for output in samples.EVERYTHING.outputs]
    body = document.element.body
    assert [p.text for p in document.paragraphs if p.style.name == "Heading 1"] == titles
    assert [p.text for p in document.paragraphs if p.style.name == "toc 1"] == titles
    assert fields(body) == ['TOC \\o "1-1" \\h \\z \\u']
    targets = [link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink"))]
    assert targets == [mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))]
    assert len(set(targets)) == len(titles)
    assert document.settings.element.find(qn("w:updateFields")) is not None


def test_the_collection_turns_the_page_where_an_output_is_wide(tmp_path: Path) -> None:
    render(samples.EVERYTHING, tmp_path)
    document = docx.Document(str(tmp_path / "tlf.docx"))
    wide = [section.page_width > section.page_height for section in document.sections]
    assert wide == [False] + [output.orientation == "landscape" for output in samples.EVERYTHING.outputs]
    assert all(section.footer.paragraphs[0].text == "Page 1 of 1" for section in document.sections)


@pytest.mark.parametrize("results", [samples.results(), samples.results(samples.table([samples.STUB], []))])
def test_nothing_to_show_is_no_error(results: Results, tmp_path: Path) -> None:
    assert all(path.exists() for path in render(results, tmp_path))
