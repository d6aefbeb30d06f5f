"""Intervals: the value of the interval that a day lies in (the EPOCH of the element of SE), or a number (the visit of
the analysis window).
"""

from __future__ import annotations

import ast
import re
from calendar import monthrange
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pandas.api.types import is_float_dtype

from crf2tlf.methods import Kind
from crf2tlf.methods.catalogue import Integers
from crf2tlf.rules.aggregate import Mask, is_subject, joined_keys, joined_table, variables_of
from crf2tlf.rules.columns import Value, column, take
from crf2tlf.rules.grouping import codes, combine, pairs, shared_codes
from crf2tlf.rules.node import Node, needs_of, source_bound
from crf2tlf.rules.parse import RuleError
from crf2tlf.rules.reading import Reading
from crf2tlf.rules.scope import PairScope, Scope
from crf2tlf.rules.window import items, keywords

if TYPE_CHECKING:
    from crf2tlf.rules.compile import Compiler

_MONTH = re.compile("[0-9]{4}-(0[1-9]|1[0-2])")


def compile_interval(compiler: Compiler, tree: ast.Call) -> Node:
    """Compile ``interval(day, SE.EPOCH, SE.SESTDTC, SE.SEENDTC)``.

    Intervals are half-open, [start, end); one without an end is open; the subject's last interval includes its end.
    Days may be dates or ISO 8601 texts; a partial day lies in an interval only if all the days it can mean do.
    A day in two intervals is ``INTERVAL_OVERLAP``.
    """
    return _compile(compiler, tree, (Kind.TEXT, Kind.DATE), "ISO 8601 texts or all dates")


def compile_within(compiler: Compiler, tree: ast.Call) -> Node:
    """Compile ``within(ADY, study.windows.AVISIT, number(study.windows.AWLO), number(study.windows.AWHI))``.

    Both ends belong to a range, and where one is missing the range is open. A number in two ranges is
    ``INTERVAL_OVERLAP``, and the first range counts; one in none gives missing. ``by`` as for ``interval``: ranges for
    each parameter have ``by=[PARAMCD]``. Source: ADaMIG 1.3 section 3.3.3, AWLO and AWHI of analysis windows.
    """
    return _compile(compiler, tree, (Kind.NUMBER,), "numbers")


def _compile(compiler: Compiler, tree: ast.Call, kinds: tuple[Kind, ...], in_words: str) -> Node:
    name, what = ast.unparse(tree.func), "day" if Kind.DATE in kinds else "number"
    if len(tree.args) != 4 or any(k.arg != "by" for k in tree.keywords):
        raise RuleError("RULE_ARGUMENT", f"{name} takes a {what}, and the value, start and end of the intervals")
    day_tree, value_tree, start_tree, end_tree = tree.args
    table = joined_table(compiler, ast.Call(tree.func, [value_tree, start_tree, end_tree], []))
    if table is None or table == "source":
        raise RuleError("RULE_ARGUMENT", f"the intervals of {name} are those of another dataset")
    from crf2tlf.rules.compile import Compiler as Inner

    inner = Inner(compiler.names, table)
    day = compiler.node(day_tree)
    value, start, end = (inner.node(part) for part in (value_tree, start_tree, end_tree))
    if len({day.kind, start.kind, end.kind} - {Kind.ANY}) > 1 or day.kind not in kinds:
        raise RuleError("RULE_TYPE", f"the {what}, start and end of {name} are all {in_words}")
    by = joined_keys(compiler, inner, table, items(keywords(tree).get("by")))
    nodes = [day, value, start, end, *(n for pair in by for n in pair)]
    reads, keys = variables_of(table, (value, start, end)), variables_of(table, (there for _, there in by))

    def evaluate(scope: Scope) -> Value:
        other = scope.tables[table]
        records = PairScope(other, np.arange(other.size, dtype=np.int64), scope, None, scope.reporter)
        left_keys = [column(here.evaluate(scope), here.kind, scope.size) for here, _ in by]
        right_keys = [column(there.evaluate(records), there.kind, other.size) for _, there in by]
        groups = _shared(left_keys, right_keys, scope.size, other.size)
        bounds = [column(node.evaluate(records), node.kind, other.size) for node in (start, end)]
        at, several = _search(column(day.evaluate(scope), day.kind, scope.size), groups, bounds)
        if len(several):
            scope.reporter(several, "INTERVAL_OVERLAP", f"the {what} lies in several intervals of {table}")
        if scope.tracer is not None:
            found = np.flatnonzero(at >= 0)
            scope.note(Reading(table, reads, found, right=at[found]))
            others = np.arange(other.size, dtype=np.int64)
            scope.note(Reading(table, reads, None, groups[0], others, groups[1], chosen=False))
            same = [at for at, (_, there) in enumerate(by) if is_subject(table, there)]
            around = _shared([left_keys[at] for at in same], [right_keys[at] for at in same], scope.size, other.size)
            scope.note(Reading(table, keys, None, around[0], others, around[1], chosen=False))
        return take(column(value.evaluate(records), value.kind, other.size), at)

    return Node(value.kind, evaluate, needs_of(nodes), source_bound(nodes))


