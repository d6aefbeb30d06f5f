"""The examples of the guide are specs that the program takes, as far as they are whole files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crf2tlf.findings import Findings
from crf2tlf.spec.analysis import AnalysisSpec, ReconciliationSpec
from crf2tlf.spec.dataset import DatasetSpec
from crf2tlf.spec.form import FormSpec
from crf2tlf.spec.located import load_yaml
from crf2tlf.spec.model import SpecModel
from crf2tlf.spec.output import OutputSpec
from crf2tlf.spec.study import CodelistsSpec, StudySpec
from crf2tlf.spec.validation import validate

GUIDE = Path(__file__).parents[2] / "docs" / "spec-language.md"
WHOLE: dict[str, type[SpecModel]] = {
    "study.yaml": StudySpec,
    "codelists.yaml": CodelistsSpec,
    "Forms (specs/raw)": FormSpec,
    "Datasets (specs/sdtm, specs/adam)": DatasetSpec,
    "analysis.yaml": AnalysisSpec,
    "A table": OutputSpec,
    "reconciliation.yaml": ReconciliationSpec,
}


def examples() -> list[tuple[str, str]]:
    """Return the first YAML block under each heading of the guide; parts of specs are tested with all pages."""
    _, *parts = re.split(r"^#+ (.*)$", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    sections = zip(parts[::2], parts[1::2], strict=True)
    blocks = [(title, re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)) for title, text in sections]
    return [(title, found[0]) for title, found in blocks if found]


@pytest.mark.parametrize(("title", "block"), examples(), ids=[title for title, _ in examples()])
def test_examples_are_read(title: str, block: str, tmp_path: Path) -> None:
    path = tmp_path / "example.yaml"
    path.write_text(block.replace(", …]", "]").replace(", …}", "}"), encoding="utf-8")
    findings = Findings()
    tree = load_yaml(path, path.name, findings)
    if tree is not None and title in WHOLE:
        validate(WHOLE[title], tree, findings)
    assert [str(finding) for finding in findings] == []


def test_every_kind_of_file_has_an_example() -> None:
    assert WHOLE.keys() <= {title for title, _ in examples()}
