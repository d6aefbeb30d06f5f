"""From a rule's syntax tree to a compiled :class:`Node`: names found, kinds checked, work on whole columns."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.findings import nearest
from crf2tlf.methods import CATALOGUE, Kind
from crf2tlf.rules import columns
from crf2tlf.rules.columns import Value, column
from crf2tlf.rules.node import CURRENT, Column, Namespace, Node, constant_node, needs_of, source_bound
from crf2tlf.rules.parse import RuleError, dotted, parse
from crf2tlf.rules.reading import Reading, itself
from crf2tlf.rules.scope import AnyScope, PairScope, Scope
from crf2tlf.spec.model import Rule

SUBJECT = "USUBJID"


def compile_rule(rule: Rule, names: Namespace) -> Node:
    """Parse and compile a rule. Raises :class:`RuleError` for its first mistake."""
    return Compiler(names).node(parse(rule))


class Compiler:
    """Compiles expressions; ``joined`` is the table whose records an aggregate's arguments are about."""

    def __init__(self, names: Namespace, joined: str | None = None) -> None:
        self.names = names
        self.joined = joined

    def node(self, tree: ast.expr) -> Node:
        """Compile one expression."""
        node = self._compiled(tree)
        if node.kind is Kind.ANY and not node.is_constant:  # made of nothing but None: missing, like None itself
            return replace(node, evaluate=lambda _scope: None, constant=None)
        return node

    def _compiled(self, tree: ast.expr) -> Node:
        if self.joined and not self.mentions_joined(tree):
            return self.current_record(tree)
        match tree:
            case ast.Constant(value=value):
                assert value is None or isinstance(value, (str, int, float))
                return constant_node(value)
            case ast.Name() | ast.Attribute():
                return self.name(tree)
            case ast.List() | ast.Tuple():
                raise RuleError("RULE_TYPE", f"the list {ast.unparse(tree)} stands where one value is wanted")
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self.negation(operand)
            case ast.UnaryOp(operand=operand):
                return self.minus(operand)
            case ast.BoolOp(op=operation, values=parts):
                return self.logic(operation, parts)
            case ast.BinOp(op=operation, left=left, right=right):
                return self.calculation(type(operation).__name__, left, right)
            case ast.Compare():
                return self.comparison(tree)
            case ast.IfExp():
                return self.conditional(tree)
            case ast.Call():
                from crf2tlf.rules.call import compile_call  # a call compiles its arguments: the two need each other

                return compile_call(self, tree)
        raise RuleError("RULE_SYNTAX", f"{ast.unparse(tree)!r} is not part of the rule language")

    # Names

    def mentions_joined(self, tree: ast.expr) -> bool:
        """Whether an expression names the joined table (outside calls that join tables of their own)."""
        return any(
            (parts := dotted(node)) is not None and self.names.table(parts) == self.joined
            for node in ast.walk(tree)
            if isinstance(node, (ast.Name, ast.Attribute))
        )

    def current_record(self, tree: ast.expr) -> Node:
        """Compile a part of an aggregate's arguments that is about the current record, not the joined ones."""
        node = Compiler(self.names).node(tree)
        if node.is_constant:
            return node

        def evaluate(scope: PairScope) -> Value:
            whole = column(node.evaluate(scope.left_scope), node.kind, scope.left_scope.size)
            return columns.take(whole, scope.left)

        return Node(node.kind, evaluate, node.needs | {CURRENT}, node.per_source)

    def name(self, tree: ast.expr) -> Node:
        parts = dotted(tree)
        if parts is None:
            raise RuleError("RULE_SYNTAX", f"{ast.unparse(tree)!r} is not a name")
        if len(parts) == 1:
            if parts[0] in ("true", "false"):
                raise RuleError("RULE_NAME", f"unknown name {parts[0]} (truth values are True and False)")
            return self.column_node(self.names.bare(parts[0]))
        if parts[0] == "source" and len(parts) == 2:
            found = self.names.source(parts[1])
            return self.joined_column(found) if self.joined == "source" else self.column_node(found)
        if parts[0] == "study" and len(parts) == 2:
            return constant_node(self.names.constant(parts[1]))
        table = self.names.table(parts)
        if table is None or ".".join(parts) == table:
            guess = nearest(".".join(parts[:-1]), self.names.tables()) if table is None else ""
            raise RuleError("RULE_NAME", f"unknown name {'.'.join(parts)}{guess}")
        found = self.names.member(table, parts[-1])
        return self.joined_column(found) if table == self.joined else self.subject_value(table, found)

    def column_node(self, found: Column) -> Node:
        name = found.ref.variable

        def evaluate(scope: Scope) -> Value:
            scope.note(itself(found.where, name, None))
            return scope.own(name) if found.where == "own" else scope.source(name)

        needs = frozenset({found.ref}) if found.needs is None else found.needs
        return Node(found.kind, evaluate, needs, found.where == "source", formats=found.formats)

    def joined_column(self, found: Column) -> Node:
        def evaluate(scope: PairScope) -> Value:
            return columns.take(scope.table.column(found.ref.variable), scope.right)

        return Node(found.kind, evaluate, frozenset({found.ref}), formats=found.formats)

    def subject_value(self, table: str, found: Column) -> Node:
        """Compile ``DM.RFSTDTC``: the value of the one record of the same subject."""
        subject, key = self.names.bare(SUBJECT), self.names.member(table, SUBJECT)
        subject_node = self.column_node(subject)

        def evaluate(scope: Scope) -> Value:
            other = scope.tables[table]
            current = pd.Index(column(subject_node.evaluate(scope), Kind.TEXT, scope.size))
            index = pd.Index(other.column(SUBJECT))
            again = index.duplicated()
            kept = np.flatnonzero(~again & index.notna())  # a record without a subject is nobody's
            if again.any():
                several = np.flatnonzero(current.isin(index[again & index.notna()]))
                if len(several):
                    scope.reporter(several, "LOOKUP_MANY", f"{table} has several records for the subject")
            at = np.r_[kept, -1][index[kept].get_indexer(current)]
            if scope.tracer is not None:
                there = np.flatnonzero(at >= 0)
                scope.note(Reading(table, frozenset({found.ref.variable}), there, right=at[there]))
                scope.note(Reading(table, frozenset({SUBJECT}), there, right=at[there], chosen=False))
            return columns.take(other.column(found.ref.variable), at)

        needs = frozenset({found.ref, key.ref}) | subject_node.needs
        return Node(found.kind, evaluate, needs, subject_node.per_source, formats=found.formats)

    # Operators

    def negation(self, operand: ast.expr) -> Node:
        node = self.of_kind(operand, Kind.TRUTH, "not")
        return Node(Kind.TRUTH, lambda s: ~column(node.evaluate(s), Kind.TRUTH, s.size), node.needs, node.per_source)

    def minus(self, operand: ast.expr) -> Node:
        node = self.of_kind(operand, Kind.NUMBER, "-")
        if node.is_constant and node.constant is not None:
            return constant_node(-node.constant)
        return Node(Kind.NUMBER, lambda s: -column(node.evaluate(s), Kind.NUMBER, s.size), node.needs, node.per_source)

    def logic(self, operation: ast.boolop, parts: list[ast.expr]) -> Node:
        word = "and" if isinstance(operation, ast.And) else "or"
        nodes = [self.of_kind(part, Kind.TRUTH, word) for part in parts]

        def evaluate(scope: AnyScope) -> Value:
            result = column(nodes[0].evaluate(scope), Kind.TRUTH, scope.size)
            for node in nodes[1:]:
                other = column(node.evaluate(scope), Kind.TRUTH, scope.size)
                result = result & other if word == "and" else result | other
            return result

        return Node(Kind.TRUTH, evaluate, needs_of(nodes), source_bound(nodes))

    def calculation(self, operation: str, left: ast.expr, right: ast.expr) -> Node:
        one, other = self.node(left), self.node(right)
        kinds = (_known(one.kind, other.kind), _known(other.kind, one.kind))
        kind = _RESULTS.get((operation, *kinds))
        if kind is None:
            sign = _SIGNS[operation]
            raise RuleError("RULE_TYPE", f"{ast.unparse(left)} ({kinds[0]}) {sign} {ast.unparse(right)} ({kinds[1]})")

        def evaluate(scope: AnyScope) -> Value:
            return columns.arithmetic(operation, one.evaluate(scope), other.evaluate(scope), kinds, scope.size)

        return Node(kind, evaluate, one.needs | other.needs, one.per_source or other.per_source)

    def comparison(self, tree: ast.Compare) -> Node:
        operands = [tree.left, *tree.comparators]
        nodes = [self.one_comparison(operation, operands[n], operands[n + 1]) for n, operation in enumerate(tree.ops)]
        if len(nodes) == 1:
            return nodes[0]

        def evaluate(scope: AnyScope) -> Value:
            result = column(nodes[0].evaluate(scope), Kind.TRUTH, scope.size)
            for node in nodes[1:]:
                result = result & column(node.evaluate(scope), Kind.TRUTH, scope.size)
            return result

        return Node(Kind.TRUTH, evaluate, needs_of(nodes), source_bound(nodes))

    def one_comparison(self, operation: ast.cmpop, left: ast.expr, right: ast.expr) -> Node:
        one = self.node(left)
        if isinstance(operation, (ast.Is, ast.IsNot)):
            wanted = isinstance(operation, ast.Is)

            def presence(scope: AnyScope) -> Value:
                absent = columns.is_missing(one.evaluate(scope), scope.size)
                return absent if wanted else ~absent

            return Node(Kind.TRUTH, presence, one.needs, one.per_source)
        if isinstance(operation, (ast.In, ast.NotIn)):
            assert isinstance(right, (ast.List, ast.Tuple))
            members = [as_kind(member, one.kind, ast.unparse(right)) for member in constants(right, self.node)]
            negate = isinstance(operation, ast.NotIn)
            return Node(
                Kind.TRUTH,
                lambda s: columns.among(one.evaluate(s), members, s.size, negate=negate),
                one.needs,
                one.per_source,
            )
        return self.order_comparison(type(operation).__name__, (one, left), (self.node(right), right))

    def order_comparison(self, operation: str, left: tuple[Node, ast.expr], right: tuple[Node, ast.expr]) -> Node:
        (one, one_tree), (other, other_tree) = left, right
        if one.is_constant and not other.is_constant:
            one = constant_node(as_kind(one.constant, other.kind, ast.unparse(one_tree)))
        elif other.is_constant:
            other = constant_node(as_kind(other.constant, one.kind, ast.unparse(other_tree)))
        elif Kind.ANY not in (one.kind, other.kind) and one.kind is not other.kind:
            raise RuleError(
                "RULE_TYPE",
                f"{ast.unparse(one_tree)} is {one.kind} and {ast.unparse(other_tree)} is {other.kind}: "
                "they do not compare",
            )

        def evaluate(scope: AnyScope) -> Value:
            return columns.compare(operation, one.evaluate(scope), other.evaluate(scope), scope.size)

        return Node(Kind.TRUTH, evaluate, one.needs | other.needs, one.per_source or other.per_source)

    def conditional(self, tree: ast.IfExp) -> Node:
        condition = self.of_kind(tree.test, Kind.TRUTH, "if")
        then, other = self.node(tree.body), self.node(tree.orelse)
        kind = common_kind([then, other], "the two sides of if … else")

        def evaluate(scope: AnyScope) -> Value:
            test = column(condition.evaluate(scope), Kind.TRUTH, scope.size)
            parts = []
            for node, chosen in ((then, test), (other, ~test)):
                part = scope.subset(columns.positions(chosen))
                parts.append(column(node.evaluate(part), kind, part.size))
            return columns.choose(test, (parts[0], parts[1]), kind)

        nodes = (condition, then, other)
        return Node(kind, evaluate, needs_of(nodes), source_bound(nodes))

    def of_kind(self, tree: ast.expr, kind: Kind, word: str) -> Node:
        """Compile an operand that must be of a kind."""
        node = self.node(tree)
        if node.kind not in (kind, Kind.ANY):
            raise RuleError("RULE_TYPE", f"{word} takes a {kind} value, {ast.unparse(tree)} is {node.kind}")
        return node


