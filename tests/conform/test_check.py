"""The conformance check as a whole: engines, explanations, tables and the workbook."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import openpyxl

from crf2tlf import conform
from crf2tlf.conform import Conformance, check, conformance_workbook, findings_table, report, summary_table
from crf2tlf.findings import Place, Severity
from tests.conftest import BuildStudy, Built, form

DM = """\
dataset: DM
keys: [STUDYID, USUBJID]
rows: [{from: raw.demog}]
variables:
  STUDYID: study.STUDYID
  DOMAIN: {value: DM}
  USUBJID: USUBJID
  SUBJID: SUBJECT
  SEX: SEX
"""
FILES: Mapping[str, str] = {
    **form("demog", "SUBJ SEX"),
    "raw/demog.csv": "SUBJ,SEX\n01,F\n02,M\n",
    "specs/sdtm/dm.yaml": DM,
}
EXPLAINED = """\
explanations:
  - rule: REQUIRED_VARIABLE
    dataset: DM
    variables: SITEID
    reason: There is one site.
  - {rule: DATASETS, message: no dataset TS, reason: "No trial summary\\nwas asked for."}
"""


def built(build_small: BuildStudy, explanations: str = "explanations: []\n") -> Built:
    return build_small({**FILES, "specs/conformance.yaml": explanations})


def checked(study: Built, core: str | None = None, own: bool = True) -> Conformance:
    assert study.build is not None, [str(finding) for finding in study.findings]
    return check(study.build, study.findings, core=core, own=own)


def engine(tmp_path: Path, *lines: Mapping[str, object]) -> str:
    """A program that writes these lines, and says in the last which files it was given."""
    path = tmp_path / "engine.py"
    text = "import sys, json, pathlib\nlines = " + repr(list(lines)) + "\n"
    text += 'files = sorted(p.name for p in pathlib.Path(sys.argv[1]).glob("*.xpt"))\n'
    text += 'lines.append({"rule": "CORE-9", "dataset": "DM", "message": " ".join(files), "row": 1, "values": {}})\n'
    text += 'pathlib.Path(sys.argv[-1]).write_text("\\n".join(map(json.dumps, lines)))\n'
    path.write_text(text)
    return f'"{sys.executable}" "{path}"'


def test_rules_of_the_project_run_on_a_build(build_small: BuildStudy) -> None:
    conformance = checked(built(build_small))
    assert [name for name, _ in conformance.engines] == ["crf2tlf"]
    assert {("REQUIRED_VARIABLE", "DM"), ("DATASETS", "TS")} <= {(f.rule, f.dataset) for f in conformance.findings}
    assert conformance.unexplained == conformance.findings
    status = {rule.rule: rule.status for rule in conformance.rules}
    assert status["DM_SUBJECT_UNIQUE"] == "passed"
    assert status["BASE_VALUE"] == "not applicable"


def test_an_explanation_stands_with_the_findings_it_fits(build_small: BuildStudy) -> None:
    study = built(build_small, EXPLAINED)
    conformance = checked(study)
    reasons = {(f.rule, f.dataset, f.variables): f.explanation for f in conformance.findings if f.explanation}
    assert reasons == {
        ("REQUIRED_VARIABLE", "DM", ("SITEID",)): "There is one site.",
        ("DATASETS", "TS", ()): "No trial summary was asked for.",
    }
    assert study.messages("CONFORM_EXPLANATION") == []


def test_an_explanation_that_fits_nothing_is_a_warning(build_small: BuildStudy, tmp_path: Path) -> None:
    text = (
        "explanations:\n"
        "  - {rule: SEQUENCE, reason: Old.}\n"
        "  - {rule: CORE-000001, dataset: DM, reason: Old.}\n"
        "  - {rule: XY-1, engine: core, reason: Old.}\n"
    )
    study = built(build_small, text)
    checked(study)
    (message,) = study.messages("CONFORM_EXPLANATION")
    assert message.startswith("specs/conformance.yaml:2: warning: CONFORM_EXPLANATION: SEQUENCE: nothing was found")
    study = built(build_small, text)
    checked(study, engine(tmp_path))
    assert len(study.messages("CONFORM_EXPLANATION")) == 3


def test_an_explanation_for_an_unknown_rule_or_dataset_is_an_error(build_small: BuildStudy) -> None:
    text = "explanations:\n  - {rule: SEQUENSE, reason: x}\n  - {rule: SEQUENCE, dataset: [DM, DMX], reason: x}\n"
    study = built(build_small, text)
    checked(study)
    first, second = study.messages("CONFORM_RULE")
    assert "specs/conformance.yaml:2" in first
    assert "SEQUENSE (did you mean SEQUENCE?)" in first
    assert "no dataset DMX (did you mean DM?)" in second


def test_an_explanation_may_be_for_a_dataset_that_a_rule_misses(build_small: BuildStudy) -> None:
    text = "explanations:\n  - {rule: TRIAL_DESIGN, dataset: TI, reason: The criteria are in the protocol only.}\n"
    study = built(build_small, text)
    explained = {f.dataset for f in checked(study).findings if f.rule == "TRIAL_DESIGN" and f.explanation}
    assert explained == {"TI"}
    assert not study.messages("CONFORM_RULE")


def test_an_explanation_without_a_reason_is_refused(build_small: BuildStudy) -> None:
    study = built(build_small, "explanations:\n  - {rule: SEQUENCE}\n")
    assert study.build is None
    assert "the key reason is required" in study.messages("SPEC_MODEL")[0]


def test_the_engine_gets_transport_files_and_its_findings_join_the_others(
    build_small: BuildStudy, tmp_path: Path
) -> None:
    study = built(build_small, "explanations:\n  - {rule: CORE-1, reason: Known.}\n")
    lines = [{"version": "1.2"}, {"rule": "CORE-1", "dataset": "DM", "message": "m", "row": 2, "values": {"SEX": "M"}}]
    conformance = checked(study, engine(tmp_path, *lines))
    assert conformance.engines[1] == ("CDISC CORE", "1.2")
    found = {f.rule: f for f in conformance.findings if f.engine == "CDISC CORE"}
    assert (found["CORE-1"].records, found["CORE-1"].explanation) == ((2,), "Known.")
    assert found["CORE-9"].message == "dm.xpt"
    only = checked(study, engine(tmp_path), own=False)
    assert [name for name, _ in only.engines] == ["CDISC CORE"]


def test_what_nothing_explains_can_be_reported_at_its_spec(build_small: BuildStudy) -> None:
    study = built(build_small, EXPLAINED)
    conformance = checked(study)
    assert study.build is not None
    report(conformance, study.build, study.findings)
    reported = [finding for finding in study.findings if finding.code == "CONFORM_FINDING"]
    assert len(reported) == len(conformance.unexplained)
    arm = next(finding for finding in reported if "ARMCD is not" in finding.message)
    assert (arm.place.file, arm.severity) == ("specs/sdtm/dm.yaml", Severity.WARNING)
    missing = next(finding for finding in reported if "no dataset TI" in finding.message)
    assert missing.place.file == "specs/sdtm/ti.yaml"


def test_a_finding_about_a_variable_stands_at_its_rule(build_small: BuildStudy) -> None:
    study = build_small({**FILES, "raw/demog.csv": "SUBJ,SEX\n01,Z\n"})
    assert study.build is not None
    report(checked(study), study.build, study.findings)
    (listed,) = (f for f in study.findings if f.code == "CONFORM_FINDING" and "TERM_LISTED" in f.message)
    assert listed.place == Place("specs/sdtm/dm.yaml", 1 + DM.splitlines().index("  SEX: SEX"))


def test_tables_count_and_sort(build_small: BuildStudy) -> None:
    conformance = checked(built(build_small, EXPLAINED))
    ((engine_name, *_, found, explained, unexplained),) = summary_table(conformance).rows
    assert engine_name == "crf2tlf"
    assert (explained, unexplained) == (2, len(conformance.unexplained))
    assert found == explained + unexplained
    rows = findings_table(conformance).rows
    assert [row[-1] != "" for row in rows] == sorted(row[-1] != "" for row in rows)


def test_the_workbook_is_the_same_bytes_and_holds_the_tables(build_small: BuildStudy, tmp_path: Path) -> None:
    study = built(build_small, EXPLAINED)
    assert study.build is not None
    spec, conformance = study.build.study.spec, checked(study)
    path = conformance_workbook(conformance, spec, tmp_path / "conformance.xlsx")
    again = conformance_workbook(conformance, spec, tmp_path / "again.xlsx")
    assert path.read_bytes() == again.read_bytes()
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Summary", "Findings", "Rules"]
    sheet = book["Findings"]
    assert sheet.max_row == len(conformance.findings) + 1
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:K{sheet.max_row}"
    assert {row[10].value for row in sheet.iter_rows(min_row=2)} >= {"There is one site.", None}


def test_the_room_shows_what_others_call() -> None:
    assert {"check", "report", "conformance_workbook", "VARIABLE"} <= set(conform.__all__)


def test_rules_not_run_stand_among_the_rules(build_small: BuildStudy, tmp_path: Path) -> None:
    study = built(build_small)
    conformance = checked(study, engine(tmp_path, {"rule": "CORE-1", "dataset": "DM", "not run": "no define"}))
    assert ("CORE-1", "not run", "no define") in {(r.rule, r.status, r.reason) for r in conformance.rules}
