"""What a build gives: finished datasets, sorted by their keys, and rules worked out on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.build.codelists import codelists_of, decodes, nci_codes
from crf2tlf.build.ledger import LedgerEntry
from crf2tlf.build.metadata import VariableMetadata
from crf2tlf.build.planned import Plan
from crf2tlf.build.raw import LeftOut
from crf2tlf.build.readings import Readings
from crf2tlf.build.run import report_records
from crf2tlf.build.tables import Tables
from crf2tlf.findings import Findings, nearest
from crf2tlf.methods import Kind
from crf2tlf.methods.catalogue import Integers
from crf2tlf.rules.columns import Constant, column
from crf2tlf.rules.compile import compile_rule
from crf2tlf.rules.grouping import ranks, sorted_positions
from crf2tlf.rules.node import Column, Node
from crf2tlf.rules.parse import RuleError
from crf2tlf.rules.reading import Reading
from crf2tlf.rules.scope import Ref, Scope, Table
from crf2tlf.spec import Study
from crf2tlf.spec.dataset import DatasetSpec
from crf2tlf.spec.model import Rule


@dataclass(frozen=True)
class Dataset:
    """A finished dataset: its records in the order of its keys, its variables in the order they are written.

    ``positions`` are the positions of the records in the build's table of that name, where their lineage is.
    """

    name: str
    label: str
    frame: pd.DataFrame
    kinds: Mapping[str, Kind]
    keys: tuple[str, ...]
    variables: tuple[VariableMetadata, ...]
    sdtm: bool
    spec: DatasetSpec
    positions: Integers

    @property
    def size(self) -> int:
        """How many records there are."""
        return len(self.frame)

    @property
    def is_supplement(self) -> bool:
        """Whether it holds the supplemental qualifiers of the dataset that its spec describes."""
        return self.name != self.spec.dataset

    def column(self, variable: str) -> pd.Series[Any]:
        """Return a variable of all records."""
        return self.frame[variable]


@dataclass(frozen=True)
class BuildResult:
    """The datasets of a study with the plan and tables they were made by, the ledger and the findings.

    ``left_out`` are the raw records that are in no table, with what left them out; ``readings`` what every rule read,
    if that was asked for.
    """

    study: Study
    plan: Plan
    tables: Tables
    datasets: Mapping[str, Dataset]
    ledger: tuple[LedgerEntry, ...]
    findings: Findings
    left_out: tuple[LeftOut, ...] = ()
    readings: Readings | None = None

    def read_by(self, dataset: str, rule: Rule) -> list[Reading]:
        """Return what a rule on the records of a finished dataset reads, by positions in finished datasets.

        Raises :class:`RuleError` for a mistake in the rule.
        """
        found: list[Reading] = []
        self._compile(dataset, rule).evaluate(replace(self._scope(dataset, rule), tracer=found.append))
        return found

    def evaluate(self, dataset: str, rule: Rule) -> pd.Series[Any]:
        """Work out a rule on the records of a finished dataset; bare names are its variables.

        Raises :class:`RuleError` for a mistake in the rule.
        """
        node = self._compile(dataset, rule)
        size = self.datasets[dataset].size
        kind = Kind.TEXT if node.kind is Kind.ANY else node.kind
        return column(node.evaluate(self._scope(dataset, rule)), kind, size).reset_index(drop=True)

    def where(self, dataset: str, rule: Rule | None) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Return which records of a finished dataset a condition selects; unknown is not selected.

        Raises :class:`RuleError` for a mistake in the rule, or for one that is no condition.
        """
        if rule is None:
            return np.ones(self.datasets[dataset].size, dtype=bool)
        node = self._compile(dataset, rule)
        if node.kind is not Kind.TRUTH:
            raise RuleError("RULE_TYPE", f"where takes a condition, {rule.text!r} is {node.kind}")
        chosen = column(node.evaluate(self._scope(dataset, rule)), Kind.TRUTH, self.datasets[dataset].size)
        return chosen.to_numpy(dtype=bool, na_value=False)

    def _compile(self, dataset: str, rule: Rule) -> Node:
        if dataset not in self.datasets:
            raise RuleError("SPEC_REFERENCE", f"there is no dataset {dataset}{nearest(dataset, self.datasets)}")
        return compile_rule(rule, FinishedNames(self, dataset))

    def _scope(self, dataset: str, rule: Rule) -> Scope:
        here = self.datasets[dataset]
        tables: Mapping[str, Table] = self.datasets

        def report(found: Integers, code: str, message: str) -> None:
            joined(dataset, found, code, message)

        def joined(table: str, found: Integers, code: str, message: str) -> None:
            of, shown = self.datasets[table], f"{dataset}: {message}"
            report_records(self.tables, of.spec.dataset, of.positions[found], code, shown, rule.place, self.findings)

        return Scope(here.size, here.column, here.column, tables, report, joined_reporter=joined)


class FinishedNames:
    """Names in rules about finished datasets."""

    grouped = False

    def __init__(self, build: BuildResult, dataset: str) -> None:
        self.build = build
        self.dataset = dataset
        self.default_order = build.datasets[dataset].keys

    def bare(self, name: str) -> Column:
        return self.member(self.dataset, name, "own")

    def source(self, name: str) -> Column:
        raise RuleError("RULE_NAME", f"source.{name}: a finished dataset has no source columns")

    def table(self, parts: tuple[str, ...]) -> str | None:
        return parts[0] if parts[0] in self.build.datasets else None

    def tables(self) -> list[str]:
        return list(self.build.datasets)

    def member(self, table: str, variable: str, where: Any = "other") -> Column:
        dataset = self.build.datasets[table]
        if variable not in dataset.kinds:
            known = dataset.kinds
            raise RuleError("RULE_NAME", f"{table} has no variable {variable}{nearest(variable, known)}")
        return Column(Ref(table, variable), where, dataset.kinds[variable])

    def records(self, table: str) -> frozenset[Ref]:
        return frozenset({Ref(table, "")})

    def decodes(self, codelist: str) -> Mapping[str, str | None]:
        return decodes(self.build.study, codelist)

    def codelists(self, variable: str) -> tuple[str | None, Mapping[str | None, str]]:
        return codelists_of(self.build.study, self.build.datasets[self.dataset].spec, variable)

    def nci_codes(self, codelist: str) -> Mapping[str, str]:
        return nci_codes(self.build.study, codelist)

    def constant(self, name: str) -> Constant:
        constants = self.build.study.constants
        if name not in constants:
            raise RuleError("RULE_NAME", f"unknown constant study.{name}{nearest(name, constants)}")
        value: Constant = constants[name]
        return value

    def source_fact(self, fact: str, _variable: str | None) -> Node:
        raise RuleError("RULE_METHOD", f"{fact} is not for finished datasets")


def permutation(table_columns: Mapping[str, pd.Series[Any]], keys: tuple[str, ...], size: int) -> Integers:
    """Return the record positions in the order of the keys, missing values first."""
    order = [ranks(table_columns[key]) for key in keys if key in table_columns]
    return sorted_positions(np.zeros(size, dtype=np.int64), order)