def _search(
    days: pd.Series[Any], groups: tuple[Integers, Integers], bounds: Sequence[pd.Series[Any]]
) -> tuple[Integers, Integers]:
    """Return the position of each day's interval, the first of several, or -1; and the days that lie in several."""
    size, numbers = len(days), is_float_dtype(days.dtype)
    left_groups, right_groups = groups
    once = again = np.arange(size, dtype=np.int64)
    if numbers:  # many records share a study day: each is looked up once
        _, once, again = np.unique(combine([left_groups, codes(days)], size), return_index=True, return_inverse=True)
    left, right = pairs(left_groups[once], right_groups)
    start, end = (take(bound, right) for bound in bounds)
    day = take(days, once[left])
    inside = _between(day, start, end) if numbers else _inside(day, start, end, left)
    left, right = left[inside], right[inside]
    at = np.full(len(once), -1, dtype=np.int64)
    at[left[::-1]] = right[::-1]
    several = np.bincount(left, minlength=len(once)) > 1
    return at[again], np.flatnonzero(several[again])


def _shared(left: list[pd.Series[Any]], right: list[pd.Series[Any]], *sizes: int) -> tuple[Integers, Integers]:
    """Return group numbers on which both sides agree; without keys each interval is for all records."""
    if left:
        return shared_codes(left, right)
    here, there = (np.zeros(size, dtype=np.int64) for size in sizes)
    return here, there


def _between(numbers: pd.Series[Any], starts: pd.Series[Any], ends: pd.Series[Any]) -> Mask:
    """Return which pairs have the number in the interval, its ends included; a missing end leaves it open."""
    value, low, high = (side.to_numpy(dtype="float64") for side in (numbers, starts, ends))
    known = ~np.isnan(value)
    inside: Mask = known & (np.isnan(low) | (low <= value)) & (np.isnan(high) | (value <= high))
    return inside


def _inside(days: pd.Series[Any], starts: pd.Series[Any], ends: pd.Series[Any], left: Integers) -> Mask:
    """Return which pairs have the day in the interval."""
    first, last = _bounds(days)
    start, end = _bounds(starts)[0], _bounds(ends)[0]
    endless = ends.isna().to_numpy(dtype=bool)
    latest = (end == end.groupby(left).transform("max")).to_numpy(dtype=bool, na_value=False)
    endless_group = pd.Series(endless).groupby(left).transform("any").to_numpy(dtype=bool)
    before_end = endless | _before(last, end, or_equal=False)
    on_last_end = latest & ~endless_group & _before(last, end, or_equal=True)
    inside: Mask = _before(start, first, or_equal=True) & (before_end | on_last_end)
    return inside


def _bounds(days: pd.Series[Any]) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """Return the first and last day that each day can mean; an ISO 8601 text may lack its end."""
    if str(days.dtype).startswith("datetime"):
        return days, days
    length = days.str.len()
    first, last = days, days
    for known, low, high in ((4, "-01-01", "-12-31"), (7, "-01", "-" + _days_in_month(days))):
        first = first.where(length != known, days + low)
        last = last.where(length != known, days + high)
    return first, last


def _days_in_month(days: pd.Series[Any]) -> pd.Series[Any]:
    """Return the number of days of the month of each text YYYY-MM, as text."""
    numbers, uniques = pd.factorize(days)
    lengths = [str(monthrange(int(text[:4]), int(text[5:]))[1]) if _MONTH.fullmatch(text) else "" for text in uniques]
    return pd.Series([*lengths, None], dtype="str").take(numbers).set_axis(days.index)


def _before(one: pd.Series[Any], other: pd.Series[Any], *, or_equal: bool) -> Mask:
    """Return where ``one`` is before ``other``; texts of a day and of a time of a day compare by their days."""
    if str(one.dtype).startswith("datetime"):
        return ((one <= other) if or_equal else (one < other)).to_numpy(dtype=bool, na_value=False)
    only_day = (one.str.len() <= 10) | (other.str.len() <= 10)
    a, b = (side.where(~only_day, side.str.slice(0, 10)).fillna("") for side in (one, other))
    found = ((a <= b) if or_equal else (a < b)).to_numpy(dtype=bool, na_value=False)
    known: Mask = one.notna().to_numpy(dtype=bool) & other.notna().to_numpy(dtype=bool)
    return found & known
