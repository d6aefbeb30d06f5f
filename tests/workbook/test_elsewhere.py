"""A workbook from elsewhere becomes specs to fill; each kind of mistake in it is a finding at its cell."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from crf2tlf.build import build_datasets
from crf2tlf.findings import Findings, StudyError
from crf2tlf.spec import load_study
from crf2tlf.workbook.importing import apply_import, prepare_import
from tests.workbook.elsewhere import SHEETS, changed, written


def imported(folder: Path, sheets: dict[str, Any]) -> dict[str, str]:
    """Import the sheets into a study folder and return the texts of its spec files."""
    workbook = written(folder / "other.xlsx", sheets)
    apply_import(folder, prepare_import(folder, workbook, Findings()))
    return {p.relative_to(folder / "specs").as_posix(): p.read_text() for p in (folder / "specs").rglob("*.yaml")}


def found(folder: Path, sheets: dict[str, Any]) -> list[str]:
    """The findings of an import, as `cell: code: message`."""
    findings = Findings()
    workbook = written(folder / "other.xlsx", sheets)
    with suppress(StudyError):
        prepare_import(folder, workbook, findings)
    return [f"{f.place}: {f.code}: {f.message}" for f in findings]


ADSL = """\
# TODO rows: where the records come from
dataset: ADSL
label: Subject-Level Analysis Dataset
structure: ADSL
keys: [STUDYID, USUBJID]
records: One record per subject
rows:
  - {from: DM}
variables:
  STUDYID: {rule: DM.STUDYID, length: 7}
  USUBJID: {rule: DM.USUBJID, length: 20}
  SEX: {rule: DM.SEX, length: 1, codelist: SEX}
  # MT.AGEGR: If AGE < 65
  # then 01 else 02
  AGEGRX: {label: Age group of ours, type: text, length: 8, codelist: AGEGRX, origin: Derived}  # TODO rule
  TRTSDT: {format: DATE9., origin: Derived}  # TODO rule
"""

VS = """\
# TODO rows: where the records come from
dataset: VS
keys: [STUDYID, USUBJID, VSTESTCD, VISITNUM]
records: One record per vital sign
rows:
  - {from: raw.vs}
variables:
  STUDYID: {length: 7, origin: Protocol}  # TODO rule
  USUBJID: {length: 20, origin: Derived}  # TODO rule
  VSTESTCD: {length: 8, codelist: VSTESTCD, origin: Assigned}  # TODO rule
  VISITNUM: {decimals: 1, origin: Collected}  # TODO rule
  VSPOS: {length: 8, origin: Collected}  # TODO rule
  # where VSTESTCD == "TEMP":
  #   MT.TEMP: (F-32)/1.8
  VSORRES: {by: VSTESTCD, cases: {SYSBP: None, DIABP: None, TEMP: None}, length: 8}  # TODO rule
  VSORRESU:  # TODO rule
    rule: None if VSTESTCD == "SYSBP" and VSPOS in ["SITTING", "STANDING, UP"] and VISITNUM >= 2 \
or VSTESTCD == "DIABP" else None if VSTESTCD != "TEMP" and VSPOS == "SUPINE" else None
    length: 8
comment: "Vital signs: seated"
"""

CODELISTS = """\
codelists:
  SEX: {from: C66731, label: Sex, terms: {M: Male, F: Female}}
  AGEGRX: {label: Age group, terms: {01: <65, 02: ">=65"}}
  VSTESTCD: {from: C66741, label: Tests, terms: {SYSBP: Systolic}, add: {MYTEST: Mine}}
