"""Sheets as spec files: located trees whose places are cells, so that whatever is wrong is found at its cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from crf2tlf.findings import Findings, Place, nearest
from crf2tlf.spec.located import LocatedList, LocatedMap, yaml_value
from crf2tlf.workbook.cells import Cell, located, read
from crf2tlf.workbook.fields import Content, fields_of, full_form, model_of
from crf2tlf.workbook.layout import ROOTS, Child, Root
from crf2tlf.workbook.sheets import (
    DESIGN_PREFIX,
    DETAILS,
    FILE,
    PART,
    STUDY,
    Book,
    Line,
    Slot,
    columns,
    entry_annotation,
    own_key,
    passes,
    slot_of,
    slots,
)
from crf2tlf.workbook.tree import Shortened, add, insert_at, new_list, new_map, put
from crf2tlf.workbook.unfold import ATTRIBUTES

_KEYS = {attribute: key for key, attribute in ATTRIBUTES.items()}


def fold(book: Book, findings: Findings) -> dict[str, LocatedMap]:
    """Return the spec files that the sheets say, by their path in specs/; what cannot be read is a finding at its cell.

    A line whose key cells are blank, that repeats another one's, or is about something that no sheet has, is left out
    and is a finding.
    """
    folding = _Folding(book, findings)
    for root in ROOTS.values():
        if root.table:
            folding.file_rows(root)
        else:
            folding.one_file(root)
    folding.report_unread()
    folding.details()
    return {name: tree for name, tree in folding.files.items() if tree}


class _Folding:
    """Reads the sheets from the files down to their parts."""

    def __init__(self, book: Book, findings: Findings) -> None:
        self.book, self.findings = book, findings
        self.files: dict[str, LocatedMap] = {}
        self.read: set[Place] = set()
        self.named: dict[tuple[Slot, tuple[str, ...]], list[Line]] = {}
        for slot in _slots_with_lines(book):
            for line in book[slot.table.sheet].lines:
                if _part(slot, line) == slot.part:
                    above = tuple(line.text(key) for key in slot.keys[:-1])
                    self.named.setdefault((slot, above), []).append(line)

    # Files

    def file_rows(self, root: Root) -> None:
        """Read the files that have a line each."""
        assert root.table is not None
        slot = slot_of(root, root.table, "")
        for name, line in self.lines(slot, ()):
            tree = self.entry(slot, (name,), line)
            key = own_key(root)
            whole = new_map(line.place_of(slot.keys[-1]))
            put(whole, key, located(name, whole.place), whole.place)
            for other, value in tree.items():
                put(whole, other, value, tree.places[other])
            file = self.file_name(root, name, line)
            if file in self.files:
                self.add("WORKBOOK_KEY", line.place_of(FILE), f"the file {file} is already that of another line")
            else:
                self.files[file] = whole

    def file_name(self, root: Root, name: str, line: Line) -> str:
        """Return a spec file's path: what the line says, or what is usual for its name."""
        given, stem = line.text(FILE), name.lower()
        folder = root.folders[0]
        if root.name == "dataset":
            analysis = name.startswith("AD") or line.text("structure:") or "ANALYSIS" in line.text("Purpose").upper()
            folder = "adam" if analysis else "sdtm"
        usual = f"{folder}/{re.sub(r'[^a-z0-9_-]', '-', stem)}.yaml"
        if given and not re.fullmatch(rf"({'|'.join(root.folders)})/[\w.-]+\.ya?ml", given):
            wanted = " or ".join(f"{folder}/<name>.yaml" for folder in root.folders)
            self.add("WORKBOOK_CELL", line.place_of(FILE), f"{given} is no place of such a spec; {wanted} is wanted")
            return usual
        return given or usual

    def one_file(self, root: Root) -> None:
        """Read the file of which there is one: what the sheet Study says, and the sheets of its parts."""
        tree = new_map(Place(f"{self.sheet_place(STUDY)}"))
        for line in self.book[STUDY].lines if STUDY in self.book else ():
            key = line.text("Key") or _KEYS.get(line.text("Attribute"), line.text("Attribute"))
            if key.split(".")[0] == root.name:
                self.read.add(line.place)
                self.attribute(root, tree, key, line)
        if root.name == "study":
            self.design_tables(tree)
        for child in root.children:
            self.child(root, child, tree, ())
        self.files[f"{root.name}.yaml"] = tree

    def attribute(self, root: Root, tree: LocatedMap, key: str, line: Line) -> None:
        """Read a line of the sheet Study: study.title, study.standards.sdtmig."""
        given, steps = fields_of(root.model), key.split(".")[1:]
        model = model_of(given[steps[0]].annotation) if steps and steps[0] in given and len(steps) == 2 else None
        found = (fields_of(model).get(steps[1]) if model else given.get(steps[0])) if steps else None
        if found is None or len(steps) > 2 or (len(steps) == 2 and not model):
            known = [f"{root.name}.{name}" for name in given]
            self.add("WORKBOOK_KEY", line.place_of("Key"), f"{key} is no key of the specs{nearest(key, known)}")
            return
        if "Value" not in line.cells:
            return
        owner = tree
        if model:
            owner = tree.setdefault(steps[0], new_map(line.place_of("Key")))
            tree.places.setdefault(steps[0], line.place_of("Key"))
        if found.key in owner:
            self.add("WORKBOOK_KEY", line.place_of("Key"), f"{key} stands twice")
            return
        self.value(owner, found.key, found.content, line.cells["Value"])

    def design_tables(self, tree: LocatedMap) -> None:
        """Read the sheets of design tables; a column that is blank in all records stays, as nulls of the first."""
        for name, sheet in self.book.items():
            if not name.startswith(DESIGN_PREFIX) or not sheet.lines:
                continue
            place = sheet.lines[0].place
            records = new_list(place)
            for line in sheet.lines:
                record = new_map(line.place)
                for header in sheet.headers:
                    if header in line.cells:
                        self.value(record, header, Content.TEXT, line.cells[header])
                    elif not records and not any(header in other.cells for other in sheet.lines):
                        put(record, header, None, line.place)
                add(records, record, line.place, str(len(records) + 1))
            tables = tree.setdefault("tables", new_map(place))
            tree.places.setdefault("tables", place)
            put(tables, name.removeprefix(DESIGN_PREFIX), records, place)

    # Tables

    def lines(self, slot: Slot, above: tuple[str, ...]) -> Iterator[tuple[str, Line]]:
        """Yield the lines of a mapping or list with their names; blank and repeated names are findings."""
        seen: dict[str, Line] = {}
        number = 0
        for line in self.named.get((slot, above), []):
            self.read.add(line.place)
            name, number = line.text(slot.keys[-1]), number + 1
            if not name and slot.table.keyed:
                message = f"{slot.keys[-1]} is blank; it names what the row is about"
                self.add("WORKBOOK_KEY", line.place_of(slot.keys[-1]), message)
                continue
            name = name or f"({number})"
            if name in seen:
                first = str(seen[name].place_of(slot.keys[-1])).rpartition("!")[2]
                what = " ".join((*above, name))
                self.add("WORKBOOK_KEY", line.place_of(slot.keys[-1]), f"{what} stands twice, first in {first}")
                continue
            seen[name] = line
            yield name, line

    def child(self, root: Root, child: Child, owner: LocatedMap, keys: tuple[str, ...]) -> None:
        """Read a mapping or list that has a sheet of its own, and put it where it belongs."""
        container = self.container(slot_of(root, child.table, child.part), keys)
        if not container:
            return
        for key in child.path[:-1]:
            if not isinstance(owner.get(key), LocatedMap):
                if key in owner:
                    message = f"{key} is a value here, and has rows in the sheet {child.table.sheet}; only one can be"
                    self.add("WORKBOOK_KEY", owner.places[key], message)
                    return
                put(owner, key, new_map(container.place), container.place)
            owner = owner[key]
        key = child.path[-1]
        if owner.get(key) is not None:
            message = f"{key} is a value here, and has rows in the sheet {child.table.sheet}; only one can be"
            self.add("WORKBOOK_KEY", owner.places[key], message)
            return
        put(owner, key, container, container.place)

    def container(self, slot: Slot, above: tuple[str, ...]) -> Any:
        """Return the mapping or list of the lines whose first keys are those above."""
        if passes(slot.table):
            return self.groups(slot, above)
        found = list(self.lines(slot, above))
        if not found:
            return None
        if slot.table.inner:
            return self.outline(slot, above, found)
        place = found[0][1].place_of(slot.keys[-1])
        result: Any = new_map(place) if slot.table.keyed else new_list(place)
        for name, line in found:
            value = self.entry(slot, (*above, name), line)
            at = line.place_of(slot.keys[-1])
            if slot.table.keyed:
                put(result, name, value, at)
            else:
                add(result, value, at, name)
        return result

    def groups(self, slot: Slot, above: tuple[str, ...]) -> LocatedMap | None:
        """Return a mapping of mappings or lists whose entries say in their first column which one they are of."""
        child = slot.table.children[0]
        inner = slot_of(slot.root, child.table, child.part)
        names = dict.fromkeys(keys[-1] for found, keys in self.named if found is inner and keys[:-1] == above)
        result = None
        for name in names:
            container = self.container(inner, (*above, name)) if name else None
            if container:
                result = result if result is not None else new_map(container.place)
                put(result, name, container, container.place)
        return result

    def outline(self, slot: Slot, above: tuple[str, ...], found: list[tuple[str, Line]]) -> LocatedList:
        """Return rows with the rows under them: 2.1 stands under 2."""
        whole = new_list(found[0][1].place_of(slot.keys[-1]))
        entries: dict[str, LocatedMap] = {}
        for label, line in found:
            entry, at = self.entry(slot, (*above, label), line), line.place_of(slot.keys[-1])
            parent = entries.get(label.rpartition(".")[0])
            entries[label] = entry
            if parent is None and "." in label and not label.startswith("("):
                self.add("WORKBOOK_REFERENCE", at, f"there is no row {label.rpartition('.')[0]} above {label}")
            elif parent is None:
                add(whole, entry, at, label)
            else:
                inner = parent.setdefault(slot.table.inner, new_list(at))
                parent.places.setdefault(slot.table.inner, at)
                add(inner, entry, at, str(len(inner) + 1))
        return whole

    def entry(self, slot: Slot, keys: tuple[str, ...], line: Line) -> Any:
        """Return what a line says, with what sheets of its own say of it."""
        table = slot.table
        if table.model is None:
            cell = line.cells.get(table.value)
            return self.parsed(slot.content, cell) if cell else None
        result = new_map(line.place_of(slot.keys[-1]))
        for header, found in columns(table).items():
            if header in line.cells:
                self.value(result, found.key, found.content, line.cells[header])
        for child in table.children:
            self.child(slot.root, child, result, keys)
        return with_short_form(result, slot)

    # Cells

    def value(self, owner: LocatedMap, key: str, content: Content, cell: Cell) -> None:
        put(owner, key, self.parsed(content, cell), cell.place)

    def parsed(self, content: Content, cell: Cell) -> Any:
        try:
            return read(content, cell)
        except ValueError as error:
            self.add("WORKBOOK_CELL", cell.place, f"{error}: {cell.text!r:.60}")
            return None

    def details(self) -> None:
        """Put what Details says where its key leads to."""
        pieces: dict[tuple[str, str], list[Line]] = {}
        for line in self.book[DETAILS].lines if DETAILS in self.book else ():
            pieces.setdefault((line.text("File"), line.text("Key")), []).append(line)
        for (file, key), lines in pieces.items():
            cell = Cell("".join(line.text("Value") for line in lines), lines[0].place_of("Value"))
            if file not in self.files:
                message = f"the workbook has no spec {file}{nearest(file, self.files)}"
                self.add("WORKBOOK_REFERENCE", lines[0].place_of("File"), message)
                continue
            try:
                insert_at(self.files[file], key, yaml_value(cell.text, cell.place), lines[0].place_of("Key"))
            except ValueError as error:
                self.add("WORKBOOK_CELL", lines[0].place_of("Key"), f"{key}: {error}")

    def report_unread(self) -> None:
        """Report lines that are about something that no sheet has."""
        for slot in _slots_with_lines(self.book):
            if passes(slot.table):
                continue
            for (found, above), lines in self.named.items():
                for line in lines if found is slot else ():
                    if line.place not in self.read:
                        self.report_line(slot, above, line)
                        self.read.add(line.place)
        for sheet, line in self.unknown_parts():
            parts = sorted({slot.part for slot in _slots_with_lines(self.book) if slot.table.sheet == sheet})
            message = f"one of {', '.join(parts)} is wanted, not {line.text(PART)!r}"
            self.add("WORKBOOK_CELL", line.place_of(PART), message)

    def report_line(self, slot: Slot, above: tuple[str, ...], line: Line) -> None:
        blank = next((key for key in slot.keys[:-1] if not line.text(key)), None)
        if blank:
            self.add("WORKBOOK_KEY", line.place_of(blank), f"{blank} is blank; it says what the row belongs to")
            return
        parents = [s for s in _slots_with_lines(self.book) if s.root is slot.root and s.keys == slot.keys[:-1]]
        for depth, key in enumerate(slot.keys[:-1], 1):
            owners = [s for s in parents if len(s.keys) == depth] or [
                s for s in _slots_with_lines(self.book) if s.root is slot.root and s.keys == slot.keys[:depth]
            ]
            known = {
                other.text(key)
                for owner in owners
                for other in self.book[owner.table.sheet].lines
                if tuple(other.text(k) for k in slot.keys[: depth - 1]) == above[: depth - 1]
            }
            if line.text(key) not in known:
                sheets = " or ".join(dict.fromkeys(owner.table.sheet for owner in owners))
                message = f"{key} {line.text(key)} is not in the sheet {sheets}{nearest(line.text(key), known)}"
                self.add("WORKBOOK_REFERENCE", line.place_of(key), message)
                return
        self.add("WORKBOOK_REFERENCE", line.place, f"{' '.join(above)} has no such rows")

    def unknown_parts(self) -> Iterator[tuple[str, Line]]:
        slots = list(_slots_with_lines(self.book))
        for sheet in dict.fromkeys(slot.table.sheet for slot in slots if slot.part):
            parts = {slot.part for slot in slots if slot.table.sheet == sheet}
            yield from ((sheet, line) for line in self.book[sheet].lines if line.text(PART) not in {*parts, ""})

    def sheet_place(self, name: str) -> str:
        lines = self.book[name].lines if name in self.book else []
        return lines[0].place.file.rpartition("!")[0] if lines else name

    def add(self, code: str, place: Place, message: str) -> None:
        self.findings.add(code, place, message)


def with_short_form(full: LocatedMap, slot: Slot) -> LocatedMap:
    """Return a mapping that knows its shorter form, where its model has one: a rule alone, a label alone."""
    value = next(iter(full.values()), None)
    if not slot.path or len(full) > 1 or isinstance(value, (dict, list)):
        return full
    if full_form(entry_annotation(slot.root, slot.path), value) != full:
        return full
    result = Shortened(full)
    result.place, result.places, result.short = full.place, full.places, value
    return result


def _part(slot: Slot, line: Line) -> str:
    """Return the part that a line is of: without one the first, or none where the line only informs."""
    first = next(s.part for s in slots() if s.table is slot.table)
    return line.text(PART) or (first if line.text(slot.keys[-1]) else "(information)") if slot.part else ""


def _slots_with_lines(book: Book) -> Iterator[Slot]:
    return (slot for slot in slots() if slot.table.sheet in book)
