"""The part of an output's spec that an analysis stands in, as it is written: the program of the analysis."""

from __future__ import annotations

from pathlib import Path

from crf2tlf.findings import Place


class SpecText:
    """The lines of the spec files of a study folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lines: dict[str, list[str]] = {}

    def block(self, place: Place, without: tuple[str, ...] = ()) -> str:
        """Return the lines of the YAML mapping that begins at a place, without the blocks of some of its keys.

        The mapping ends before the next line that is not indented more than it is. Empty for an unknown place.
        """
        lines = self._of(place.file)
        if not 0 < place.line <= len(lines):
            return ""
        start = place.line - 1
        margin = _indent(lines[start])
        inner = margin + (2 if lines[start].lstrip().startswith("- ") else 0)
        block = [lines[start]]
        for line in lines[start + 1 :]:
            if line.strip() and _indent(line) <= margin and not (inner == margin and _indent(line) == margin):
                break
            block.append(line)
        kept = _without(block, inner, without)
        while kept and not kept[-1].strip():
            kept.pop()
        return "\n".join(line[margin:] for line in kept)

    def key(self, place: Place, key: str) -> str:
        """Return the lines of a key of the top of a file, whose value is at a place."""
        lines = self._of(place.file)
        for number in range(min(place.line, len(lines)), 0, -1):
            if lines[number - 1].startswith(f"{key}:"):
                end = next((n for n in range(number, len(lines)) if _ends(lines[n])), len(lines))
                return "\n".join(line for line in lines[number - 1 : end]).rstrip()
        return ""

    def _of(self, file: str) -> list[str]:
        if file not in self._lines:
            path = self.root / file
            inside = file and path.is_file()
            self._lines[file] = path.read_text(encoding="utf-8").splitlines() if inside else []
        return self._lines[file]


def _without(block: list[str], inner: int, keys: tuple[str, ...]) -> list[str]:
    """Leave out the blocks of keys that stand at an indentation."""
    kept, leaving = [], False
    for line in block:
        if line.strip() and _indent(line) <= inner:
            leaving = any(line[inner:].startswith(f"{key}:") for key in keys)
        if not leaving:
            kept.append(line)
    return kept


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _ends(line: str) -> bool:
    return bool(line.strip()) and not line.startswith((" ", "#"))
