"""Records at which a data check of the specs does not hold, with both sides of what it compares.

The findings of a build name the first few records of a check; a reviewer wants each with its values.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crf2tlf.build import BuildResult, Dataset
from crf2tlf.build.checks import failures
from crf2tlf.build.tables import FormTable
from crf2tlf.findings import Severity
from crf2tlf.methods.catalogue import Integers
from crf2tlf.review.query_list import as_text
from crf2tlf.review.records import coded
from crf2tlf.rules.parse import RuleError, parse
from crf2tlf.spec.dataset import CheckSpec
from crf2tlf.spec.model import Rule

_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Eq: "=",
    ast.NotEq: "≠",
    ast.Lt: "<",
    ast.LtE: "≤",
    ast.Gt: ">",
    ast.GtE: "≥",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Is: "is",
    ast.IsNot: "is not",
}
_ORIGINS = 5


@dataclass(frozen=True)
class FailedCheck:
    """A record of a dataset for which a check does not hold: what is there, and what it is compared with.

    ``origins`` are the raw records that it comes from (the first few), as tables with lines.
    """

    check: CheckSpec
    severity: Severity
    dataset: str
    number: int
    keys: tuple[str, ...]
    value: str
    expected: str
    origins: tuple[tuple[str, int], ...]


def failed_checks(build: BuildResult) -> Iterator[FailedCheck]:
    """Yield every record that fails a check, in the order of the specs.

    A check whose rule has a mistake yields nothing; the build has reported it.
    """
    for dataset in build.datasets.values():
        if dataset.name not in build.study.datasets:
            continue
        for check in dataset.spec.checks:
            try:
                found = failures(build, dataset, check)
            except RuleError:
                continue
            if len(found):
                yield from _failed(build, dataset, check, found)


def _failed(build: BuildResult, dataset: Dataset, check: CheckSpec, found: Integers) -> Iterator[FailedCheck]:
    severity = build.findings.policy.get("CHECK_FAILED", check.severity)
    values, expected = _sides(build, dataset, check.that, found)
    keys = [_texts(dataset.frame[key], found) for key in dataset.keys if key in dataset.frame]
    for at, position in enumerate(found.tolist()):
        told = tuple(texts[at] for texts in keys)
        origins = _origins(build, dataset, position)
        yield FailedCheck(check, severity, dataset.name, position + 1, told, values[at], expected[at], origins)


def _texts(column: Any, found: Integers) -> list[str]:
    known = coded(column.iloc[found].reset_index(drop=True))
    texts = [*map(as_text, known.values), ""]
    return [texts[code] for code in known.codes.tolist()]


def _origins(build: BuildResult, dataset: Dataset, position: int) -> tuple[tuple[str, int], ...]:
    rows = dataset.positions[[position]]
    found = []
    for name, at in build.tables.origins(dataset.spec.dataset, rows):
        table = build.tables[name]
        assert isinstance(table, FormTable)
        found += [(name, int(line)) for line in table.lines[at]]
    return tuple(dict.fromkeys(found))[:_ORIGINS]


def _sides(build: BuildResult, dataset: Dataset, rule: Rule, found: Integers) -> tuple[list[str], list[str]]:
    """Return what stands on both sides of a comparison; of another rule the dataset's variables that it names."""
    tree = parse(rule)
    if isinstance(tree, ast.Compare) and len(tree.ops) == 1:
        left, right = tree.left, tree.comparators[0]
        sign = _SIGNS[type(tree.ops[0])]
        values = [f"{_short(left)}: {text or '(missing)'}" for text in _worked_out(build, dataset, left, rule, found)]
        others = _worked_out(build, dataset, right, rule, found)
        return values, [f"{sign} {text or '(missing)'}" for text in others]
    names = dict.fromkeys(n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id in dataset.frame)
    columns = [(name, _texts(dataset.frame[name], found)) for name in names]
    told = ["; ".join(f"{name}: {texts[at] or '(missing)'}" for name, texts in columns) for at in range(len(found))]
    return told, [""] * len(found)


def _short(tree: ast.expr, most: int = 40) -> str:
    text = ast.unparse(tree)
    return text if len(text) <= most else text[: most - 1] + "…"


def _worked_out(build: BuildResult, dataset: Dataset, tree: ast.expr, rule: Rule, found: Integers) -> list[str]:
    text = ast.unparse(tree)
    if isinstance(tree, ast.Constant):
        return ["missing" if tree.value is None else as_text(tree.value)] * len(found)
    try:
        return _texts(build.evaluate(dataset.name, Rule(text, rule.place)), found)
    except RuleError:  # a list of constants is no rule of its own
        return [text] * len(found)
