"""Rules in words: what the method of a derived variable says to a reader who does not know the rule language."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping

from crf2tlf.build.metadata import variable_names
from crf2tlf.metadata.parts import Part
from crf2tlf.metadata.references import Reference, resolve
from crf2tlf.methods import CATALOGUE, Method
from crf2tlf.spec import Study

_SIGNS: dict[type[ast.AST], str] = {
    ast.Eq: "=",
    ast.NotEq: "is not",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "x",
    ast.Div: "/",
    ast.In: "is one of",
    ast.NotIn: "is none of",
}
_SHAPE = ("by", "order", "where", "expect")
"""Arguments that say which records a call sees, and not what it does with them."""
_MANY = 3
"""Arguments from which on the order of columns says too little of what a method does with them."""
_OTHER_CALLS = {
    "interval": "the value of the interval that a date lies in: from its start on, before its end",
    "within": "the value of the range that a number lies in, both ends included",
    "decode": "what a term means by its codelist",
}
_SAID = ("lookup", "exists")
"""Methods that the words about a call say themselves, so that nothing need be explained."""
_OF = {"the subject's record": " for the subject", "the one record": "", "the record": ""}
_SOURCE_FACTS = {
    "source_dataset": "the name of the dataset that the record was made from",
    "source_variable": "the name of the variable there that the value was made from",
    "source_sequence": "the sequence number of the record that this one was made from",
}
"""What the compiler itself knows beside the catalogue."""


class Words:
    """Writes the expressions of a part's rule in words; those of a condition on the row source see only its columns."""

    def __init__(self, study: Study, part: Part, *, of_source: bool = False) -> None:
        self.study = study
        self.part = part
        self.of_source = of_source

    def expression(self, tree: ast.expr) -> str:
        """Return an expression in words."""
        match tree:
            case ast.Constant(value=value):
                return constant(value)
            case ast.Name() | ast.Attribute():
                return self.name(tree)
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return ", ".join(self.expression(item) for item in items)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return f"not ({self.expression(operand)})"
            case ast.UnaryOp(operand=operand):
                return f"-{self.expression(operand)}"
            case ast.BoolOp(op=operation, values=values):
                word = " and " if isinstance(operation, ast.And) else " or "
                return word.join(self._operand(value, ast.BoolOp) for value in values)
            case ast.BinOp(left=left, op=operation, right=right):
                sides = (self._operand(left, ast.BinOp), self._operand(right, ast.BinOp))
                return f"{sides[0]} {_SIGNS[type(operation)]} {sides[1]}"
            case ast.Compare():
                return self._comparison(tree)
            case ast.IfExp():
                return self._choice(tree)
            case ast.Call(func=ast.Name(id=name)):
                return self._call(name, tree)
        return ast.unparse(tree)

    def name(self, tree: ast.expr) -> str:
        """Return a name as people know it: variables of other datasets in full, columns of forms with their form."""
        found = resolve(self.study, self.part, tree, of_source=self.of_source)
        if found is None:
            return ast.unparse(tree)
        if found.where == "constant":
            return f"{constant(self.study.constants.get(found.variable))} ({found.variable})"
        return reference(found)

    def _operand(self, tree: ast.expr, same: type[ast.expr]) -> str:
        bare = not isinstance(tree, (ast.BoolOp, ast.BinOp, ast.IfExp)) or (same is ast.BoolOp and _is_and(tree))
        return self.expression(tree) if bare and not self._has_tail(tree) else f"({self.expression(tree)})"

    def _comparison(self, tree: ast.Compare) -> str:
        parts, left = [], tree.left
        for operation, right in zip(tree.ops, tree.comparators, strict=True):
            one = self._operand(left, ast.Compare)
            if isinstance(operation, (ast.Is, ast.IsNot)):
                parts.append(f"{one} is {'missing' if isinstance(operation, ast.Is) else 'present'}")
            else:
                parts.append(f"{one} {_SIGNS[type(operation)]} {self._operand(right, ast.Compare)}")
            left = right
        return " and ".join(parts)

    def _choice(self, tree: ast.IfExp) -> str:
        test, then = self.expression(tree.test), self.expression(tree.body)
        if isinstance(tree.orelse, ast.Constant) and tree.orelse.value is None:
            return f"{then} if {test}"
        other = self.expression(tree.orelse)
        return f"{then} if {test}, otherwise {other}"

    def _call(self, name: str, tree: ast.Call) -> str:
        if name in _SOURCE_FACTS:
            return _SOURCE_FACTS[name]
        options = [k for k in tree.keywords if k.arg not in _SHAPE]
        alone = len(tree.args) + len(options) == 1
        given = [self._argument(argument, alone=alone) for argument in tree.args]
        given += [f"{option.arg}={self._argument(option.value)}" for option in options]
        entry = CATALOGUE.get(name)
        if entry is None or entry.shape == "columns":
            given += _defaults(entry, tree) if entry else []
            return f"{name}({', '.join(given)})"
        seen = list(self._records(entry, tree, _shape(tree)))
        return " ".join([*_opening(name, given, seen), *seen])

    def _argument(self, tree: ast.expr, *, alone: bool = False) -> str:
        bracketed = isinstance(tree, (ast.List, ast.Tuple)) or (not alone and self._has_tail(tree))
        return f"({self.expression(tree)})" if bracketed else self.expression(tree)

    def _has_tail(self, tree: ast.expr) -> bool:
        """Whether words about records follow a call, so that one cannot see where it ends."""
        if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Name):
            return False
        entry = CATALOGUE.get(tree.func.id)
        return entry is not None and entry.shape != "columns" and any(self._records(entry, tree, _shape(tree)))

    def _records(self, entry: Method, tree: ast.Call, shape: Mapping[str, ast.expr]) -> Iterator[str]:
        """Yield which records an aggregate or a window looks at, and in which order."""
        by = self.expression(shape["by"]) if "by" in shape else ""
        joined = [found for found in self._named(tree.args) if found.where in ("lookup", "records")]
        if entry.shape == "window":
            yield f"within {by or 'USUBJID'}"
        elif by and by != "USUBJID":
            yield f"over records with the same {by}"
        elif joined and (("by" in shape and not by) or not any(map(self._has_subjects, joined))):
            yield "over all records"
        elif joined:
            yield "over the subject's records"
        if "where" in shape:
            yield f"where {self.expression(shape['where'])}"
        if "order" in shape:
            order = self.expression(shape["order"])
            yield f"in the order of {order}" if order else "in the order in which they are read"
        elif entry.shape == "window" or entry.name in ("first", "last"):
            yield f"in the order of {', '.join(self.part.spec.keys)}"

    def _has_subjects(self, found: Reference) -> bool:
        """Whether a table is about subjects: design tables and trial design datasets are not."""
        spec = self.study.datasets.get(found.table)
        return not found.is_design and (spec is None or "USUBJID" in variable_names(spec))

    def _named(self, trees: Iterable[ast.expr]) -> Iterator[Reference]:
        for tree in trees:
            for node in ast.walk(tree):
                found = resolve(self.study, self.part, node) if isinstance(node, (ast.Name, ast.Attribute)) else None
                if found is not None:
                    yield found


