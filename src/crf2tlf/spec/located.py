"""YAML 1.2 with the file and line of every key and value kept.

The tree is made from ruamel.yaml's composed nodes, so that ``NO`` and ``on`` stay text, ``01`` used as a code keeps
its zero, a duplicate key is an error, and no object is ever constructed from a tag.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from crf2tlf.findings import Findings, Place

MAXIMUM_DEPTH = 40
MAXIMUM_VALUES = 100_000
"""More than any spec needs; aliases of aliases would make billions out of a few lines."""


class LocatedText(str):
    """A text scalar that knows its place."""

    place: Place


class LocatedInt(int):
    """A whole number that knows its place and how it was written (``01``)."""

    place: Place
    written: str


class LocatedFloat(float):
    """A decimal number that knows its place and how it was written (``1.50``)."""

    place: Place
    written: str


class LocatedMap(dict[str, Any]):
    """A mapping with text keys, its own place and the place of each key."""

    place: Place
    places: dict[str, Place]


class LocatedList(list[Any]):
    """A sequence that knows its place and that of each item."""

    place: Place
    places: list[Place]


def load_yaml(path: Path, name: str, findings: Findings) -> LocatedMap | None:
    """Read one YAML file whose top is a mapping; ``name`` is the path shown to people.

    Returns None after adding a ``SPEC_YAML`` finding when the file is unreadable, not UTF-8, not YAML, has a
    duplicate key, or is not a mapping.
    """
    try:
        text = path.read_text(encoding="utf-8")
        node = _reader().compose(text)
        tree = _Builder(name).build(node, 0) if node is not None else None
    except OSError as error:
        findings.add("SPEC_YAML", Place(name), f"cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        findings.add("SPEC_YAML", Place(name, line), "is not UTF-8; save the file as UTF-8")
    except _Unusable as error:
        findings.add("SPEC_YAML", error.place, str(error))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(name, mark.line + 1 if mark else 0)
        findings.add("SPEC_YAML", place, f"is not YAML: {error.problem or error.context}")
    except ReaderError as error:
        place = Place(name, text.count("\n", 0, error.position) + 1)
        findings.add("SPEC_YAML", place, f"has the character U+{error.character:04X}, which YAML does not take")
    except (YAMLError, ValueError) as error:
        findings.add("SPEC_YAML", Place(name), f"is not YAML: {str(error).splitlines()[0]}")
    else:
        if isinstance(tree, LocatedMap):
            return tree
        findings.add("SPEC_YAML", Place(name, 1), "is empty or not a mapping of keys to values")
    return None


def yaml_value(text: str, place: Place) -> Any:
    """Read a value written as YAML outside a file, such as in a cell; all of its parts get the given place.

    Raises ValueError, with what is wrong in words, for what is no YAML or has what specs do not take.
    """
    try:
        node = _reader().compose(text)
        return _BuilderAt(place).build(node, 0) if node is not None else None
    except _Unusable as error:
        raise ValueError(str(error)) from None
    except MarkedYAMLError as error:
        raise ValueError(f"is not YAML: {error.problem or error.context}") from None
    except ReaderError as error:
        raise ValueError(f"has the character U+{error.character:04X}, which YAML does not take") from None
    except YAMLError as error:
        raise ValueError(f"is not YAML: {str(error).splitlines()[0]}") from None


def _reader() -> YAML:
    reader = YAML(typ="safe", pure=True)  # comments are not asked for, which saves a fifth of the time
    reader.Composer = _Shallow
    return reader


class _Shallow(Composer):
    """Composes nodes and stops where they are nested too deeply: what follows is not read."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        self.depth += 1
        try:
            if self.depth > MAXIMUM_DEPTH + 2:
                mark = self.parser.peek_event().start_mark
                raise MarkedYAMLError(None, None, f"nested more than {MAXIMUM_DEPTH} levels deep", mark)
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


class _Unusable(Exception):
    def __init__(self, place: Place, message: str) -> None:
        self.place = place
        super().__init__(message)


class _Builder:
    """Turns composed nodes into located values."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.values = 0

    def build(self, node: Node, depth: int) -> Any:
        self.values += 1
        if self.values > MAXIMUM_VALUES:
            raise _Unusable(self.place(node), f"has more than {MAXIMUM_VALUES} values")
        if depth > MAXIMUM_DEPTH:
            raise _Unusable(self.place(node), f"is nested more than {MAXIMUM_DEPTH} levels deep")
        if isinstance(node, MappingNode):
            self.refuse_tag(node, "map")
            return self.mapping(node, depth)
        if isinstance(node, SequenceNode):
            self.refuse_tag(node, "seq")
            items = LocatedList(self.build(child, depth + 1) for child in node.value)
            items.place = self.place(node)
            items.places = [self.place(child) for child in node.value]
            return items
        return self.scalar(node)

    def place(self, node: Node) -> Place:
        return Place(self.name, node.start_mark.line + 1 if node.start_mark else 0)

    def refuse_tag(self, node: Node, *plain: str) -> None:
        """Refuse a node with a tag other than those of plain data."""
        if str(node.tag) not in {f"tag:yaml.org,2002:{tag}" for tag in plain}:
            raise _Unusable(self.place(node), f"the tag {node.tag} is not taken; specs are plain data")

    def mapping(self, node: MappingNode, depth: int) -> LocatedMap:
        result = LocatedMap()
        result.place = self.place(node)
        result.places = {}
        for key_node, value_node in node.value:
            place = self.place(key_node)
            if not isinstance(key_node, ScalarNode):
                raise _Unusable(place, "a key must be plain text")
            key = key_node.value
            if key in result:
                raise _Unusable(place, f"the key {key} stands twice, first in line {result.places[key].line}")
            result[key] = self.build(value_node, depth + 1)
            result.places[key] = place
        return result

    def scalar(self, node: Node) -> Any:
        self.refuse_tag(node, "null", "bool", "int", "float", "str", "timestamp")
        tag, text = str(node.tag).rsplit(":", 1)[-1], node.value
        if tag == "null":
            return None
        if tag == "bool":
            return text.casefold() == "true"
        if tag == "int" or tag == "float":
            try:
                number: Any = LocatedInt(_whole(text)) if tag == "int" else LocatedFloat(_decimal(text))
            except ValueError:
                raise _Unusable(self.place(node), f"{text:.60} cannot be read as a number") from None
            number.place, number.written = self.place(node), text
            return number
        located = LocatedText(text)
        located.place = self.place(node)
        return located


class _BuilderAt(_Builder):
    """Builds values that all stand at one place."""

    def __init__(self, place: Place) -> None:
        super().__init__(place.file)
        self.one_place = place

    def place(self, node: Node) -> Place:  # noqa: ARG002
        return self.one_place


def _whole(text: str) -> int:
    digits = text.replace("_", "")
    return int(digits, 10) if digits.lstrip("+-").isdigit() else int(digits, 0)


def _decimal(text: str) -> float:
    special = {".inf": "inf", "-.inf": "-inf", "+.inf": "inf", ".nan": "nan"}
    return float(special.get(text.casefold(), text.replace("_", "")))
