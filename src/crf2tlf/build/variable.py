"""From a variable's spec to one compiled node: its rule, constant or cases, then its map and rounding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.findings import nearest
from crf2tlf.methods import CATALOGUE, Kind
from crf2tlf.rules import columns
from crf2tlf.rules.columns import Value, column
from crf2tlf.rules.compile import Compiler, as_day, common_kind, compile_rule
from crf2tlf.rules.node import Namespace, Node, constant_node, needs_of, source_bound
from crf2tlf.rules.parse import RuleError
from crf2tlf.rules.scope import Scope, reporting
from crf2tlf.spec.dataset import VariableSpec

Maps = Mapping[str, Mapping[str, str | None]]


def compile_variable(spec: VariableSpec, names: Namespace, expected: Kind | None, maps: Maps) -> Node:
    """Compile what a spec says of a variable's value. Raises ``RuleError``."""
    if spec.value is not None:
        return constant_of_kind(spec.value, expected)
    if spec.by is not None:
        node = _cases(spec, names)
    elif spec.rule is not None:
        node = compile_rule(spec.rule, names)
    else:
        raise RuleError("SPEC_MODEL", "the variable has no rule here, and this row source does not set it")
    if spec.map is not None:
        node = _mapped(spec, node, maps)
        if expected is Kind.NUMBER:
            node = _as_number(node)
    if spec.decimals is not None:
        node = _rounded(node, spec.decimals)
    return node


def constant_of_kind(value: str, kind: Kind | None) -> Node:
    """Return a constant written in a spec as the kind its variable takes. Raises ``RuleError``."""
    if kind is Kind.NUMBER:
        try:
            return constant_node(float(value))
        except ValueError:
            raise RuleError("RULE_TYPE", f"the constant {value!r} is not a number") from None
    if kind is Kind.DATE:
        day = as_day(value)
        if day is None:
            raise RuleError("RULE_TYPE", f"the constant {value!r} is not a date; write YYYY-MM-DD")
        return Node(Kind.DATE, lambda _scope: day, constant=day)
    return constant_node(str(value))


def _cases(spec: VariableSpec, names: Namespace) -> Node:
    assert spec.by is not None
    chooser = Compiler(names).column_node(names.bare(spec.by))
    if chooser.kind not in (Kind.TEXT, Kind.NUMBER):
        raise RuleError("RULE_TYPE", f"by takes a variable with text or numbers; {spec.by} is {chooser.kind}")
    cases = {value: compile_rule(rule, names) for value, rule in spec.cases.items()}
    other = compile_rule(spec.else_, names) if spec.else_ else constant_node(None)
    nodes = [chooser, *cases.values(), other]
    kind = common_kind([*cases.values(), other], "the cases")

    def evaluate(scope: Scope) -> Value:
        chosen = column(chooser.evaluate(scope), chooser.kind, scope.size)
        if chooser.kind is Kind.NUMBER:
            chosen = CATALOGUE["text"].function(chosen)
        parts, left = [], np.ones(scope.size, dtype=bool)
        for value, node in cases.items():
            at = np.flatnonzero((chosen == value).to_numpy(dtype=bool, na_value=False))
            left[at] = False
            part = scope.subset(at)
            parts.append((at, column(node.evaluate(part), kind, part.size)))
        rest = scope.subset(np.flatnonzero(left))
        parts.append((np.flatnonzero(left), column(other.evaluate(rest), kind, rest.size)))
        return columns.scatter(scope.size, kind, parts)

    return Node(kind, evaluate, needs_of(nodes), source_bound(nodes))


def _mapped(spec: VariableSpec, node: Node, maps: Maps) -> Node:
    if isinstance(spec.map, str):
        if spec.map not in maps:
            raise RuleError("SPEC_REFERENCE", f"there is no map {spec.map} in codelists.yaml{nearest(spec.map, maps)}")
        table: Mapping[str, str | None] = maps[spec.map]
        shown = f"the map {spec.map}"
    else:
        table, shown = spec.map or {}, "the map"
    folded = _folded(table, shown)
    if node.kind not in (Kind.TEXT, Kind.NUMBER, Kind.ANY):
        raise RuleError("RULE_TYPE", f"a map takes text or numbers, not {node.kind}")
    known = ", ".join(list(table)[:12])

    def evaluate(scope: Scope) -> Value:
        values = column(node.evaluate(scope), node.kind, scope.size)
        if node.kind is Kind.NUMBER:
            values = CATALOGUE["text"].function(values)
        result, unmapped = recode(values, folded)
        if spec.unmapped == "finding":
            message = f"{{value}} is not in {shown} ({known})"
            reporting(scope)(unmapped, "MAP_UNMAPPED", message, values)
        elif spec.unmapped == "keep":
            result = result.where(~unmapped, values)
        return result

    return Node(Kind.TEXT, evaluate, node.needs, node.per_source)


def _folded(table: Mapping[str, str | None], shown: str) -> dict[str, str | None]:
    """Return a map as it is looked up: without blanks at the ends and case. Raises ``RuleError`` for two meanings."""
    folded: dict[str, str | None] = {}
    for key, target in table.items():
        short = key.strip().casefold()
        if folded.get(short, target) != target:
            raise RuleError(
                "SPEC_MODEL", f"{shown} gives {key!r} two meanings: blanks at the ends and case do not count"
            )
        folded[short] = target
    return folded


def recode(
    values: pd.Series[Any], folded: Mapping[str, str | None]
) -> tuple[pd.Series[Any], np.ndarray[Any, np.dtype[np.bool_]]]:
    """Return the mapped values and which present values the map lacks."""
    numbers, uniques = pd.factorize(values)
    keys = [str(unique).strip().casefold() for unique in uniques]
    pool = pd.Series([*(folded.get(key) or None for key in keys), None], dtype="str")
    unmapped = np.array([*(key not in folded for key in keys), False], dtype=bool)[numbers]
    return columns.take(pool, np.where(numbers < 0, len(keys), numbers)), unmapped


def _as_number(node: Node) -> Node:
    entry = CATALOGUE["number"]

    def evaluate(scope: Scope) -> Value:
        values = column(node.evaluate(scope), Kind.TEXT, scope.size)
        result: Value = entry.function(values, report=reporting(scope))
        return result

    return Node(Kind.NUMBER, evaluate, node.needs, node.per_source)


def _rounded(node: Node, decimals: int) -> Node:
    if node.kind not in (Kind.NUMBER, Kind.ANY):
        raise RuleError("RULE_TYPE", f"decimals rounds numbers, not {node.kind}")

    def evaluate(scope: Scope) -> Value:
        result: Value = CATALOGUE["round"].function(
            column(node.evaluate(scope), Kind.NUMBER, scope.size), digits=decimals
        )
        return result

    return Node(Kind.NUMBER, evaluate, node.needs, node.per_source)
