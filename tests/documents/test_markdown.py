"""The Markdown of authored texts, and how it finds its sections."""

from __future__ import annotations

from pathlib import Path

import pytest

from crf2tlf.documents.authored import report_unknown_guides, with_authored_text, with_empty_sections_marked
from crf2tlf.documents.markdown import read_markdown
from crf2tlf.documents.model import Bullets, Document, Paragraph, Section, Table, Text, line, numbered, paragraph
from crf2tlf.findings import Findings

GUIDE = Document(
    "A guide",
    "TST",
    "A test study",
    "2026-01-01",
    sections=(
        Section("Introduction", sections=(Section("Purpose", (paragraph("Generated."),)), Section("Overview"))),
        Section("Domains", sections=(Section("AE – Adverse Events", id="dataset-ae", aliases=("AE",)),)),
        Section("Criteria", (paragraph("All."),), appendix=True),
    ),
)


def blocks(text: str) -> tuple[object, ...]:
    findings = Findings()
    (passage,) = read_markdown(f"# Title\n\n{text}\n", "a.md", findings)
    assert not findings.items
    return passage.blocks


def messages(text: str) -> list[str]:
    findings = Findings()
    read_markdown(text, "specs/guides/a.md", findings)
    return [str(f) for f in findings]


def test_paragraphs_keep_bold_italic_code_and_links() -> None:
    found = blocks("One **two** *three* `four` [five](acrf.pdf)\nsix")
    pieces = [Text("One "), Text("two", bold=True), Text(" "), Text("three", italic=True), Text(" ")]
    pieces += [Text("four", code=True), Text(" "), Text("five", link="acrf.pdf"), Text(" "), Text("six")]
    assert found == (Paragraph(tuple(pieces)),)


def test_lists_have_points_or_numbers() -> None:
    assert blocks("- a\n- b") == (Bullets((line("a"), line("b"))),)
    assert blocks("1. a\n2. b") == (Bullets((line("a"), line("b")), ordered=True),)


def test_a_table_has_a_header_and_rows() -> None:
    (found,) = blocks("| Code | Meaning |\n|---|---|\n| 1 | **Yes** |\n| 2 | No |")
    assert isinstance(found, Table)
    assert [column.label for column in found.columns] == ["Code", "Meaning"]
    assert found.rows == ((line("1"), (Text("Yes", bold=True),)), (line("2"), line("No")))


def test_comments_are_left_out() -> None:
    assert blocks("<!-- nothing -->\n\nText <!-- nor this -->") == (Paragraph(line("Text ")),)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("# T\n\n```\ncode\n```", 3, "a code block"),
        ("# T\n\n![x](y.png)", 3, "a picture"),
        ("# T\n\n<b>x</b>", 3, "HTML"),
        ("# T\n\n- a\n  - b", 4, "a list within a list"),
        ("# T\n\n> a", 3, "blockquote"),
    ],
)
def test_what_a_guide_does_not_take_is_a_finding(text: str, line: int, what: str) -> None:
    found = messages(text)
    assert found
    assert all(message.startswith(f"specs/guides/a.md:{line}: error: GUIDE_TEXT: {what} cannot") for message in found)


def test_a_table_wider_than_a_page_is_a_finding() -> None:
    rows = "|" + " a |" * 13 + "\n|" + "---|" * 13 + "\n"
    assert messages(f"# T\n\nText.\n\n{rows}") == [
        "specs/guides/a.md:5: error: GUIDE_TEXT: a table of 13 columns does not fit on a page; "
        "make tables of at most 12"
    ]


def test_text_before_the_first_heading_is_a_finding() -> None:
    assert messages("Text\n\n# T") == [
        "specs/guides/a.md:1: error: GUIDE_TEXT: the text stands under no heading; begin with a section's title"
    ]


# In its sections


def authored(root: Path, text: str) -> tuple[Document, list[str]]:
    path = root / "specs" / "guides" / "csdrg.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    findings = Findings()
    return with_authored_text(GUIDE, root, "csdrg", findings), [str(f) for f in findings]


def shown(document: Document, heading: str) -> list[str]:
    section = next(item.section for item in numbered(document) if item.heading == heading)
    return [block.content[0].text for block in section.blocks if isinstance(block, Paragraph)]


@pytest.mark.parametrize(
    ("heading", "section"),
    [
        ("# Purpose", "1.1 Purpose"),
        ("### purpose", "1.1 Purpose"),
        ("## 1.1 Purpose", "1.1 Purpose"),
        ("# AE", "2.1 AE – Adverse Events"),
        ("# AE - Adverse Events", "2.1 AE – Adverse Events"),
        ("# Appendix I: Criteria", "Appendix I: Criteria"),
    ],
)
def test_a_heading_is_a_title_or_a_short_name(tmp_path: Path, heading: str, section: str) -> None:
    document, messages = authored(tmp_path, f"{heading}\n\nWritten.\n")
    assert messages == []
    assert shown(document, section)[0] == "Written."


def test_authored_text_stands_before_what_the_program_writes(tmp_path: Path) -> None:
    document, _ = authored(tmp_path, "# Purpose\n\nWritten.\n")
    assert shown(document, "1.1 Purpose") == ["Written.", "Generated."]


def test_an_unknown_heading_is_a_finding_with_the_nearest_one(tmp_path: Path) -> None:
    _, messages = authored(tmp_path, "# Purpose\n\nWritten.\n\n# Overvew\n\nx\n")
    assert messages == [
        "specs/guides/csdrg.md:5: error: GUIDE_TEXT: A guide has no section 'Overvew' (did you mean Overview?); "
        "headings are the titles of sections"
    ]


def test_a_heading_that_stands_twice_is_a_finding(tmp_path: Path) -> None:
    _, messages = authored(tmp_path, "# Purpose\n\na\n\n# 1.1 Purpose\n\nb\n")
    assert messages == [
        "specs/guides/csdrg.md:5: error: GUIDE_TEXT: the heading '1.1 Purpose' stands twice; join the texts"
    ]


def test_sections_without_text_are_found_and_say_so() -> None:
    findings = Findings()
    document = with_empty_sections_marked(GUIDE, "csdrg", findings)
    assert shown(document, "1.2 Overview") == ["No remarks."]
    assert [f.code for f in findings] == ["GUIDE_EMPTY"] * 2  # Overview, AE


def test_a_file_of_no_guide_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "specs" / "guides").mkdir(parents=True)
    (tmp_path / "specs" / "guides" / "csdgr.md").write_text("# Purpose\n")
    findings = Findings()
    report_unknown_guides(tmp_path, findings)
    assert [str(f) for f in findings] == [
        "specs/guides/csdgr.md: error: GUIDE_TEXT: there is no guide csdgr (did you mean csdrg?); "
        "the guides are csdrg, adrg"
    ]


def test_a_file_in_another_encoding_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "specs" / "guides").mkdir(parents=True)
    (tmp_path / "specs" / "guides" / "csdrg.md").write_bytes("# Purpose\n\nTürkiye".encode("latin-1"))
    findings = Findings()
    with_authored_text(GUIDE, tmp_path, "csdrg", findings)
    assert [f.code for f in findings] == ["GUIDE_TEXT"]


def test_a_folder_in_the_place_of_a_guide_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "specs" / "guides" / "csdrg.md").mkdir(parents=True)
    findings = Findings()
    with_authored_text(GUIDE, tmp_path, "csdrg", findings)
    assert [str(f) for f in findings] == ["specs/guides/csdrg.md: error: GUIDE_TEXT: cannot be read: Is a directory"]
