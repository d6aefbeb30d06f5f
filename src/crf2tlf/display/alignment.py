"""Numbers under each other in a centred column, by no-break spaces.

Decimal tabs can't hold "n (%)" and "x (a–b)" in one column, so each cell is padded to the same width around the
units digit of its first number: units stand under units, and "(" under "(". In Arial, Times and their metric twins
a digit is as wide as two spaces, so the unit of width here is the space.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

NO_BREAK_SPACE = "\u00a0"
_WIDTHS = {".": 1.0, ",": 1.0, " ": 1.0, "(": 1.2, ")": 1.2, "-": 1.2, "−": 2.1, "%": 3.2}
_WIDTH_OF_OTHERS = 2.0

_NUMBER = re.compile(r"(?P<whole>[<>≤≥=±+−-]? ?\d[\d,]*)(?P<rest>(?:\.\d+)?%?(?: .*)?)")


def padded(texts: Sequence[str]) -> list[str]:
    """Return the cells of a centred column with the padding that aligns their numbers; other texts stay."""
    numbers = [_NUMBER.fullmatch(text) for text in texts]
    left = max((_width(number["whole"]) for number in numbers if number), default=0.0)
    right = max((_width(number["rest"]) for number in numbers if number), default=0.0)
    return [_pad(number, left, right) if number else text for number, text in zip(numbers, texts, strict=True)]


def _pad(number: re.Match[str], left: float, right: float) -> str:
    before, after = _spaces(left - _width(number["whole"])), _spaces(right - _width(number["rest"]))
    return before + number[0].replace(" ", NO_BREAK_SPACE) + after


def _width(text: str) -> float:
    return sum(_WIDTHS.get(character, _WIDTH_OF_OTHERS) for character in text)


def _spaces(width: float) -> str:
    return NO_BREAK_SPACE * round(width)
