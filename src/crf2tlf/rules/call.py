"""Calls of catalogue methods on the columns of the current records; other shapes are passed on."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from crf2tlf.findings import nearest
from crf2tlf.methods import CATALOGUE, Kind, Method
from crf2tlf.methods.catalogue import Parameter
from crf2tlf.rules.columns import Value, column, missing
from crf2tlf.rules.node import Node, constant_node, needs_of, source_bound
from crf2tlf.rules.parse import RuleError
from crf2tlf.rules.scope import AnyScope, Scope, reporting
from crf2tlf.spec.validation import in_words

if TYPE_CHECKING:
    from crf2tlf.rules.compile import Compiler

SOURCE_FACTS = {"source_dataset": 0, "source_variable": 1, "source_sequence": 0}
RAW_DATES = "iso8601"
"""The method that takes its formats from the form when its argument is a form's column."""


def compile_call(compiler: Compiler, tree: ast.Call) -> Node:
    """Compile a call. Raises ``RuleError`` for unknown methods and wrong arguments."""
    from crf2tlf.rules import (
        aggregate,
        interval,
        terminology,
        window,
    )  # they compile their arguments with this module's binding
    from crf2tlf.rules.compile import unknown_method

    name = tree.func.id  # type: ignore[attr-defined]
    if name in SOURCE_FACTS:
        return _source_fact(compiler, name, tree)
    if name == "interval":
        return interval.compile_interval(compiler, tree)
    if name == "within":
        return interval.compile_within(compiler, tree)
    if name == "decode":
        return terminology.compile_decode(compiler, tree)
    if name == "nci_code":
        return terminology.compile_nci_code(compiler, tree)
    if name not in CATALOGUE:
        raise unknown_method(name, {*SOURCE_FACTS, "interval", "within", "decode", "nci_code", "desc"})
    entry = CATALOGUE[name]
    if entry.shape == "columns":
        return _compile_columns(compiler, entry, tree)
    if compiler.joined:
        raise RuleError("RULE_ARGUMENT", f"{name} cannot stand inside another aggregate's arguments")
    if entry.shape == "window":
        return window.compile_window(compiler, entry, tree)
    return aggregate.compile_aggregate(compiler, entry, tree)


def _source_fact(compiler: Compiler, name: str, tree: ast.Call) -> Node:
    nodes = [compiler.node(argument) for argument in tree.args]
    if len(nodes) != SOURCE_FACTS[name] or tree.keywords or not all(isinstance(n.constant, str) for n in nodes):
        takes = "one variable's name in quotes" if SOURCE_FACTS[name] else "no arguments"
        raise RuleError("RULE_ARGUMENT", f"{name} takes {takes}")
    return compiler.names.source_fact(name, nodes[0].constant if nodes else None)


@dataclass(frozen=True)
class Bound:
    """Arguments of a call in the order of the method's parameters: columns, repeated columns, and options."""

    columns: tuple[tuple[Parameter, Node | None], ...]
    repeated: tuple[Node, ...]
    options: dict[str, Any]

    @property
    def nodes(self) -> list[Node]:
        """All arguments that are columns."""
        return [node for _, node in self.columns if node is not None] + list(self.repeated)

    def formats(self, entry: Method) -> tuple[str, ...]:
        """Return the date formats of the result: those of its argument, where the result is one of its values."""
        taken = [node for p, node in self.columns if node is not None and p.kind is Kind.ANY][:1]
        return taken[0].formats if entry.result is Kind.ANY and taken else ()

    def result_kind(self, entry: Method) -> Kind:
        """Return the kind of the method's result for these arguments."""
        from crf2tlf.rules.compile import common_kind

        if entry.result is not Kind.ANY:
            return entry.result
        kinds = [n for p, n in self.columns if n is not None and p.kind is Kind.ANY][:1]
        return common_kind([*kinds, *self.repeated], f"the arguments of {entry.name}")


def bind(entry: Method, tree: ast.Call, node_of: Callable[[ast.expr], Node], reserved: set[str]) -> Bound:
    """Match a call's arguments with the method's parameters and check their kinds.

    ``reserved`` keywords (by, order, where, expect) belong to the shape, not to the method. Raises ``RuleError``.
    """
    given = {k.arg or "": k.value for k in tree.keywords if k.arg not in reserved}
    _no_unknown(entry, given, reserved)
    parameters = [p for p in entry.parameters if not p.keyword_only and not p.repeated]
    repeated_parameter = next((p for p in entry.parameters if p.repeated), None)
    positional = dict(zip(parameters, tree.args, strict=False))
    surplus = tree.args[len(parameters) :]
    if surplus and repeated_parameter is None:
        raise RuleError("RULE_ARGUMENT", f"{entry.signature} takes {len(parameters)} arguments, not {len(tree.args)}")
    bound_columns, options = [], {}
    for p in (p for p in entry.parameters if not p.repeated):
        argument = positional.get(p, given.get(p.name))
        if p in positional and p.name in given:
            raise RuleError("RULE_ARGUMENT", f"{entry.name} gets {p.name} twice")
        if argument is None and p.required and not (p.name == "formats" and entry.name == RAW_DATES):
            raise RuleError("RULE_ARGUMENT", f"{entry.signature} needs {p.name}")
        if p.kind is not None:
            node = node_of(argument) if argument is not None else None
            bound_columns.append((p, _checked(entry, p, node, argument)))
        elif argument is not None:
            options[p.name] = _option(entry, p, argument, node_of)
    repeated = []
    for argument in surplus if repeated_parameter else []:
        repeated.append(_checked(entry, repeated_parameter, node_of(argument), argument))  # type: ignore[arg-type]
    if repeated_parameter is not None and not repeated:
        raise RuleError("RULE_ARGUMENT", f"{entry.signature} needs at least one argument")
    return Bound(tuple(bound_columns), tuple(n for n in repeated if n is not None), options)


