"""The examples of tables, listings and figures in the spec language's page are specs that load."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crf2tlf.findings import Findings
from crf2tlf.spec.analysis import AnalysisSpec, ReconciliationSpec
from crf2tlf.spec.located import load_yaml
from crf2tlf.spec.model import SpecModel
from crf2tlf.spec.output import OutputSpec
from crf2tlf.spec.validation import validate

PAGE = Path(__file__).parents[2] / "docs" / "spec-language.md"
START = "id: output-1\ntitle: An output\npopulation: SAFETY\n"


def examples() -> dict[str, str]:
    """The first YAML block under each heading of the section."""
    section = PAGE.read_text(encoding="utf-8").partition("## Tables, listings, figures")[2]
    return dict(re.findall(r"^### ([^\n]+)\n```yaml\n(.*?)```", section, flags=re.DOTALL | re.MULTILINE))


def figures() -> list[str]:
    """The figures' block, one figure each."""
    return re.split(r"^(?=\w)", examples()["Figures"], flags=re.MULTILINE)[1:]


def parts() -> dict[str, str]:
    """The parts of table specs under the smaller headings, each made an output."""
    section = PAGE.read_text(encoding="utf-8").partition("## Tables, listings, figures")[2].partition("\n## ")[0]
    found = {}
    for heading, text in re.findall(r"^#### ([^\n]+)\n(.*?)(?=^###|\Z)", section, flags=re.DOTALL | re.MULTILINE):
        blocks = re.findall(r"^```yaml\n(.*?)```", text, flags=re.DOTALL | re.MULTILINE)
        for number, block in enumerate(blocks, start=1):
            rows = "" if re.search("^rows:", block, flags=re.MULTILINE) else "rows: [{label: None}]\n"
            found[f"{heading} {number}"] = START + block + rows
    return found


CASES = {
    "analysis": (AnalysisSpec, examples()["analysis.yaml"]),
    "table": (OutputSpec, examples()["A table"]),
    "listing": (OutputSpec, START + examples()["A listing"]),
    "reconciliation": (ReconciliationSpec, examples()["reconciliation.yaml"]),
    **{name: (OutputSpec, text) for name, text in parts().items()},
    **{text.partition(":")[0]: (OutputSpec, START + text) for text in figures()},
}


@pytest.mark.parametrize("name", CASES)
def test_the_example_loads(name: str, tmp_path: Path) -> None:
    model, text = CASES[name]
    path = tmp_path / "example.yaml"
    path.write_text(text, encoding="utf-8")
    findings = Findings()
    tree = load_yaml(path, "example.yaml", findings)
    made: SpecModel | None = validate(model, tree, findings) if tree is not None else None
    assert made is not None, [str(finding) for finding in findings]


def test_every_figure_is_shown() -> None:
    assert {"waterfall", "swimmer", "kaplan_meier"} <= set(CASES)