"""


def test_a_workbook_without_rules_becomes_specs_to_fill(tmp_path: Path) -> None:
    texts = imported(tmp_path, SHEETS)
    assert texts["adam/adsl.yaml"] == ADSL
    assert texts["sdtm/vs.yaml"] == VS
    assert texts["codelists.yaml"] == CODELISTS
    assert 'dictionaries: {MedDRA: {version: "23.1"}}\n' in texts["study.yaml"]


def test_the_skeleton_loads_and_its_findings_say_what_is_to_fill(tmp_path: Path) -> None:
    imported(tmp_path, SHEETS)
    (tmp_path / "raw").mkdir()
    findings = Findings()
    study = load_study(tmp_path, None, findings)
    assert study is not None
    build_datasets(study, findings)
    said = [str(finding) for finding in findings]
    assert any("specs/sdtm/vs.yaml:6: error: SPEC_REFERENCE: there is no raw.vs" in text for text in said)


def test_what_the_study_has_stays(tmp_path: Path) -> None:
    """A second import adds the new variable and leaves the filled rule, its comment and its place."""
    imported(tmp_path, SHEETS)
    path = tmp_path / "specs" / "adam" / "adsl.yaml"
    filled = ADSL.replace(
        "  TRTSDT: {format: DATE9., origin: Derived}  # TODO rule\n",
        "  TRTSDT: date(DM.RFXSTDTC)   # as the plan says\n",
    )
    path.write_text(filled)
    more = changed(
        *(
            ("Variables", 14, c, v)
            for c, v in zip("BCDEKN", ["ADSL", "AGE", "Age", "integer", "", "DM.AGE"], strict=True)
        )
    )
    texts = imported(tmp_path, more)
    assert texts["adam/adsl.yaml"] == filled + "  AGE: DM.AGE\n"


TEN_KINDS: dict[str, tuple[list[tuple[str, int, str, Any]], str]] = {
    # the cells that are changed, and the finding
    "a column that nothing reads": (
        [("Variables", 1, "D", "Lable")],
        "other.xlsx!Variables!D1: WORKBOOK_COLUMN: nothing reads the column Lable (did you mean Label?)",
    ),
    "a dataset that is not there": (
        [("Variables", 4, "B", "ADSLL")],
        "other.xlsx!Variables!B4: WORKBOOK_REFERENCE: Dataset ADSLL is not in the sheet Datasets (did you mean ADSL?)",
    ),
    "a variable twice": (
        [("Variables", 4, "C", "USUBJID")],
        "other.xlsx!Variables!C4: WORKBOOK_KEY: ADSL.USUBJID stands twice, first in C3",
    ),
    "a type that is none": (
        [("Variables", 5, "E", "txt")],
        "other.xlsx!Variables!E5: WORKBOOK_CELL: Data Type is 'txt' (did you mean text?); one of ",
    ),
    "a codelist that is not there": (
        [("Variables", 5, "J", "AGEGR")],
        "other.xlsx!Variables!J5: WORKBOOK_REFERENCE: there is no codelist AGEGR in the sheet Codelists (did you mean ",
    ),
    "a where clause that is not there": (
        [("ValueLevel", 3, "D", "WC.TMP")],
        "other.xlsx!ValueLevel!D3: WORKBOOK_REFERENCE: there is no where clause WC.TMP in the sheet WhereClauses (did ",
    ),
    "a method that is not there": (
        [("Variables", 5, "M", "MT.AGE")],
        "other.xlsx!Variables!M5: WORKBOOK_REFERENCE: there is no method MT.AGE in the sheet Methods (did you mean ",
    ),
    "a number that is none": (
        [("Variables", 5, "F", "8.5")],
        "other.xlsx!Variables!F5: WORKBOOK_CELL: Length is '8.5'; a whole number is wanted",
    ),
    "a blank cell that names a row": (
        [("Variables", 5, "C", None)],
        "other.xlsx!Variables!5: WORKBOOK_KEY: Variable is blank; it names what the row is about",
    ),
    "a variable among the keys that is not there": (
        [("Datasets", 3, "F", "STUDYID USUBJID VSTEST")],
        "other.xlsx!Datasets!F3: WORKBOOK_REFERENCE: VS has no variable VSTEST (did you mean VSTESTCD?)",
    ),
    "a formula without a value": (
        [("Variables", 5, "D", "=A1&B1")],
        "other.xlsx!Variables!D5: WORKBOOK_CELL: is a formula without a value; write what it should give, as text",
    ),
    "a comparator that is none": (
        [("WhereClauses", 7, "D", "EQUALS")],
        "other.xlsx!WhereClauses!D7: WORKBOOK_CELL: one of EQ, NE, LT, LE, GT, GE, IN, NOTIN is wanted, not 'EQUALS'",
    ),
    "a truth value that is none": (
        [("Variables", 5, "I", "Maybe")],
        "other.xlsx!Variables!I5: WORKBOOK_CELL: Mandatory is 'Maybe'; Yes or No is wanted",
    ),
    "an origin that is none": (
        [("Variables", 5, "K", "Derrived")],
        "other.xlsx!Variables!K5: WORKBOOK_CELL: Origin is 'Derrived' (did you mean derived?); one of ",
    ),
    "a comment that is not there": (
        [("Datasets", 3, "I", "COM.VZ"), ("Variables", 5, "P", "COM.VZ")],
        "other.xlsx!Variables!P5: WORKBOOK_REFERENCE: there is no comment COM.VZ in the sheet Comments (did you mean ",
    ),
    "a term twice": (
        [("Codelists", 3, "F", "M")],
        "other.xlsx!Codelists!F3: WORKBOOK_KEY: SEX: the term M stands twice",
    ),
}


@pytest.mark.parametrize("name", TEN_KINDS)
def test_each_mistake_is_found_at_its_cell(name: str, tmp_path: Path) -> None:
    changes, message = TEN_KINDS[name]
    assert [text for text in found(tmp_path, changed(*changes)) if text.startswith(message)]


def test_all_mistakes_of_a_workbook_are_found_at_once(tmp_path: Path) -> None:
    """All kinds together, without those that would hide another one in the same cell or column."""
    apart = {
        "a variable twice",
        "a blank cell that names a row",
        "a column that nothing reads",
        "a comment that is not there",
    }
    chosen = {name: case for name, case in TEN_KINDS.items() if name not in apart}
    texts = found(tmp_path, changed(*(change for changes, _ in chosen.values() for change in changes)))
    for name, (_, message) in chosen.items():
        assert any(text.startswith(message) for text in texts), name


def test_a_sheet_that_is_missing(tmp_path: Path) -> None:
    sheets = {name: rows for name, rows in SHEETS.items() if name != "Datasets"}
    assert "other.xlsx!Datasets: WORKBOOK_SHEET: the sheet is missing; a workbook of specs has it" in found(
        tmp_path, sheets
    )


def test_merged_cells(tmp_path: Path) -> None:
    path = written(tmp_path / "other.xlsx", SHEETS)
    book = load_workbook(path)
    book["Variables"].merge_cells("B2:B4")
    book.save(path)
    findings = Findings()
    with pytest.raises(StudyError):
        prepare_import(tmp_path, path, findings)
    places = {str(finding.place): finding.message for finding in findings}
    assert places["other.xlsx!Variables!B3"] == "is merged (B2:B4); write the value into each cell"


def test_a_file_that_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "other.xlsx"
    path.write_text("Dataset,Variable\n")
    findings = Findings()
    with pytest.raises(StudyError):
        prepare_import(tmp_path, path, findings)
    assert [f.code for f in findings] == ["WORKBOOK_FILE"]
