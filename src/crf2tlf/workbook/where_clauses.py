"""Where clauses of workbooks from elsewhere, as conditions of the rule language; compound ones stay whole."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from crf2tlf.findings import Findings, nearest
from crf2tlf.workbook.sheets import Book, Line

_OPERATORS = {"EQ": "==", "NE": "!=", "LT": "<", "LE": "<=", "GT": ">", "GE": ">=", "IN": "in", "NOTIN": "not in"}
_SPELLED = {"=": "EQ", "==": "EQ", "!=": "NE", "^=": "NE", "<>": "NE", "<": "LT", "<=": "LE", ">": "GT", ">=": "GE"}
_PART = re.compile(
    r"\s*(?:([A-Z][A-Z0-9]{1,7})\.)?([A-Z_][A-Z0-9_]*)\s*(EQ|NE|LT|LE|GT|GE|NOT\s*IN|IN|[=!^<>]=?|<>)\s*(.+?)\s*",
    re.IGNORECASE | re.DOTALL,
)
_VALUE = re.compile(r"\s*(?:\"((?:[^\"]|\"\")*)\"|'((?:[^']|'')*)'|([^,;\n]+))\s*(?:[,;\n]|$)")


@dataclass(frozen=True)
class Comparison:
    """A variable compared with one value or several; ``dataset`` is empty where it is the row's own."""

    dataset: str
    variable: str
    comparator: str
    values: tuple[str, ...]

    def condition(self, numeric: bool) -> str:
        """Return the comparison in the rule language."""
        name = f"{self.dataset}.{self.variable}" if self.dataset else self.variable
        values = [value if numeric and _is_number(value) else _quoted(value) for value in self.values]
        listed = self.comparator in ("IN", "NOTIN")
        return f"{name} {_OPERATORS[self.comparator]} {'[' + ', '.join(values) + ']' if listed else values[0]}"


Clause = tuple[Comparison, ...]
"""All of its comparisons hold."""


def where_clauses(book: Book, findings: Findings) -> dict[str, Clause]:
    """Return the clauses of the sheet WhereClauses by their ids; the rows of an id hold together."""
    found: dict[str, list[Comparison]] = {}
    for line in book["WhereClauses"].lines if "WhereClauses" in book else ():
        comparator = _comparator(line.text("Comparator"))
        if not line.text("ID") or not line.text("Variable"):
            blank = "Variable" if line.text("ID") else "ID"
            findings.add("WORKBOOK_KEY", line.place_of(blank), f"{blank} is blank; a where clause needs it")
        elif comparator is None:
            shown = line.text("Comparator")
            message = f"one of {', '.join(_OPERATORS)} is wanted, not {shown!r}{nearest(shown, _OPERATORS)}"
            findings.add("WORKBOOK_CELL", line.place_of("Comparator"), message)
        else:
            values = _values(line.text("Value"), listed=comparator in ("IN", "NOTIN"))
            comparison = Comparison(line.text("Dataset"), line.text("Variable"), comparator, values)
            found.setdefault(line.text("ID"), []).append(comparison)
    return {name: tuple(parts) for name, parts in found.items()}


def clauses_of(line: Line, known: dict[str, Clause], findings: Findings) -> list[Clause]:
    """Return the clauses that a row of value-level metadata names; one of them holds.

    They are ids of the sheet WhereClauses, or, in newer workbooks, the condition itself.
    """
    text, place = line.text("Where Clause"), line.place_of("Where Clause")
    if not text:
        findings.add("WORKBOOK_KEY", place, "Where Clause is blank; it says which values the row is about")
        return []
    ids = [text] if text in known else [part for part in re.split(r"[,;\s]+(?:OR\s+)?", text) if part]
    if all(name in known for name in ids):
        return [_without_dataset(known[name], line.text("Dataset")) for name in ids]
    written = _written(text)
    if written:
        return [_without_dataset(clause, line.text("Dataset")) for clause in written]
    missing = next(name for name in ids if name not in known)
    message = f"there is no where clause {missing} in the sheet WhereClauses{nearest(missing, known)}"
    findings.add("WORKBOOK_REFERENCE", place, message)
    return []


def condition(clauses: Iterable[Clause], numeric: set[str]) -> str:
    """Return clauses of which one holds as a condition of the rule language."""
    texts = [" and ".join(part.condition(part.variable in numeric) for part in clause) for clause in clauses]
    return " or ".join(texts)


def _written(text: str) -> list[Clause]:
    """Read a clause that stands as text: VSTESTCD EQ "TEMP" AND VSPOS IN ("SITTING", "STANDING")."""
    clauses: list[Clause] = []
    for alternative in re.split(r"\s+OR\s+", text, flags=re.IGNORECASE):
        parts = []
        for part in re.split(r"\s+AND\s+", alternative, flags=re.IGNORECASE):
            match = _PART.fullmatch(part)
            comparator = _comparator(match[3]) if match else None
            if match is None or comparator is None:
                return []
            values = _values(match[4].strip("()"), listed=comparator in ("IN", "NOTIN"))
            parts.append(Comparison((match[1] or "").upper(), match[2].upper(), comparator, values))
        clauses.append(tuple(parts))
    return clauses


def _comparator(text: str) -> str | None:
    fold = "".join(text.split()).upper()
    return fold if fold in _OPERATORS else _SPELLED.get(fold)


def _values(text: str, *, listed: bool) -> tuple[str, ...]:
    """Return the values of a comparison; those of a list have commas, semicolons or line breaks between them."""
    if not listed:
        match = re.fullmatch(r"\"(.*)\"|'(.*)'", text, re.DOTALL)
        return (next(part for part in match.groups() if part is not None) if match else text,)
    found = [match for match in _VALUE.finditer(text.strip("()")) if match[0].strip()]
    return tuple(
        next(part for part in match.groups() if part is not None).replace('""', '"').strip() for match in found
    )


def _without_dataset(clause: Clause, dataset: str) -> Clause:
    return tuple(
        Comparison("" if part.dataset == dataset else part.dataset, part.variable, part.comparator, part.values)
        for part in clause
    )


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
