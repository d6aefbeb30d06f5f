"""Windows: methods that look along the dataset's own records, group by group and in a stated order."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from crf2tlf.methods import Kind, Method
from crf2tlf.methods.catalogue import Integers
from crf2tlf.rules import columns
from crf2tlf.rules.call import bind, invoke
from crf2tlf.rules.columns import Value, column
from crf2tlf.rules.grouping import codes, combine, ranks, window
from crf2tlf.rules.node import ALL_SUBJECTS, Node, needs_of, source_bound
from crf2tlf.rules.parse import RuleError
from crf2tlf.rules.reading import Reading, within_groups
from crf2tlf.rules.scope import Ref, Scope, reporting

if TYPE_CHECKING:
    from crf2tlf.rules.compile import Compiler

SUBJECT = ast.Name("USUBJID")


def items(tree: ast.expr | None) -> list[ast.expr] | None:
    """Return the parts of ``[A, B]``, or the one part of ``A``; None stays None."""
    if tree is None:
        return None
    return list(tree.elts) if isinstance(tree, (ast.List, ast.Tuple)) else [tree]


def keywords(tree: ast.Call) -> dict[str, ast.expr]:
    """Return the keyword arguments of a call."""
    return {k.arg or "": k.value for k in tree.keywords}


def keys_of(given: dict[str, ast.expr]) -> list[ast.expr]:
    """Return the items of ``by=[…]``: the subject unless given; ``by=[]`` takes all records together."""
    parts = items(given.get("by"))
    return [SUBJECT] if parts is None else parts


def subject_among(by: list[ast.expr], nodes: list[Node]) -> list[Node]:
    """Return the node of the subject, if it is among the keys."""
    return [node for part, node in zip(by, nodes, strict=True) if isinstance(part, ast.Name) and part.id == SUBJECT.id]


def across_subjects(compiler: Compiler, by: list[ast.expr]) -> frozenset[Ref]:
    """Return the mark of a rule whose records have subjects, but that does not group by them."""
    if any(isinstance(part, ast.Name) and part.id == SUBJECT.id for part in by):
        return frozenset()
    try:
        compiler.names.bare(SUBJECT.id)
    except RuleError:
        return frozenset()
    return frozenset({ALL_SUBJECTS})


def order_node(compiler: Compiler, tree: ast.expr) -> tuple[Node, bool]:
    """Compile one item of ``order=[…]``; ``desc(X)`` sorts descending."""
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "desc":
        if len(tree.args) != 1 or tree.keywords:
            raise RuleError("RULE_ARGUMENT", "desc takes one value")
        return compiler.node(tree.args[0]), True
    return compiler.node(tree), False


def order_numbers(order: list[tuple[Node, bool]], scope: Any) -> list[Integers]:
    """Work out the order numbers of the records of a scope."""
    return [
        ranks(column(node.evaluate(scope), node.kind, scope.size), descending=descending) for node, descending in order
    ]


def group_numbers(by: list[Node], scope: Any) -> Integers:
    """Work out the group numbers of the records of a scope."""
    return combine([codes(column(n.evaluate(scope), n.kind, scope.size)) for n in by], scope.size)


class OwnRecords:
    """The dataset's own records that a rule looks along: ``whole`` all, ``part`` those that a condition selects.

    Where somebody traces, what these records read is kept until it is known who looks at them: see :meth:`note`.
    """

    def __init__(self, scope: Scope, where: Node | None) -> None:
        self.scope = scope
        self.looked: list[Reading] = []
        self.read: list[Reading] = []
        self.whole = self._traced(self.looked)
        self.selected: Integers = np.arange(self.whole.size, dtype=np.int64)
        if where is not None:
            chosen = column(where.evaluate(self.whole), Kind.TRUTH, self.whole.size)
            self.selected = columns.positions(chosen).astype(np.int64)
        self.part = self._traced(self.read).subset(self.selected)

    def _traced(self, readings: list[Reading]) -> Scope:
        whole = self.scope.whole or self.scope
        return replace(whole, tracer=readings.append) if self.scope.tracer is not None else whole

    def note(self, by: list[Node], subject: list[Node]) -> None:
        """Note that the records of the scope read what the records of their groups do.

        With another key a record could come into any group that has the ``subject`` among its keys, too.
        """
        if self.scope.tracer is None:
            return
        compared: list[Reading] = []
        group, at = group_numbers(by, self._traced(compared)), self.scope.at
        around = group if len(subject) == len(by) else group_numbers(subject, self._traced([]))
        for reading in (
            *within_groups(compared, around, at, chosen=False),
            *within_groups(self.looked, group, at, chosen=False),
            *within_groups(self.looked, group, at, chosen=True, members=self.selected),
            *within_groups(self.read, group, at, chosen=True),
        ):
            self.scope.tracer(reading)


def compile_window(compiler: Compiler, entry: Method, tree: ast.Call) -> Node:
    """Compile a window method; ``by`` is the subject and ``order`` the dataset's keys unless given."""
    given = keywords(tree)
    bound = bind(entry, tree, compiler.node, {"by", "order", "where"})
    by = [compiler.node(part) for part in keys_of(given)]
    subject = subject_among(keys_of(given), by)
    parts = items(given.get("order"))
    if parts is None:
        parts = [ast.Name(name) for name in compiler.names.default_order]
    order = [order_node(compiler, part) for part in parts]
    where = compiler.of_kind(given["where"], Kind.TRUTH, "where") if "where" in given else None
    nodes = [*bound.nodes, *by, *(node for node, _ in order), *([where] if where else [])]
    kind = bound.result_kind(entry)

    def evaluate(scope: Scope) -> Value:
        records = OwnRecords(scope, where)
        part = records.part
        numbers = window(group_numbers(by, replace(part, tracer=None)), order_numbers(order, part))
        injected: dict[str, Any] = {"window": numbers}
        if entry.reports:
            injected["report"] = reporting(part)
        result = column(invoke(entry, bound, part, injected), kind, part.size)
        records.note(by, subject)
        if where is not None:
            result = columns.scatter(records.whole.size, kind, [(records.selected, result)])
        return result if scope.at is None else columns.take(result, scope.at)

    needs = needs_of(nodes) | across_subjects(compiler, keys_of(given))
    return Node(kind, evaluate, needs, source_bound(nodes), formats=bound.formats(entry))
