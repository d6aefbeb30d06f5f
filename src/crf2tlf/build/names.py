"""What names mean in a dataset's rules: variables of the dataset, columns of the source, other tables, constants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from crf2tlf.build.codelists import codelists_of, decodes, nci_codes
from crf2tlf.findings import nearest
from crf2tlf.methods import Kind
from crf2tlf.rules.columns import Constant
from crf2tlf.rules.node import Column, Node, constant_node
from crf2tlf.rules.parse import RuleError
from crf2tlf.rules.scope import Ref

if TYPE_CHECKING:
    from crf2tlf.build.plan import Planner
    from crf2tlf.build.planned import PlannedSource

METHOD_COLUMNS: dict[str, dict[str, Kind]] = {
    "time_to_event": {
        "STARTDT": Kind.DATE,
        "ADT": Kind.DATE,
        "AVAL": Kind.NUMBER,
        "CNSR": Kind.NUMBER,
        "EVNTDESC": Kind.TEXT,
        "CNSDTDSC": Kind.TEXT,
        "SRCDOM": Kind.TEXT,
        "SRCVAR": Kind.TEXT,
        "SRCSEQ": Kind.NUMBER,
    },
    "best_overall_response": {
        "AVALC": Kind.TEXT,
        "ADT": Kind.DATE,
        "SRCDOM": Kind.TEXT,
        "SRCVAR": Kind.TEXT,
        "SRCSEQ": Kind.NUMBER,
    },
}
"""The columns that a record method adds to its source's columns."""


class SourceNames:
    """Names in a row source's `where` and in its methods: only the source's columns, no variables yet."""

    default_order: tuple[str, ...] = ()
    only_source = True

    def __init__(self, planner: Planner, stage: str, source: PlannedSource, itself: str | None) -> None:
        """``itself`` is the table that the dataset's own name means here."""
        self.planner = planner
        self.dataset = stage
        self.row_source = source
        self.itself = itself
        self.grouped = bool(source.group) and not self.only_source

    def bare(self, name: str) -> Column:
        return self.source(name)

    def source(self, name: str) -> Column:
        return self.group_column(name)

    def group_column(self, name: str) -> Column:
        """Find a column of the source, also one that may differ within a group of source records."""
        source = self.row_source
        if name in source.added:
            needs = self._sequences() if name == "SRCSEQ" else source.method_needs
            return Column(Ref(source.table, name), "source", source.added[name], needs=needs)
        found = self.planner.member(source.table, name)
        if found is None:
            known = self.planner.members(source.table)
            raise RuleError(
                "RULE_NAME", f"unknown name {name}: {source.table} has no such column{nearest(name, known)}"
            )
        return Column(found.ref, "source", found.kind, found.formats)

    def _sequences(self) -> frozenset[Ref]:
        """Plan the numbers of the records that a record method may choose."""
        found = {part.sequence for part in (*self.row_source.events, *self.row_source.censor) if part.sequence}
        for ref in sorted(found):
            self.planner.variable(ref)
        return frozenset(found)

    def table(self, parts: tuple[str, ...]) -> str | None:
        if parts[0] in ("raw", "study") and len(parts) >= 2:
            name = ".".join(parts[:2])
            return name if self.planner.exists(name) else None
        if parts[0] == self.planner.stages[self.dataset].spec.dataset and self.itself:
            return self.itself
        return parts[0] if self.planner.exists(parts[0]) else None

    def tables(self) -> list[str]:
        return self.planner.tables()

    def member(self, table: str, variable: str) -> Column:
        found = self.planner.member(table, variable)
        if found is None:
            known = self.planner.members(table)
            raise RuleError("RULE_NAME", f"unknown name {table}.{variable}{nearest(variable, known)}")
        return found

    def records(self, table: str) -> frozenset[Ref]:
        if table in self.planner.stages:
            self.planner.rows(table)
        return frozenset({Ref(table, "")})

    def decodes(self, codelist: str) -> Mapping[str, str | None]:
        return decodes(self.planner.study, codelist)

    def codelists(self, variable: str) -> tuple[str | None, Mapping[str | None, str]]:
        return codelists_of(self.planner.study, self.planner.stages[self.dataset].spec, variable)

    def nci_codes(self, codelist: str) -> Mapping[str, str]:
        return nci_codes(self.planner.study, codelist)

    def constant(self, name: str) -> Constant:
        constants = self.planner.study.constants
        if name not in constants:
            raise RuleError("RULE_NAME", f"unknown constant study.{name}{nearest(name, constants)}")
        value = constants[name]
        if value is not None and not isinstance(value, (str, int, float, bool)):
            raise RuleError("RULE_TYPE", f"study.{name} is a list or mapping; a rule takes one value")
        return value

    def source_fact(self, fact: str, variable: str | None) -> Node:
        return self.planner.source_fact(self.dataset, self.row_source, fact, variable)


class VariableNames(SourceNames):
    """Names in a variable's rule: the dataset's variables first, then the source's columns."""

    only_source = False

    def __init__(self, planner: Planner, stage: str, source: PlannedSource, itself: str | None, variable: str) -> None:
        super().__init__(planner, stage, source, itself)
        self.variable = variable
        keys = planner.stages[stage].spec.keys
        self.default_order = tuple(key for key in keys if key != variable)

    def bare(self, name: str) -> Column:
        own = self.planner.members(self.dataset)
        if name != self.variable and name in own:
            found = self.planner.member(self.dataset, name)
            assert found is not None
            return Column(found.ref, "own", found.kind, found.formats)
        source = self.row_source
        if name not in source.added and self.planner.member(source.table, name) is None:
            known = {*own, *self.planner.members(source.table), *source.added, *self.tables()} - {self.variable}
            if name == self.variable:
                raise RuleError("RULE_NAME", f"{name} stands in its own rule, and {source.table} has no column of it")
            raise RuleError(
                "RULE_NAME",
                f"unknown name {name}: neither a variable of {self.planner.stages[self.dataset].spec.dataset} "
                f"nor a column of {source.table}{nearest(name, known)}",
            )
        return self.source(name)

    def source(self, name: str) -> Column:
        found = self.group_column(name)
        if self.grouped and name not in self.row_source.group:
            raise RuleError(
                "RULE_NAME",
                f"{name} may differ within a group of source records; use an aggregate such as first(source.{name})",
            )
        return found


def missing_value(kind: Kind) -> Node:
    """Return the node of a missing value of a kind, for rules that could not be compiled."""
    node = constant_node(None)
    return Node(kind, node.evaluate, constant=None)
