"""The way from a set of records to the cells that show it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from crf2tlf.analysis.results import Cell, Output, Results, Table

Role = Literal["numerator", "denominator"]
Shown = tuple[str, str | None, Role]
"""An output, a cell of it (None for a point of a figure), and what the set is to the number there."""


def cells_of_sets(results: Results) -> list[list[Shown]]:
    """Return for each set of records, in the order of the results, the cells that show a number made of it."""
    numbers = {id_: number for number, id_ in enumerate(results.record_sets)}
    cells: dict[str, list[tuple[str, str | None]]] = {}
    for output in results.outputs:
        for cell in _cells(output):
            for id_ in cell.results:
                cells.setdefault(id_, []).append((output.id, cell.id))
    found: list[dict[Shown, None]] = [{} for _ in numbers]
    for result in results.results:
        for output_id, cell_id in cells.get(result.id, [(result.output, None)]):
            if result.numerator is not None:
                found[numbers[result.numerator]][(output_id, cell_id, "numerator")] = None
            if result.denominator is not None:
                found[numbers[result.denominator]][(output_id, cell_id, "denominator")] = None
    return [list(shown) for shown in found]


def _cells(output: Output) -> Iterator[Cell]:
    yield from output.cells
    if isinstance(output.body, Table):
        for row in output.body.rows:
            yield from row.cells
