"""Changing values in the text of a YAML file: what does not change keeps its bytes, comments and layout too."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from crf2tlf.workbook.values import Full, block, entry, in_line, key_text, ordered, quoted, same, scalar, shortest

Edit = tuple[int, int, str]
"""From where to where the text is replaced, and by what."""


class UneditableError(Exception):
    """Raised for a layout of YAML in which single values cannot be replaced, such as anchors."""


def edited(text: str, old: Any, new: Any) -> str:
    """Return the text of a YAML file with the changes between two values of it made; both are plain mappings.

    Raises :class:`UneditableError` where the text's layout does not let them be made in place.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    body = text.removeprefix("\ufeff")
    newline = "\r\n" if "\r\n" in body else "\n"
    node = YAML(typ="safe", pure=True).compose(body)
    editor = _Editor(body)
    editor.refuse_aliases(node, set())
    editor.value(node, old, new, in_flow=False, column=0, lead=0)
    return mark + editor.applied().replace("\r\n", "\n").replace("\n", newline)


def whole_file(value: Any, comments: Iterable[str] = ()) -> str:
    """Return a new YAML file."""
    return "\n".join([*(f"# {line}" for line in comments), *block(value)]) + "\n"


class _Editor:
    """Collects the edits of one text."""

    def __init__(self, text: str) -> None:
        self.text, self.edits = text, list[Edit]()
        self.blank: dict[int, int] = {}
        """Where values that are not written would stand: after the colon."""

    def applied(self) -> str:
        parts, position = [], 0
        for start, end, replacement in sorted(self.edits, key=lambda e: (e[0], e[1])):
            if start < position:
                raise UneditableError("changes overlap")
            parts += [self.text[position:start], replacement]
            position = end
        return "".join(parts) + self.text[position:]

    def refuse_aliases(self, node: Node, seen: set[int]) -> None:
        """Refuse a file whose values stand in several places: a change of one would change the others."""
        if id(node) in seen:
            raise UneditableError("the file has anchors and aliases (& and *)")
        seen.add(id(node))
        if isinstance(node, MappingNode):
            for key, value in node.value:
                self.refuse_aliases(key, seen)
                self.refuse_aliases(value, seen)
                if _is_blank(value):
                    self.blank[id(value)] = self.after_colon(key)
        elif isinstance(node, SequenceNode):
            for item in node.value:
                self.refuse_aliases(item, seen)

    # Places in the text

    def start(self, node: Node) -> int:
        return self.blank.get(id(node), int(node.start_mark.index))

    def after_colon(self, key: Node) -> int:
        return self.text.index(":", int(key.end_mark.index)) + 1

    def end(self, node: Node) -> int:
        """Return where a value ends, without the blanks, lines and comments after it."""
        if isinstance(node, (MappingNode, SequenceNode)) and not node.flow_style and node.value:
            last = node.value[-1]
            return max(self.end(last[1]), self.end(last[0])) if isinstance(node, MappingNode) else self.end(last)
        start, end = self.start(node), int(node.end_mark.index)
        if _is_blank(node):
            return start
        if isinstance(node, ScalarNode) and node.style in ("|", ">"):
            return start + len(self.text[start:end].rstrip())
        return end

    def line_start(self, index: int) -> int:
        return self.text.rfind("\n", 0, index) + 1

    def line_end(self, index: int) -> int:
        """Return where the next line begins, after a comment that follows a value."""
        found = self.text.find("\n", index)
        return len(self.text) if found < 0 else found + 1

    def column(self, index: int) -> int:
        return index - self.line_start(index)

    # Values

    def value(self, node: Node, old: Any, new: Any, *, in_flow: bool, column: int, lead: int) -> None:
        """Change a value; ``lead`` is where what stands before it ends, ``column`` how far its entry is indented."""
        if same(old, new):
            return
        flow = in_flow or bool(getattr(node, "flow_style", False))
        if isinstance(node, MappingNode) and isinstance(old, dict) and isinstance(new, dict) and new and node.value:
            self.mapping(node, old, new, in_flow=flow)
        elif isinstance(node, SequenceNode) and isinstance(old, list) and isinstance(new, list) and new and node.value:
            if len(node.value) != len(old):
                raise UneditableError("a list is not the one that was read")
            self.sequence(node, old, new, in_flow=flow)
        else:
            self.replace(node, new, in_flow=in_flow, column=column, lead=lead)

    def replace(self, node: Node, new: Any, *, in_flow: bool, column: int, lead: int) -> None:
        """Write another value in place of one."""
        end = self.end(node)
        if in_flow:
            self.edits.append((lead, end, " " * bool(lead < end or lead) + _styled(node, new, in_flow=True)))
            return
        lines = _folded(node, new, column) or [f"- {_styled(node, new)}"]
        if isinstance(shortest(new), (dict, list)) or ("\n" in str(shortest(new)) and lines[0].startswith("- ")):
            lines = entry("k", new)
            lines[0] = "-" + lines[0][2:]
        if len(lines) > 1:
            end = max(end, self.line_end(end) - 1) if "#" in self.text[end : self.line_end(end)] else end
        shown = "\n".join([lines[0][1:].rstrip(), *(" " * column + line if line else "" for line in lines[1:])])
        self.edits.append((lead, end, shown))

    def mapping(self, node: MappingNode, old: dict[str, Any], new: dict[str, Any], *, in_flow: bool) -> None:
        """Change, remove, add and move the entries of a mapping."""
        entries = {str(key.value): (key, value) for key, value in node.value}
        if not set(old) <= set(entries):
            raise UneditableError("a mapping is not the one that was read")
        staying = _in_order([k for k in old if k in new], [k for k in new if k in old])
        if not staying and all(key in old for key in entries):
            raise UneditableError("nothing of a mapping stays")
        flow = bool(node.flow_style)
        for key in staying:
            key_node, value_node = entries[key]
            lead = self.after_colon(key_node)
            at = self.column(self.start(key_node))
            self.value(value_node, old[key], new[key], in_flow=in_flow, column=at, lead=lead)
        spans = [(self.start(k), max(self.end(v), self.end(k))) for k, v in entries.values()]
        gone = [key in old and key not in staying for key in entries]
        texts: dict[str, str] = {}
        for key in (k for k in new if k in old and k not in staying and same(old[k], new[k])):
            start, end = spans[list(entries).index(key)]
            texts[key] = self.text[start:end]
        self.remove(spans, gone, flow=flow)
        before: str | None = None
        kept = [key for key, removed in zip(entries, gone, strict=True) if not removed]
        for key in new:
            if key in staying:
                before = key
                continue
            lines = texts[key].split("\n") if key in texts else entry(key, new[key])
            shown = texts.get(key) or f"{key_text(key, in_line=True)}: {in_line(new[key])}"
            indent = self.column(spans[0][0])
            raw = key in texts
            after = entries[before] if before is not None else None
            self.insert(
                after, spans[list(entries).index(kept[0])][0], shown if flow else lines, indent, flow=flow, raw=raw
            )

    def sequence(self, node: SequenceNode, old: list[Any], new: list[Any], *, in_flow: bool) -> None:
        """Change, remove and add the items of a list."""
        flow = bool(node.flow_style)
        starts = [self.start(item) if flow else self.dash(item) for item in node.value]
        spans = [(start, max(self.end(item), start + 1)) for start, item in zip(starts, node.value, strict=True)]
        gone = [False] * len(old)
        added: dict[int, list[Any]] = {}
        matcher = SequenceMatcher(
            None, [ordered(item) for item in old], [ordered(item) for item in new], autojunk=False
        )
        for kind, i1, i2, j1, j2 in matcher.get_opcodes():
            if kind == "equal":
                continue
            paired = min(i2 - i1, j2 - j1)
            for offset in range(paired):
                item = node.value[i1 + offset]
                lead = self.start(item) if flow else starts[i1 + offset] + 1
                at = self.column(starts[i1 + offset])
                self.item(item, old[i1 + offset], new[j1 + offset], flow=flow, in_flow=in_flow, column=at, lead=lead)
            gone[i1 + paired : i2] = [True] * (i2 - i1 - paired)
            added.setdefault(i1 + paired, []).extend(new[j1 + paired : j2])
        if all(gone):
            raise UneditableError("nothing of a list stays")
        self.remove(spans, gone, flow=flow)
        first = gone.index(False)
        for place, items in added.items():
            before = max((at for at in range(place) if not gone[at]), default=None)
            for value in items:
                after = None if before is None else (node.value[before], node.value[before])
                block_style = before is not None and getattr(node.value[before], "flow_style", None) is False
                lines: Any = in_line(value) if flow else _item_lines(value, open_block=block_style)
                self.insert(after, spans[first][0], lines, self.column(spans[0][0]), flow=flow)

    def item(self, node: Node, old: Any, new: Any, *, flow: bool, in_flow: bool, column: int, lead: int) -> None:
        if flow and not isinstance(node, (MappingNode, SequenceNode)):
            self.edits.append((self.start(node), self.end(node), _styled(node, new, in_flow=True)))
        elif flow and not (isinstance(old, dict | list) and type(old) is type(new)):
            self.edits.append((self.start(node), self.end(node), in_line(new)))
        else:
            self.value(node, old, new, in_flow=in_flow, column=column, lead=lead)

    def dash(self, item: Node) -> int:
        """Return where the dash before an item of a block list stands; it must begin its line."""
        found = self.text.rfind("-", 0, self.start(item) + (1 if self.start(item) == self.end(item) else 0))
        if found < 0 or self.text[self.line_start(found) : found].strip():
            raise UneditableError("a list begins in the line of another one")
        return found

    def remove(self, spans: list[tuple[int, int]], gone: list[bool], *, flow: bool) -> None:
        """Take entries out, with their commas or lines."""
        if True not in gone:
            return
        first = gone.index(False) if False in gone else 0
        for number, (start, end) in enumerate(spans):
            if not gone[number]:
                continue
            if flow or self.text[self.line_start(start) : start].strip():
                if number < first:
                    self.edits.append((start, spans[number + 1][0], ""))
                else:
                    self.edits.append((spans[number - 1][1], end, ""))
            else:
                self.edits.append((self.line_start(start), self.line_end(end), ""))

    def insert(
        self,
        before: tuple[Node, Node] | None,
        first: int,
        lines: Any,
        indent: int,
        *,
        flow: bool,
        raw: bool = False,
    ) -> None:
        """Add an entry after another one, or before the first."""
        if flow:
            at = max(self.end(before[0]), self.end(before[1])) if before else first
            self.edits.append((at, at, f", {lines}" if before else f"{lines}, "))
            return
        shown = [lines[0], *(line if raw or not line else " " * indent + line for line in lines[1:])]
        if before:
            at = self.line_end(max(self.end(before[0]), self.end(before[1])))
            broken = "" if self.text[:at].endswith("\n") else "\n"
            self.edits.append((at, at, broken + " " * indent + "\n".join(shown) + "\n"))
        else:
            self.edits.append((first, first, "\n".join(shown) + "\n" + " " * indent))