def _shape(tree: ast.Call) -> dict[str, ast.expr]:
    return {k.arg or "": k.value for k in tree.keywords if k.arg in _SHAPE}


def _opening(name: str, given: list[str], seen: list[str]) -> list[str]:
    """Return how words about a call begin; ``seen`` are those about its records, of which the first may change."""
    if name not in _SAID or len(given) != 1:
        return [f"{name}({', '.join(given)})"]
    if seen and seen[0].startswith("over "):
        first = seen.pop(0)
        whose = {"over the subject's records": "the subject's record", "over all records": "the one record"}
        record = whose.get(first) or first.replace("over records", "the record")
    else:
        record = "the record"
    if name == "lookup":
        return [f"{given[0]} of {record}"]
    return [f"there is a record in {given[0]}{_OF[record] if record in _OF else record.removeprefix('the record')}"]


def _defaults(entry: Method, tree: ast.Call) -> list[str]:
    """Return the options that a call leaves out and that count without, as a call that gives them has them."""
    named = {keyword.arg for keyword in tree.keywords}
    signature = list(inspect.signature(entry.function).parameters.values())[len(tree.args) :]
    left = [p for p in signature if p.name.rstrip("_") not in named and isinstance(p.default, (bool, str))]
    shown = {p: constant(p.default) for p in left if p.default}
    return [f"{p.name.rstrip('_')}={text.lower() if p.default is True else text}" for p, text in shown.items()]


def reference(found: Reference) -> str:
    """Return a name as people know it."""
    if found.where == "own" or not found.table:
        return found.variable
    if found.form:
        return f"{found.variable} of form {found.form}" if found.variable else f"form {found.form}"
    return str(found).removeprefix("study.")


def constant(value: object) -> str:
    """Return a constant as a text: texts in quotes, None as missing."""
    if value is None:
        return "missing"
    if isinstance(value, str):
        return f'"{value}"'
    return f"{value:g}" if isinstance(value, float) else str(value)


def calls_in(tree: ast.expr) -> dict[str, set[str]]:
    """Return the methods that an expression calls, in the order they stand there, with the options that it gives."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    calls.sort(key=lambda call: (call.lineno, call.col_offset))
    found: dict[str, set[str]] = {}
    for call in calls:
        if isinstance(call.func, ast.Name):
            found.setdefault(call.func.id, set()).update(keyword.arg or "" for keyword in call.keywords)
    return found


def explained(calls: Mapping[str, set[str]]) -> list[str]:
    """Return for each method what the catalogue says of it: what it is, and what the options mean that matter."""
    found = []
    for name, options in calls.items():
        if name in _SAID:
            continue
        entry = CATALOGUE.get(name)
        text = " ".join([entry.summary, *_on_options(entry, options)]) if entry else _OTHER_CALLS.get(name, "")
        if text:
            found.append(f"{name}: {text.replace('``', '').removeprefix('Return ').rstrip('.')}.")
    return found


def _on_options(entry: Method, given: set[str]) -> list[str]:
    """Return the sentences of a method's documentation that a reader needs beside its summary.

    For a method with numbered steps or many arguments these are all; else those about the options that are given, or
    that count without. Findings, errors and sources are no matter of how values are made.
    """
    body = [" ".join(part.split()) for part in (inspect.getdoc(entry.function) or "").split("\n\n")[1:]]
    text = " ".join(part for part in body if not part.startswith("Example"))
    sentences = [s for s in re.split(r"(?<=[.])\s+(?=[A-Z`\"])", text) if not re.match("Raises|Source", s)]
    sentences = [s for s in sentences if " finding " not in s and s]
    columns = [p for p in entry.parameters if p.kind is not None and p.required]
    if len(columns) >= _MANY or any(part.startswith("1. ") for part in body):
        return sentences
    signature = inspect.signature(entry.function).parameters
    usual = {name.rstrip("_") for name, p in signature.items() if p.default not in (p.empty, None, "", ())}
    needed = {p.name for p in entry.parameters if p.required and p.kind is None}
    names = {p.name for p in entry.parameters if not p.required} & (given | usual) | needed
    return [s for s in sentences if any(f"``{name}" in s for name in names)]


def _is_and(tree: ast.expr) -> bool:
    return isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And)
