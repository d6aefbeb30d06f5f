"""Reading forms from CDISC ODM-XML 1.3: every item group is a record, with the line on which it begins.

The file is read once, as a stream, by a parser that fetches nothing; a file with a document type declaration, the only
place where entities could be declared, is refused.
Source: CDISC Operational Data Model (ODM) 1.3.2, sections 2.8 (transactions) and 3.1.4 (ClinicalData).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from xml.parsers import expat

import numpy as np

from crf2tlf.files.raw_table import RawTable, report_no_record, table_of, text_column
from crf2tlf.findings import Findings, Place, nearest

_ATTRIBUTES = {
    "ClinicalData": ("StudyOID",),
    "SubjectData": ("SubjectKey",),
    "StudyEventData": ("StudyEventOID", "StudyEventRepeatKey"),
    "FormData": ("FormOID", "FormRepeatKey"),
    "ItemGroupData": ("ItemGroupOID", "ItemGroupRepeatKey"),
}
"""What tells a record apart: the elements around it, and the attributes that name them."""
KEYS = tuple(name for names in _ATTRIBUTES.values() for name in names)
_LEVELS = tuple(_ATTRIBUTES)
_DEPTH = 100


class OdmGroup(NamedTuple):
    """Which item groups are a form's records; None: any."""

    form: str | None
    item_group: str | None


@dataclass
class _Record:
    """An item group: where it begins, what names it, and its items."""

    line: int
    keys: dict[str, str]
    items: dict[str, str | None] = field(default_factory=dict)


class _RefusedError(Exception):
    """The file is not read on from the line."""

    def __init__(self, line: int, message: str) -> None:
        self.line, self.message = line, message
        super().__init__(message)


def read_odm(path: Path, place_name: str, groups: Iterable[OdmGroup], findings: Findings) -> dict[OdmGroup, RawTable]:
    """Read the records of each group of an ODM file, in the order in which they stand.

    A record's columns are the items by their ItemOID (with ``.unit`` for a measurement unit), and, optional, the keys
    StudyOID, SubjectKey, StudyEventOID, StudyEventRepeatKey, FormOID, FormRepeatKey, ItemGroupOID, ItemGroupRepeatKey,
    the site as LocationOID, and attributes of vendors on the elements around (``mdsol:SubjectName``). Items that the
    file defines for the group are columns even where nobody answered them. In a transactional file the last word on a
    record counts, and what is removed is no record.

    Findings: RAW_FILE_MISSING, RAW_FILE_EMPTY, RAW_FILE_FORMAT (no ODM 1.3, damaged, document type or entities).
    """
    place = Place(place_name)
    reader = _Reader()
    try:
        with path.open("rb") as file:
            if not file.read(1):
                findings.add("RAW_FILE_EMPTY", place, "the file is empty")
                return {}
            file.seek(0)
            reader.parser.ParseFile(file)
    except OSError as problem:
        findings.add("RAW_FILE_MISSING", place, f"the file cannot be read: {problem.strerror}")
        return {}
    except _RefusedError as problem:
        findings.add("RAW_FILE_FORMAT", Place(place_name, problem.line), problem.message)
        return {}
    except (expat.ExpatError, LookupError, ValueError) as problem:
        line = getattr(problem, "lineno", reader.parser.CurrentLineNumber)
        findings.add("RAW_FILE_FORMAT", Place(place_name, line), f"the file is no well-formed XML ({problem})")
        return {}
    return {group: _table(reader, group, place_name, findings) for group in groups}


