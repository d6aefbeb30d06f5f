"""Comments in the spec files that a workbook from elsewhere makes: what is to be filled, and what it says of that."""

from __future__ import annotations

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode

from crf2tlf.workbook.skeleton_variables import Notes


def with_notes(text: str, notes: Notes, *, new: bool) -> str:
    """Return a file's text with comments at its top, where it is new, and at the variables that have some."""
    node = YAML(typ="safe", pure=True).compose(text)
    top = [f"# {line}" for line in _lines(notes.top)] if new else []
    variables = next((value for key, value in node.value if key.value == "variables"), None)
    edits: list[tuple[int, str]] = []
    entries = variables.value if isinstance(variables, MappingNode) and not variables.flow_style else []
    for key, _ in entries:
        start = int(key.start_mark.index)
        begin, end = text.rfind("\n", 0, start) + 1, text.find("\n", start)
        indent = " " * (start - begin)
        above = "".join(f"{indent}# {line}\n" for line in _lines(notes.above.get(key.value, [])))
        edits.append((begin, above))
        if key.value in notes.after:
            edits.append((end if end >= 0 else len(text), f"  # {notes.after[key.value]}"))
    parts, position = ["\n".join([*top, ""]) if top else ""], 0
    for at, comment in edits:
        parts += [text[position:at], comment]
        position = at
    return "".join(parts) + text[position:]


def _lines(texts: list[str]) -> list[str]:
    """Return texts as lines that a comment can hold."""
    lines = [line.rstrip() for text in texts for line in text.splitlines()]
    return ["".join(c if c.isprintable() else " " for c in line) for line in lines if line]
