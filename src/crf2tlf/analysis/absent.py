"""Values that outputs ask for and that cannot come: a mistyped ``PARAMCD == "PFSS"`` would give zeros without a word.

A value may well have no record yet, so one that a codelist or any spec of forms, datasets and design tables writes
is not reported.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

import pandas as pd
from pydantic import BaseModel

from crf2tlf.build import Dataset
from crf2tlf.build.codelists import allowed_values, codelists_of
from crf2tlf.findings import Findings, nearest
from crf2tlf.rules.parse import RuleError, dotted, parse
from crf2tlf.spec import Study
from crf2tlf.spec.model import Rule

_SHOWN = 6


class Absent:
    """Collects the values that rules and lists of outputs ask for, and that are nowhere in the study."""

    def __init__(self, study: Study, datasets: Mapping[str, Dataset]) -> None:
        self.study = study
        self.datasets = datasets
        self.asked: dict[tuple[str, str, str], Rule] = {}
        self._written: frozenset[str] | None = None

    def see(self, dataset: str, rule: Rule) -> None:
        """Take up the texts that a rule on a dataset compares variables with."""
        try:
            tree = parse(rule)
        except RuleError:  # reported where the rule is compiled
            return
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare):
                for name, texts in _compared(node):
                    self._ask(name[0] if len(name) > 1 else dataset, name[-1], texts, rule)

    def see_values(self, dataset: str, rule: Rule, values: Iterable[str | None]) -> None:
        """Take up the values that a spec lists of a rule, where the rule is a variable."""
        try:
            name = dotted(parse(rule))
        except RuleError:
            return
        if name is not None:
            self._ask(name[0] if len(name) > 1 else dataset, name[-1], (v for v in values if v is not None), rule)

    def _ask(self, dataset: str, variable: str, texts: Iterable[str], rule: Rule) -> None:
        if dataset in self.study.datasets and dataset in self.datasets:
            frame = self.datasets[dataset].frame
            if len(frame) and variable in frame and pd.api.types.is_string_dtype(frame[variable]):
                for text in texts:
                    self.asked.setdefault((dataset, variable, text), rule)

    def report(self, findings: Findings) -> None:
        """Add a finding for each value asked for that neither the data nor a codelist or spec has."""
        for (dataset, variable, text), rule in self.asked.items():
            found = self.datasets[dataset].frame[variable].dropna().unique()
            if text in found or text in self._codelist(dataset, variable) or text in self.written:
                continue
            known = sorted(map(str, found))
            others = f" There are {', '.join(known)}." if len(known) <= _SHOWN else ""
            message = (
                f"no record of {dataset} has {variable} {text!r}{nearest(text, known)}, and no codelist or spec of a "
                f"dataset has it, so nothing is counted.{others}"
            )
            findings.add("VALUE_ABSENT", rule.place, message)

    def _codelist(self, dataset: str, variable: str) -> set[str]:
        """Return the values of a variable's codelists; a flag is Y or N."""
        _, named = codelists_of(self.study, self.study.datasets[dataset], variable)
        lists = [allowed_values(self.study, name) for name in named.values()]
        flag = {"Y", "N"} if variable.endswith("FL") else set()
        return flag.union(*(found[0] for found in lists if found is not None))

    @property
    def written(self) -> frozenset[str]:
        """All texts that specs of forms, datasets, codelists and design tables hold."""
        if self._written is None:
            study = self.study
            models = (study.forms, study.datasets, study.codelists, study.spec.tables)
            self._written = frozenset(text for part in models for text in _texts(part))
        return self._written


def _compared(node: ast.Compare) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Yield the names that a comparison sets equal (or not) to texts, with the texts."""
    sides = [node.left, *node.comparators]
    for left, operator, right in zip(sides, node.ops, sides[1:], strict=False):
        if isinstance(operator, (ast.Eq, ast.NotEq, ast.In, ast.NotIn)):
            for name, other in ((dotted(left), right), (dotted(right), left)):
                parts = other.elts if isinstance(other, (ast.List, ast.Tuple)) else [other]
                texts = [p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str)]
                if name is not None and name[0] != "study" and texts:
                    yield name, texts


def _texts(part: object) -> Iterator[str]:
    """Yield the texts inside of specs: keys and values of mappings, and the constants of rules."""
    if isinstance(part, Rule):
        try:
            constants = [node.value for node in ast.walk(parse(part)) if isinstance(node, ast.Constant)]
        except RuleError:
            return
        yield from (value for value in constants if isinstance(value, str))
    elif isinstance(part, str):
        yield part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from _texts(getattr(part, name))
    elif isinstance(part, Mapping):
        for key, value in part.items():
            yield str(key)
            yield from _texts(value)
    elif isinstance(part, (tuple, list)):
        for item in part:
            yield from _texts(item)
