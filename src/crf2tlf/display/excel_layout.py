"""How high rows and how wide columns of a sheet are; columns are as wide as Excel makes them for Arial 10."""

from __future__ import annotations

from collections.abc import Sequence

from crf2tlf.display.text_width import lines

TYPEFACE = {"font_name": "Arial", "font_size": 10}
SIZE = 10.0
FOOTNOTE_SIZE = 8.0
INDENT_POINTS = 9.0

_CELL_PADDING = 4.0
_HIGHEST_ROW = 409.0
_SPARE = 1.04  # screens round the widths of characters up


def column_points(characters: float) -> float:
    """Return how many points of text fit into a column of this width."""
    return (characters * 7 + 5) * 0.75 - _CELL_PADDING


def row_height(texts: Sequence[str], points: Sequence[float], *, size: float = SIZE, bold: bool = False) -> float:
    """Return the height in points of a row of wrapped texts, each in a cell with its own room."""
    highest = max(lines(text, room / _SPARE, size, bold) for text, room in zip(texts, points, strict=False))
    return min(highest * (size * 1.2 + 1.5), _HIGHEST_ROW)
