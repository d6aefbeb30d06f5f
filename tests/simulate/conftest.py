"""Small studies to simulate: forms as texts, columns as lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pandas as pd
import pytest

from crf2tlf.findings import Findings
from crf2tlf.simulate import simulate
from crf2tlf.spec import load_study

STUDY = """\
study: TST
title: A test study
usubjid: SUBJECT
release_timestamp: 2026-01-01T00:00:00
data_cutoff: 2025-12-31
constants: {LIMIT: 3}
tables:
  arms: [{ARM: A, DRUG: Drug}, {ARM: P, DRUG: Placebo}]
"""
ARMS = """\
file: random.csv
subject: SUBJ
repeats: once
columns:
  SUBJ: Subject
  RANDDAT: {label: Day, formats: YYYY-MM-DD, required: true, simulate: {low: 2024-01-01, high: 2024-06-30}}
  ARM: {label: Arm, codes: {A: Drug, P: Placebo}, simulate: {values: {A: 1, P: 1}}}
"""


@dataclass(frozen=True)
class Simulated:
    """A simulated extract, and what was found on the way."""

    frames: dict[str, pd.DataFrame]
    findings: Findings

    def __getitem__(self, form: str) -> pd.DataFrame:
        assert not list(self.findings), [str(f) for f in self.findings]
        return self.frames[form]

    def days(self, form: str, column: str) -> pd.Series:
        """A column of ISO dates as dates."""
        return pd.to_datetime(self[form][column])


Simulate = Callable[..., Simulated]


@pytest.fixture
def simulated(tmp_path: Path) -> Simulate:
    """Simulate forms given as texts without their name (`random` is there beside them)."""

    def make(subjects: int = 400, seed: int = 1, study: str = STUDY, **forms: str) -> Simulated:
        (tmp_path / "specs" / "raw").mkdir(parents=True, exist_ok=True)
        (tmp_path / "specs" / "study.yaml").write_text(study, encoding="utf-8")
        for old in (tmp_path / "specs" / "raw").iterdir():
            old.unlink()
        for name, text in {"random": ARMS, **forms}.items():
            given = f"form: {name}\n" + ("" if "file:" in text else f"file: {name}.csv\n")
            path = tmp_path / "specs" / "raw" / f"{name}.yaml"
            path.write_text(given + dedent(text), encoding="utf-8")
        findings = Findings()
        loaded = load_study(tmp_path, None, findings)
        assert loaded is not None, [str(f) for f in findings]
        return Simulated(simulate(loaded, subjects, seed, findings), findings)

    return make


def column(hints: str, repeats: str = "once", more: str = "") -> str:
    """A form with one column X of the given keys beside the subject."""
    return f"subject: SUBJ\nrepeats: {repeats}\ncolumns:\n  SUBJ: Subject\n  X: {hints}\n{more}"
