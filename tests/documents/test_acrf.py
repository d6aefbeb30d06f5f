"""The annotated CRF, read back with pypdf."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.generic import Destination

from crf2tlf.build import BuildResult
from crf2tlf.documents.acrf import write_acrf
from crf2tlf.findings import Findings

from ..conftest import BuildStudy, form
from .conftest import described

STUDY = """\
study: TST
title: A test study
usubjid: '"TST-" + SUBJECT'
release_timestamp: 2026-01-01T00:00:00
footnotes: [Invented data]
"""

# 20 questions, so that the form takes two pages, and long ones, so that they only just fit
LONG = "What is the worst grade of this event over the whole time in which it was seen, as the investigator judged it?"
CODES = "{1: Not changed at all, 2: Reduced for a short while, 3: Interrupted and resumed, 4: Withdrawn for good}"
QUESTIONS = "".join(f"  Q{n}: {{label: '{n} {LONG}', required: true, codes: {CODES}}}\n" for n in range(1, 20))
EVENTS = f"form: events\nlabel: Events\nfile: e.csv\nsubject: SUBJ\ncolumns:\n  SUBJ: Subject\n{QUESTIONS}"

FILES = {
    "specs/study.yaml": STUDY,
    **form("subj", "SUBJ SEX", more="label: Demography"),
    "specs/raw/events.yaml": EVENTS,
    "raw/subj.csv": "SUBJ,SEX\n01,F\n",
    "raw/e.csv": f"SUBJ,{','.join(f'Q{n}' for n in range(1, 20))}\n01{',1' * 19}\n",
    "specs/sdtm/dm.yaml": """
        dataset: DM
        keys: [USUBJID]
        rows: [{from: raw.subj}]
        variables: {STUDYID: study.STUDYID, USUBJID: USUBJID, SEX: SEX}
        """,
    "specs/sdtm/ae.yaml": """
        dataset: AE
        keys: [USUBJID]
        rows: [{from: raw.events}]
        variables: {STUDYID: study.STUDYID, USUBJID: USUBJID, AETERM: Q1, AEACN: Q19}
        supplemental: {AEOTH: {rule: Q2, label: Other}}
        """,
}


@pytest.fixture
def build(build_small: BuildStudy) -> BuildResult:
    built = build_small(FILES)
    assert built.build is not None
    return built.build


def written(build: BuildResult, path: Path, *, draft: bool = False) -> PdfReader:
    findings = Findings()
    write_acrf(described(build, draft=draft), build, findings, path / "acrf.pdf")
    assert not findings.items
    return PdfReader(path / "acrf.pdf")


def text_of(pdf: PdfReader, page: int) -> str:
    """The text of a page counted from 1, its line breaks as blanks."""
    return " ".join(pdf.pages[page - 1].extract_text().split())


def test_forms_stand_on_the_pages_that_the_metadata_say(build: BuildResult, tmp_path: Path) -> None:
    pdf = written(build, tmp_path)
    # cover, list of forms, then events (20 fields: two pages) and subj
    assert described(build).pages == {"events": (3, 4), "subj": (5,)}
    assert len(pdf.pages) == 5
    assert "Events" in text_of(pdf, 3)
    assert "part 2 of 2" in text_of(pdf, 4)
    assert "Demography" in text_of(pdf, 5)


def test_named_destinations_lead_to_the_forms(build: BuildResult, tmp_path: Path) -> None:
    pdf = written(build, tmp_path)
    found = {name: pdf.get_destination_page_number(place) for name, place in pdf.named_destinations.items()}
    assert found == {"form-events": 2, "form-subj": 4}


def test_bookmarks_are_by_form_and_by_domain(build: BuildResult, tmp_path: Path) -> None:
    pdf = written(build, tmp_path)

    def shown(items: list[Destination | list[object]]) -> list[object]:
        return [shown(i) if isinstance(i, list) else (i["/Title"], pdf.get_destination_page_number(i)) for i in items]

    assert shown(pdf.outline) == [
        ("Forms", 1),
        [("Events", 2), ("Demography", 4)],
        ("Domains", 1),
        [("AE (Adverse Events)", 2), [("Events", 2)], ("DM (Demographics)", 4), [("Demography", 4)]],
    ]  # pages counted from 0


def test_annotations_stand_on_the_page_of_their_field(build: BuildResult, tmp_path: Path) -> None:
    pdf = written(build, tmp_path)
    first, second, third = (text_of(pdf, page) for page in (3, 4, 5))
    assert "AE (Adverse Events)" in first
    assert "AE.AETERM" in first
    assert "SUPPAE.QVAL where QNAM = AEOTH" in first
    assert "AE.AEACN" in second
    assert "AE.AETERM" not in second
    assert first.count("[NOT SUBMITTED]") == 15  # Q3 to Q17; Q18 and Q19 are on the second page
    assert second.count("[NOT SUBMITTED]") == 1
    assert "DM.SEX" in third


def test_why_a_field_is_not_submitted(build_small: BuildStudy, tmp_path: Path) -> None:
    stated = FILES["specs/raw/events.yaml"].replace("Q18: {", "Q18: {not_submitted: Only for the site, ")
    built = build_small({**FILES, "specs/raw/events.yaml": stated}).build
    assert built is not None
    page = text_of(written(built, tmp_path), 4)
    assert "[NOT SUBMITTED]" in page
    assert "Only for the site" in page


def test_every_page_shows_all_of_its_18_fields_however_long(build: BuildResult, tmp_path: Path) -> None:
    page = text_of(written(build, tmp_path), 3)
    assert [n for n in range(1, 18) if f"{n} What is the worst grade" not in page] == []


def test_footnotes_of_the_study_and_page_numbers_stand_on_every_page(build: BuildResult, tmp_path: Path) -> None:
    pdf = written(build, tmp_path)
    for number in range(1, 6):
        assert "Invented data" in text_of(pdf, number)
        assert f"Page {number} of 5" in text_of(pdf, number)


@pytest.mark.parametrize("draft", [False, True])
def test_a_draft_says_so_on_every_page(build: BuildResult, tmp_path: Path, draft: bool) -> None:
    pdf = written(build, tmp_path, draft=draft)
    assert {"DRAFT" in text_of(pdf, number) for number in range(1, 6)} == {draft}


def test_fonts_are_embedded_and_the_version_is_one_that_agencies_take(build: BuildResult, tmp_path: Path) -> None:
    pdf = written(build, tmp_path)
    assert pdf.pdf_header == "%PDF-1.7"
    fonts = [font.get_object() for page in pdf.pages for font in page["/Resources"]["/Font"].values()]
    descriptors = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
    assert descriptors
    assert all("/FontFile2" in descriptor for descriptor in descriptors)


def test_a_character_that_no_font_has_is_a_finding(build_small: BuildStudy, tmp_path: Path) -> None:
    built = build_small({**FILES, **form("subj", "SUBJ SEX", more="label: 患者背景")})
    assert built.build is not None
    findings = Findings()
    write_acrf(described(built.build), built.build, findings, tmp_path / "acrf.pdf")
    assert [f.code for f in findings] == ["DOCUMENT_TEXT"]
    assert findings.items[0].place.file == "specs/raw/subj.yaml"
    assert "患 景 者 背" in findings.items[0].message


PROGRAM = """
import sys
from pathlib import Path
from crf2tlf.build import build_study
from crf2tlf.documents.acrf import write_acrf
from crf2tlf.findings import Findings
from tests.documents.conftest import described
findings = Findings()
build = build_study(Path(sys.argv[1]), None, findings)
write_acrf(described(build), build, findings, Path(sys.argv[2]))
"""


def test_bytes_are_the_same_in_another_time_zone_and_with_another_hash_seed(build: BuildResult, tmp_path: Path) -> None:
    contents = []
    for zone, seed in (("Asia/Tokyo", "1"), ("America/New_York", "2")):
        path = tmp_path / f"{seed}.pdf"
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", PROGRAM, str(build.study.root), str(path)]
        subprocess.run(command, check=True, env=environment, cwd=Path(__file__).parents[2])
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]