class _Reader:
    """Takes the parser's events, and keeps records by what names them."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.records: dict[tuple[str | None, ...], _Record] = {}
        self.defined: dict[str, list[str]] = {}  # item groups, and forms, with their items or item groups
        self.transactional = False
        self._path: list[str] = []
        self._keys: list[dict[str, str]] = []  # of the elements around, outermost first
        self._record: _Record | None = None
        self._item: str | None = None
        self._words: list[str] | None = None
        self._definition = ""

    def _line(self) -> int:
        return self.parser.CurrentLineNumber

    def _doctype(self, *_: Any) -> None:
        message = "the file has a document type declaration (DOCTYPE), where entities are declared; ODM needs none"
        raise _RefusedError(self._line(), message)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if not self._path:
            self._root(name, attributes)
        self._path.append(name)
        if len(self._path) > _DEPTH:
            raise _RefusedError(self._line(), f"elements stand in each other more than {_DEPTH} deep")
        if name in _ATTRIBUTES and "ReferenceData" not in self._path:
            self._level(name, attributes)
        elif name.startswith("ItemData") and self._record is not None:
            self._start_item(name, attributes)
        elif name == "MeasurementUnitRef" and self._item and self._record:
            self._record.items[f"{self._item}.unit"] = attributes.get("MeasurementUnitOID")
        elif name == "SiteRef" and self._keys:
            self._keys[-1]["LocationOID"] = attributes.get("LocationOID", "")
        elif name in ("FormDef", "ItemGroupDef"):
            self._definition = attributes.get("OID", "")
            self.defined.setdefault(self._definition, [])
        elif name in ("ItemRef", "ItemGroupRef") and self._definition:
            self.defined[self._definition].append(attributes.get("ItemOID") or attributes.get("ItemGroupOID", ""))

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        if name != "ODM":
            raise _RefusedError(self._line(), f"the file begins with <{name}>; an ODM file begins with <ODM>")
        version = attributes.get("ODMVersion", "1.3")
        if not version.startswith("1.3"):
            raise _RefusedError(self._line(), f"the file is ODM {version}; 1.3 is read")
        self.transactional = attributes.get("FileType") == "Transactional"

    def _level(self, name: str, attributes: dict[str, str]) -> None:
        """Enter an element of the data; a removed one takes what was known of it along."""
        named = {key: attributes[key] for key in _ATTRIBUTES[name] if key in attributes}
        vendors = {key: value for key, value in attributes.items() if ":" in key and not key.startswith("xml")}
        self._keys.append({**named, **vendors})
        removed = attributes.get("TransactionType") == "Remove"
        if name == "ItemGroupData":
            keys = {key: value for level in self._keys for key, value in level.items()}
            identity = tuple(keys.get(key) for key in KEYS)
            if not removed:
                known = self.records.get(identity) if self.transactional else None
                if known is None and identity in self.records:  # a snapshot that repeats a key: two records
                    identity = (*identity, str(len(self.records)))
                self._record = known or self.records.setdefault(identity, _Record(self._line(), keys))
        if removed:
            self._remove()

    def _remove(self) -> None:
        """Take out the records of the element that was entered last."""
        around = {key: value for level in self._keys for key, value in level.items() if key in KEYS}
        identity = tuple(around.get(key) for key in KEYS)
        if len(self._keys) == len(_LEVELS):
            self.records.pop(identity, None)
            return
        depth = [KEYS.index(key) for key in KEYS if key in around]
        for known in [i for i in self.records if all(i[n] == identity[n] for n in depth)]:
            del self.records[known]

    def _start_item(self, name: str, attributes: dict[str, str]) -> None:
        """Enter an item: its value is an attribute, or the text of an element for its type."""
        assert self._record is not None
        item = attributes.get("ItemOID", "")
        if not item:
            raise _RefusedError(self._line(), f"the {name} has no ItemOID")
        self._item = item
        if attributes.get("TransactionType") == "Remove" or attributes.get("IsNull") == "Yes":
            self._record.items[item] = None
        elif name == "ItemData":
            self._record.items[item] = attributes.get("Value")
        else:
            self._words = []

    def _text(self, text: str) -> None:
        if self._words is not None and self._path[-1].startswith("ItemData"):
            self._words.append(text)

    def _end(self, _: str) -> None:
        name = self._path.pop()
        if name in _LEVELS and "ReferenceData" not in self._path:
            self._keys.pop()
            if name == "ItemGroupData":
                self._record = None
        elif name.startswith("ItemData") and self._item and self._record is not None:
            if self._words is not None:
                self._record.items[self._item] = "".join(self._words)
            self._item = self._words = None
        elif name in ("FormDef", "ItemGroupDef"):
            self._definition = ""


def _table(reader: _Reader, group: OdmGroup, place_name: str, findings: Findings) -> RawTable:
    """Return the records of a group as a table; keys come first, then the items as the file names them."""
    chosen = [
        record
        for record in reader.records.values()
        if group.form in (None, record.keys.get("FormOID"))
        and group.item_group in (None, record.keys.get("ItemGroupOID"))
    ]
    if not chosen:
        _report_none(reader, group, place_name, findings)
    keys = dict.fromkeys([*KEYS, *(key for record in chosen for key in record.keys)])
    groups = [group.item_group] if group.item_group else reader.defined.get(group.form or "", [])
    items = dict.fromkeys(item for name in groups for item in reader.defined.get(name, []))
    items.update(dict.fromkeys(item for record in chosen for item in record.items))
    columns = {name: text_column([record.keys.get(name) for record in chosen]) for name in keys if name not in items}
    columns |= {name: text_column([record.items.get(name) for record in chosen]) for name in items}
    units = {name for name in items if name.endswith(".unit")}
    lines = np.array([record.line for record in chosen], dtype=np.int64)
    return RawTable(place_name, table_of(columns), lines, 0, frozenset(keys) | units)


def _report_none(reader: _Reader, group: OdmGroup, place_name: str, findings: Findings) -> None:
    """Report that no record is the form's, with the nearest identifiers that the file has."""
    forms = dict.fromkeys(r.keys.get("FormOID", "") for r in reader.records.values())
    item_groups = dict.fromkeys(r.keys.get("ItemGroupOID", "") for r in reader.records.values())
    wanted = []
    if group.form:
        wanted.append(f"FormOID {group.form}{'' if group.form in forms else nearest(group.form, forms)}")
    if group.item_group:
        near = "" if group.item_group in item_groups else nearest(group.item_group, item_groups)
        wanted.append(f"ItemGroupOID {group.item_group}{near}")
    report_no_record(Place(place_name), findings, f"the file has no ItemGroupData with {' and '.join(wanted)}")
