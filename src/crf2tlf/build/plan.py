"""The plan of a build: every rule compiled, and the order in which rows and variables are made.

The order follows from the rules. The unit is the variable, not the dataset: DM may take RFSTDTC from EX while EX
takes EXSTDY from DM, as long as no variable needs itself. A variable is planned when it is first needed, so the
order in which planning ends is the order in which values can be worked out.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import numpy as np

from crf2tlf.build.form_rules import column_kind
from crf2tlf.build.metadata import expected_kind, variable_names
from crf2tlf.build.names import METHOD_COLUMNS, SourceNames, VariableNames, missing_value
from crf2tlf.build.plan_methods import compile_method
from crf2tlf.build.planned import ROWS, Plan, PlannedSource, PlannedVariable
from crf2tlf.build.stages import Stage, stages
from crf2tlf.build.tables import POSITION
from crf2tlf.build.variable import compile_variable, constant_of_kind
from crf2tlf.findings import Findings, Place, nearest
from crf2tlf.methods import Kind
from crf2tlf.rules import columns
from crf2tlf.rules.columns import Value
from crf2tlf.rules.compile import SUBJECT, Compiler, compile_rule
from crf2tlf.rules.node import ALL_SUBJECTS, Column, Node, constant_node
from crf2tlf.rules.parse import RuleError
from crf2tlf.rules.reading import Reading
from crf2tlf.rules.scope import Ref, Scope
from crf2tlf.spec import Study
from crf2tlf.spec.dataset import RowSource, VariableSpec
from crf2tlf.spec.form import FORM_COLUMNS
from crf2tlf.spec.model import NOWHERE, Rule

T = TypeVar("T")


def plan(study: Study, findings: Findings) -> Plan:
    """Compile every rule of every dataset and find the order; every mistake becomes a finding."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 20_000))
    planner = Planner(study, findings)
    for spec in study.datasets.values():
        planner.rows(spec.dataset)
        for name in variable_names(spec):
            planner.variable(Ref(spec.dataset, name))
    needed = _needed(planner, study)
    steps = tuple(step for step in planner.steps if step in needed)
    return Plan(planner.stages, planner.sources, planner.variables, steps)


def _needed(planner: Planner, study: Study) -> set[Ref]:
    """Return the steps that the finished datasets need; variables of earlier stages that nothing reads are left out."""
    pending = [Ref(spec.dataset, name) for spec in study.datasets.values() for name in (ROWS, *variable_names(spec))]
    needed: set[Ref] = set()
    while pending:
        ref = pending.pop()
        if ref in needed or ref.table not in planner.stages:
            continue
        needed.add(ref)
        if ref.variable != ROWS:
            pending += [Ref(ref.table, ROWS), *planner.variables[ref].needs]
            continue
        for source in planner.sources[ref.table]:
            pending += [Ref(source.table, name) for name in (ROWS, *source.group)]
            pending += [*(source.where.needs if source.where else ()), *source.method_needs]
            if source.method_rules:
                tables = (source.table, *(part.table for part in (*source.events, *source.censor)))
                pending += [Ref(table, name) for table in tables for name in (ROWS, SUBJECT)]
    return needed


