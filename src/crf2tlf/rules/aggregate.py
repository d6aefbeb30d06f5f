"""Aggregates: one value for each record from the records of a table that it joins."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from crf2tlf.methods import Kind, Method
from crf2tlf.methods.catalogue import Integers
from crf2tlf.rules import columns
from crf2tlf.rules.call import Bound, bind, invoke
from crf2tlf.rules.columns import Value, column, take
from crf2tlf.rules.grouping import pairs, shared_codes, sorted_positions
from crf2tlf.rules.node import CURRENT, Column, Node, needs_of, source_bound
from crf2tlf.rules.parse import RuleError, conjuncts, dotted
from crf2tlf.rules.reading import MEMBERS, Reading
from crf2tlf.rules.scope import PairScope, Reporter, Scope, reporting
from crf2tlf.rules.window import (
    SUBJECT,
    OwnRecords,
    across_subjects,
    group_numbers,
    items,
    keys_of,
    keywords,
    order_node,
    order_numbers,
    subject_among,
)

if TYPE_CHECKING:
    from crf2tlf.rules.compile import Compiler

Mask = np.ndarray[Any, np.dtype[np.bool_]]

RESERVED = {"by", "order", "where", "expect"}
Expect = Literal["one", "at most one", "any"]


@dataclass(frozen=True)
class Aggregate:
    """A compiled aggregate: what is joined on which keys, which records are selected, in which order.

    ``reads`` are the variables of the joined records that select, order or make the value.
    """

    entry: Method
    bound: Bound
    table: str
    by: tuple[tuple[Node, Node], ...]
    order: tuple[tuple[Node, bool], ...]
    selection: tuple[Node, ...]
    pair_selection: tuple[Node, ...]
    expect: Expect
    kind: Kind
    members: bool = False
    reads: frozenset[str] = frozenset()

    @property
    def paired(self) -> bool:
        """Whether an argument needs the current record, so that records are paired first."""
        parts = [*self.bound.nodes, *(node for node, _ in self.order)]
        return bool(self.pair_selection) or any(needs_current(node) for node in parts)


def needs_current(node: Node) -> bool:
    """Whether a part of an aggregate's arguments is about the current record."""
    return CURRENT in node.needs


def compile_aggregate(compiler: Compiler, entry: Method, tree: ast.Call) -> Node:
    """Compile an aggregate over the table that its first argument names, or over the dataset's own records."""
    table = joined_table(compiler, tree)
    if table is None:
        return _compile_own(compiler, entry, tree)
    given = keywords(tree)
    members = table == "source"
    if members and not compiler.names.grouped:
        raise RuleError("RULE_ARGUMENT", "source.X in an aggregate needs `group` in the row source")
    from crf2tlf.rules.compile import Compiler as Inner

    inner = Inner(_SourceAsTable(compiler.names) if members else compiler.names, table)
    call = _without_whole_table(compiler, tree, table)
    bound = bind(entry, call, inner.node, RESERVED)
    order = tuple(order_node(inner, part) for part in items(given.get("order")) or [])
    parts = [inner.of_kind(part, Kind.TRUTH, "where") for part in conjuncts(given["where"])] if "where" in given else []
    by = () if members else joined_keys(compiler, inner, table, items(given.get("by")))
    aggregate = Aggregate(
        entry,
        bound,
        table,
        by,
        order,
        selection=tuple(p for p in parts if not needs_current(p)),
        pair_selection=tuple(p for p in parts if needs_current(p)),
        expect=_expect(entry, given),
        kind=bound.result_kind(entry),
        members=members,
        reads=variables_of(
            _source_table(compiler) if members else table, [*bound.nodes, *(n for n, _ in order), *parts]
        ),
    )
    nodes = [*bound.nodes, *(n for n, _ in order), *parts, *(n for pair in by for n in pair)]
    needs = needs_of(nodes) | (frozenset() if members else compiler.names.records(table))
    if not members and _has_subjects(compiler, table):
        needs |= across_subjects(compiler, keys_of(given))
    bound_here = members or source_bound(nodes)
    return Node(
        aggregate.kind, lambda scope: _evaluate(aggregate, scope), needs, bound_here, formats=bound.formats(entry)
    )


