"""One document as PDF and as Word: read back with pypdf and python-docx."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from pypdf import PdfReader
from pypdf.generic import Destination

from crf2tlf.documents.guide_pdf import write_pdf
from crf2tlf.documents.guide_word import write_word
from crf2tlf.documents.model import Bullets, Column, Document, Section, Text, line, paragraph, table

ROWS = [(f"R{n:03}", "A rule that is explained at some length, so that its cell takes two lines") for n in range(60)]
LONG_WORD = "a.very.long.name.of.a.rule." * 6

DOCUMENT = Document(
    "A guide",
    "TST",
    "A test study",
    "2026-01-31T00:00:00",
    (("Study", "TST"),),
    ("Invented data",),
    (
        Section(
            "Introduction",
            sections=(
                Section("Purpose", (paragraph(Text("See the table", link="#rules"), Text("CRF", link="acrf.pdf")),)),
                Section("Lists", (Bullets((line("one"), line("two"))), Bullets((line("first"),), ordered=True))),
            ),
        ),
        Section("Rules", (table((Column("Rule"), Column("Text", 4)), ROWS, "All rules"),), id="rules", landscape=True),
        Section("After", (table((Column("Name"), Column("Count", 1, "right")), [(LONG_WORD, "1")]),)),
        Section("Criteria", (paragraph("All."),), appendix=True),
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> PdfReader:
    return PdfReader(write_pdf(DOCUMENT, tmp_path_factory.mktemp("pdf") / "a.pdf"))


@pytest.fixture(scope="module")
def word(tmp_path_factory: pytest.TempPathFactory) -> docx.document.Document:
    return docx.Document(str(write_word(DOCUMENT, tmp_path_factory.mktemp("word") / "a.docx")))


def page_texts(pdf: PdfReader) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in pdf.pages]


def test_bookmarks_are_the_headings_with_their_numbers(pdf: PdfReader) -> None:
    def shown(items: list[Destination | list[object]]) -> list[object]:
        return [shown(item) if isinstance(item, list) else item["/Title"] for item in items]

    assert shown(pdf.outline) == [
        "1 Introduction",
        ["1.1 Purpose", "1.2 Lists"],
        "2 Rules",
        "3 After",
        "Appendix I: Criteria",
    ]


def test_sections_are_named_destinations(pdf: PdfReader) -> None:
    assert {"rules", "section-1-1", "section-appendix-i"} <= set(pdf.named_destinations)


def test_links_lead_to_sections_and_to_files_beside_the_document(pdf: PdfReader) -> None:
    links = [a.get_object() for page in pdf.pages for a in page.get("/Annots", ())]
    assert "acrf.pdf" in [link["/A"]["/URI"] for link in links if "/A" in link and "/URI" in link["/A"]]


def test_the_header_row_of_a_long_table_comes_again_on_every_page(pdf: PdfReader) -> None:
    pages = [text for text in page_texts(pdf) if "R000" in text or "R059" in text or "R030" in text]
    assert len(pages) == 2
    assert all("Rule Text" in text for text in pages)


def test_wide_sections_stand_on_pages_turned_sideways(pdf: PdfReader) -> None:
    wide = [page.mediabox.width > page.mediabox.height for page in pdf.pages]
    assert wide == [False, False, False, True, True, False]


def test_contents_have_page_numbers(pdf: PdfReader) -> None:
    contents = page_texts(pdf)[1]
    assert "1.1 Purpose" in contents
    assert contents.replace(".", "").replace(" ", "").count("3After") == 1


def test_page_numbers_and_notes_stand_on_every_page(pdf: PdfReader) -> None:
    texts = page_texts(pdf)
    for number, text in enumerate(texts, start=1):
        assert f"Page {number} of {len(texts)}" in text
        assert "Invented data" in text


def test_a_long_word_is_broken_so_that_it_stays_in_its_cell(pdf: PdfReader) -> None:
    page = next(text for page in pdf.pages if "very" in (text := page.extract_text().replace("\u200b", "")))
    lines = [line for line in page.splitlines() if "very" in line or "long" in line]
    assert len(lines) > 1
    assert max(map(len, lines)) < len(LONG_WORD) / 2  # the cell is half of the page: some 60 characters
    assert LONG_WORD in "".join(page.split())


@pytest.mark.parametrize("draft", [False, True])
def test_a_draft_says_so(tmp_path: Path, draft: bool) -> None:
    document = replace(DOCUMENT, draft=draft)
    pdf = PdfReader(write_pdf(document, tmp_path / "a.pdf"))
    assert {"DRAFT" in text for text in page_texts(pdf)} == {draft}
    word = docx.Document(str(write_word(document, tmp_path / "a.docx")))
    assert ("DRAFT" in [p.text for p in word.sections[0].header.paragraphs]) == draft


# Word


def test_headings_have_the_styles_of_headings(word: docx.document.Document) -> None:
    headings = [(p.style.name, p.text) for p in word.paragraphs if p.style.name.startswith("Heading")]
    assert headings == [
        ("Heading 1", "1 Introduction"),
        ("Heading 2", "1.1 Purpose"),
        ("Heading 2", "1.2 Lists"),
        ("Heading 1", "2 Rules"),
        ("Heading 1", "3 After"),
        ("Heading 1", "Appendix I: Criteria"),
    ]


def test_contents_are_a_field_that_word_can_update(word: docx.document.Document) -> None:
    codes = [code.text for code in word.element.body.iter(qn("w:instrText"))]
    assert any(code.strip().startswith('TOC \\o "1-3"') for code in codes)


def test_header_rows_come_again_and_rows_do_not_split(word: docx.document.Document) -> None:
    for made in word.tables:
        first, *others = made._tbl.tr_lst
        assert first.trPr.find(qn("w:tblHeader")) is not None
        assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in [first, *others])


def test_wide_sections_are_word_sections_in_landscape(word: docx.document.Document) -> None:
    assert [section.orientation for section in word.sections] == [
        WD_ORIENT.PORTRAIT,
        WD_ORIENT.LANDSCAPE,
        WD_ORIENT.PORTRAIT,
    ]


def test_links_of_word_lead_outside_and_inside(word: docx.document.Document) -> None:
    anchors = {link.get(qn("w:anchor")) for link in word.element.body.iter(qn("w:hyperlink"))}
    bookmarks = {mark.get(qn("w:name")) for mark in word.element.body.iter(qn("w:bookmarkStart"))}
    assert anchors - {None} <= bookmarks
    assert "acrf.pdf" in [relation.target_ref for relation in word.part.rels.values() if relation.is_external]


def test_the_same_document_gives_the_same_bytes(tmp_path: Path) -> None:
    for write, ending in ((write_pdf, "pdf"), (write_word, "docx")):
        first, second = (write(DOCUMENT, tmp_path / f"{n}.{ending}").read_bytes() for n in (1, 2))
        assert first == second
