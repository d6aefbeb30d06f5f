"""Cell formats of the workbook: each combination made once, and numbers that show what the results say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crf2tlf.analysis.results import Cell

_FORMULA_STARTS = ("=", "+", "-", "@")
_LONGEST_NUMBER_FORMAT = 200


class Formats:
    """The workbook's formats by their settings; Excel allows only so many, so equal ones are one.

    ``links`` are the addresses in the workbook that cells lead to, by the ids of the cells;
    ``placed`` is where the cells of the sheet at hand are.
    """

    def __init__(self, book: Any, links: Mapping[str, str] | None = None) -> None:
        self._book = book
        self.links = links or {}
        self.placed: dict[str, str] = {}
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def of(self, *, wrap: bool = False, **settings: Any) -> Any:
        """Return the format with these xlsxwriter settings, in the workbook's typeface."""
        whole = {"font_name": "Arial", "font_size": 10, "text_wrap": wrap, "valign": "top", **settings}
        key = tuple(sorted(whole.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(whole)
        return self._made[key]

    def for_text(self, text: str, **settings: Any) -> Any:
        """Return the format for a text; one that looks like a formula stays text even when it is edited."""
        quoted = {"quote_prefix": True} if text.startswith(_FORMULA_STARTS) else {}
        return self.of(**settings, **quoted)


def number_format(cell: Cell) -> str:
    """Return the number format that shows the cell's text: its decimals, or the text itself where that says more.

    A text such as "<0.001" or "66.7%" is not its number alone; the cell shows the text and still holds the number.
    """
    if not cell.text or _is_number(cell.text):
        if cell.decimals is None:
            return "General"
        return "0." + "0" * cell.decimals if cell.decimals else "0"
    shown = cell.text.replace('"', "").replace("\n", " ")[:_LONGEST_NUMBER_FORMAT]
    return f'"{shown}"'


def _is_number(text: str) -> bool:
    try:
        float(text.replace("−", "-").replace(",", ""))
    except ValueError:
        return False
    return True