def _source_table(compiler: Compiler) -> str:
    """Return the table of the row source whose records are grouped."""
    return str(cast(Any, compiler.names).row_source.table)


class _SourceAsTable:
    """Names inside an aggregate over a group's source records: ``source.X`` is a column of the joined table."""

    def __init__(self, names: Any) -> None:
        self._names = names

    def __getattr__(self, name: str) -> Any:
        return getattr(self._names, name)

    def table(self, parts: tuple[str, ...]) -> str | None:
        return "source" if parts[0] == "source" else cast("str | None", self._names.table(parts))

    def source(self, name: str) -> Column:
        return self.member("source", name)

    def member(self, table: str, name: str) -> Column:
        return cast(Column, self._names.group_column(name) if table == "source" else self._names.member(table, name))


def joined_table(compiler: Compiler, tree: ast.Call) -> str | None:
    """Return the table that the arguments name (``source`` for a group's records), None for the dataset itself."""
    found: set[str] = set()
    for argument in tree.args:
        for node in ast.walk(argument):
            parts = dotted(node) if isinstance(node, (ast.Name, ast.Attribute)) else None
            if parts is None:
                continue
            table = "source" if parts[0] == "source" and len(parts) > 1 else compiler.names.table(parts)
            if table:
                found.add(table)
    if len(found) > 1:
        raise RuleError("RULE_ARGUMENT", f"an aggregate joins one table, not {' and '.join(sorted(found))}")
    return found.pop() if found else None


def _without_whole_table(compiler: Compiler, tree: ast.Call, table: str) -> ast.Call:
    """Turn ``count(AE)`` into ``count(1)``: the table itself stands for its records, whatever they hold."""
    arguments: list[ast.expr] = []
    for argument in tree.args:
        parts = dotted(argument)
        # Parts of a longer name than the table's are a variable of it; the dataset itself may be an earlier stage.
        named = len(parts) == (2 if "." in table else 1) if parts else False
        whole = parts is not None and named and compiler.names.table(parts) == table
        arguments.append(ast.Constant(1) if whole else argument)
    return ast.Call(tree.func, arguments, tree.keywords)


def joined_keys(
    compiler: Compiler, inner: Compiler, table: str, parts: list[ast.expr] | None
) -> tuple[tuple[Node, Node], ...]:
    """Return the key columns on both sides: the subject unless given. Raises ``RuleError``."""
    if parts is None:
        parts = [SUBJECT] if _has_subjects(compiler, table) else []
        if parts and not _knows_subject(compiler):
            raise RuleError("RULE_ARGUMENT", f"{table} has records of subjects, but there is none here; say by=[…]")
    keys = []
    for part in parts:
        if not isinstance(part, ast.Name):
            raise RuleError("RULE_ARGUMENT", "by takes names of variables that both sides have")
        here = compiler.column_node(compiler.names.bare(part.id))
        there = inner.joined_column(compiler.names.member(table, part.id))
        if Kind.ANY not in (here.kind, there.kind) and here.kind is not there.kind:
            raise RuleError("RULE_TYPE", f"by: {part.id} is {here.kind} here and {there.kind} in {table}")
        keys.append((here, there))
    return tuple(keys)


def _has_subjects(compiler: Compiler, table: str) -> bool:
    """Whether a table is about subjects: design tables and trial design datasets are not."""
    try:
        compiler.names.member(table, "USUBJID")
    except RuleError as error:
        if error.code == "RULE_NAME":
            return False
        raise
    return True


def _knows_subject(compiler: Compiler) -> bool:
    try:
        compiler.names.bare(SUBJECT.id)
    except RuleError as error:
        if error.code == "RULE_NAME":
            return False
        raise
    return True


