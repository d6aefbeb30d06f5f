"""What ``crf2tlf diff`` prints of a comparison."""

from __future__ import annotations

from rich import box
from rich.table import Table
from rich.text import Text

from crf2tlf.cli.console import out
from crf2tlf.compare import Comparison, DatasetComparison
from crf2tlf.compare.datasets import NEW, NEW_RECORD, OLD, OLD_RECORD, VARIABLE
from crf2tlf.compare.report import SUMMARY, remarks, summary

_ALWAYS = ("dataset", "old records", "new records")
_SAID_BELOW = ("keys", "keys from")


def show_differences(comparison: Comparison, show: int) -> None:
    """Print the summary, and the first differences of each dataset."""
    for side, names in (("OLD", comparison.only_old), ("NEW", comparison.only_new)):
        if names:
            out.print(f"only in {side}: {', '.join(names)}")
    _print_summary(comparison)
    for found in comparison.datasets:
        _print_dataset(found, show)
    if comparison.cells:
        _print_cells(comparison, show)
    out.print("no differences" if comparison.equal else "OLD and NEW differ")


def _print_summary(comparison: Comparison) -> None:
    """Print the datasets that differ, and how many are equal; columns in which nothing stands are left out."""
    rows = [row for row, found in zip(summary(comparison), comparison.datasets, strict=True) if not found.equal]
    equal = [found.name for found in comparison.datasets if found.equal]
    if rows:
        seen = [n for n, name in enumerate(SUMMARY) if name not in _SAID_BELOW]
        columns = [n for n in seen if SUMMARY[n] in _ALWAYS or any(row[n] for row in rows)]
        table = Table(box=box.SIMPLE_HEAD, show_edge=False)
        for n in columns:
            table.add_column(SUMMARY[n], justify="right" if isinstance(rows[0][n], int) else "left")
        for row in rows:
            table.add_row(*(Text(f"{row[n]:,}" if isinstance(row[n], int) else str(row[n])) for n in columns))
        out.print(table)
    if equal:
        out.print(f"equal: {', '.join(equal)}")


def _print_dataset(found: DatasetComparison, show: int) -> None:
    said = remarks(found)
    if found.equal and not said:
        return
    out.print(f"\n{found.name}", style="bold")
    if found.keys:
        out.print(f"  keys: {', '.join(found.keys)} ({found.keys_from})")
    for remark in said:
        out.print(f"  {remark}")
    for a in found.attributes[:show]:
        out.print(f"  {a.variable or '(dataset)'}: {a.attribute} {a.old or '(none)'} → {a.new or '(none)'}")
    _print_more(len(found.attributes), show, "attributes")
    for what, frame in (("added", found.added), ("removed", found.removed)):
        for values in frame.head(show).itertuples(index=False, name=None):
            out.print(f"  {what}: {_record(found.keys, values, f'record {values[-1]}')}")
        _print_more(len(frame), show, f"{what} records")
    for change in found.changes.head(show).to_dict("records"):
        numbers = f"record {change[OLD_RECORD]}"
        if change[OLD_RECORD] != change[NEW_RECORD]:
            numbers = f"records {change[OLD_RECORD]} and {change[NEW_RECORD]}"
        where = _record(found.keys, tuple(change[key] for key in found.keys), numbers)
        out.print(f"  {where}: {change[VARIABLE]} {_value(change[OLD])} → {_value(change[NEW])}")
    _print_more(sum(found.changed.values()), show, "changed values")


def _record(keys: tuple[str, ...], values: tuple[object, ...], number: str) -> str:
    pairs = list(zip(keys, values, strict=False))
    telling = [pair for pair in pairs if pair[0] != "STUDYID"] or pairs
    named = ", ".join(f"{key}={_value(value)}" for key, value in telling)
    return f"{named} ({number})" if named else number


def _value(value: object) -> str:
    return value if isinstance(value, str) else "(missing)"


def _print_more(count: int, show: int, what: str) -> None:
    if count > show:
        out.print(f"  … {count - show:,} more {what}")


def _print_cells(comparison: Comparison, show: int) -> None:
    out.print(f"\n{len(comparison.cells)} cells of tables, listings and figures changed", style="bold")
    for cell in comparison.cells[:show]:
        old, new = ("(not there)" if text is None else text for text in (cell.old, cell.new))
        if cell.cell == "(figure)":
            old, new = "…", "…"
        where = cell.cell if cell.cell.startswith(f"{cell.output}/") else f"{cell.output} {cell.cell}"
        out.print(f"  {where}: {old} → {new}")
    _print_more(len(comparison.cells), show, "cells")
