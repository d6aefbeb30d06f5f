"""``crf2tlf trace`` on the command line: every way of naming a thing, wrong names, JSON, studies with faults."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from crf2tlf import workflow
from crf2tlf.findings import Findings
from crf2tlf.trace import Tracing
from crf2tlf.trace.answer import answer
from crf2tlf.trace.find import NotFound
from tests.cli.conftest import Changed, replaced, run
from tests.trace.rebuilt import ROOT, traced

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def reference() -> Tracing:
    """The reference trial, traced once."""
    return traced(ROOT)


def said(tracing: Tracing, *words: str, everything: bool = False) -> str:
    """Return the answer to words as the command prints it."""
    return "\n".join(answer(tracing, words).lines(everything=everything))


LIVER = "table-4 · AST/ALT elevation · Grade ≥ 3, N (%): 1 (11)\n"


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        (["tlf/table-4", "AST/ALT elevation", "Grade ≥ 3"], LIVER),
        (["table-4", "ast/alt", "grade >= 3"], LIVER),  # the beginning, whatever the case
        (["tlf/table-4.docx", "AST/ALT elevation", "grade3"], LIVER),  # as the file, and by the column's id
        (["table-4/event/AST-ALT-elevation/grade3"], LIVER),
        (["table-4/event/AST-ALT-elevation/grade3/n"], LIVER),
        (["figure-1a/bar/05-001/value"], "  value = 29.7872340426"),  # drawn, in no cell
        (["raw/ae.csv:15", "AETOXGR"], "raw/ae.csv:15  UMIN000015984-01-002  AETOXGR = 4\n"),
        (["ae.csv:15"], "raw/ae.csv:15  UMIN000015984-01-002  "),
        (["ADTTE", "2", "AVAL"], "ADTTE 2 is made of raw/demog.csv:2; raw/registration.csv:2; raw/survival.csv:2-6\n"),
        (["adam/adtte.xpt", "2"], "ADTTE 2 is made of "),
        (["TA", "1"], "TA 1 is made of specs/study.yaml:"),  # a dataset without subjects
        (["study.arms:34"], "specs/study.yaml:34  ARMCD = CRIZ, "),
        (["01-002"], "UMIN000015984-01-002\n"),
        (["UMIN000015984-01-002"], "UMIN000015984-01-002\n"),
    ],
)
def test_ways_of_naming(reference: Tracing, words: list[str], begins: str) -> None:
    line = reference.build.tables["study.arms"].lines[0]  # type: ignore[union-attr]
    words = [word.replace("study.arms:34", f"study.arms:{line}") for word in words]
    assert said(reference, *words).startswith(begins.replace(":34", f":{line}"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["table-9"], "table-9 is no output, cell, result, dataset, raw file or subject (did you mean table-5?)"),
        (["table-4", "Neutropenie"], "there is no row 'Neutropenie' (did you mean Neutropenia?); there are "),
        (["table-4", "Neutropenia", "Grade 5"], "there is no column 'Grade 5'"),
        (["ADSLX", "1"], "there is no dataset or raw file ADSLX (did you mean ADSL?)"),
        (["ADAE", "999"], "ADAE has no record 999; its records are numbered 1 to "),
        (["ADAE", "1", "AETOXG"], "ADAE has no variable AETOXG (did you mean AETOXGR?)"),
        (["raw/ae.csv:1"], "there is no record on this line; records are on lines 2 to "),
        (["raw/aee.csv:2"], "there is no dataset or raw file raw/aee.csv (did you mean raw/ae.csv?)"),
        (["SUPPDM", "1"], "SUPPDM has no rules of its own: ask for the record of DM that it qualifies"),
        (["99-999"], "99-999 is no output"),
    ],
)
def test_wrong_names(reference: Tracing, words: list[str], message: str) -> None:
    with pytest.raises(NotFound) as raised:
        answer(reference, words)
    assert str(raised.value).startswith(message)


def test_what_is_behind_numbers(reference: Tracing) -> None:
    shown = said(reference, "table-4", "AST/ALT elevation", "Grade ≥ 3")
    assert "\nnumerator: 2 records of ADAE (14-15), 1 subject\n  from raw/ae.csv:15-16; " in shown
    assert "  raw/ae.csv:15  UMIN000015984-01-002\n    AEDECOD = Aspartate aminotransferase increased\n" in shown
    assert "USUBJID =" not in shown  # the subject stands beside each record
    assert "raw/demog.csv:9  UMIN" not in shown  # of the denominator only the lines are named …
    assert "raw/demog.csv:9  UMIN" in said(
        reference, "table-4", "AST/ALT", "Grade", everything=True
    )  # … unless asked for
    nobody = said(reference, "table-4", "Anemia", "Grade ≥ 3")
    assert "numerator: nobody; no record of ADAE was taken\n" in nobody
    design = said(reference, "table-design", "optimal", "power")
    assert "  study.NULL_RESPONSE_RATE = 0.15    [specs/study.yaml:" in design


def test_what_a_line_reaches(reference: Tracing) -> None:
    shown = said(reference, "raw/ae.csv:15", "AETOXGR")
    assert "\n  ADAE 15: AETOXGR, ATOXGR, ATOXGRN, " in shown
    assert "\n  listing-5 · ADAE 15 · Grade\n" in shown  # a listing's row with the columns that may change
    assert "table-4 · Anemia" not in shown  # an event of another term stays one
    said_both = said(reference, "ADAE", "15", "AETOXGR")
    assert said_both.index("is made of raw/ae.csv:15") < said_both.index("rest on records that may change:")


def test_supplemental_qualifiers(reference: Tracing) -> None:
    assert "\n  DM 2: SITENAM" in said(reference, "raw/registration.csv:3", "SITENAM")
    assert "SITENAM = " in said(reference, "DM", "2", "SITENAM")


def test_json_is_all_of_standard_output(built_study: Path) -> None:
    found = json.loads((built_study / "tlf" / "results.json").read_text(encoding="utf-8"))
    first = found["results"][0]["id"]
    ran = run(built_study, "trace", first, "--json")
    assert ran.exit_code == 0
    data = json.loads(ran.out)
    assert [statistic["id"] for chain in data["chains"] for statistic in chain["statistics"]] == [first]
    assert data["chains"][0]["statistics"][0]["denominator"]["chain"]


def test_one_way(built_study: Path) -> None:
    back, on = (run(built_study, "trace", "AE", "1", "--way", way).out for way in ("back", "on"))
    assert "is made of" in back
    assert "records that may change" not in back
    assert "is made of" not in on


def test_a_wrong_name_is_a_finding(built_study: Path) -> None:
    ran = run(built_study, "trace", "AE", "999")
    assert ran.exit_code == 1
    assert "TRACE_NOT_FOUND: AE has no record 999" in ran.err
    assert "AE has no record" not in ran.out


def test_wrong_calls(built_study: Path) -> None:
    assert run(built_study, "trace").exit_code == 2
    assert run(built_study, "trace", "AE", "1", "--way", "up").exit_code == 2


def test_a_study_with_errors_is_traced(changed: Changed) -> None:
    """The answer is given, and the errors are told on standard error."""
    ran = run(changed(replaced("raw/ae.csv", "UN-FEB-2017", "31-FEB-2017")), "trace", "raw/ae.csv:2")
    assert ran.out.startswith("raw/ae.csv:2  ")
    assert "raw/ae.csv:5: error:" in ran.err


def test_a_record_entered_twice(changed: Changed) -> None:
    """A line that is left out says why."""
    cough = "02-001,1,Cough,1,UN-FEB-2017,28/02/2017,2,1\n"
    once = "cutoff: AESTDAT\nduplicates: {by: [SUBJID, AESPID], keep: first}"
    root = changed(replaced("raw/ae.csv", cough, cough * 2), replaced("specs/raw/ae.yaml", "cutoff: AESTDAT", once))
    ran = run(root, "trace", "raw/ae.csv:6")
    assert "raw/ae.csv:6 is in no dataset: entered twice (same SUBJID, AESPID); the first is kept\n" in ran.out


@pytest.mark.skipif(not os.environ.get("CRF2TLF_PILOT"), reason="CRF2TLF_PILOT names no folder of the pilot study")
def test_pilot() -> None:
    study = Path(__file__).parents[1] / "studies" / "pilot"
    tracing = workflow.trace(study, Path(os.environ["CRF2TLF_PILOT"]), lambda _text: None, Findings())
    cells = [chain for output in tracing.results.outputs[:2] for chain in answer(tracing, [output.id]).chains]
    assert len(cells) > 50
    assert all(statistic.numerator is not None for chain in cells for statistic in chain.statistics)
