"""What an analysis gives: statistics by name, each with the records behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from crf2tlf.analysis.data import Constants, Records
from crf2tlf.analysis.scope import Scope
from crf2tlf.analysis.templates import Value
from crf2tlf.spec.template import Template

Source: TypeAlias = "Records | Constants"


@dataclass(frozen=True, eq=False)
class Statistic:
    """A value, and the records (or constants) behind its numerator and denominator."""

    value: Value
    numerator: Source | None = None
    denominator: Source | None = None


Statistics: TypeAlias = dict[str, Statistic]


@dataclass(frozen=True)
class Part:
    """A row of an analysis by categories; an analysis without categories has one part without id."""

    id: str = ""
    label: Template | str = ""
    level: int = 0
    values: tuple[str | None, ...] = ()


ONE = (Part(),)


def one_part(_spec: Any, _whole: Scope) -> Sequence[Part]:
    """Return the parts of an analysis without categories."""
    return ONE


def no_conventions(_spec: Any, _shown: set[str]) -> list[str]:
    """Return the conventions of an analysis that has none to choose."""
    return []


@dataclass(frozen=True)
class Method:
    """An analysis of the table language.

    ``compute`` gives the statistics of each part in one column's scope; ``parts`` the rows, the same in all columns;
    ``show`` is the cell template where the spec has none; ``conventions`` are sentences for the footnotes, by the
    statistics shown. With ``separator`` the template is filled for each statistic on its own, under the name `value`.
    """

    show: str
    compute: Callable[[Any, Scope, Sequence[Part]], list[Statistics]]
    variable: Callable[[Any], str]
    parts: Callable[[Any, Scope], Sequence[Part]] = one_part
    conventions: Callable[[Any, set[str]], list[str]] = no_conventions
    separator: Callable[[Any], str] | None = None
