"""What a row shows in each column: its own analysis, a comparison with other columns, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crf2tlf.analysis.blocks import inherited
from crf2tlf.analysis.columns import Leaf
from crf2tlf.analysis.data import AnalysisError, Records
from crf2tlf.analysis.groups import groups_of
from crf2tlf.analysis.methods import METHODS
from crf2tlf.analysis.statistic import Method, Part, Share, Statistics
from crf2tlf.spec.blocks import ForEach
from crf2tlf.spec.comparison import CompareSpec, OnlyCompared, completed
from crf2tlf.spec.output import RowSpec
from crf2tlf.spec.statistic import Count, Proportion
from crf2tlf.spec.template import Template


@dataclass(frozen=True)
class Asked:
    """What is asked for in one column: an analysis or comparison with its parameters, and how its cells look.

    ``each``: a comparison of what each row counts. Another one under `compare` is one result for all rows of the
    analysis; it stands in their heading, or in the first of them.
    """

    key: str
    method: Method
    parameters: Any
    show: Template | None
    missing: str | None
    each: bool = False

    def blank(self, found: Statistics, shown: set[str]) -> bool:
        """Whether a cell has nothing to show: a comparison in a column that is compared with none."""
        return self.method.compare is not None and (not found or (self.alone(found) and not shown <= set(found)))

    def alone(self, found: Statistics) -> bool:
        """Whether the statistics are those of a reference in a common model, without a comparison."""
        return self.key == "ancova" and "difference" not in found


def asked(row: RowSpec, key: str, parameters: Any, leaf: Leaf, blocks: Sequence[ForEach]) -> Asked | None:
    """Return what a row asks for in a column inside of blocks; None where it has nothing for the column."""
    method = METHODS[key]
    if method.compare is not None or (not leaf.spec.compare and not isinstance(parameters, OnlyCompared)):
        return Asked(key, method, parameters, row.show, row.missing)
    spec = row.compare.get(leaf.spec.id or "") if leaf.spec.compare else None
    return None if spec is None else _compared(row, spec, parameters, blocks)


def _compared(row: RowSpec, spec: CompareSpec, parameters: Any, blocks: Sequence[ForEach]) -> Asked:
    key, comparison = spec.comparison
    missing = row.missing if spec.missing is None else spec.missing
    complete = completed(comparison, parameters)
    if isinstance(parameters, OnlyCompared) or _selects(comparison):
        complete = inherited(complete, blocks)
    show = spec.show or Template(METHODS[key].show, spec.place)
    each = _of_each_row(comparison, parameters)
    if each and getattr(parameters, "of", None) == "records":
        message = f"{key} compares subjects, but the row counts records; give the comparison a `where` of its own"
        raise AnalysisError("ANALYSIS", spec.place, message)
    return Asked(key, METHODS[key], complete, show, missing, each)


def _selects(comparison: Any) -> bool:
    """Whether a comparison says itself which records it takes: those that it takes from its row are in the blocks."""
    return any(getattr(comparison, name, None) is not None for name in ("from_", "where", "denominator"))


def _of_each_row(comparison: Any, parameters: Any) -> bool:
    """Whether a comparison is about the subjects that each row of a count (or a proportion) counts."""
    names = ("from_", "where", "denominator", "of", "by", "time")
    return isinstance(parameters, (Count, Proportion)) and all(getattr(comparison, n, None) is None for n in names)


def compare(
    what: Asked, leaf: Leaf, leaves: Sequence[Leaf], parts: Sequence[Part], found: Mapping[str, Sequence[Statistics]]
) -> list[Statistics]:
    """Return the statistics of a comparison in a column for each part; ``found`` are those of the other columns."""
    assert what.method.compare is not None
    groups = groups_of(leaf, leaves)
    if groups is None:
        return [{} for _ in parts]
    if not what.each:
        one = what.method.compare(what.parameters, groups, None)
        return [one, *({} for _ in parts[1:])]
    each = [[found[group.id][at] for group in groups.compared] for at in range(len(parts))]
    return [what.method.compare(what.parameters, groups, tuple(_share(what, one) for one in shown)) for shown in each]


def _share(what: Asked, found: Statistics) -> Share:
    """Return the subjects behind the number of a cell, and those that its percentage is of."""
    counted = found["n"]
    records, base = counted.numerator, counted.denominator
    if not isinstance(records, Records) or not isinstance(base, Records):
        raise AnalysisError("ANALYSIS", what.parameters.place, "there are no subjects behind what is compared")
    return records, base


def check_compared(key: str, leaves: Sequence[Leaf], parameters: Any) -> None:
    """Raise :class:`AnalysisError` for a comparison in a table where no column is compared with another."""
    if METHODS[key].compare is not None and not any(leaf.spec.compare or leaf.reference for leaf in leaves):
        message = f"{key} compares columns, but no column has a `reference` or `compare`"
        raise AnalysisError("ANALYSIS", parameters.place, message)
