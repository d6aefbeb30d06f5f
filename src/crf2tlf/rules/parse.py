"""From the text of a rule to a syntax tree of the allowed kinds of nodes; nothing is ever evaluated as Python."""

from __future__ import annotations

import ast
import math
import warnings

from crf2tlf.spec.model import Rule

MAXIMUM_LENGTH = 4000
MAXIMUM_DEPTH = 100

_ALLOWED: tuple[type[ast.AST], ...] = (
    *(ast.Name, ast.Attribute, ast.Constant, ast.Load, ast.List, ast.Tuple, ast.Call, ast.keyword, ast.IfExp),
    *(ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div),
    *(ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.Is, ast.IsNot),
)


class RuleError(Exception):
    """A mistake in a rule: the finding's code and message. Becomes a finding at the rule's place."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


def parse(rule: Rule) -> ast.expr:
    """Return the rule's syntax tree.

    Raises :class:`RuleError` (``RULE_SYNTAX``) for text that is no expression, and for Python that is not part of
    the rule language.
    """
    if len(rule.text) > MAXIMUM_LENGTH:
        raise RuleError("RULE_SYNTAX", f"the rule is longer than {MAXIMUM_LENGTH} characters")
    if not rule.text.strip():
        raise RuleError("RULE_SYNTAX", "the rule is empty")
    tree = _expression(rule)
    pending: list[tuple[ast.AST, int]] = [(tree, 1)]
    while pending:
        node, depth = pending.pop()
        if depth > MAXIMUM_DEPTH:
            raise RuleError("RULE_SYNTAX", "the rule is nested too deeply; make it several variables")
        pending += [(child, depth + 1) for child in ast.iter_child_nodes(node)]
    for part in ast.walk(tree):
        _check_node(part, rule)
    return tree


def _expression(rule: Rule) -> ast.expr:
    """Read the text as the one argument of a call, so that it may go over several lines and end in a comment."""
    try:
        with warnings.catch_warnings():  # "\d" in a pattern is no concern of Python's here
            warnings.simplefilter("ignore")
            whole = ast.parse(f"_({rule.text.strip()}\n)", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        problem = error.msg if isinstance(error, SyntaxError) else str(error)
        raise RuleError("RULE_SYNTAX", f"cannot read the rule {rule.text.strip()!r}: {problem}") from None
    match whole:
        case ast.Call(func=ast.Name(id="_", col_offset=0), args=[tree], keywords=[]):
            return tree
    raise RuleError("RULE_SYNTAX", f"the rule {rule.text.strip()!r} is not one expression")


def _check_node(node: ast.AST, rule: Rule) -> None:
    if not isinstance(node, _ALLOWED):
        what = ast.unparse(node) if isinstance(node, ast.expr) else type(node).__name__
        raise RuleError("RULE_SYNTAX", f"{what!r} is not part of the rule language, in {rule.text.strip()!r}")
    if isinstance(node, ast.Constant):
        _check_constant(node)
    if isinstance(node, ast.Call):
        _check_call(node)
    if isinstance(node, ast.Compare):
        _check_comparison(node)


def _check_constant(node: ast.Constant) -> None:
    if not isinstance(node.value, (str, int, float, type(None))):
        raise RuleError("RULE_SYNTAX", f"the constant {node.value!r} is not text, a number, True, False or None")
    if isinstance(node.value, str) and not node.value.isascii():
        try:
            node.value.encode("utf-8")
        except UnicodeEncodeError:
            raise RuleError("RULE_SYNTAX", f"the constant {node.value!r} has half characters") from None
    try:
        finite = not isinstance(node.value, (int, float)) or math.isfinite(node.value)
    except OverflowError:
        finite = False
    if not finite:
        raise RuleError("RULE_SYNTAX", "a number in the rule is too large")


def _check_call(node: ast.Call) -> None:
    if not isinstance(node.func, ast.Name):
        raise RuleError("RULE_SYNTAX", f"{ast.unparse(node.func)!r} cannot be called; methods have plain names")
    names = [k.arg for k in node.keywords]
    if None in names:
        raise RuleError("RULE_SYNTAX", "a call takes its arguments one by one, not by **")
    for name in names:
        if names.count(name) > 1:
            raise RuleError("RULE_SYNTAX", f"{node.func.id} gets {name} twice")


def _check_comparison(node: ast.Compare) -> None:
    for operator, right in zip(node.ops, node.comparators, strict=True):
        if isinstance(operator, (ast.Is, ast.IsNot)) and not (isinstance(right, ast.Constant) and right.value is None):
            raise RuleError("RULE_SYNTAX", "`is` compares with None only; use == for values")
        if isinstance(operator, (ast.In, ast.NotIn)) and not isinstance(right, (ast.List, ast.Tuple)):
            raise RuleError("RULE_SYNTAX", "`in` takes a list of constants: X in ['A', 'B']")


def dotted(node: ast.expr) -> tuple[str, ...] | None:
    """Return the parts of a name such as ``raw.ae.AETERM``, or None for anything else."""
    if isinstance(node, ast.Name):
        return (node.id,)
    if isinstance(node, ast.Attribute):
        inner = dotted(node.value)
        return (*inner, node.attr) if inner else None
    return None


def conjuncts(node: ast.expr) -> list[ast.expr]:
    """Split ``a and b and c`` into its parts."""
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        return [part for value in node.values for part in conjuncts(value)]
    return [node]