_SIGNS = {"Add": "+", "Sub": "-", "Mult": "*", "Div": "/"}
_RESULTS = {
    **{(operation, Kind.NUMBER, Kind.NUMBER): Kind.NUMBER for operation in _SIGNS},
    ("Add", Kind.TEXT, Kind.TEXT): Kind.TEXT,
    ("Sub", Kind.DATE, Kind.DATE): Kind.NUMBER,
    ("Add", Kind.DATE, Kind.NUMBER): Kind.DATE,
    ("Add", Kind.NUMBER, Kind.DATE): Kind.DATE,
    ("Sub", Kind.DATE, Kind.NUMBER): Kind.DATE,
}


def _known(kind: Kind, other: Kind) -> Kind:
    return other if kind is Kind.ANY else kind


def as_kind(value: Any, kind: Kind, shown: str) -> Any:
    """Return a constant as it compares with values of a kind; ISO text becomes a date."""
    if value is None or kind is Kind.ANY:
        return value
    if kind is Kind.DATE and isinstance(value, str):
        day = as_day(value)
        if day is None:
            raise RuleError("RULE_TYPE", f"{shown} is no date; write YYYY-MM-DD")
        return day
    if kind is Kind.DATE and isinstance(value, pd.Timestamp):
        return value
    fits: dict[Kind, type] = {Kind.TEXT: str, Kind.NUMBER: float, Kind.TRUTH: bool, Kind.DATE: pd.Timestamp}
    if not isinstance(value, fits[kind]):
        hint = f'; write "{value:g}"' if kind is Kind.TEXT and isinstance(value, float) else ""
        raise RuleError("RULE_TYPE", f"{shown} does not compare with {kind}{hint}")
    return value


