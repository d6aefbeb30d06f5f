"""A document as data: numbered sections of paragraphs, lists and tables. Renderers make PDF and Word of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

_SMALL_ROWS, _SMALL_TEXT = 12, 1500
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


@dataclass(frozen=True)
class Text:
    """A piece of a line; ``link`` is an address beside the document, or ``#id`` of one of its sections."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    link: str = ""


Line = tuple[Text, ...]
"""Pieces of text one after the other; a line end in a piece is a line break."""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    content: Line


@dataclass(frozen=True)
class Bullets:
    """A list, with numbers where ``ordered``."""

    items: tuple[Line, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Column:
    """A column of a table; ``width`` in relation to the other columns."""

    label: str
    width: float = 1.0
    align: Literal["left", "right"] = "left"


@dataclass(frozen=True)
class Table:
    """A table whose header row comes again on each page; ``caption`` stands above it."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Line, ...], ...]
    caption: str = ""

    @property
    def is_small(self) -> bool:
        """Whether the table should stand on one page."""
        size = sum(len(piece.text) for row in self.rows for cell in row for piece in cell)
        return len(self.rows) <= _SMALL_ROWS and size <= _SMALL_TEXT

    @property
    def has_short_cells(self) -> bool:
        """Whether each row fits on a page, so that none has to be broken."""
        return all(sum(len(piece.text) for piece in cell) <= _SMALL_TEXT for row in self.rows for cell in row)


Block = Paragraph | Bullets | Table


@dataclass(frozen=True)
class Section:
    """A section: its blocks, then its subsections.

    ``id`` is what links name; ``aliases`` are short names under which authored text may find it; an ``appendix`` is
    numbered by itself; ``landscape`` sections stand on pages turned sideways.
    """

    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    id: str = ""
    aliases: tuple[str, ...] = ()
    appendix: bool = False
    landscape: bool = False


@dataclass(frozen=True)
class Document:
    """A document: what stands on its cover and on every page, and its sections.

    ``facts`` are shown on the cover as name and value; ``notes`` on the cover and in the footer; ``release`` is the
    time stamp (ISO 8601) of its files.
    """

    name: str
    study: str
    title: str
    release: str
    facts: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    draft: bool = False


@dataclass(frozen=True)
class Numbered:
    """A section with its number (``3.2``, ``Appendix I``), its level (1 for those of the document) and its id."""

    section: Section
    number: str
    level: int
    id: str = field(default="")

    @property
    def heading(self) -> str:
        """The heading as it is printed."""
        point = ": " if self.section.appendix else " "
        return f"{self.number}{point}{self.section.title}"


def numbered(document: Document) -> Iterator[Numbered]:
    """Yield all sections of a document in order."""
    appendices = [section for section in document.sections if section.appendix]
    others = [section for section in document.sections if not section.appendix]
    for number, section in enumerate(others, start=1):
        yield from _numbered(section, str(number), 1)
    for number, section in enumerate(appendices):
        yield from _numbered(section, f"Appendix {_ROMAN[number]}", 1)


def _numbered(section: Section, number: str, level: int) -> Iterator[Numbered]:
    yield Numbered(section, number, level, section.id or "section-" + re.sub(r"[^A-Za-z0-9]+", "-", number).lower())
    for at, inner in enumerate(section.sections, start=1):
        yield from _numbered(inner, f"{number}.{at}", level + 1)


def line(*parts: str | Text) -> Line:
    """Return pieces of text as a line; plain text may stand for a piece."""
    return tuple(Text(part) if isinstance(part, str) else part for part in parts)


def paragraph(*parts: str | Text) -> Paragraph:
    """Return a paragraph of pieces of text."""
    return Paragraph(line(*parts))


def table(columns: Iterable[Column], rows: Iterable[Iterable[str | Text | Line]], caption: str = "") -> Table:
    """Return a table of cells that are plain text, pieces of text, or lines."""
    return Table(tuple(columns), tuple(tuple(map(_cell, row)) for row in rows), caption)


def _cell(cell: str | Text | Line) -> Line:
    return cell if isinstance(cell, tuple) else line(cell)


def texts(document: Document) -> Iterator[str]:
    """Yield every text that a document shows."""
    yield from (document.name, document.study, document.title, *document.notes)
    yield from (text for fact in document.facts for text in fact)
    for section in numbered(document):
        yield section.heading
        for block in section.section.blocks:
            yield from texts_of(block)


def texts_of(block: Block) -> Iterator[str]:
    """Yield every text of a block."""
    match block:
        case Paragraph(content):
            lines: Iterable[Line] = [content]
        case Bullets(items):
            lines = items
        case Table(columns, rows, caption):
            yield from (caption, *(column.label for column in columns))
            lines = (cell for row in rows for cell in row)
    yield from (piece.text for content in lines for piece in content)


def with_blocks(section: Section, *blocks: Block) -> Section:
    """Return a section with blocks put before its own."""
    return replace(section, blocks=(*blocks, *section.blocks))
