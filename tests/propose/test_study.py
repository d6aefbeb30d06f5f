"""A study folder from templates."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from crf2tlf import workflow
from crf2tlf.findings import Findings
from crf2tlf.propose import DESIGNS, new_study, write_study
from crf2tlf.propose.scalars import as_list, as_yaml
from crf2tlf.simulate import simulate, write_extract
from crf2tlf.spec import load_study


@pytest.mark.parametrize(
    ("study", "title", "arms", "design", "fault"),
    [
        ("", "T", ["A=Drug"], None, "no study identifier"),
        ("A B", "T", ["A=Drug"], None, "no study identifier"),
        ('X"', "T", ["A=Drug"], None, "no study identifier"),
        ("X", "Größe", ["A=Drug"], None, "without accents"),
        ("X", "{{ N }}", ["A=Drug"], None, "no braces"),
        ("X", "T", ["Drug"], None, "CODE=Name"),
        ("X", "T", ["A="], None, "CODE=Name"),
        ("X", "T", ["a b=Drug"], None, "no code of an arm"),
        ("X", "T", ["SCRN=Drug"], None, "are taken"),
        ("X", "T", ["A={Drug}"], None, "name of an arm"),
        ("X", "T", ["A=Drug", "A=Placebo"], None, "two arms have the code A"),
        ("X", "T", ["A=Drug", "B=Drug"], None, "two arms have the name Drug"),
        ("X", "T", ["A=Drug"], "parallel", "at least two arms"),
        ("X", "T", ["A=Drug", "B=Placebo"], "single-arm", "one arm"),
    ],
)
def test_texts_that_cannot_be_used(study: str, title: str, arms: list[str], design: str | None, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        new_study(study, title, arms, design)  # type: ignore[arg-type]


@pytest.mark.parametrize("design", DESIGNS)
def test_specs_of_a_new_study_are_read(design: str, tmp_path: Path) -> None:
    written, kept = write_study(tmp_path, new_study("NEW-1", 'A "new": study', [], design))  # type: ignore[arg-type]
    findings = Findings()
    study = load_study(tmp_path, None, findings)
    assert [str(finding) for finding in findings] == []
    assert study is not None
    assert (study.spec.study, study.spec.title) == ("NEW-1", 'A "new": study')
    assert kept == []
    assert {path.name for path in written} >= {"Makefile", "README.md", ".gitignore", "study.yaml", "csdrg.md"}


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine", "utf-8")
    written, kept = write_study(tmp_path, new_study("X", "T", [], None))
    assert kept == [tmp_path / "README.md"]
    assert tmp_path / "README.md" not in written
    assert (tmp_path / "README.md").read_text("utf-8") == "mine"


@pytest.mark.parametrize("text", ["Drug A", "a: b", "x, y", "yes", "null", "1", '"', "# no", "10 mg (low)", "-", "°C"])
def test_texts_in_yaml_stay_what_they_are(text: str) -> None:
    reader = YAML(typ="safe", pure=True)
    assert reader.load(f"{{a: {as_yaml(text)}}}") == {"a": text}
    assert reader.load(as_list([text, text])) == [text, text]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("design", "arms"),
    [
        ("single-arm", []),
        ("parallel", []),
        ("parallel", ["A=Low dose", "B=High dose", "P=Placebo"]),
        ("oncology", []),
        ("oncology", ["A=Drug A"]),
    ],
)
def test_a_new_study_builds_and_conforms(design: str, arms: list[str], tmp_path: Path) -> None:
    write_study(tmp_path, new_study("NEW-1", "A new study", arms, design))  # type: ignore[arg-type]
    findings = Findings()
    study = load_study(tmp_path, None, findings)
    assert study is not None
    write_extract(study, simulate(study, 40, 7, findings), tmp_path / "raw", findings, force=True)
    outcome = workflow.conformance(tmp_path, None, None, lambda _: None, findings)
    assert outcome.conformance is not None
    assert [str(finding) for finding in findings if finding.code != "RAW_VISIT_MISSING"] == []
    assert outcome.conformance.unexplained == ()
    assert outcome.results is not None
    assert len(outcome.results.outputs) >= 6
