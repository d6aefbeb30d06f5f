"""Plain ASCII text for people: headings, fields with hanging indents, and an exact form for other characters.

Agencies take programs as ASCII text (FDA Study Data Technical Conformance Guide, section 4.1.2.10). A character outside
ASCII is written as ``\\uXXXX`` (``\\UXXXXXXXX`` above U+FFFF), as YAML and Python write it: nothing is lost or guessed.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator

WIDTH = 100
NAME_WIDTH = 16
"""The columns that the name of a field takes."""

_PLAIN = str.maketrans(
    {
        "–": "-",
        "—": "-",
        "−": "-",
        "…": "...",
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "×": "x",
        "÷": "/",
        "≤": "<=",
        "≥": ">=",
        "≠": "!=",
    }
)
_QUOTED = re.compile(r'"[^"\n]{1,60}"')
_KEPT = "\x00"
"""Stands for a blank in quotes, where a line is not broken: rules compare with the text as it is."""


def ascii_text(text: str) -> str:
    """Return a text with every character outside ASCII as an escape; line ends are line feeds."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    return re.sub(r"[^\n\t -~]", lambda found: _escape(ord(found.group())), unified)


def _escape(code: int) -> str:
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def heading(text: str, line: str = "-") -> list[str]:
    """Return a heading with a line under it and a blank line above."""
    return ["", text, line * min(len(text), WIDTH)]


def field(name: str, text: str, indent: int = 0, width: int = NAME_WIDTH) -> list[str]:
    """Return a named text; what does not fit on a line goes on under its beginning. Line breaks in it stay."""
    lead = " " * indent + f"{name:<{width}}" + ("" if len(name) < width else "  ")
    under = " " * (indent + width)
    lines: list[str] = []
    for part in _QUOTED.sub(lambda found: found.group().replace(" ", _KEPT), text.strip()).split("\n"):
        lines += textwrap.wrap(
            part.rstrip(),
            WIDTH,
            initial_indent=under if lines else lead,
            subsequent_indent=under,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [under.rstrip() if lines else lead.rstrip()]
    return [line.replace(_KEPT, " ") for line in lines]


def fields(pairs: Iterable[tuple[str, str]], indent: int = 0) -> Iterator[str]:
    """Yield named texts; those that are empty are left out."""
    for name, text in pairs:
        if text:
            yield from field(name, text, indent)


def paragraph(text: str, indent: int = 0) -> list[str]:
    """Return a text filled to the width."""
    return textwrap.wrap(text, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * indent)


def page(lines: Iterable[str]) -> str:
    """Return lines of a listing as an ASCII text with a line break at its end; signs of print become plain ones."""
    return "\n".join(ascii_text(line.translate(_PLAIN)).rstrip() for line in lines).strip("\n") + "\n"
