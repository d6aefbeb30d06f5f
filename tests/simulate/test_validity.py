"""A simulated extract passes the checks of its own form specs: generated ones, and those of whole studies."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from crf2tlf.build import build_study
from crf2tlf.build.raw import read_forms
from crf2tlf.findings import Findings, Severity
from crf2tlf.simulate import simulate, write_extract
from crf2tlf.spec import load_study

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "tests" / "cli" / "study"
STUDIES = [ROOT, SMALL, ROOT / "tests" / "studies" / "pilot", ROOT / "examples" / "two-arm"]


def found(root: Path, subjects: int, seed: int) -> list[str]:
    """Simulate a study into a new folder and read it back; return the errors and warnings."""
    findings = Findings()
    study = load_study(root, None, findings)
    assert study is not None, [str(f) for f in findings]
    extract = simulate(study, subjects, seed, findings)
    with TemporaryDirectory() as folder:
        write_extract(study, extract, Path(folder), findings)
        read_forms(replace(study, raw=Path(folder)), findings)
    return [str(f) for f in findings if f.severity is not Severity.NOTE]


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("root", [root for root in STUDIES if root.exists()], ids=lambda root: root.name)
def test_the_forms_of_a_study(root: Path, seed: int) -> None:
    assert found(root, 60, seed) == []


# Generated forms

FORMATS = [
    ["YYYY-MM-DD"],
    ["DD-MON-YYYY"],
    ["DD/MM/YYYY", "MM/DD/YYYY"],
    ["MM/DD/YY"],
    ["YYYY/MM/DD", "DD-MON-YYYY"],
    ["YYYY-MM-DDThh:mm"],
    ["DDMONYYYY hh:mm:ss"],
]
NAMES = ["AETERM", "AESTDAT", "AEENDAT", "SYSBP", "SEX", "BRTHDAT", "AGE", "WEIGHT", "AESER", "CMTRT", "AECOM", "LBNE"]
NAMES += ["DTHDAT", "RFICDAT", "VSORRES", "XA", "XB", "XC", "XD", "QSTAT"]


@st.composite
def columns(draw: st.DrawFn) -> dict[str, Any]:
    """A column of any type, with what may go with it."""
    kind = draw(st.sampled_from(["text", "integer", "number", "date", "code"]))
    column: dict[str, Any] = {"label": "A question", "required": draw(st.booleans())}
    if kind in ("integer", "number"):
        column["type"] = kind
        low = draw(st.integers(-1000, 1000))
        ends = [low, low + draw(st.integers(0, 500))]
        column["range"] = [end if draw(st.booleans()) else None for end in ends]
        if kind == "number" and draw(st.booleans()):
            column["decimals"] = draw(st.integers(0, 3))
        if draw(st.booleans()):
            column["simulate"] = {"mean": str(draw(st.integers(-2000, 2000))), "sd": str(draw(st.integers(0, 900)))}
    elif kind == "date":
        column["formats"] = draw(st.sampled_from(FORMATS))
        if draw(st.booleans()):
            column["range"] = [draw(st.sampled_from([None, "2020-01-05"])), draw(st.sampled_from([None, "2024-02-29"]))]
        if draw(st.booleans()):
            column["simulate"] = {"partial": "0.3", "missing": "0.2"}
    elif kind == "code":
        column["codes"] = draw(st.sampled_from([{"1": "Yes", "2": "No"}, {"Y": "Yes"}, {"a": "1", "b": "2", "c": "3"}]))
    return column


@st.composite
def forms(draw: st.DrawFn) -> dict[str, Any]:
    """A form with some columns, conditions on one of them, and visits or not."""
    chosen = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=6))
    made = {name: draw(columns()) for name in chosen}
    form: dict[str, Any] = {"form": "f", "file": "f.csv", "subject": "SUBJ"}
    form["columns"] = {
        "SUBJ": {"label": "Subject", "required": True},
        "ASKED": {"codes": {"Y": "Yes", "N": "No"}},
        **made,
    }
    for column in made.values():
        if draw(st.integers(0, 3)) == 0:
            column["when"] = 'ASKED == "Y"'
    form["repeats"] = draw(st.sampled_from(["once", "visit", "log"]))
    if form["repeats"] == "visit" or draw(st.booleans()):
        form["columns"]["VISIT"] = {"label": "Visit", "required": True}
        form["visits"] = {
            "column": "VISIT",
            "schedule": draw(st.sampled_from([["SCREENING", "WEEK 2"], ["A", "B", "C"]])),
        }
    return form


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(form=forms(), seed=st.integers(0, 10**6))
def test_any_form(form: dict[str, Any], seed: int) -> None:
    with TemporaryDirectory() as folder:
        specs = Path(folder) / "specs"
        (specs / "raw").mkdir(parents=True)
        study = {"study": "T", "title": "T", "usubjid": "SUBJECT", "release_timestamp": "2026-01-01T00:00:00"}
        study |= {"data_cutoff": "2025-06-30", "severity": {"RAW_FILE_EMPTY": "note"}}
        for path, content in ((specs / "study.yaml", study), (specs / "raw" / "f.yaml", form)):
            with path.open("w", encoding="utf-8") as file:
                YAML(typ="safe", pure=True).dump(content, file)
        assert found(Path(folder), 25, seed) == []


def test_a_whole_build_of_a_simulated_study(tmp_path: Path) -> None:
    shutil.copytree(SMALL / "specs", tmp_path / "specs")
    for name, old, new in (
        ("diagnosis", "ORGAN: Organ", "ORGAN: {label: Organ, simulate: {values: [LUNG, SKIN]}}"),
        ("ae", "label: Outcome}", "label: Outcome, simulate: {values: {1: 9, 2: 1}}}"),
    ):
        spec = tmp_path / "specs" / "raw" / f"{name}.yaml"
        spec.write_text(spec.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    findings = Findings()
    study = load_study(tmp_path, None, findings)
    assert study is not None
    write_extract(study, simulate(study, 80, 4, findings), tmp_path / "raw", findings)
    built = build_study(tmp_path, None, findings)
    assert [str(f) for f in findings] == []
    assert built is not None
    assert len(built.datasets["DM"].frame) == 80
    assert len(built.datasets["AE"].frame) > 100