def _is_blank(node: Node) -> bool:
    return isinstance(node, ScalarNode) and not node.style and not node.value


def _item_lines(value: Any, *, open_block: bool) -> list[str]:
    """Return the lines of a list's item; ``open_block``: a line for each key, as the items beside it have."""
    if not open_block or not isinstance(value, dict) or isinstance(value, Full) or not value:
        return entry(None, value)
    lines = [line for key, item in value.items() for line in entry(key, item)]
    return [f"- {lines[0]}", *(f"  {line}" if line else "" for line in lines[1:])]


def _in_order(old: list[str], new: list[str]) -> list[str]:
    """Return the keys that keep their order between two lists of the same keys."""
    if old == new:
        return old
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [key for match in matcher.get_matching_blocks() for key in old[match.a : match.a + match.size]]


def _styled(node: Node, new: Any, *, in_flow: bool = False) -> str:
    """Return a value in one line, in the quotes of the value that it replaces."""
    value = shortest(new)
    if not isinstance(value, str) or not isinstance(node, ScalarNode) or "\n" in value:
        return in_line(value) if in_flow or isinstance(value, (dict, list)) else scalar(value)
    if not value.isprintable():
        return quoted(value)
    if node.style == "'":
        return "'" + value.replace("'", "''") + "'"
    if node.style == '"' and "\\" not in value and '"' not in value:
        return f'"{value}"'
    bare = not node.style and not str(node.tag).endswith((":str", ":null"))
    return value if bare and _is_number(value) else scalar(value, in_line=in_flow)


def _is_number(text: str) -> bool:
    node = YAML(typ="safe", pure=True).compose(text) if text.strip() == text and text else None
    return isinstance(node, ScalarNode) and str(node.tag).endswith((":int", ":float")) and node.value == text


def _folded(node: Node, new: Any, column: int) -> list[str] | None:
    """Return a text as lines that YAML joins, where the text that it replaces was written so."""
    value = shortest(new)
    if not isinstance(node, ScalarNode) or node.style != ">" or not isinstance(value, str):
        return None
    if value != " ".join(value.split()) or not value.isprintable() or value.startswith("#"):
        return None
    lines = textwrap.wrap(value, 118 - column, break_long_words=False, break_on_hyphens=False)
    return ["- >-", *(f"  {line}" for line in lines)] if len(lines) > 1 else None
