"""How many lines a text takes, since not every reader of a file finds it by itself.

Widths are those of Arial and its metric twins, in thousandths of the type size.
"""

from __future__ import annotations

_CLASSES = {
    222: "'ijl|",
    278: " \u00a0.,:;/!tfI[]\\·",
    333: "-()r`{}",
    389: '"*',
    500: "Jcksvxyz^",
    556: "0123456789abdeghnopquL#$?_–",
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


def lines(text: str, room: float, size: float, bold: bool = False) -> int:
    """Return how many lines a text of a size takes that is wrapped where ``room`` points are full."""
    scale = size / 1000 * (_BOLD if bold else 1)
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
