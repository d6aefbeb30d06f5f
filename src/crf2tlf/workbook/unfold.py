"""Spec files as sheets. What no cell can hold exactly goes to the sheet Details, with its key and its value as YAML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crf2tlf.spec.located import LocatedMap
from crf2tlf.workbook.cells import LONGEST_TEXT, fits, written
from crf2tlf.workbook.fields import Content, Field, fields_of, full_form, model_of
from crf2tlf.workbook.layout import ROOTS, Child, Root, Table
from crf2tlf.workbook.sheets import (
    DESIGN_PREFIX,
    DETAILS,
    DETAILS_HEADERS,
    FILE,
    PART,
    STUDY,
    STUDY_HEADERS,
    Book,
    Sheet,
    Slot,
    columns,
    entry_annotation,
    headers,
    own_key,
    passes,
    sheet_names,
    slot_of,
)
from crf2tlf.workbook.values import Number, in_line, plain, quoted

ATTRIBUTES = {"study.study": "StudyName", "study.title": "StudyDescription", "study.protocol": "ProtocolName"}
"""Pinnacle 21's names of keys in the sheet Study."""

_CHUNK = LONGEST_TEXT - 767
_SHEET_NAME = re.compile(r"[^\[\]:*?/\\']{1,25}")
_SIMPLE_KEY = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)

Specs = Mapping[str, LocatedMap]
"""Spec files by their path in specs/: study.yaml, sdtm/ae.yaml."""


def root_of(file: str) -> Root | None:
    """Return the kind of a spec file by its path in specs/, or None where nothing reads the file."""
    folder, _, name = file.rpartition("/")
    if folder:
        return next((root for root in ROOTS.values() if folder in root.folders), None)
    root = ROOTS.get(name.removesuffix(".yaml"))
    return root if root and not root.folders else None


def unfold(specs: Specs) -> Book:
    """Return the sheets that say what the spec files say; every sheet is there, also those without lines."""
    book = {name: Sheet(name, list(_headers(name))) for name in sheet_names()}
    for name, root in ROOTS.items():
        files = [file for file in sorted(specs, key=_in_flow) if root_of(file) is root]
        if not root.folders and not files:
            files = [f"{name}.yaml"]
        for file in files:
            _Unfolding(book, file, root).file(specs.get(file) or {})
    return book


def _in_flow(file: str) -> tuple[bool, str]:
    return file.startswith("adam/"), file


def _headers(name: str) -> tuple[str, ...]:
    return {STUDY: STUDY_HEADERS, DETAILS: DETAILS_HEADERS}.get(name) or headers(name)


