"""The page of what differs from an older cut: its data by output and by subject."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from crf2tlf.analysis.results import Output, Results, Table
from crf2tlf.compare.datasets import CHANGES_KEPT, DatasetComparison
from crf2tlf.compare.results import CellChange
from crf2tlf.review.changes import FIGURE, SUBJECT, Changes, TableChanges, figure_changes
from crf2tlf.review.model import Review
from crf2tlf.review.pieces import Site

SUBJECTS_A_PIECE = 50
"""Subjects whose changes are in one piece, which the page loads when one of them is opened."""
VALUES_SHOWN = 200
"""Values of a figure that are shown; the others are counted."""
_ADDED, _REMOVED, _CHANGED = range(3)


def write(review: Review, site: Site) -> None:
    """Write ``changes.html`` and the piece ``changes``; of each subject the pieces ``changes/<number>``.

    The piece ``changes`` is ``{given: false}`` without an older cut. Otherwise it has ``old`` (its name), ``tables``,
    ``outputs``, and ``subjects``: for each the id, its records added, removed and changed, whether it is ``new`` or
    ``gone``, and the number of the piece with its changes.
    """
    site.page("changes.html", "changes.html", section="changes", title="changes.title")
    changes = review.changes
    if changes is None:
        site.piece("changes", {"given": False})
        return
    by_subject = _by_subject(changes)
    order = sorted(by_subject)
    site.piece(
        "changes", {"given": True, **_summary(changes, review.results), "subjects": _subjects(changes, by_subject)}
    )
    for number, start in enumerate(range(0, len(order), SUBJECTS_A_PIECE)):
        shown = order[start : start + SUBJECTS_A_PIECE]
        site.piece(f"changes/{number}", {subject: by_subject[subject] for subject in shown})


def _summary(changes: Changes, results: Results) -> dict[str, Any]:
    return {
        "old": changes.old,
        "size": [len(subjects) for subjects in changes.subjects],
        "tables": [
            {
                "name": found.table,
                "layer": found.layer,
                "added": len(found.added),
                "removed": len(found.removed),
                "changed": found.comparison.records_changed,
                "values": found.comparison.changed,
                "onlyOld": found.comparison.only_old,
                "onlyNew": found.comparison.only_new,
                "kept": CHANGES_KEPT,
            }
            for found in changes.tables
            if found.layer != "listing"
        ],
        "outputs": list(_outputs(changes, results)),
    }


# By output


def _outputs(changes: Changes, results: Results) -> Iterator[dict[str, Any]]:
    """Yield what differs in each output, in their order; outputs that are gone stand at the end."""
    cells: defaultdict[str, list[CellChange]] = defaultdict(list)
    for change in changes.cells:
        cells[change.output].append(change)
    listings = {found.table: found for found in changes.tables if found.layer == "listing"}
    known = {output.id: output for output in results.outputs}
    for name in (*known, *sorted((cells.keys() | listings.keys()) - known.keys())):
        if name not in cells and name not in listings:
            continue
        output, rows = known.get(name), listings.get(name)
        yield {
            "id": name,
            "title": output.title if output else name,
            "gone": output is None,
            "cells": _shown_cells(cells[name], output),
            "rows": [len(rows.added), len(rows.removed), rows.comparison.records_changed] if rows else None,
        }


def _shown_cells(
    cells: Sequence[CellChange], output: Output | None
) -> list[tuple[str | None, str, str | None, str | None]]:
    """Return for each cell its id where it can be shown in the output, its place in words, and the two texts."""
    places = dict(_places(output)) if output else {}
    shown: list[tuple[str | None, str, str | None, str | None]] = []
    for change in cells:
        if change.cell == FIGURE:
            values = figure_changes(change.old, change.new)
            shown += [(None, place, old, new) for place, old, new in values[:VALUES_SHOWN]]
            if len(values) > VALUES_SHOWN:
                shown.append((None, f"+ {len(values) - VALUES_SHOWN}", None, None))
        else:
            linked = change.cell if change.cell in places and not change.cell.startswith("(") else None
            shown.append((linked, places.get(change.cell, change.cell), change.old, change.new))
    return shown


def _places(output: Output) -> Iterator[tuple[str, str]]:
    """Yield the name of each cell, as comparing the results names it, with its row and column in words."""
    body = output.body
    if isinstance(body, Table):
        heading = ""
        for number, row in enumerate(body.rows, 1):
            stub = next((cell.text for cell in row.cells if cell.text), "")
            heading = stub if row.heading else heading if row.indent else ""
            row_id = next((cell.id for cell in row.cells if cell.id), f"row {number}")
            where = f"{heading} · {stub}" if heading and not row.heading else stub
            for column, cell in zip(body.columns, row.cells, strict=True):
                header = " ".join(dict.fromkeys(text for text in (column.spanner, column.label) if text))
                place = f"{where} · {header}" if header else where
                yield (cell.id, place) if cell.id else (f"({column.label} of {row_id})", place)
    yield from ((cell.id, cell.id.rpartition("/")[2]) for cell in output.cells if cell.id)


# By subject


def _subjects(changes: Changes, by_subject: dict[str, dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Return a line a subject: id, records added, removed and changed, whether it is new or gone, its piece."""
    old, new = changes.subjects
    lines = []
    for at, subject in enumerate(sorted(by_subject)):
        tables = [table for table in by_subject[subject]["tables"] if table["layer"] != "listing"]
        counts = [sum(len(table[kind]) for table in tables) for kind in ("added", "removed", "changed")]
        state = "new" if subject in new - old else "gone" if subject in old - new else ""
        lines.append((subject, *counts, state, at // SUBJECTS_A_PIECE))
    return lines


def _by_subject(changes: Changes) -> dict[str, dict[str, Any]]:
    """Return for each subject its tables with the records added and removed, and the values changed."""
    found: defaultdict[str, dict[str, Any]] = defaultdict(lambda: {"tables": []})
    for table in changes.tables:
        records: defaultdict[str, tuple[list[Any], ...]] = defaultdict(lambda: ([], [], []))
        for at, frame, of in (
            (_ADDED, table.comparison.added, table.added),
            (_REMOVED, table.comparison.removed, table.removed),
        ):
            keys = _key_values(table.comparison, frame)
            for subject, number, key in zip(of["subject"], of["number"].tolist(), keys, strict=True):
                records[subject][at].append((number, key))
        _add_changed(table, records)
        for subject, (added, removed, changed) in records.items():
            found[subject]["tables"].append(
                {
                    "name": table.table,
                    "layer": table.layer,
                    "keys": _key_names(table.comparison),
                    "added": added,
                    "removed": removed,
                    "changed": changed,
                }
            )
    return dict(found)


def _add_changed(table: TableChanges, records: defaultdict[str, tuple[list[Any], ...]]) -> None:
    """Add the changed values record by record: number, older number, keys, and each variable with both values."""
    changes = table.comparison.changes
    keys = _key_values(table.comparison, changes)
    values = changes[["variable", "old", "new"]].astype(object).where(changes[["variable", "old", "new"]].notna(), None)
    for subject, number, old, key, *value in zip(
        table.changed["subject"],
        table.changed["number"].tolist(),
        table.changed["old"].tolist(),
        keys,
        *(values[name] for name in values),
        strict=True,
    ):
        changed = records[subject][_CHANGED]
        if not changed or changed[-1][0] != number:
            changed.append((number, old, key, []))
        changed[-1][3].append(value)


def _key_names(found: DatasetComparison) -> list[str]:
    return [key for key in found.keys if key not in ("STUDYID", SUBJECT)]


def _key_values(found: DatasetComparison, frame: pd.DataFrame) -> list[list[str | None]]:
    """Return the values of the keys of each record, those left out that are the same for the whole subject."""
    shown = frame[_key_names(found)].astype(object)
    rows: list[list[str | None]] = shown.where(shown.notna(), None).to_numpy().tolist()
    return rows
