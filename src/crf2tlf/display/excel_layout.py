"""How wide texts are and how high their rows must be, since not every reader of a workbook finds it by itself.

Widths are those of Arial and its metric twins, in thousandths of the type size; columns are as wide as Excel makes
them for a workbook whose typeface is Arial 10.
"""

from __future__ import annotations

from collections.abc import Sequence

TYPEFACE = {"font_name": "Arial", "font_size": 10}
SIZE = 10.0
FOOTNOTE_SIZE = 8.0
INDENT_POINTS = 9.0

_CLASSES = {
    222: "'ijl|",
    278: " \u00a0.,:;/!tfI[]\\·",
    333: "-()r`{}",
    389: '"*',
    500: "Jcksvxyz^",
    611: "FTZ",
    667: "ABEKPSVXY&",
    722: "CDHNRUw",
    778: "GOQ",
    833: "Mm",
    889: "%",
    944: "W",
    1015: "@—…",
}
_WIDTHS = {character: width for width, characters in _CLASSES.items() for character in characters}
_OTHERS, _EAST_ASIAN = 584, 1000
_BOLD = 1.08
_SPARE = 1.04  # screens round the widths of characters up
_CELL_PADDING = 4.0
_HIGHEST_ROW = 409.0


def column_points(characters: float) -> float:
    """Return how many points of text fit into a column of this width."""
    return (characters * 7 + 5) * 0.75 - _CELL_PADDING


def row_height(texts: Sequence[str], points: Sequence[float], *, size: float = SIZE, bold: bool = False) -> float:
    """Return the height in points of a row of wrapped texts, each in a cell with its own room."""
    lines = max(_lines(text, room, size, bold) for text, room in zip(texts, points, strict=False))
    return min(lines * (size * 1.2 + 1.5), _HIGHEST_ROW)


def _lines(text: str, room: float, size: float, bold: bool) -> int:
    scale = size / 1000 * _SPARE * (_BOLD if bold else 1)
    return sum(_wrapped(part, max(room, size) / scale) for part in text.split("\n"))


def _wrapped(text: str, room: float) -> int:
    """Return the number of lines when words go to the next line, and words longer than a line are split."""
    lines, used = 1, 0.0
    for word in text.split(" "):
        width = _width(word)
        if used and used + width > room:
            lines, used = (lines, used) if _breaks_anywhere(word) else (lines + 1, 0.0)
        over = int((used + width) / room) if used + width > room else 0
        lines += over
        used = used + width - over * room + _width(" ")
    return lines


def _width(text: str) -> float:
    return sum(_EAST_ASIAN if _breaks_anywhere(mark) else _WIDTHS.get(mark, _OTHERS) for mark in text)


def _breaks_anywhere(text: str) -> bool:
    return any(ord(character) > 0x2E7F for character in text)