class _Unfolding:
    """Writes one spec file into the sheets."""

    def __init__(self, book: Book, file: str, root: Root) -> None:
        self.book, self.name, self.root = book, file, root

    def file(self, tree: Mapping[str, Any]) -> None:
        """Write a file: a line of its own with what is under it, or lines of the sheet Study."""
        if self.root.table:
            key = own_key(self.root)
            rest = {name: item for name, item in tree.items() if name != key}
            self.entry(slot_of(self.root, self.root.table, ""), (str(tree[key]),), rest, "", {FILE: self.name})
            return
        rest = dict(tree)
        if self.root.name == "study":
            self.design_tables(rest)
        for child in self.root.children:
            self.child(child, rest, (), "")
        self.attributes(self.root.name, fields_of(self.root.model), rest, "")

    def attributes(self, lead: str, fields: dict[str, Field], rest: Mapping[str, Any], trail: str) -> None:
        """Write what is left of a file into the sheet Study: a line for each key, also for those not given."""
        taken = {child.path[0] for child in self.root.children} | {"tables"}
        for key, found in fields.items():
            here, value = join(trail, key), rest.get(key)
            model = None if trail else model_of(found.annotation)
            if model and key not in taken and (value is None or (isinstance(value, dict) and value)):
                self.attributes(f"{lead}.{key}", fields_of(model), value or {}, here)
            elif trail or key not in taken:
                text = self.text(found, value, here) if key in rest else ""
                name = f"{lead}.{key}"
                self.book[STUDY].add({"Attribute": ATTRIBUTES.get(name, name), "Value": text, "Key": name})
            elif key in rest:
                self.detail(here, plain(value))

    def design_tables(self, rest: dict[str, Any]) -> None:
        """Write each design table into a sheet of its own, where its names let it."""
        tables = rest.get("tables")
        if not tables or not isinstance(tables, dict):
            return
        del rest["tables"]
        seen: set[str] = set()
        for name in tables:
            records = plain(tables[name])
            if _SHEET_NAME.fullmatch(name) and name.casefold() not in seen and _is_table(records):
                seen.add(name.casefold())
                self.design_table(name, records)
            else:
                self.detail(join("tables", name), records)

    def design_table(self, name: str, records: list[dict[str, Any]]) -> None:
        """Write a design table; a blank cell stands for a null and for a missing key, which are the same there."""
        found = list(dict.fromkeys(column for record in records for column in record))
        sheet = self.book.setdefault(f"{DESIGN_PREFIX}{name}", Sheet(f"{DESIGN_PREFIX}{name}", found))
        for number, record in enumerate(records, 1):
            texts = {}
            for column in found:
                place = join(f"{join('tables', name)}[{number}]", column)
                if record.get(column) is not None:
                    texts[column] = self.content(Content.TEXT, record[column], place)
            sheet.add(texts)

    def child(self, child: Child, rest: dict[str, Any], keys: tuple[str, ...], trail: str) -> None:
        """Write a mapping or list into its sheet and take it out of what is left, if its names let it."""
        owner = rest
        for key in child.path[:-1]:
            if not isinstance(owner.get(key), dict):
                return
            owner[key] = owner = dict(owner[key])
        container = owner.get(child.path[-1])
        if not container or not isinstance(container, dict if child.table.keyed else list):
            return
        if child.table.keyed and not all(fits(str(key)) for key in container):
            return
        slot = slot_of(self.root, child.table, child.part)
        if child.table.model is not None and not all(
            isinstance(self.full(slot, item), dict) for item in _items(container)
        ):
            return
        if passes(child.table) and not all(_fits_inside(item, child.table) for item in dict(container).values()):
            return
        del owner[child.path[-1]]
        if len(child.path) > 1 and not owner:
            del rest[child.path[0]]
        self.container(slot, container, keys, ".".join([trail, *child.path]).strip("."))

    def container(self, slot: Slot, container: Any, keys: tuple[str, ...], here: str) -> None:
        """Write the entries of a mapping or list."""
        if isinstance(container, dict):
            for key, value in container.items():
                self.entry(slot, (*keys, str(key)), value, join(here, str(key)))
            return
        for number, value in enumerate(container, 1):
            self.entry(slot, (*keys, str(number)), value, f"{here}[{number}]")

    def inner(self, slot: Slot, entries: Any, keys: tuple[str, ...], here: str) -> None:
        """Write rows under a row: 2.1, 2.2."""
        for number, value in enumerate(entries, 1):
            label = f"{keys[-1]}.{number}"
            self.entry(slot, (*keys[:-1], label), value, f"{here}[{number}]")

    def entry(
        self, slot: Slot, keys: tuple[str, ...], value: Any, trail: str, more: Mapping[str, str] | None = None
    ) -> None:
        """Write an entry of a table, and what has sheets of its own under it."""
        table = slot.table
        if passes(table):
            for child in table.children:
                self.container(slot_of(self.root, child.table, child.part), value, keys, trail)
            return
        texts = {**dict(zip(slot.keys, keys, strict=True)), PART: slot.part, **(more or {})}
        if table.model is None:
            if not (value is None and table.null_value):
                texts[table.value] = self.content(slot.content, plain(value), trail)
            self.book[table.sheet].add(texts)
            return
        rest = dict(self.full(slot, value))
        for child in table.children:
            self.child(child, rest, keys, trail)
        inner = rest.pop(table.inner) if table.inner and rest.get(table.inner) else ()
        self.book[table.sheet].add({**texts, **self.fields(table, rest, trail)})
        self.inner(slot, inner, keys, join(trail, table.inner))

    def full(self, slot: Slot, value: Any) -> Any:
        """Return the mapping that an entry is, or stands for."""
        return full_form(entry_annotation(self.root, slot.path), value) if slot.path else value

    def fields(self, table: Table, rest: Mapping[str, Any], trail: str) -> dict[str, str]:
        """Return the cells of a line; keys without a column go to Details."""
        assert table.model is not None
        texts, given = {}, fields_of(table.model)
        shown = {found.key: header for header, found in columns(table).items()}
        for key, value in rest.items():
            if key in shown:
                texts[shown[key]] = self.text(given[key], value, join(trail, key))
            elif not (value is None and given[key].null_is_absent):
                self.detail(join(trail, key), plain(value))
        return texts

    def text(self, found: Field, value: Any, here: str) -> str:
        """Return the cell of a key; a null that says no more than a missing key does is blank."""
        if value is None and found.null_is_absent:
            return ""
        return self.content(found.content, plain(value), here)

    def content(self, content: Content, value: Any, here: str) -> str:
        """Return a cell's text; what a cell cannot hold goes to Details."""
        text = written(content, value)
        if text is None:
            self.detail(here, value)
        return text or ""

    def detail(self, here: str, value: Any) -> None:
        """Write a value to Details, in pieces where it is too long for a cell."""
        text = in_line(value, ascii_only=True)
        for start in range(0, len(text), _CHUNK):
            self.book[DETAILS].add({"File": self.name, "Key": here, "Value": text[start : start + _CHUNK]})


def _items(container: Any) -> list[Any]:
    return list(container.values()) if isinstance(container, dict) else list(container)


def _fits_inside(value: Any, table: Table) -> bool:
    """Whether a mapping or list can be written under a line that only names it."""
    keyed = table.children[0].table.keyed
    if not value or not isinstance(value, dict if keyed else list):
        return False
    return not keyed or all(fits(str(key)) for key in value)


def _is_table(records: Any) -> bool:
    """Whether a design table fits a sheet: named columns, and a value in every record."""
    if not isinstance(records, list) or not records or not all(isinstance(record, dict) for record in records):
        return False
    names = {column for record in records for column in record}
    shown = all(any(isinstance(v, str | Number | bool) and v != "" for v in record.values()) for record in records)
    return shown and all(fits(name) for name in names) and len({name.casefold() for name in names}) == len(names)


def join(trail: str, key: str) -> str:
    """Return the path of a key in a file: variables.AESEV.comment; other than plain names stand in quotes."""
    step = key if _SIMPLE_KEY.fullmatch(key) else quoted(key)
    return f"{trail}.{step}" if trail else step
