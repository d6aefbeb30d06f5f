"""Draft mode goes on past errors and marks what it writes; text from raw data does no harm in Word and Excel."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import docx
import openpyxl
import pyreadstat
import pytest

from tests.cli.conftest import Changed, Edit, files, removed, replaced, run, written

AE = "raw/ae.csv"
FORMULAS = ['=HYPERLINK("http://example.org","x")', "+1", "-2+3", "@x", "=1+1", "|calc"]


def draft(root: Path) -> list[str]:
    """Build a draft of a study with errors; return its findings."""
    ran = run(root, "build", "--mode", "draft")
    assert ran.exit_code == 1, ran.err
    assert "marked DRAFT" in ran.out
    return ran.findings


def labels(root: Path) -> dict[str, str]:
    """The label of every transport file."""
    return {
        path.stem: pyreadstat.read_xport(str(path))[1].file_label
        for folder in ("sdtm", "adam")
        for path in sorted((root / folder).glob("*.xpt"))
    }


def headers(path: Path) -> list[str]:
    return [p.text for section in docx.Document(str(path)).sections for p in section.header.paragraphs]


def texts(path: Path) -> list[str]:
    return [cell.text for table in docx.Document(str(path)).tables for row in table.rows for cell in row.cells]


def test_a_draft_goes_on_and_is_marked(changed: Changed) -> None:
    root = changed(replaced(AE, "30-JUN-2016", "31-FEB-2017"), replaced(AE, "Rash,2,", "Rash,4,"))
    findings = draft(root)
    assert [": ".join(f.split(": ")[1:3]) for f in findings] == ["error: RAW_DATE", "error: RAW_CODE"]
    assert labels(root) == {
        "ae": "DRAFT: Adverse Events",
        "dm": "DRAFT: Demographics",
        "mh": "DRAFT: Medical History",
        "suppmh": "DRAFT: Supplemental Qualifiers for MH",
        "adae": "DRAFT: ADAE",
        "adsl": "DRAFT: ADSL",
    }
    assert json.loads((root / "tlf/results.json").read_text(encoding="utf-8"))["draft"] is True
    for name in ("table-1.docx", "listing-1.docx", "tlf.docx"):
        assert "DRAFT" in headers(root / "tlf" / name)
    sheets = openpyxl.load_workbook(root / "tlf/tlf.xlsx")
    assert all("DRAFT" in str(sheet.oddHeader.center.text) for sheet in sheets.worksheets)


def test_without_errors_nothing_is_marked(changed: Changed) -> None:
    root = changed()
    before = files(root)
    ran = run(root, "build", "--mode", "draft")
    assert (ran.exit_code, files(root)) == (0, before)
    assert not any(label.startswith("DRAFT") for label in labels(root).values())
    assert json.loads((root / "tlf/results.json").read_text(encoding="utf-8"))["draft"] is False
    assert "DRAFT" not in headers(root / "tlf/table-1.docx")


def test_a_good_build_takes_the_mark_away(changed: Changed) -> None:
    root = changed()
    good = files(root)
    replaced(AE, "Rash,2,", "Rash,4,")(root)
    draft(root)
    assert files(root) != good
    replaced(AE, "Rash,4,", "Rash,2,")(root)
    assert run(root, "build").exit_code == 0
    assert files(root) == good


def test_not_even_a_draft_of_specs_that_cannot_be_read(changed: Changed) -> None:
    root = changed(replaced("specs/sdtm/ae.yaml", "rows:", "rows: ["))
    before = files(root)
    ran = run(root, "build", "--mode", "draft")
    assert ran.exit_code == 1
    assert "DRAFT" not in ran.out
    assert files(root) == before


# What drafts go past: nothing of it may stop the writing
FAULTS: list[tuple[str, tuple[Edit, ...]]] = [
    ("no raw data", (removed("raw"),)),
    ("no form", (removed(AE),)),
    ("text over 200", (replaced(AE, "Rash", "x" * 300),)),
    ("text that is not ASCII", (replaced(AE, "Rash", "発疹"),)),
    ("control characters", (replaced(AE, "Rash", "Ra\x01\x1b\x7f\ufffesh"),)),
    ("two names alike in 8 letters", (
        replaced("specs/adam/adsl.yaml", "AEN: {rule: \"count(AE)\"", "AENUMBERA: {rule: \"count(AE)\""),
        replaced("specs/adam/adsl.yaml", "  DIAGNOS:", "  AENUMBERB: {value: x, label: B}\n  DIAGNOS:"),
    )),
    ("a format that is none", (replaced("specs/adam/adsl.yaml", "First Dose", "First Dose, format: 9DATE"),)),
    ("dates in a format of numbers", (replaced("specs/adam/adsl.yaml", "First Dose", "First Dose, format: 8.2"),)),
    ("a number beyond all numbers", (
        replaced("specs/adam/adsl.yaml", "count(AE)", "number('9e99') * 1e200"),
    )),
    ("a circle", (replaced("specs/sdtm/dm.yaml", "from: raw.demog", "from: AE"),
                  replaced("specs/sdtm/ae.yaml", "from: raw.ae", "from: DM"))),
    ("no row source", (replaced("specs/sdtm/ae.yaml", "raw.ae", "raw.aes"),)),
    ("no USUBJID", (replaced("specs/study.yaml", "SUBJECT", "SUBJ"),)),
    ("no population", (replaced("specs/tlf/table-1.yaml", "safety", "safty"),)),
    ("no variable", (replaced("specs/tlf/listing-1.yaml", "AETERM", "AETERMS"),)),
    ("an undefined name in a title", (replaced("specs/tlf/table-1.yaml", "study.STUDYID", "NO"),)),
]  # fmt: skip


@pytest.mark.parametrize("edits", [f[1] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_draft_is_written_whatever_the_errors(changed: Changed, edits: tuple[Edit, ...]) -> None:
    root = changed(*edits)
    assert draft(root)
    assert all(label.startswith("DRAFT: ") for label in labels(root).values())
    assert "DRAFT" in headers(root / "tlf/tlf.docx")
    assert openpyxl.load_workbook(root / "tlf/tlf.xlsx").worksheets


# Text from raw data


def with_terms(*terms: str) -> Edit:
    header = "SUBJID,AESPID,AETERM,AETOXGR,AESTDAT,AEENDAT,AESER,IT.AEOUT\n"
    quoted = [term.replace('"', '""') for term in terms]
    lines = [f'01-001,{n},"{term}",1,2016/07/05,,2,1\n' for n, term in enumerate(quoted, 1)]
    return written(AE, header + "".join(lines))


def test_formulas_stay_text(changed: Changed) -> None:
    root = changed(with_terms(*FORMULAS))
    assert run(root, "build").exit_code == 0
    assert set(FORMULAS) <= set(texts(root / "tlf/listing-1.docx"))
    cells = [cell for sheet in openpyxl.load_workbook(root / "tlf/tlf.xlsx") for row in sheet for cell in row]
    shown = [cell for cell in cells if cell.value in FORMULAS]
    assert {cell.value for cell in shown} == set(FORMULAS)
    assert {cell.data_type for cell in shown} == {"s"}  # text, not a formula
    for name in ("listing-1.docx", "tlf.docx"):
        document = zipfile.ZipFile(root / "tlf" / name).read("word/document.xml").decode()
        assert "HYPERLINK(" in document  # as text …
        assert not any("HYPERLINK(" in field for field in re.findall("<w:instrText.*?</w:instrText>", document))
    for part in zipfile.ZipFile(root / "tlf/tlf.xlsx").namelist():
        assert b"<f>" not in zipfile.ZipFile(root / "tlf/tlf.xlsx").read(part)


def test_control_characters_are_left_out_of_a_draft(changed: Changed) -> None:
    root = changed(with_terms("Ra\x01\x0b\x1bsh", "Cou\x7f\ufffegh"))
    assert all(": TEXT_ASCII: " in line for line in draft(root))
    assert {"Rash", "Cough"} <= set(texts(root / "tlf/listing-1.docx"))
    values = {cell.value for sheet in openpyxl.load_workbook(root / "tlf/tlf.xlsx") for row in sheet for cell in row}
    assert {"Rash", "Cough"} <= values
    frame, _ = pyreadstat.read_xport(str(root / "sdtm/ae.xpt"))
    assert list(frame["AETERM"]) == ["Cou??gh", "Ra???sh"]


def test_markup_is_text(changed: Changed) -> None:
    terms = ["<b>Rash</b>", "a & b", "{{ N }}", "[red]Cough[/red]", "&amp;", "]]>"]
    root = changed(with_terms(*terms))
    assert run(root, "build").exit_code == 0
    assert set(terms) <= set(texts(root / "tlf/listing-1.docx"))
