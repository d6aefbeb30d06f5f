"""What the reviewer's guides say of a small study, section by section."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import matplotlib
import pytest

from crf2tlf.conform.model import Conformance, ConformanceFinding, RuleOutcome
from crf2tlf.documents import guides, write_guides
from crf2tlf.documents.guide_parts import conformance_section
from crf2tlf.documents.model import Document, Table, numbered, texts
from crf2tlf.findings import Findings, Place, Severity
from crf2tlf.metadata.describe import describe_submission
from crf2tlf.metadata.model import Submission

from ..conftest import BuildStudy, Built, form

FILES = {
    "specs/study.yaml": """
        study: TST
        title: A test study
        protocol: P-1
        usubjid: '"TST-" + SUBJECT'
        release_timestamp: 2026-01-01T00:00:00
        data_cutoff: 2020-12-31
        footnotes: [Invented data]
        tables:
          criteria:
            - {IETESTCD: INCL01, IECAT: INCLUSION, IETEST: Adult}
            - {IETESTCD: EXCL01, IECAT: EXCLUSION, IETEST: Pregnant}
        """,
    **form("subj", "SUBJ SEX SITE SPARE ARM", more="label: Demography"),
    "specs/raw/ae.yaml": """
        form: ae
        label: Events
        file: ae.csv
        subject: SUBJ
        columns: {SUBJ: Subject, TERM: Event, DAY: {formats: YYYY-MM-DD}, DONE: Any event}
        leave_out: [{where: DONE == "N", reason: No event}]
        """,
    "raw/subj.csv": "SUBJ,SEX,SITE,SPARE,ARM\n01,F,Tokyo,x,A\n02,M,Kobe,x,A\n",
    "raw/ae.csv": "SUBJ,TERM,DAY,DONE\n01,FEVER,2020-01-03,Y\n01,COUGH,2020-01-04,Y\n02,,,N\n",
    "specs/sdtm/dm.yaml": """
        dataset: DM
        keys: [USUBJID]
        rows: [{from: raw.subj}]
        variables: {STUDYID: study.STUDYID, USUBJID: USUBJID, SEX: SEX, ARM: ARM, ACTARM: ARM}
        supplemental: {SITENAM: {rule: SITE, label: Site name}}
        """,
    "specs/sdtm/ae.yaml": """
        dataset: AE
        comment: As the sites reported them
        keys: [USUBJID, AESTDTC]
        rows: [{from: raw.ae}]
        variables:
          STUDYID: study.STUDYID
          USUBJID: USUBJID
          AESEQ: sequence()
          AETERM: {rule: TERM, comment: In capital letters}
          AESTDTC: iso8601(DAY)
        checks: [{that: AETERM != "COUGH", message: Coughing}]
        """,
    "specs/sdtm/ti.yaml": """
        dataset: TI
        keys: [IETESTCD]
        rows: [{from: study.criteria}]
        variables: {STUDYID: study.STUDYID, IETESTCD: IETESTCD, IETEST: IETEST, IECAT: IECAT}
        """,
    "specs/adam/adsl.yaml": """
        dataset: ADSL
        label: Subjects
        structure: ADSL
        keys: [USUBJID]
        rows: [{from: DM}]
        variables:
          STUDYID: STUDYID
          USUBJID: USUBJID
          SAFFL: yn(exists(AE))
          TRT01P: ARM
          TRT01A: ACTARM
        """,
    "specs/adam/adcount.yaml": """
        dataset: ADCOUNT
        label: Counts
        structure: BDS
        keys: [USUBJID, PARAMCD]
        rows: [{from: HELPER, parameter: {PARAMCD: NAE, PARAM: Number of events}}]
        variables: {STUDYID: ADSL.STUDYID, USUBJID: USUBJID, SAFFL: ADSL.SAFFL, PARAMCD: , PARAM: , AVAL: N}
        """,
    "specs/adam/helper.yaml": """
        dataset: HELPER
        output: false
        comment: Events counted
        keys: [USUBJID]
        rows: [{from: AE, group: [USUBJID]}]
        variables: {USUBJID: USUBJID, N: {rule: count(source.AESEQ), label: Events, type: number}}
        """,
    "specs/guides/csdrg.md": "# Protocol Design\n\nOne arm.\n\n# AE\n\nReported at every visit.\n",
}

CONFORMANCE = Conformance(
    (("crf2tlf", "1.0"), ("CDISC CORE", "0.9")),
    (
        RuleOutcome("crf2tlf", "R1", "Keys are unique", "SDTMIG", "passed"),
        RuleOutcome("CDISC CORE", "CORE-1", "Terms are coded", "SDTMIG", "findings", 1),
        RuleOutcome("CDISC CORE", "CORE-2", "Needs a dictionary", "SDTMIG", "not run", reason="No licence"),
    ),
    (
        ConformanceFinding(
            "CDISC CORE", "CORE-1", "SDTMIG", Severity.WARNING, "AE", ("AEDECOD",), "Not coded", 2, explanation="Small"
        ),
        ConformanceFinding("crf2tlf", "R2", "ADaMIG", Severity.ERROR, "ADSL", ("SAFFL",), "Odd flag", 1),
    ),
)


@pytest.fixture
def built(build_small: BuildStudy) -> Built:
    return build_small(FILES)


Made = dict[str, Document]


def make_submission(built: Built, *, sdtm: bool) -> Submission:
    assert built.build is not None
    return describe_submission(built.build, Findings(), sdtm=sdtm)


def made(built: Built, findings: Findings | None = None) -> Made:
    assert built.build is not None, [str(f) for f in built.findings]
    own = Findings()
    sdtm, adam = (describe_submission(built.build, own, sdtm=sdtm) for sdtm in (True, False))
    programs = {"ADSL": "adsl.txt"}
    return guides(built.build, sdtm, adam, CONFORMANCE, findings if findings is not None else Findings(), programs)


def headings(document: Document) -> list[str]:
    return [item.heading for item in numbered(document)]


def section_text(document: Document, heading: str) -> str:
    """The text of a section without its subsections, cells of a row with bars between them."""
    section = next(item.section for item in numbered(document) if item.heading == heading)
    lines = []
    for block in section.blocks:
        if isinstance(block, Table):
            rows = [[" ".join(piece.text for piece in cell) for cell in row] for row in block.rows]
            lines += [block.caption, *(" | ".join(row) for row in rows)]
        else:
            lines += list(texts(Document("", "", "", "", sections=(type(section)("", (block,)),))))
    return "\n".join(line for line in lines if line.strip("1 "))


# PHUSE templates: the sections of the guides


def test_the_study_data_guide_has_the_sections_of_the_template(built: Built) -> None:
    assert headings(made(built)["csdrg"]) == [
        "1 Introduction",
        "1.1 Purpose",
        "1.2 Acronyms",
        "1.3 Study Data Standards and Dictionary Inventory",
        "2 Protocol Description",
        "2.1 Protocol Number and Title",
        "2.2 Protocol Design",
        "2.3 Trial Design Datasets",
        "2.3.1 TI – Trial Inclusion/Exclusion Criteria",
        "3 Subject Data Description",
        "3.1 Overview",
        "3.2 Annotated CRF",
        "3.3 SDTM Subject Domains",
        "3.3.1 AE – Adverse Events",
        "3.3.2 DM – Demographics",
        "4 Data Conformance Summary",
        "4.1 Conformance Inputs",
        "4.2 Issues Summary",
        "4.3 Additional Conformance Details",
        "Appendix I: Inclusion and Exclusion Criteria",
    ]


def test_the_analysis_data_guide_has_the_sections_of_the_template(built: Built) -> None:
    found = headings(made(built)["adrg"])
    assert [heading for heading in found if heading.count(".") == 0] == [
        "1 Introduction",
        "2 Protocol Description",
        "3 Analysis Considerations Related to Multiple Analysis Datasets",
        "4 Analysis Data Creation and Processing Issues",
        "5 Analysis Dataset Descriptions",
        "6 Data Conformance Summary",
        "7 Submission of Programs",
        "8 Directory Structure",
    ]
    assert [heading for heading in found if heading.startswith(("3.", "4."))] == [
        "3.1 Core Variables",
        "3.2 Treatment Variables",
        "3.3 Subject Issues that Require Special Analysis Rules",
        "3.4 Use of Visit Windowing, Unscheduled Visits, and Record Selection",
        "3.5 Imputation/Derivation Methods",
        "4.1 Split Datasets",
        "4.2 Data Dependencies",
        "4.3 Intermediate Datasets",
    ]


Guide = Callable[[str, str], str]


@pytest.fixture
def text(built: Built) -> Guide:
    documents = made(built)
    return lambda name, heading: section_text(documents[name], heading)


@pytest.mark.parametrize(
    ("guide", "heading", "expected"),
    [
        ("csdrg", "2.1 Protocol Number and Title", ["Protocol number | P-1", "Protocol title | A test study"]),
        ("csdrg", "2.2 Protocol Design", ["One arm."]),
        ("csdrg", "3.1 Overview", ["Yes, 2020-12-31", "screen failures? | No"]),
        ("csdrg", "3.1 Overview", ["a subset of the collected data? | Yes; what is left out is in  Annotated CRF"]),
        ("csdrg", "3.2 Annotated CRF", ["2 forms", "SPARE | Spare", "DONE | Any event | No event"]),
        ("csdrg", "3.2 Annotated CRF", ["Events | No event | 1"]),
        ("csdrg", "3.3 SDTM Subject Domains", ["AE – Adverse Events | Events | 2 | 1 |  |  | "]),
        ("csdrg", "3.3 SDTM Subject Domains", ["DM – Demographics | Special purpose | 2 | 2 | X |  | "]),
        ("csdrg", "3.3.1 AE – Adverse Events", ["Reported at every visit.", "As the sites reported them"]),
        (
            "csdrg",
            "3.3.1 AE – Adverse Events",
            ["2 records of 1 subject", "Source: form Events.", "AETERM | In capital"],
        ),
        ("csdrg", "3.3.2 DM – Demographics", ["SITENAM | Site name | Collected | 2"]),
        ("csdrg", "4.1 Conformance Inputs", ["crf2tlf 1.0, CDISC CORE 0.9", "CDISC CORE | – | 1 | – | 1"]),
        ("csdrg", "4.2 Issues Summary", ["CORE-1\nCDISC CORE | AE: AEDECOD | warning | Not coded | 2 | Small"]),
        ("csdrg", "4.3 Additional Conformance Details", ["CORE-2", "No licence", "Coughing"]),
        ("csdrg", "Appendix I: Inclusion and Exclusion Criteria", ["Inclusion | INCL01 | Adult\nExclusion | EXCL01"]),
        ("adrg", "1.4 Source Data Used for Analysis Dataset Creation", ["the SDTM datasets AE, DM."]),
        ("adrg", "2.2 Protocol Design in Relation to ADaM Concepts", ["SAFFL", "1 of 2"]),
        ("adrg", "3.1 Core Variables", ["STUDYID", "USUBJID", "SAFFL"]),
        ("adrg", "3.2 Treatment Variables", ["ARM and ACTARM the same for every treated subject? | Yes", "TRT01P"]),
        ("adrg", "4.2 Data Dependencies", ["ADSL | None | Datasets AE, DM"]),
        ("adrg", "4.3 Intermediate Datasets", ["HELPER | Events counted | ADCOUNT"]),
        ("adrg", "5.2.1 ADCOUNT – Counts", ["Source: dataset AE.", "NAE | Number of events | 1 | 1"]),
        ("adrg", "6.1 Conformance Inputs", ["crf2tlf | 1 | 0 | 0 | 0", "CDISC CORE | – | 0 | – | 1"]),
        ("adrg", "6.2 Issues Summary", ["R2\ncrf2tlf | ADSL: SAFFL | error | Odd flag | 1 | Not explained"]),
        ("adrg", "7.2 ADaM Programs", ["adsl.txt | ADSL – Subjects"]),
        ("adrg", "8 Directory Structure", ["m5/datasets/tst/tabulations/sdtm"]),
    ],
)
def test_sections_are_filled_from_what_was_built(text: Guide, guide: str, heading: str, expected: list[str]) -> None:
    shown = text(guide, heading)
    assert [part for part in expected if part not in shown] == [], shown


def test_findings_stand_in_the_guide_of_their_dataset_only(text: Guide) -> None:
    assert "Odd flag" not in text("csdrg", "4.2 Issues Summary")
    assert "Not coded" not in text("adrg", "6.2 Issues Summary")


def test_a_guide_speaks_of_the_checks_of_its_own_datasets(built: Built) -> None:
    """The events have a finding, the analysis datasets none: the guide of the latter does not clear the former."""
    section = conformance_section(make_submission(built, sdtm=False), Conformance((("crf2tlf", "1.0"),), (), ()), [])
    shown = " ".join(texts(Document("", "", "", "", sections=(section,))))
    assert "own checks of these datasets have no findings" in shown


def test_outputs_without_analyses_have_no_results_metadata(build_small: BuildStudy) -> None:
    """A listing shows records; Analysis Results Metadata 1.0 is about results."""
    listing = "id: listing-1\ntitle: Listing 1. Subjects\nlisting: {columns: [{value: USUBJID, label: Id}]}\n"
    built = build_small({**FILES, "specs/tlf/listing-1.yaml": listing})
    shown = section_text(made(built)["adrg"], "5.1 Overview")
    assert "1 tables, listings and figures" in shown
    assert "results metadata" not in shown


def test_acronyms_are_those_that_the_guide_uses(text: Guide) -> None:
    shown = text("csdrg", "1.2 Acronyms")
    assert "SDTM | Study Data Tabulation Model" in shown
    assert "CTCAE" not in shown


def test_only_sections_for_authors_are_without_text(built: Built) -> None:
    findings = Findings()
    made(built, findings)
    assert {f.code for f in findings} == {"GUIDE_EMPTY"}
    sections = sorted(f.message.split("'")[1] for f in findings)
    assert sections == [
        "Subject Issues that Require Special Analysis Rules",
        "Use of Visit Windowing, Unscheduled Visits, and Record Selection",
    ]


def test_without_analysis_datasets_there_is_one_guide(built: Built) -> None:
    assert built.build is not None
    sdtm = describe_submission(built.build, Findings(), sdtm=True)
    assert list(guides(built.build, sdtm, None, CONFORMANCE, Findings())) == ["csdrg"]


# Fonts


JAPANESE = {"specs/guides/csdrg.md": "# Protocol Design\n\n単群\n"}


def test_authored_text_in_other_scripts_needs_a_font(build_small: BuildStudy) -> None:
    findings = Findings()
    made(build_small({**FILES, **JAPANESE}), findings)
    (found,) = [f for f in findings if f.code == "DOCUMENT_TEXT"]
    assert found.place == Place("specs/guides/csdrg.md", 3)
    assert "'単群'" in found.message


def test_a_text_that_nobody_wrote_in_the_guide_is_not_looked_for_there(build_small: BuildStudy) -> None:
    study = build_small({**FILES, "specs/raw/ae.yaml": FILES["specs/raw/ae.yaml"].replace("Events", "有害事象")})
    findings = Findings()
    made(study, findings)
    assert {f.place for f in findings if f.code == "DOCUMENT_TEXT"} == {Place("csdrg.pdf")}


def test_a_font_of_the_study_helps(build_small: BuildStudy, tmp_path: Path) -> None:
    built = build_small({**FILES, **JAPANESE})
    source = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "LastResortHE-Regular.ttf"  # has all characters
    (tmp_path / "specs" / "guides" / "fonts").mkdir()
    (tmp_path / "specs" / "guides" / "fonts" / "a.ttf").write_bytes(source.read_bytes())
    findings = Findings()
    made(built, findings)
    assert "DOCUMENT_TEXT" not in {f.code for f in findings}


def test_a_file_that_is_no_font_is_a_finding(build_small: BuildStudy, tmp_path: Path) -> None:
    built = build_small(FILES)
    (tmp_path / "specs" / "guides" / "fonts").mkdir()
    (tmp_path / "specs" / "guides" / "fonts" / "a.ttf").write_text("no font")
    findings = Findings()
    made(built, findings)
    assert [str(f.place) for f in findings if f.code == "DOCUMENT_TEXT"] == ["specs/guides/fonts/a.ttf"]


# Files


def test_guides_are_written_as_pdf_and_word(built: Built, tmp_path: Path) -> None:
    assert built.build is not None
    sdtm, adam = (describe_submission(built.build, Findings(), sdtm=sdtm) for sdtm in (True, False))
    written = write_guides(built.build, sdtm, adam, CONFORMANCE, Findings(), tmp_path)
    assert [path.name for path in written] == ["csdrg.pdf", "csdrg.docx", "adrg.pdf", "adrg.docx"]


PROGRAM = """
import sys
from pathlib import Path
from crf2tlf.build import build_study
from crf2tlf.documents import write_guides
from crf2tlf.findings import Findings
from crf2tlf.metadata.describe import describe_submission
from tests.documents.test_guides import CONFORMANCE
findings = Findings()
build = build_study(Path(sys.argv[1]), None, findings)
sdtm, adam = (describe_submission(build, findings, sdtm=sdtm) for sdtm in (True, False))
write_guides(build, sdtm, adam, CONFORMANCE, findings, Path(sys.argv[2]))
"""


def test_bytes_are_the_same_in_another_time_zone_and_with_another_hash_seed(built: Built, tmp_path: Path) -> None:
    assert built.build is not None
    contents = []
    for zone, seed in (("Asia/Tokyo", "1"), ("America/New_York", "2")):
        folder = tmp_path / f"out{seed}"
        folder.mkdir()
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", PROGRAM, str(tmp_path), str(folder)]
        subprocess.run(command, check=True, env=environment, cwd=Path(__file__).parents[2])
        contents.append({path.name: path.read_bytes() for path in sorted(folder.iterdir())})
    assert len(contents[0]) == 4
    assert contents[0] == contents[1]
