"""What an analysis gives: statistics by name, each with the records behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from crf2tlf.analysis.data import Constants, Records
from crf2tlf.analysis.scope import Scope
from crf2tlf.analysis.templates import Value
from crf2tlf.spec.template import Template

Source: TypeAlias = "Records | Constants"


@dataclass(frozen=True, eq=False)
class Statistic:
    """A value, and the records (or constants) behind its numerator and denominator.

    One ``on_request`` is among the results only where a cell shows it.
    """

    value: Value
    numerator: Source | None = None
    denominator: Source | None = None
    on_request: bool = False


Statistics: TypeAlias = dict[str, Statistic]
Share: TypeAlias = tuple[Records, Records]
"""Records whose subjects are a part, and those whose subjects are the whole, of a proportion that is compared."""


@dataclass(frozen=True)
class Part:
    """A row of an analysis by categories; an analysis without categories has one part without id.

    ``values`` are the row's value by each rule down to its level, ``pooled`` all such values that the row takes
    together: those alone, unless the category is of several. A row without values is about all records.
    """

    id: str = ""
    label: Template | str = ""
    level: int = 0
    values: tuple[str | None, ...] = ()
    pooled: tuple[tuple[str | None, ...], ...] = ((),)


ONE = (Part(),)


def one_part(_spec: Any, _whole: Scope) -> Sequence[Part]:
    """Return the parts of an analysis without categories."""
    return ONE


def not_alone(_spec: Any, _scope: Scope, parts: Sequence[Part]) -> list[Statistics]:
    """Return the statistics of a comparison in one column alone: none."""
    return [{} for _ in parts]


def no_conventions(_spec: Any, _shown: set[str]) -> list[str]:
    """Return the conventions of an analysis that has none to choose."""
    return []


def as_they_are(
    _spec: Any, _whole: Scope, parts: Sequence[Part], _found: Mapping[str, Sequence[Statistics]]
) -> Sequence[int]:
    """Return the positions of the parts that are shown: all of them, in their order."""
    return range(len(parts))


@dataclass(frozen=True)
class Method:
    """An analysis of the table language.

    ``compute`` gives the statistics of each part in one column's scope; ``parts`` the rows, the same in all columns;
    ``arrange`` which of them are shown, in which order, by what was found in the columns; ``show`` is the cell template
    where the spec has none; ``conventions`` are sentences for the footnotes, by the statistics shown. With
    ``separator`` the template is filled for each statistic on its own, under the name `value`. A comparison has
    ``compare`` in place of ``compute``: it takes the columns to compare and, if what they count is compared, the
    subjects behind their cells; a statistic `problem` says in words why a number does not exist.
    """

    show: str
    compute: Callable[[Any, Scope, Sequence[Part]], list[Statistics]]
    variable: Callable[[Any], str]
    parts: Callable[[Any, Scope], Sequence[Part]] = one_part
    conventions: Callable[[Any, set[str]], list[str]] = no_conventions
    separator: Callable[[Any], str] | None = None
    compare: Callable[[Any, Any, tuple[Share, ...] | None], Statistics] | None = None
    arrange: Callable[[Any, Scope, Sequence[Part], Mapping[str, Sequence[Statistics]]], Sequence[int]] = as_they_are
