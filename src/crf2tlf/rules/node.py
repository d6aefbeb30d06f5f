"""Compiled parts of a rule, and how names in a rule find their columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from crf2tlf.methods.catalogue import Kind
from crf2tlf.rules.columns import Constant, Value
from crf2tlf.rules.scope import Ref

NOT_CONSTANT: Any = object()


CURRENT = Ref("", "the current record")
"""Marks nodes of an aggregate that need the current record, so that records are paired before they are used."""

ALL_SUBJECTS = Ref("", "all subjects")
"""Marks nodes that look at records of other subjects than the current one, so that they need the whole study."""

MARKS = frozenset({CURRENT, ALL_SUBJECTS})


@dataclass(frozen=True)
class Node:
    """A compiled expression: its kind, how to work it out on a scope, and what it needs.

    ``per_source`` tells that it uses columns of the row source, so that it is worked out source by source.
    """

    kind: Kind
    evaluate: Callable[[Any], Value]
    needs: frozenset[Ref] = frozenset()
    per_source: bool = False
    constant: Any = NOT_CONSTANT
    formats: tuple[str, ...] = ()

    @property
    def is_constant(self) -> bool:
        """Whether the value is known without looking at any record."""
        return self.constant is not NOT_CONSTANT


def constant_node(value: Constant | tuple[Any, ...]) -> Node:
    """Return the node of a constant."""
    kind = Kind.ANY
    if isinstance(value, bool):
        kind = Kind.TRUTH
    elif isinstance(value, str):
        kind = Kind.TEXT
        value = value or None
    elif isinstance(value, (int, float)):
        kind, value = Kind.NUMBER, float(value)
    return Node(kind, lambda _scope: value, constant=value)  # type: ignore[return-value,arg-type]


@dataclass(frozen=True)
class Column:
    """A name found: what it refers to, where its values are, its kind, and the date formats of a form's column.

    ``needs`` are the variables behind a column that is no variable of its own.
    """

    ref: Ref
    where: Literal["own", "source", "other"]
    kind: Kind
    formats: tuple[str, ...] = ()
    needs: frozenset[Ref] | None = None


class Namespace(Protocol):
    """What names mean where a rule stands. Every lookup raises ``RuleError`` for a name that does not exist."""

    dataset: str
    default_order: tuple[str, ...]
    grouped: bool

    def bare(self, name: str) -> Column:
        """Find a name without qualifier."""

    def source(self, name: str) -> Column:
        """Find ``source.NAME``."""

    def table(self, parts: tuple[str, ...], /) -> str | None:
        """Return the table that leading parts of a dotted name mean, or None."""

    def tables(self) -> Iterable[str]:
        """Return the names of all tables."""

    def member(self, table: str, variable: str) -> Column:
        """Find a variable of a table."""

    def records(self, table: str) -> frozenset[Ref]:
        """Return what stands for the records of a table, whatever they hold: a variable without a name."""

    def decodes(self, codelist: str) -> Mapping[str, str | None]:
        """Return the values of a codelist with their decodes."""

    def codelists(self, variable: str) -> tuple[str | None, Mapping[str | None, str]]:
        """Return the variable that chooses a variable's codelist, and the codelists by its values.

        Without a choice there is one codelist under None, or none at all.
        """

    def nci_codes(self, codelist: str) -> Mapping[str, str]:
        """Return the values of a codelist with their NCI codes."""

    def constant(self, name: str) -> Constant:
        """Return the value of ``study.NAME``."""

    def source_fact(self, fact: str, variable: str | None, /) -> Node:
        """Return the node of ``source_dataset()``, ``source_variable("AVAL")`` or ``source_sequence()``."""


def needs_of(nodes: Iterable[Node]) -> frozenset[Ref]:
    """Return everything that the nodes need."""
    return frozenset().union(*(n.needs for n in nodes))


def source_bound(nodes: Iterable[Node]) -> bool:
    """Return whether one of the nodes uses columns of the row source."""
    return any(n.per_source for n in nodes)