class Planner:
    """Plans variables on demand; remembers what is planned and what is being planned."""

    def __init__(self, study: Study, findings: Findings) -> None:
        self.study = study
        self.findings = findings
        self.stages: dict[str, Stage] = {}
        for spec in study.datasets.values():
            self.stages.update({stage.name: stage for stage in stages(spec)})
        self.sources: dict[str, tuple[PlannedSource, ...]] = {}
        self.variables: dict[Ref, PlannedVariable] = {}
        self.steps: list[Ref] = []
        self.active: list[Ref] = []
        self._members: dict[str, dict[str, None]] = {}

    # Tables and their columns

    def exists(self, table: str) -> bool:
        """Whether there is a form, design table or dataset of that name."""
        kind, _, name = table.partition(".")
        if name:
            return name in (self.study.forms if kind == "raw" else self.study.spec.tables)
        return table in self.stages

    def tables(self) -> list[str]:
        """Return the names of all datasets, forms and design tables."""
        forms = [f"raw.{name}" for name in self.study.forms]
        return [*self.study.datasets, *forms, *(f"study.{name}" for name in self.study.spec.tables)]

    def members(self, table: str) -> dict[str, None]:
        """Return the columns of a table, in order."""
        if table not in self._members:
            self._members[table] = dict.fromkeys(self._columns(table))
        return self._members[table]

    def _columns(self, table: str) -> Iterator[str]:
        kind, _, name = table.partition(".")
        if kind == "raw":
            yield from (*self.study.forms[name].columns, *FORM_COLUMNS)
        elif kind == "study":
            for record in self.study.spec.tables[name]:
                yield from record.cells
        else:
            yield from variable_names(self.stages[table].spec)

    def member(self, table: str, variable: str) -> Column | None:
        """Return a column of a table, planned if it is a dataset's; None if the table lacks it."""
        if variable not in self.members(table):
            return None
        ref = Ref(table, variable)
        if table in self.stages:
            return Column(ref, "other", self.variable(ref).kind)
        if table.startswith("raw."):
            form = self.study.forms[table.removeprefix("raw.")]
            formats = form.columns[variable].formats if variable in form.columns else ()
            return Column(ref, "other", column_kind(variable), formats)
        return Column(ref, "other", Kind.TEXT)

    @contextmanager
    def _planning(self, ref: Ref) -> Iterator[None]:
        if ref in self.active:
            chain = [*self.active[self.active.index(ref) :], ref]
            shown = " ← ".join(str(r) if r.variable else f"records of {r.table}" for r in chain)
            raise RuleError("RULE_CYCLE", f"variables need each other in a circle: {shown}")
        self.active.append(ref)
        try:
            yield
        finally:
            self.active.pop()
        self.steps.append(ref)

    # Rows

    def rows(self, table: str) -> tuple[PlannedSource, ...]:
        """Plan the row sources of a dataset's stage."""
        if table not in self.sources:
            with self._planning(Ref(table, ROWS)):
                stage = self.stages[table]
                planned = [self._carried(stage)] if stage.earlier else []
                planned += [source for row in stage.rows if (source := self._source(stage, row))]
            self.sources[table] = tuple(planned)
        return self.sources[table]

    def _carried(self, stage: Stage) -> PlannedSource:
        assert stage.earlier is not None
        self.rows(stage.earlier)
        row = RowSource.model_validate({"from": stage.earlier})
        return PlannedSource(row, stage.earlier, (), {}, carried=True)

    def _source(self, stage: Stage, row: RowSource) -> PlannedSource | None:
        table: str | None = row.from_
        if row.from_ == stage.spec.dataset:
            table = stage.earlier if stage.earlier and self.stages[stage.earlier].rows else None
        if table is None or not self.exists(table):
            message = f"there is no {row.from_} to take records from{nearest(row.from_, self.tables())}"
            if row.from_ == stage.spec.dataset:
                message = f"no row source stands above this one, so there is no {row.from_} to take records from"
            self.findings.add("SPEC_REFERENCE", row.place, message)
            return None
        if table in self.stages and self.reported(row.place, lambda: self.rows(table)) is None:
            return None
        method = "time_to_event" if row.time_to_event else "best_overall_response" if row.best_overall_response else ""
        bare = PlannedSource(row, table, row.group, {})
        names = SourceNames(self, stage.name, bare, stage.earlier)
        keys = [self.reported(row.place, lambda column=column: names.source(column)) for column in row.group]  # type: ignore[misc]
        if None in keys:
            return None
        return PlannedSource(
            row,
            table,
            row.group,
            METHOD_COLUMNS.get(method, {}),
            where=self.condition(row.where, names),
            **compile_method(self, row, names),  # type: ignore[arg-type]
        )

    def condition(self, rule: Rule | None, names: SourceNames) -> Node | None:
        """Compile a `where`; None where there is none, or a mistake in it."""
        if rule is None:
            return None
        node = self.reported(rule.place, lambda: compile_rule(rule, names))
        if node and node.kind not in (Kind.TRUTH, Kind.ANY):
            self.findings.add("RULE_TYPE", rule.place, f"where takes a condition, {rule.text!r} is {node.kind}")
            return None
        return node

    def reported(self, place: Place, work: Callable[[], T]) -> T | None:
        """Do a piece of planning; its mistake becomes a finding and the result None."""
        try:
            return work()
        except RuleError as error:
            self.findings.add(error.code, place, str(error))
            return None

    # Variables

    def variable(self, ref: Ref) -> PlannedVariable:
        """Plan a variable of a dataset's stage. Raises ``RuleError`` where it needs itself."""
        if ref not in self.variables:
            sources = self.rows(ref.table)
            with self._planning(ref):
                self.variables[ref] = self._variable(ref, sources)
        return self.variables[ref]

    def _variable(self, ref: Ref, sources: tuple[PlannedSource, ...]) -> PlannedVariable:
        spec = self.stages[ref.table].spec
        expected = expected_kind(self.study, spec, ref.variable)
        general = spec.variables.get(ref.variable) or spec.supplemental.get(ref.variable)
        place = general.place if general and general.place != NOWHERE else spec.place
        special = [s for s in sources if not s.carried and self._special(s, ref.variable, general)]
        if not special and general and general.has_rule:
            node = self._shared(ref, sources, general, expected)
            if node is not None:
                self._check_scope(node, general, ref)
                return PlannedVariable(ref.variable, self._kind([node], expected, ref, place), (node,), False, place)
        nodes = tuple(self._node(ref, source, general, expected) for source in sources)
        for source, node in zip(sources, nodes, strict=True):
            self._check_scope(node, source.spec.set.get(ref.variable) or general, ref)
        return PlannedVariable(ref.variable, self._kind(list(nodes), expected, ref, place), nodes, True, place)

    def _check_scope(self, node: Node, said: VariableSpec | None, ref: Ref) -> None:
        """Report a rule that looks across subjects without saying so: it could not be worked out in parts."""
        if ALL_SUBJECTS in node.needs and said and said.scope != "study":
            message = f"{ref.variable}: the rule looks at other subjects; group by USUBJID, or say scope: study"
            self.findings.add("RULE_SCOPE", said.place, message)

    def _special(self, source: PlannedSource, name: str, general: VariableSpec | None) -> bool:
        """Whether a row source says itself what a variable is."""
        row = source.spec
        return (
            name in row.set
            or name in row.parameter
            or name in row.keep
            or (name in source.added and not (general and general.has_rule))
        )

    def _shared(
        self, ref: Ref, sources: tuple[PlannedSource, ...], general: VariableSpec, expected: Kind | None
    ) -> Node | None:
        """Compile a rule once for the whole dataset; None where it uses the columns of a row source."""
        if not sources or any(s.carried and self.variable(Ref(s.table, ref.variable)).per_source for s in sources):
            return None
        source = next((s for s in sources if not s.carried), sources[0])
        names = VariableNames(self, ref.table, source, ref.table, ref.variable)
        try:
            node = compile_variable(general, names, expected, self.study.codelists.maps)
        except RuleError as error:
            if error.code == "RULE_NAME" and len([s for s in sources if not s.carried]) > 1:
                return None  # another row source may have the name; each is tried by itself
            self.findings.add(error.code, _place_in(general), f"{ref.variable}: {error}")
            return missing_value(expected or Kind.TEXT)
        return None if node.per_source else node

    def _node(self, ref: Ref, source: PlannedSource, general: VariableSpec | None, expected: Kind | None) -> Node:
        """Compile a variable's rule for the records of one row source."""
        row, name = source.spec, ref.variable
        stage = self.stages[ref.table]
        if source.carried:
            kind = self.variable(Ref(source.table, name)).kind
            names = VariableNames(self, ref.table, source, stage.earlier, name)
            return Compiler(names).column_node(Column(Ref(source.table, name), "source", kind))
        own = row.set.get(name)
        place = _place_in(own) if own else row.place if general is None else _place_in(general)
        itself = stage.earlier if own else ref.table
        names = VariableNames(self, ref.table, source, itself, name)

        def work() -> Node:
            if own and own.has_rule:
                return compile_variable(own, names, expected, self.study.codelists.maps)
            if name in row.parameter:
                return constant_of_kind(row.parameter[name], expected)
            if name in row.keep or (name in source.added and not (general and general.has_rule)):
                return Compiler(names).column_node(names.source(name))
            if general and general.has_rule:
                return compile_variable(general, names, expected, self.study.codelists.maps)
            return constant_node(None)

        try:
            return work()
        except RuleError as error:
            self.findings.add(error.code, place, f"{name}: {error}")
            return missing_value(expected or Kind.TEXT)

    def _kind(self, nodes: list[Node], expected: Kind | None, ref: Ref, place: Place) -> Kind:
        """Return the kind that a variable's rules share, checked against what the standard expects."""
        kinds = {node.kind for node in nodes} - {Kind.ANY}
        spec = self.stages[ref.table].spec
        if len(kinds) > 1:
            message = f"{ref.variable}: the row sources give different kinds: {', '.join(sorted(kinds))}"
            self.findings.add("RULE_TYPE", place, message)
        kind = min(kinds, default=expected or Kind.TEXT)
        given = spec.variables.get(ref.variable)
        if kind is Kind.TRUTH and (given is None or given.output):
            message = f"{ref.variable}: a variable cannot hold a condition; use yn(…) or flag(…), or output: false"
            self.findings.add("RULE_TYPE", place, message)
        elif expected and kind is not expected and (given is None or given.output):
            self.findings.add("RULE_TYPE", place, f"{ref.variable} takes {expected}, its rule gives {kind}")
        return kind

    # Facts about a record's source

    def source_fact(self, stage: str, source: PlannedSource, fact: str, variable: str | None) -> Node:
        """Return the node of ``source_dataset()``, ``source_variable("AVAL")`` or ``source_sequence()``."""
        if fact == "source_dataset":
            return constant_node(source.table.split("@")[0])
        if fact == "source_sequence":
            return self._source_sequence(source)
        if variable not in self.members(stage):
            known = nearest(variable or "", self.members(stage))
            raise RuleError("RULE_NAME", f"source_variable: there is no variable {variable}{known}")
        planned = self.variable(Ref(stage, variable))
        number = [s.spec for s in self.sources[stage]].index(source.spec)
        node = planned.nodes[number] if planned.per_source else planned.nodes[0]
        used = sorted(
            ref.variable for ref in node.needs if ref.table == source.table and ref.variable not in (ROWS, SUBJECT)
        )
        return constant_node(used[0] if used else None)

    def _source_sequence(self, source: PlannedSource) -> Node:
        found = self.sequence_of(source.table)
        if found is None or source.group:
            return missing_value(Kind.NUMBER)
        self.variable(found)

        def evaluate(scope: Scope) -> Value:
            at = scope.source(POSITION)
            scope.note(Reading(found.table, frozenset({found.variable}), right=at.to_numpy(dtype=np.int64)))
            return columns.take(scope.tables[found.table].column(found.variable), at)

        return Node(Kind.NUMBER, evaluate, frozenset({found}), per_source=True)

    def sequence_of(self, table: str) -> Ref | None:
        """Return the variable that numbers a dataset's records when it is finished.

        The records of an earlier stage are the first of the finished dataset, at the same positions.
        """
        dataset = table.split("@")[0]
        names = (f"{dataset}SEQ", "ASEQ")
        found = next((name for name in names if dataset in self.stages and name in self.members(dataset)), None)
        return Ref(dataset, found) if found else None


def _place_in(variable: VariableSpec) -> Place:
    rule = variable.rule
    return rule.place if rule and rule.place != NOWHERE else variable.place
