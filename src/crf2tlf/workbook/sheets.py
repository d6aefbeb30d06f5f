"""Sheets as data: headers and lines of cells; the columns that each table has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from crf2tlf.findings import Place
from crf2tlf.workbook.cells import Cell
from crf2tlf.workbook.fields import Content, Field, alternatives, content_of, fields_of, get_origin_of, inside
from crf2tlf.workbook.layout import ROOTS, Child, Root, Table

STUDY, DETAILS = "Study", "Details"
PART, FILE = "Part", "File"
STUDY_HEADERS = ("Attribute", "Value", "Key")
DETAILS_HEADERS = ("File", "Key", "Value")
DESIGN_PREFIX = "study."
"""Design tables have sheets named as rules name them: study.arms."""


@dataclass(frozen=True)
class Line:
    """A row of a sheet: its cells that are not blank, by header, and where the row begins."""

    cells: dict[str, Cell]
    place: Place

    def text(self, header: str) -> str:
        """Return the text under a header; empty where the cell is blank."""
        return self.cells[header].text if header in self.cells else ""

    def place_of(self, header: str) -> Place:
        """Return where the cell under a header stands; the row, where it is blank."""
        return self.cells[header].place if header in self.cells else self.place


@dataclass
class Sheet:
    """A sheet: its headers in their order, and its lines."""

    name: str
    headers: list[str]
    lines: list[Line] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)

    def add(self, texts: dict[str, str]) -> None:
        """Add a line of texts; what is empty is blank."""
        place = Place(f"{self.name}!{len(self.lines) + 2}")
        self.lines.append(Line({key: Cell(text, place) for key, text in texts.items() if text}, place))


Book = dict[str, Sheet]


@dataclass(frozen=True)
class Slot:
    """Where a table's entries stand among the specs, and the columns of its sheet."""

    root: Root
    table: Table
    part: str
    keys: tuple[str, ...]
    """The columns that name an entry: those of what it is in first, its own last."""
    content: Content
    """What the value column holds, where an entry is one value."""
    path: tuple[str, ...]


@cache
def slots() -> tuple[Slot, ...]:
    """Return every table of every kind of spec file; a table that several parts share comes once for each."""
    return tuple(slot for root in ROOTS.values() for slot in _slots_of(root))


@cache
def slot_of(root: Root, table: Table, part: str) -> Slot:
    """Return the slot of a table in a kind of spec file."""
    return next(s for s in slots() if s.root is root and s.table is table and s.part == part)


def _slots_of(root: Root) -> Iterator[Slot]:
    if root.table:
        yield Slot(root, root.table, "", (root.table.key,), Content.YAML, ())
        yield from _inner(root, root.table, (root.table.key,), ())
    for child in root.children:
        yield from _child(root, child, (), ())


def _inner(root: Root, table: Table, keys: tuple[str, ...], path: tuple[str, ...]) -> Iterator[Slot]:
    for child in table.children:
        yield from _child(root, child, keys, (*path, "*") if path or not root.table else path)


def _child(root: Root, child: Child, keys: tuple[str, ...], path: tuple[str, ...]) -> Iterator[Slot]:
    table, whole = child.table, (*path, *child.path)
    named = (*keys, table.key)
    yield Slot(root, table, child.part, named, _value_content(root, whole) if table.value else Content.YAML, whole)
    yield from _inner(root, table, named, whole)


def _value_content(root: Root, path: tuple[str, ...]) -> Content:
    return content_of(entry_annotation(root, path))


def entry_annotation(root: Root, path: tuple[str, ...]) -> object:
    """Return the annotation of a table's entries; ``*`` in the path stands for any entry of a mapping or list."""
    steps: list[list[str]] = [[]]
    for step in path:
        if step == "*":
            steps.append([])
        else:
            steps[-1].append(step)
    annotation: object = root.model
    for keys in steps:
        annotation = inside(annotation, tuple(keys))
    return annotation


@cache
def columns(table: Table) -> dict[str, Field]:
    """Return the columns with keys of the specs, by their headers (``rule:``, or a known name that holds a key)."""
    if table.model is None:
        return {}
    taken = {table.inner, *(child.path[0] for child in table.children if len(child.path) == 1)}
    direct = {key: header for header, key in table.direct}
    return {
        direct.get(key, f"{key}:"): found
        for key, found in fields_of(table.model).items()
        if key not in taken or not _only_container(found)
    }


def _only_container(found: Field) -> bool:
    return all(get_origin_of(part) in (dict, tuple, type(None)) for part in alternatives(found.annotation))


def own_key(root: Root) -> str:
    """Return the key of a file's spec that names it: dataset, form, id."""
    return "id" if root.name == "output" else root.name


@cache
def headers(name: str) -> tuple[str, ...]:
    """Return the headers of a sheet: the known columns, the keys, and a column for each key of the model."""
    found = [slot for slot in slots() if slot.table.sheet == name and not passes(slot.table)]
    slot, table = found[0], found[0].table
    parts = [PART] if any(other.part for other in found) else []
    named = [key for key in slot.keys if key not in table.known]
    first = [*table.known, *named] if table.known else list(slot.keys)
    value = [table.value] if table.value and table.value not in table.known else []
    own = f"{own_key(slot.root)}:" if slot.root.table is table else ""
    keys = [header for header in columns(table) if header not in table.known and header != own]
    keys.sort(key=lambda header: header not in ("id:", "label:") or slot.root.name != "output")
    return (*first, *parts, *value, *keys, *([FILE] if own else []))


def information(table: Table, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return the known columns that only inform: neither keys nor what is imported."""
    direct = {header for header, _ in table.direct}
    return tuple(h for h in table.known if h not in keys and h not in direct and h != table.value)


def passes(table: Table) -> bool:
    """Whether a table only groups another one: a map's name before its entries."""
    return table.model is None and not table.value


@cache
def sheet_names() -> tuple[str, ...]:
    """Return the sheets that hold specs, design tables left out."""
    return tuple(dict.fromkeys((STUDY, *(slot.table.sheet for slot in slots()), DETAILS)))