def _no_unknown(entry: Method, given: dict[str, ast.expr], reserved: set[str]) -> None:
    known = {p.name for p in entry.parameters if not p.repeated} | reserved
    for name in given:
        if name not in known:
            raise RuleError("RULE_ARGUMENT", f"{entry.signature} takes no {name}{nearest(name, known)}")


def _checked(entry: Method, parameter: Parameter, node: Node | None, tree: ast.expr | None) -> Node | None:
    if node is None or tree is None:
        return None
    wanted = parameter.kind
    if node.constant is None and not parameter.required:
        return None
    if wanted not in (Kind.ANY, node.kind) and node.kind is not Kind.ANY:
        raise RuleError(
            "RULE_TYPE", f"{entry.name}: {parameter.name} takes {wanted}, {ast.unparse(tree)} is {node.kind}"
        )
    return node


def _option(entry: Method, parameter: Parameter, tree: ast.expr, node_of: Callable[[ast.expr], Node]) -> Any:
    from crf2tlf.rules.compile import constants

    if isinstance(tree, (ast.List, ast.Tuple)):
        value: Any = constants(tree, node_of)
    else:
        node = node_of(tree)
        if not node.is_constant:
            raise RuleError("RULE_ARGUMENT", f"{entry.name}: {parameter.name} takes a constant, not a column")
        value = node.constant
    try:
        return TypeAdapter(parameter.annotation).validate_python(value)
    except ValidationError as error:
        problem = in_words(error.errors(include_url=False)[0])
        raise RuleError("RULE_ARGUMENT", f"{entry.name}: {parameter.name}: {problem}") from None


def _compile_columns(compiler: Compiler, entry: Method, tree: ast.Call) -> Node:
    bound = bind(entry, tree, compiler.node, set())
    kind = bound.result_kind(entry)
    silent = False
    if entry.name == RAW_DATES and "formats" not in bound.options:
        first = bound.columns[0][1]
        if first is None or not first.formats:
            raise RuleError("RULE_ARGUMENT", f"{entry.name} needs formats=[…]: its argument has none in a form spec")
        bound.options["formats"] = first.formats
        silent = True  # the form's reader has checked every date of the column and reported it once
    _try_out(entry, bound)
    if all(node.is_constant for node in bound.nodes) and not entry.reports:
        return _fold(entry, bound, kind)

    def evaluate(scope: AnyScope) -> Value:
        report = _ignore if silent else reporting(scope)
        return invoke(entry, bound, scope, {"report": report} if entry.reports else {})

    return Node(kind, evaluate, needs_of(bound.nodes), source_bound(bound.nodes))


def _ignore(*_arguments: Any, **_options: Any) -> None:
    """Report nothing."""


def invoke(entry: Method, bound: Bound, scope: AnyScope, injected: dict[str, Any]) -> Value:
    """Call a method with its arguments worked out on a scope.

    Raises ``RuleError`` (``RULE_ARGUMENT``) where the method refuses an option or a value.
    """
    positional = {p.name: _argument(p, node, scope) for p, node in bound.columns if node is not None}
    kind = bound.result_kind(entry)
    repeated = [column(n.evaluate(scope), kind if n.kind is Kind.ANY else n.kind, scope.size) for n in bound.repeated]
    named = {_python_name(entry, name): value for name, value in {**positional, **bound.options}.items()}
    try:
        result: Value = entry.function(*repeated, **named, **injected)
    except ValueError as error:
        raise _refusal(entry, error) from error
    return result


def _refusal(entry: Method, error: ValueError) -> RuleError:
    message = str(error)
    return RuleError("RULE_ARGUMENT", message if message.startswith(entry.name) else f"{entry.name}: {message}")


def _python_name(entry: Method, name: str) -> str:
    names = inspect.unwrap(entry.function).__code__.co_varnames
    return name if name in names else name + "_"


def _argument(parameter: Parameter, node: Node, scope: AnyScope) -> Value:
    kind = node.kind
    if kind is Kind.ANY and parameter.kind is not None:
        kind = parameter.kind
    return column(node.evaluate(scope), kind, scope.size)


def _try_out(entry: Method, bound: Bound) -> None:
    """Call a method on no records, so that options it refuses are found where the rule is compiled."""
    kind = bound.result_kind(entry)
    given = {p.name: missing(n.kind if n.kind is not Kind.ANY else p.kind or kind, 0) for p, n in bound.columns if n}
    repeated = [missing(kind if n.kind is Kind.ANY else n.kind, 0) for n in bound.repeated]
    named = {_python_name(entry, name): value for name, value in {**given, **bound.options}.items()}
    try:
        entry.function(*repeated, **named, **({"report": _ignore} if entry.reports else {}))
    except ValueError as error:
        raise _refusal(entry, error) from None


def _fold(entry: Method, bound: Bound, kind: Kind) -> Node:
    """Work out a call whose arguments are all constants: once, as a constant of its own."""
    nobody: Any = None
    one = Scope(1, own=nobody, source=nobody, tables={}, reporter=_ignore)
    result = column(invoke(entry, bound, one, {}), kind, 1)
    value = result.iloc[0]
    missing = bool(result.isna().iloc[0])
    node = constant_node(None if missing else value)
    return Node(kind, node.evaluate, constant=node.constant)
