"""What the names in a rule stand for: variables, columns of forms, design tables, constants."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from crf2tlf.build.metadata import variable_names
from crf2tlf.metadata.parts import Part
from crf2tlf.rules.parse import RuleError, dotted, parse
from crf2tlf.spec import Study
from crf2tlf.spec.form import FORM_COLUMNS
from crf2tlf.spec.model import Rule

Where = Literal["own", "source", "lookup", "records", "constant", "unknown"]


@dataclass(frozen=True)
class Reference:
    """A name in a rule.

    ``where``: a variable of the record itself (own), a column of its row source (source), of the subject's record
    elsewhere (lookup), a whole table (records), or a constant of the study. ``table`` is ``raw.ae``, ``study.arms``, or
    a dataset, stages under the dataset's own name. ``added`` tells a column that a record method adds to the source.
    """

    where: Where
    table: str
    variable: str
    added: bool = False

    @property
    def form(self) -> str | None:
        """The form, where it is a column of one."""
        return self.table.removeprefix("raw.") if self.table.startswith("raw.") else None

    @property
    def is_design(self) -> bool:
        """Whether it is a column of a design table."""
        return self.table.startswith("study.")

    def __str__(self) -> str:
        return f"{self.table}.{self.variable}" if self.table and self.variable else self.variable or self.table


def resolve(study: Study, part: Part, tree: ast.expr, *, of_source: bool = False) -> Reference | None:
    """Return what a name in a part's rule stands for; None for an expression that is no name.

    ``of_source``: the rule chooses records of the row source, and sees only its columns.
    """
    parts = dotted(tree)
    if parts is None:
        return None
    if len(parts) == 1:
        return _bare(study, part, parts[0], of_source=of_source)
    if parts[0] == "source" and len(parts) == 2:
        return _source(part, parts[1])
    if parts[0] == "study" and len(parts) == 2 and parts[1] not in study.spec.tables:
        return Reference("constant", "", parts[1])
    if parts[0] in ("raw", "study"):
        table = ".".join(parts[:2])
        return Reference("lookup" if len(parts) > 2 else "records", table, parts[2] if len(parts) > 2 else "")
    return Reference("lookup", parts[0], parts[-1])


def _bare(study: Study, part: Part, name: str, *, of_source: bool) -> Reference:
    if not of_source and name != part.variable and name in variable_names(part.spec):
        return Reference("own", part.spec.dataset, name)
    if part.source is not None and (name in part.source.added or _has_column(study, part.source.table, name)):
        return _source(part, name)
    if name in study.datasets:
        return Reference("records", name, "")
    return Reference("unknown", "", name)


def _source(part: Part, name: str) -> Reference:
    if part.source is None:
        return Reference("unknown", "", name)
    return Reference("source", part.source_table, name, added=name in part.source.added)


def _has_column(study: Study, table: str, name: str) -> bool:
    kind, _, rest = table.partition(".")
    if rest and kind == "raw":
        return name in study.forms[rest].columns or name in FORM_COLUMNS
    if rest:
        return any(name in record.cells for record in study.spec.tables[rest])
    return name in variable_names(study.datasets[table.split("@")[0]])


@lru_cache(maxsize=8192)
def tree_of(rule: Rule) -> ast.expr | None:
    """Return a rule's syntax tree; None where the rule cannot be read (which is a finding elsewhere)."""
    try:
        return parse(rule)
    except RuleError:
        return None


def references(study: Study, part: Part, tree: ast.expr) -> Iterator[Reference]:
    """Yield what every name in an expression stands for."""
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        found = resolve(study, part, node) if isinstance(node, (ast.Name, ast.Attribute)) else None
        if found is not None:
            yield found
        elif isinstance(node, ast.Call):  # the name of a method is none of these
            pending += [*node.args, *(keyword.value for keyword in node.keywords)]
        else:
            pending += ast.iter_child_nodes(node)