def as_day(text: str) -> pd.Timestamp | None:
    """Return the day that a text in the form YYYY-MM-DD names, or None: no other text is a date in a rule."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d") if len(text) == 10 else None
    except ValueError:
        return None
    return pd.Timestamp(day) if day else None


def constants(items: ast.List | ast.Tuple, node_of: Callable[[ast.expr], Node]) -> tuple[Any, ...]:
    """Return the members of a list of constants."""
    nodes = [node_of(item) for item in items.elts]
    if not all(node.is_constant for node in nodes):
        raise RuleError("RULE_ARGUMENT", "a list holds constants only")
    return tuple(node.constant for node in nodes)


def common_kind(nodes: list[Node], what: str) -> Kind:
    """Return the kind that nodes share; a missing constant goes with any."""
    kinds = {node.kind for node in nodes} - {Kind.ANY}
    if len(kinds) > 1:
        raise RuleError("RULE_TYPE", f"{what} are of different kinds: {', '.join(sorted(kinds))}")
    return kinds.pop() if kinds else Kind.ANY


def unknown_method(name: str, special: set[str]) -> RuleError:
    """Return the error for a call of a method that does not exist."""
    return RuleError("RULE_METHOD", f"unknown method {name}{nearest(name, {*CATALOGUE, *special})}")
