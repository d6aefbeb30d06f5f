"""What a codelist says of values: their decodes (``decode``) and their NCI codes (``nci_code``)."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crf2tlf.methods import Kind
from crf2tlf.methods.columns import texts
from crf2tlf.methods.text import text
from crf2tlf.rules.columns import Value, column, take
from crf2tlf.rules.node import Node
from crf2tlf.rules.parse import RuleError
from crf2tlf.rules.scope import AnyScope, reporting

if TYPE_CHECKING:
    from crf2tlf.rules.compile import Compiler


def compile_decode(compiler: Compiler, tree: ast.Call) -> Node:
    """Compile ``decode(VSTESTCD, "VSTESTCD")``: what the codelist says a value means.

    A value that the codelist lacks is a ``CODELIST_VALUE`` finding and has no decode. Raises ``RuleError``.
    """
    nodes = [compiler.node(argument) for argument in tree.args]
    if len(nodes) != 2 or tree.keywords or not isinstance(nodes[1].constant, str):
        raise RuleError("RULE_ARGUMENT", "decode takes a value and a codelist's name in quotes")
    node, name = _text(nodes[0], tree, "decode"), nodes[1].constant
    decodes = compiler.names.decodes(name)

    def evaluate(scope: AnyScope) -> Value:
        values = column(node.evaluate(scope), Kind.TEXT, scope.size)
        numbers, uniques = pd.factorize(values)
        unknown = np.array([*(value not in decodes for value in uniques), False], dtype=bool)[numbers]
        reporting(scope)(
            unknown, "CODELIST_VALUE", f"{{value}} has no decode: it is not in the codelist {name}", values
        )
        pool = pd.Series([*(decodes.get(value) for value in uniques), None], dtype="str")
        return take(pool, np.where(numbers < 0, len(uniques), numbers))

    return Node(Kind.TEXT, evaluate, node.needs, node.per_source)


def compile_nci_code(compiler: Compiler, tree: ast.Call) -> Node:
    """Compile ``nci_code(SEX, "SEX")``, or ``nci_code(TSVAL)`` with the codelist that TSVAL has by its spec.

    A value that is not among the CDISC terms of the codelist has no code; that is for the codelist's own check to
    report. Raises ``RuleError``.
    """
    if tree.keywords or len(tree.args) not in (1, 2):
        raise RuleError(
            "RULE_ARGUMENT",
            "nci_code takes a value, and a codelist's name in quotes unless the value is a variable with a codelist",
        )
    node = _text(compiler.node(tree.args[0]), tree, "nci_code")
    chooser: Node | None = None
    cases: dict[str | None, Mapping[str, str]]
    if len(tree.args) == 2:
        name = compiler.node(tree.args[1]).constant
        if not isinstance(name, str):
            raise RuleError("RULE_ARGUMENT", "nci_code takes a codelist's name in quotes")
        cases = {None: compiler.names.nci_codes(name)}
    else:
        by, lists = _codelists(compiler, tree.args[0])
        chooser = compiler.node(ast.Name(by, ast.Load())) if by else None
        cases = {case: compiler.names.nci_codes(name) for case, name in lists.items()}
    nodes = [node, *([chooser] if chooser else [])]

    def evaluate(scope: AnyScope) -> Value:
        values = column(node.evaluate(scope), Kind.TEXT, scope.size)
        if chooser is None:
            return _coded(values, cases[None])
        chosen = text(column(chooser.evaluate(scope), chooser.kind, scope.size))
        found = texts([None] * len(values), values.index)
        for case, codes in cases.items():
            found = found.mask((chosen == case).fillna(False).astype(bool), _coded(values, codes))
        return found

    needs = frozenset().union(*(n.needs for n in nodes))
    return Node(Kind.TEXT, evaluate, needs, any(n.per_source for n in nodes))


def _text(node: Node, tree: ast.Call, method: str) -> Node:
    if node.kind not in (Kind.TEXT, Kind.ANY):
        raise RuleError("RULE_TYPE", f"{method} takes text, {ast.unparse(tree.args[0])} is {node.kind}")
    return node


def _codelists(compiler: Compiler, tree: ast.expr) -> tuple[str | None, Mapping[str | None, str]]:
    shown = ast.unparse(tree)
    found = compiler.names.codelists(tree.id) if isinstance(tree, ast.Name) else None
    if not found or not found[1]:
        raise RuleError("RULE_ARGUMENT", f"nci_code: {shown} has no codelist; name one in quotes after it")
    return found


def _coded(values: pd.Series, codes: Mapping[str, str]) -> pd.Series:
    return texts(values.map(codes), values.index)