def _expect(entry: Method, given: dict[str, ast.expr]) -> Expect:
    if "expect" not in given:
        return "at most one" if entry.name == "lookup" else "any"
    value = given["expect"]
    if isinstance(value, ast.Constant) and value.value in ("one", "at most one", "any"):
        return cast(Expect, value.value)
    raise RuleError("RULE_ARGUMENT", 'expect is "one", "at most one" or "any"')


def _evaluate(aggregate: Aggregate, scope: Scope) -> Value:
    """Select, join, sort and aggregate."""
    right, left_groups, right_groups, groups, table = _joined_records(aggregate, scope)
    if scope.tracer is not None:
        _note_looked_at(aggregate, scope)
    if aggregate.paired:
        left, at = pairs(left_groups, right_groups)
        part = PairScope(table, right[at], scope, left, _left_reporter(scope, left))
        for node in aggregate.pair_selection:
            part = part.subset(columns.positions(column(node.evaluate(part), Kind.TRUTH, part.size)))
        assert part.left is not None
        group, groups, wanted = part.left, scope.size, np.arange(scope.size)
        scope.note(
            Reading(MEMBERS if aggregate.members else aggregate.table, aggregate.reads, part.left, right=part.right)
        )
    else:
        joined = right_groups >= 0
        part = PairScope(table, right[joined], scope, None, _table_reporter(aggregate, scope, right[joined]))
        group, wanted = right_groups[joined], np.where(left_groups < 0, groups, left_groups)
        scope.note(
            Reading(
                MEMBERS if aggregate.members else aggregate.table,
                aggregate.reads,
                None,
                left_groups,
                part.right,
                group,
            )
        )
    order = sorted_positions(group, order_numbers(list(aggregate.order), part))
    in_order, group = part.subset(order), group[order]
    injected: dict[str, Any] = {"group": group, "groups": groups + 1}
    if aggregate.entry.reports:
        injected["report"] = reporting(in_order)
    found = column(invoke(aggregate.entry, aggregate.bound, in_order, injected), aggregate.kind, groups + 1)
    _check_expected(aggregate, scope, np.bincount(group, minlength=groups + 1)[wanted])
    return take(found, wanted)


def _note_looked_at(aggregate: Aggregate, scope: Scope) -> None:
    """Note all records that join, whether selected or not: they are compared under the conditions.

    Their keys are compared, too: with other keys further records of the subject could join.
    """
    untraced = replace(scope, tracer=None)
    everything = replace(aggregate, selection=())
    right, left_groups, right_groups, _, _ = _joined_records(everything, untraced)
    table = MEMBERS if aggregate.members else aggregate.table
    scope.note(Reading(table, aggregate.reads, None, left_groups, right, right_groups, chosen=False))
    keys = variables_of(aggregate.table, (there for _, there in aggregate.by))
    if keys:
        around = replace(everything, by=tuple(pair for pair in aggregate.by if is_subject(aggregate.table, pair[1])))
        if len(around.by) < len(aggregate.by):
            right, left_groups, right_groups, _, _ = _joined_records(around, untraced)
        scope.note(Reading(table, keys, None, left_groups, right, right_groups, chosen=False))


def is_subject(table: str, key: Node) -> bool:
    """Whether a key of a joined table is the subject."""
    return variables_of(table, [key]) == {SUBJECT.id}


def variables_of(table: str, nodes: Iterable[Node]) -> frozenset[str]:
    """Return the variables of a table that nodes need; its records themselves have no name."""
    return frozenset(ref.variable for ref in needs_of(nodes) if ref.table == table and ref.variable)


