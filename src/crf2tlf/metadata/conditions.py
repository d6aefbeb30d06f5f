"""Conditions of analyses as where clauses, where they are simple enough; else as their text."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crf2tlf.metadata.model import Comparator, Comparison, WhereClause
from crf2tlf.metadata.parts import is_shown
from crf2tlf.metadata.references import tree_of
from crf2tlf.metadata.words import constant
from crf2tlf.rules.parse import conjuncts, dotted
from crf2tlf.spec import Study
from crf2tlf.spec.model import Rule

_COMPARATORS: dict[type[ast.cmpop], Comparator] = {
    ast.Eq: "EQ",
    ast.NotEq: "NE",
    ast.Lt: "LT",
    ast.LtE: "LE",
    ast.Gt: "GT",
    ast.GtE: "GE",
    ast.In: "IN",
    ast.NotIn: "NOTIN",
}


@dataclass(frozen=True)
class Condition:
    """A condition on the records of a dataset: as a where clause, or as its text where it is none."""

    where: WhereClause = ()
    selection: str = ""


def condition(study: Study, dataset: str, rules: Iterable[Rule | None]) -> Condition:
    """Return conditions that all hold, on records of an analysis dataset.

    They are a where clause if every part compares a variable with constants; otherwise their text.
    """
    given = [rule for rule in rules if rule is not None]
    trees = [tree for rule in given if (tree := tree_of(rule)) is not None]
    if len(trees) < len(given):
        return Condition((), " and ".join(" ".join(rule.text.split()) for rule in given))
    return condition_of(study, dataset, trees)


def condition_of(study: Study, dataset: str, trees: list[ast.expr]) -> Condition:
    """Return conditions that are syntax trees; see :func:`condition`."""
    parts = [part for tree in trees for part in conjuncts(tree)]
    found = [comparison(study, dataset, part) for part in parts]
    if all(found):
        return Condition(tuple(part for part in found if part is not None))
    texts = [f"({ast.unparse(tree)})" if isinstance(tree, ast.BoolOp) else ast.unparse(tree) for tree in parts]
    return Condition((), " and ".join(texts))


def comparison(study: Study, dataset: str, tree: ast.expr) -> Comparison | None:
    """Return a comparison of a variable of an analysis dataset with constants, or None for anything else."""
    match tree:
        case ast.Compare(left=ast.Name() | ast.Attribute() as left, ops=[operation], comparators=[right]):
            name = dotted(left)
            values = list(_constants(study, right))
            comparator = _COMPARATORS.get(type(operation))
            if name is None or len(name) > 2 or comparator is None or not values:
                return None
            owner = name[0] if len(name) == 2 else dataset
            if owner not in study.adam or not is_shown(study.adam[owner], name[-1]):
                return None
            texts = tuple(value for value in values if value is not None)
            return Comparison(owner, name[-1], comparator, texts) if len(texts) == len(values) else None
    return None


def _constants(study: Study, tree: ast.expr) -> Iterator[str | None]:
    """Yield the constants on the right of a comparison as texts; None for anything else."""
    if isinstance(tree, (ast.List, ast.Tuple)):
        for item in tree.elts:
            yield from _constants(study, item)
    elif isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        yield from (f"-{value}" if value else None for value in _constants(study, tree.operand))
    else:
        name = dotted(tree)
        value = tree.value if isinstance(tree, ast.Constant) else None
        if name is not None and len(name) == 2 and name[0] == "study":
            value = study.constants.get(name[1])
        yield value if isinstance(value, str) else constant(value) if isinstance(value, (int, float)) else None
