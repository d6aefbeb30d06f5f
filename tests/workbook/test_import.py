"""`crf2tlf spec import`: edits in Excel come back into the YAML files; mistakes are found at their cells."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from crf2tlf.cli import app
from crf2tlf.findings import Findings, StudyError
from crf2tlf.workbook.exporting import export_specs
from crf2tlf.workbook.importing import apply_import, prepare_import

PILOT = Path(__file__).parents[1] / "studies" / "pilot"

STUDY = """\
study: DEMO
title: A study   # of nothing
usubjid: '"DEMO-" + SUBJECT'
release_timestamp: 2026-01-01T00:00:00
tables:
  arms:
    - {ARMCD: A, ARM: "01"}
"""
DM = """\
# Demographics
dataset: DM
keys: [STUDYID, USUBJID]
rows:
  - from: raw.dm
variables:
  STUDYID: study.STUDYID
  DOMAIN: {value: DM}
  USUBJID: USUBJID
  # as on the form
  SEX: {rule: SEX, map: SEX}   # collected
  AGE: number(AGE)
  AGEU: {value: YEARS}
"""
FORM = """\
form: dm
file: dm.csv
subject: SUBJ
columns:
  SUBJ: {label: Subject, required: true}
  SEX: {label: Sex, codes: {1: Male, 2: Female}}
  AGE: Age
"""
CODELISTS = """\
codelists:
  SEX: {from: SEX, terms: {M: Male, F: Female}}
maps:
  SEX: {1: M, 2: F}
"""
FILES = {"study.yaml": STUDY, "sdtm/dm.yaml": DM, "raw/dm.yaml": FORM, "codelists.yaml": CODELISTS}
Change = Callable[[Any], None]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small study folder with its specs in specs.xlsx."""
    folder = tmp_path_factory.mktemp("study")
    for name, text in FILES.items():
        path = folder / "specs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    export_specs(folder, folder / "specs.xlsx", Findings())
    return folder


@pytest.fixture
def study(exported: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(exported, tmp_path / "study"))


def edit(study: Path, *changes: tuple[str, str, str, Any]) -> None:
    """Change cells: sheet, the row by what its key cells say (`DM SEX`; `new`: a row more), column, value."""
    book = load_workbook(study / "specs.xlsx")
    added: dict[str, int] = {}
    for sheet, row, column, value in changes:
        cells: Any = book[sheet]
        columns: dict[Any, Any] = {cell.value: cell.column for cell in cells[1]}
        number = added.setdefault(sheet, cells.max_row + 1) if row == "new" else row_of(cells, row)
        cells.cell(number, columns[column]).value = value
    book.save(study / "specs.xlsx")


def row_of(cells: Any, words: str) -> int:
    """The first row that has all the words in its cells, one each."""
    for number, row in enumerate(cells.iter_rows(min_row=2, values_only=True), 2):
        if all(word in [str(value) for value in row] for word in words.split()):
            return number
    raise AssertionError(words)


def imported(study: Path, **more: Any) -> dict[str, str]:
    """Import specs.xlsx and return the spec files that changed."""
    prepared = prepare_import(study, study / "specs.xlsx", Findings(), **more)
    apply_import(study, prepared)
    texts = {
        p.relative_to(study / "specs").as_posix(): p.read_text() for p in sorted((study / "specs").rglob("*.yaml"))
    }
    return {name: text for name, text in texts.items() if text != FILES.get(name)}


def found(study: Path) -> list[str]:
    findings = Findings()
    with suppress(StudyError):
        prepare_import(study, study / "specs.xlsx", findings)
    return [f"{f.place}: {f.code}: {f.message}" for f in findings]