def _joined_records(aggregate: Aggregate, scope: Scope) -> tuple[Integers, Integers, Integers, int, Any]:
    """Return the selected records of the table, group numbers on both sides, and how many groups there are."""
    if aggregate.members:
        assert scope.members is not None
        table, right = scope.tables["source"], scope.members[1]
        selected = _selected(aggregate, PairScope(table, right, scope, None, _table_reporter(aggregate, scope, right)))
        return right[selected], np.arange(scope.size), scope.members[0][selected], scope.size, table
    table = scope.tables[aggregate.table]
    everything = np.arange(table.size, dtype=np.int64)
    reporter = _table_reporter(aggregate, scope, everything)
    selected = _selected(aggregate, PairScope(table, everything, scope, None, reporter))
    if not aggregate.by:
        return selected, np.zeros(scope.size, np.int64), np.zeros(len(selected), np.int64), 1, table
    records = PairScope(table, selected, scope, None, scope.reporter)
    left = [column(here.evaluate(scope), here.kind, scope.size) for here, _ in aggregate.by]
    there = [column(node.evaluate(records), node.kind, len(selected)) for _, node in aggregate.by]
    left_groups, right_groups = shared_codes(left, there)
    groups = int(max(left_groups.max(initial=-1), right_groups.max(initial=-1))) + 1
    return selected, left_groups, right_groups, groups, table


def _selected(aggregate: Aggregate, scope: PairScope) -> Integers:
    selected = np.arange(scope.size, dtype=np.int64)
    for node in aggregate.selection:
        part = scope.subset(selected)
        selected = selected[columns.positions(column(node.evaluate(part), Kind.TRUTH, part.size))]
    return selected


def _left_reporter(scope: Scope, left: Integers) -> Reporter:
    return lambda found, code, message: scope.reporter(np.unique(left[found]), code, message)


def _table_reporter(aggregate: Aggregate, scope: Scope, rows: Integers) -> Reporter:
    """Return what reports records of the joined table, given their places among ``rows``."""

    def report(found: Integers, code: str, message: str) -> None:
        if scope.joined_reporter:
            scope.joined_reporter(aggregate.table, rows[found], code, message)
        else:
            scope.reporter(np.empty(0, dtype=np.int64), code, f"in {aggregate.table}: {message}")

    return report


def _check_expected(aggregate: Aggregate, scope: Scope, count: Integers) -> None:
    if aggregate.expect == "any":
        return
    many = np.flatnonzero(count > 1)
    if len(many):
        scope.reporter(many, "LOOKUP_MANY", f"the lookup in {aggregate.table} finds several records")
    none = np.flatnonzero(count == 0)
    if aggregate.expect == "one" and len(none):
        scope.reporter(none, "LOOKUP_NONE", f"the lookup in {aggregate.table} finds no record")


def _compile_own(compiler: Compiler, entry: Method, tree: ast.Call) -> Node:
    """Compile an aggregate of the dataset's own records: every record gets its group's value."""
    given = keywords(tree)
    bound = bind(entry, tree, compiler.node, RESERVED)
    by = [compiler.node(part) for part in keys_of(given)]
    subject = subject_among(keys_of(given), by)
    order = [order_node(compiler, part) for part in items(given.get("order")) or []]
    where = compiler.of_kind(given["where"], Kind.TRUTH, "where") if "where" in given else None
    kind, expect = bound.result_kind(entry), _expect(entry, given)
    nodes = [*bound.nodes, *by, *(n for n, _ in order), *([where] if where else [])]
    own = Aggregate(entry, bound, compiler.names.dataset, (), tuple(order), (), (), expect, kind)

    def evaluate(scope: Scope) -> Value:
        records = OwnRecords(scope, where)
        whole, selected = records.whole, records.selected
        all_groups = group_numbers(by, replace(whole, tracer=None))
        groups = int(all_groups.max(initial=-1)) + 1
        in_order = sorted_positions(all_groups[selected], order_numbers(order, records.part))
        part, group = records.part.subset(in_order), all_groups[selected][in_order]
        injected: dict[str, Any] = {"group": group, "groups": groups}
        if entry.reports:
            injected["report"] = reporting(part)
        found = column(invoke(entry, bound, part, injected), kind, groups)
        records.note(by, subject)
        _check_expected(own, whole, np.bincount(group, minlength=groups)[all_groups] if groups else all_groups)
        result = take(found, all_groups)
        return result if scope.at is None else take(result, scope.at)

    needs = needs_of(nodes) | across_subjects(compiler, keys_of(given))
    return Node(kind, evaluate, needs, source_bound(nodes), formats=bound.formats(entry))
