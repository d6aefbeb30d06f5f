"""The two-arm example: its extract is what its specs and seed give, it builds without findings, and R agrees."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from tests import whole
from tests.whole import TWO_ARM as STUDY

from crf2tlf.conform import check
from crf2tlf.findings import Findings
from crf2tlf.simulate import simulate, write_extract
from crf2tlf.spec import load_study
from crf2tlf.workflow import Outcome

SUBJECTS, SEED = 60, 1
MISSED_VISITS = "RAW_VISIT_MISSING"
"""The only finding: a note that a few visits did not take place, as it is in trials."""


def recomputed() -> dict[str, float | None]:
    """The numbers that recompute.R makes of the analysis datasets; None where R says NA."""
    with (Path(__file__).parent / "recomputed.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["id"]: None if row["value"].strip() == "NA" else float(row["value"]) for row in rows}


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """The whole study, built in memory."""
    return whole.two_arm()


def test_the_extract_is_what_the_specs_and_the_seed_give(tmp_path: Path) -> None:
    findings = Findings()
    study = load_study(STUDY, None, findings)
    assert study is not None
    write_extract(study, simulate(study, SUBJECTS, SEED, findings), tmp_path, findings, force=False)
    assert list(findings) == []
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    committed = {path.name: path.read_bytes() for path in (STUDY / "raw").iterdir()}
    assert made.keys() == committed.keys()
    changed = [name for name in sorted(made) if made[name] != committed[name]]
    assert changed == [], "run crf2tlf simulate again, and commit what it writes, if the change is meant"


@pytest.mark.slow
def test_it_builds_without_findings(outcome: Outcome) -> None:
    assert {finding.code for finding in outcome.findings} <= {MISSED_VISITS}
    assert outcome.build.datasets["DM"].frame.shape[0] == SUBJECTS
    assert outcome.results is not None
    assert not outcome.results.draft


@pytest.mark.slow
def test_it_conforms(outcome: Outcome) -> None:
    found = check(outcome.build, Findings()).unexplained
    assert [f"{finding.rule} {finding.dataset}: {finding.message}" for finding in found] == []


@pytest.mark.slow
def test_every_output_says_that_the_data_are_synthetic(outcome: Outcome) -> None:
    assert outcome.results is not None
    assert [o.id for o in outcome.results.outputs if not any("Synthetic data" in note for note in o.footnotes)] == []


@pytest.mark.slow
def test_R_recomputes_the_key_numbers(outcome: Outcome) -> None:
    """Hazard ratios, log-rank tests, medians, rates, responses, counts and shifts: recompute.R stands beside."""
    assert outcome.results is not None
    values = {result.id: result.value for result in outcome.results.results}
    expected = recomputed()
    assert len(expected) > 100
    assert {id: values.get(id, "no such result") for id in expected} == {
        id: value if value is None else pytest.approx(value, rel=1e-7, abs=1e-9) for id, value in expected.items()
    }