CHANGES: dict[str, tuple[list[tuple[str, str, str, Any]], str, str, str]] = {
    # the cells that are changed; the file, the text that goes and the one that comes
    "a rule": (
        [("Variables", "DM AGE", "rule:", "number(AGE) + 1")],
        "sdtm/dm.yaml",
        "AGE: number(AGE)",
        "AGE: number(AGE) + 1",
    ),
    "a key more": (
        [("Variables", "DM SEX", "required:", "Yes")],
        "sdtm/dm.yaml",
        "map: SEX}",
        "map: SEX, required: true}",
    ),
    "a key less": ([("Variables", "DM SEX", "map:", None)], "sdtm/dm.yaml", "{rule: SEX, map: SEX} ", "{rule: SEX} "),
    "a map in a cell": (
        [("Variables", "DM SEX", "map:", "1: M\n2: F\n'NO': U")],
        "sdtm/dm.yaml",
        "map: SEX}",
        "map: {1: M, 2: F, NO: U}}",
    ),
    "a variable more": (
        [
            ("Variables", "new", "Dataset", "DM"),
            ("Variables", "new", "Variable", "SITEID"),
            ("Variables", "new", "value:", "01"),
        ],
        "sdtm/dm.yaml",
        "  AGEU: {value: YEARS}\n",
        '  AGEU: {value: YEARS}\n  SITEID: {value: "01"}\n',
    ),
    "a text that looks like a formula": ([("Study", "study.title", "Value", "-X")], "study.yaml", "A study ", '"-X" '),
    "keys": ([("Datasets", "DM", "Key Variables", "STUDYID,USUBJID SEX")], "sdtm/dm.yaml", "USUBJID]", "USUBJID, SEX]"),
    "a number that Excel made of a text": ([("study.arms", "A", "ARM", 2)], "study.yaml", 'ARM: "01"', 'ARM: "2"'),
    "a term more": (
        [
            ("Codelists", "new", "ID", "SEX"),
            ("Codelists", "new", "Term", "U"),
            ("Codelists", "new", "Decoded Value", "Unknown"),
        ],
        "codelists.yaml",
        "F: Female}",
        "F: Female, U: Unknown}",
    ),
    "a codelist by the value of another variable": (
        [
            ("Variables", "DM AGEU", "codelist:", "by: DOMAIN"),
            ("ValueLevel", "new", "Dataset", "DM"),
            ("ValueLevel", "new", "Variable", "AGEU"),
            ("ValueLevel", "new", "Part", "codelist"),
            ("ValueLevel", "new", "Value", "DM"),
            ("ValueLevel", "new", "rule or codelist", "AGEU"),
        ],
        "sdtm/dm.yaml",
        "{value: YEARS}",
        "{value: YEARS, codelist: {by: DOMAIN, cases: {DM: AGEU}}}",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_an_edit_changes_its_lines_only(name: str, study: Path) -> None:
    changes, file, gone, come = CHANGES[name]
    edit(study, *changes)
    assert FILES[file].count(gone) == 1
    assert imported(study) == {file: FILES[file].replace(gone, come)}


def test_a_row_that_is_gone_is_a_key_that_is_gone(study: Path) -> None:
    book = load_workbook(study / "specs.xlsx")
    book["Variables"].delete_rows(row_of(book["Variables"], "DM AGEU"))
    book.save(study / "specs.xlsx")
    assert imported(study) == {"sdtm/dm.yaml": DM.replace("  AGEU: {value: YEARS}\n", "")}


def test_a_new_dataset_is_a_new_file(study: Path) -> None:
    edit(
        study,
        ("Datasets", "new", "Dataset", "ADSL"),
        ("Datasets", "new", "Key Variables", "USUBJID"),
        ("Datasets", "new", "structure:", "ADSL"),
        ("Row Sources", "new", "Dataset", "ADSL"),
        ("Row Sources", "new", "from:", "DM"),
        ("Variables", "new", "Dataset", "ADSL"),
        ("Variables", "new", "Variable", "SEX"),
        ("Variables", "new", "rule:", "DM.SEX"),
    )
    text = "dataset: ADSL\nstructure: ADSL\nkeys: [USUBJID]\nrows:\n  - {from: DM}\nvariables: {SEX: DM.SEX}\n"
    assert imported(study) == {"adam/adsl.yaml": text}


def test_sheets_and_columns_that_are_missing_leave_what_they_hold(study: Path) -> None:
    book = load_workbook(study / "specs.xlsx")
    for name in ("Maps", "Form Columns", "study.arms"):
        del book[name]
    columns = [cell.value for cell in book["Variables"][1]]
    book["Variables"].delete_cols(columns.index("map:") + 1)
    book.save(study / "specs.xlsx")
    assert imported(study) == {}


MISTAKES: dict[str, tuple[list[tuple[str, str, str, Any]], str]] = {
    # the cells that are changed, and what the finding says
    "a rule that is no expression": (
        [("Variables", "DM AGE", "rule:", "number(AGE")],
        "specs.xlsx!Variables!S6: RULE_SYNTAX: ",
    ),
    "a method that is not in the catalogue": (
        [("Variables", "DM AGE", "rule:", "nmber(AGE)")],
        "specs.xlsx!Variables!S6: RULE_METHOD: AGE: unknown method nmber (did you mean number?)",
    ),
    "a column that is not on the form": (
        [("Variables", "DM AGE", "rule:", "number(AEG)")],
        "specs.xlsx!Variables!S6: RULE_NAME: ",
    ),
    "a codelist that is not there": (
        [("Variables", "DM SEX", "codelist:", "SEKS")],
        "specs.xlsx!Variables!C5: SPEC_REFERENCE: DM.SEX: there is no codelist SEKS",
    ),
    "a map that is not there": ([("Variables", "DM SEX", "map:", "SEXX")], "specs.xlsx!Variables!S5: SPEC_REFERENCE: "),
    "a number that is none": (
        [("Variables", "DM SEX", "length:", "many")],
        "specs.xlsx!Variables!AB5: SPEC_MODEL: variables.SEX.length: a whole number is wanted, not 'many'",
    ),
    "a type that is none": (
        [("Variables", "DM SEX", "type:", "txt")],
        "specs.xlsx!Variables!AA5: SPEC_MODEL: variables.SEX.type: one of text, number, date",
    ),
    "a cell that is no YAML": (
        [("Variables", "DM SEX", "map:", "{1: M")],
        "specs.xlsx!Variables!W5: WORKBOOK_CELL: is not YAML: ",
    ),
    "a dataset that is not there": (
        [("Variables", "DM SEX", "Dataset", "DX")],
        "specs.xlsx!Variables!B5: WORKBOOK_REFERENCE: Dataset DX is not in the sheet Datasets",
    ),
    "a variable twice": (
        [("Variables", "DM AGE", "Variable", "SEX")],
        "specs.xlsx!Variables!C6: WORKBOOK_KEY: DM SEX stands twice, first in C5",
    ),
    "a name that is none": (
        [("Variables", "DM AGE", "Variable", "Age")],
        "specs.xlsx!Variables!C6: SPEC_MODEL: variables.Age: a name in upper case letters",
    ),
    "a blank cell that names a row": (
        [("Form Columns", "dm AGE", "Column", None)],
        "specs.xlsx!Form Columns!4: WORKBOOK_KEY: Column is blank; it names what the row is about",
    ),
    "a form that is not there": (
        [("Row Sources", "DM 1", "from:", "raw.dn")],
        "specs.xlsx!Row Sources!B2: SPEC_REFERENCE: there is no raw.dn to take records from",
    ),
    "a place of a file that is none": (
        [("Datasets", "DM", "File", "../dm.yaml")],
        "specs.xlsx!Datasets!Q2: WORKBOOK_CELL: ../dm.yaml is no place of such a spec",
    ),
    "a key of the study that is none": (
        [("Study", "study.title", "Key", "study.titel")],
        "specs.xlsx!Study!C3: WORKBOOK_KEY: study.titel is no key of the specs (did you mean study.title?)",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_found_at_its_cell(name: str, study: Path) -> None:
    changes, message = MISTAKES[name]
    edit(study, *changes)
    texts = found(study)
    assert any(text.startswith(message) for text in texts), texts
    assert {name: (study / "specs" / name).read_text() for name in FILES} == FILES


def test_errors_of_rules_that_were_there_do_not_stop_an_import(study: Path) -> None:
    """Half of the rules of a skeleton are filled; the others still have their findings, as warnings."""
    path = study / "specs" / "sdtm" / "dm.yaml"
    path.write_text(DM.replace("number(AGE)", "number(AEG)"))
    export_specs(study, study / "specs.xlsx", Findings())
    edit(study, ("Variables", "DM AGEU", "value:", "MONTHS"))
    prepare_import(study, study / "specs.xlsx", Findings())
    edit(study, ("Variables", "DM AGEU", "rule:", "AGUE"), ("Variables", "DM AGEU", "value:", None))
    with pytest.raises(StudyError):
        prepare_import(study, study / "specs.xlsx", Findings())
    assert imported(study, draft=True)


def run(study: Path, *words: str) -> Any:
    return CliRunner().invoke(app, ["--study", str(study), "spec", "import", str(study / "specs.xlsx"), *words])


def test_the_command_shows_before_it_writes(study: Path) -> None:
    edit(study, ("Variables", "DM AGE", "rule:", "number(AGE) + 1"))
    dry = run(study, "--dry-run")
    assert dry.exit_code == 0
    assert "variables.AGE" in dry.output
    assert "number(AGE) + 1" in dry.output
    asked = run(study)
    assert asked.exit_code == 1
    assert "nothing was written; --yes writes" in asked.output
    assert (study / "specs" / "sdtm" / "dm.yaml").read_text() == DM
    assert run(study, "--yes").exit_code == 0
    assert (study / "specs" / "sdtm" / "dm.yaml").read_text() == DM.replace("number(AGE)", "number(AGE) + 1")
    assert "no differences" in run(study).output


def test_the_commands_go_together(tmp_path: Path) -> None:
    shutil.copytree(PILOT / "specs", tmp_path / "specs")
    before = {path: path.read_bytes() for path in sorted((tmp_path / "specs").rglob("*.yaml"))}
    export = CliRunner().invoke(app, ["--study", str(tmp_path), "spec", "export", str(tmp_path / "specs.xlsx")])
    assert (export.exit_code, run(tmp_path, "--yes").exit_code) == (0, 0)
    assert {path: path.read_bytes() for path in sorted((tmp_path / "specs").rglob("*.yaml"))} == before


def test_changes_of_information_are_said_to_go_nowhere(study: Path) -> None:
    edit(study, ("Variables", "DM SEX", "Label", "Gender"), ("Variables", "DM AGE", "Role", "Topic"))
    texts = found(study)
    assert [text.partition(";")[0] for text in texts] == [
        "specs.xlsx!Variables!A5: WORKBOOK_INFORMATION: grey cells were changed"
    ]
    assert imported(study) == {}


def test_anchors_are_written_anew_with_a_warning(study: Path) -> None:
    path = study / "specs" / "sdtm" / "dm.yaml"
    path.write_text(DM.replace("{value: DM}", "&x {value: DM}").replace("{value: YEARS}", "*x"))
    edit(study, ("Variables", "DM AGE", "rule:", "number(AGE) + 1"), ("Variables", "DM AGEU", "value:", "DM"))
    findings = Findings()
    apply_import(study, prepare_import(study, study / "specs.xlsx", findings))
    assert [(str(f.place), f.code) for f in findings] == [("specs/sdtm/dm.yaml", "WORKBOOK_FILE")]
    assert "AGE: number(AGE) + 1" in path.read_text()
