"""Variables of a workbook from elsewhere: what it says of them, and rules where it tells them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from crf2tlf.findings import Findings, nearest
from crf2tlf.spec.located import LocatedMap, yaml_value
from crf2tlf.standards import adam_variable, codelist, sdtm_variable
from crf2tlf.workbook.cells import located
from crf2tlf.workbook.sheets import Line
from crf2tlf.workbook.skeleton_values import KINDS, ORIGINS, checked, whole_number, yes
from crf2tlf.workbook.tree import new_map, put
from crf2tlf.workbook.where_clauses import Clause, clauses_of, condition

PREDECESSOR = re.compile(r"[A-Z][A-Z0-9]{1,7}\.[A-Z_][A-Z0-9_]*")
LONGEST_LABEL = 40
_LONGEST_TEXT = 200


@dataclass
class Notes:
    """Comments for a file: at its top, above variables, and after them."""

    top: list[str] = field(default_factory=list)
    above: dict[str, list[str]] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class References:
    """What rows of variables refer to by ids: texts, codelists, dictionaries' names, where clauses."""

    methods: Mapping[str, str]
    comments: Mapping[str, str]
    dictionaries: Mapping[str, str]
    codelists: set[str]
    clauses: dict[str, Clause]


class Variables:
    """Makes variables out of rows; what a row refers to and the workbook lacks is a finding."""

    def __init__(self, known: References, findings: Findings) -> None:
        self.known, self.findings = known, findings

    def variable(self, tree: LocatedMap, line: Line, values: list[Line], numeric: set[str], notes: Notes) -> LocatedMap:
        """Return a variable with what the workbook says of it, and a rule where it tells one."""
        name, entry = line.text("Variable"), new_map(line.place_of("Variable"))
        above: list[str] = []
        self.rule(entry, line, above, notes.after, name)
        if values:
            self.value_level(entry, line, values, numeric, above, notes.after)
        self.described(entry, tree, line, above)
        if above:
            notes.above[name] = above
        return entry

    def rule(self, entry: LocatedMap, line: Line, above: list[str], after: dict[str, str], name: str) -> None:
        predecessor, assigned = line.text("Predecessor"), line.text("Assigned Value")
        if assigned:
            put(entry, "value", located(assigned, line.place_of("Assigned Value")), line.place_of("Assigned Value"))
        elif PREDECESSOR.fullmatch(predecessor):
            put(entry, "rule", located(predecessor, line.place_of("Predecessor")), line.place_of("Predecessor"))
        else:
            after[name] = "TODO rule"
            if predecessor:
                above.append(f"Predecessor: {' '.join(predecessor.split())}")
        self.method(line, above)

    def method(self, line: Line, above: list[str]) -> None:
        name = line.text("Method")
        if name in self.known.methods:
            above.extend(
                f"{name}: {text}" if not n else text for n, text in enumerate(self.known.methods[name].split("\n"))
            )
        elif name and " " in name:
            above.extend(name.split("\n"))
        elif name:
            message = f"there is no method {name} in the sheet Methods{nearest(name, self.known.methods)}"
            self.findings.add("WORKBOOK_REFERENCE", line.place_of("Method"), message)

    def described(self, entry: LocatedMap, tree: LocatedMap, line: Line, above: list[str]) -> None:
        """Take over label, type, length, format, codelist, origin and comment, where the standard does not say them."""
        name, dataset = line.text("Variable"), str(tree["dataset"])
        structure = tree.get("structure")
        standard = adam_variable(structure, name) if structure else sdtm_variable(dataset, name)
        if line.text("Label") and (standard is None or standard.label.casefold() != line.text("Label").casefold()):
            take_text(entry, "label", line, "Label", above)
        kind = checked(line, "Data Type", KINDS, self.findings)
        if kind and standard is None:
            put(entry, "type", located(kind, line.place_of("Data Type")), line.place_of("Data Type"))
        length = whole_number(line, "Length", self.findings)
        if length and kind == "text" and int(length) <= _LONGEST_TEXT:
            put(entry, "length", yaml_value(length, line.place_of("Length")), line.place_of("Length"))
        digits = whole_number(line, "Significant Digits", self.findings)
        if digits and kind == "number":
            place = line.place_of("Significant Digits")
            put(entry, "decimals", yaml_value(digits, place), place)
        if structure and line.text("Format"):
            put(entry, "format", located(line.text("Format"), line.place_of("Format")), line.place_of("Format"))
        self.codelist(entry, line)
        origin = checked(line, "Origin", ORIGINS, self.findings)
        if origin and not (origin == "Predecessor" and "rule" in entry):
            put(entry, "origin", located(origin, line.place_of("Origin")), line.place_of("Origin"))
        if yes(line, "Mandatory", self.findings) and (standard is None or standard.core != "Req"):
            put(entry, "required", True, line.place_of("Mandatory"))
        comment = line.text("Comment")
        if comment and comment not in self.known.comments and " " not in comment:
            message = f"there is no comment {comment} in the sheet Comments{nearest(comment, self.known.comments)}"
            self.findings.add("WORKBOOK_REFERENCE", line.place_of("Comment"), message)
        elif comment:
            text = self.known.comments.get(comment, comment)
            put(entry, "comment", located(text, line.place_of("Comment")), line.place_of("Comment"))

    def codelist(self, entry: LocatedMap, line: Line) -> None:
        name, place = line.text("Codelist"), line.place_of("Codelist")
        if name in self.known.dictionaries:
            put(entry, "dictionary", located(self.known.dictionaries[name], place), place)
        elif name and (name in self.known.codelists or codelist(name)):
            if "codelist" not in entry:
                put(entry, "codelist", located(name, place), place)
        elif name:
            known = [*self.known.codelists, *self.known.dictionaries]
            message = f"there is no codelist {name} in the sheet Codelists{nearest(name, known)}"
            self.findings.add("WORKBOOK_REFERENCE", place, message)

    def value_level(
        self,
        entry: LocatedMap,
        line: Line,
        values: list[Line],
        numeric: set[str],
        above: list[str],
        after: dict[str, str],
    ) -> None:
        """Write a rule for each where clause: cases of one variable, or the conditions of one rule."""
        found = [(value, clauses_of(value, self.known.clauses, self.findings)) for value in values]
        found = [(value, clauses) for value, clauses in found if clauses]
        if not found:
            return
        for value, clauses in found:
            self.method_of_values(value, condition(clauses, numeric), above)
        after[line.text("Variable")] = "TODO rule"
        entry.pop("rule", None)
        entry.pop("value", None)
        cases = _cases(found)
        rules = {id(value): _proposed(value) for value, _ in found}
        if cases is None:
            parts = [f"{rules[id(value)]} if {condition(clauses, numeric)}" for value, clauses in found]
            put(entry, "rule", located(" else ".join([*parts, "None"]), line.place), line.place)
            return
        by, named = cases
        mapping = new_map(line.place)
        for case, value in named.items():
            put(mapping, case, located(rules[id(value)], value.place), value.place)
        put(entry, "by", located(by, line.place), line.place)
        put(entry, "cases", mapping, line.place)
        self.codelists_by(entry, by, named)

    def codelists_by(self, entry: LocatedMap, by: str, named: Mapping[str, Line]) -> None:
        lists = new_map(entry.place)
        for case, value in named.items():
            one = new_map(value.place)
            self.codelist(one, value)
            if "codelist" in one:
                put(lists, case, one["codelist"], value.place)
        if lists:
            chosen = new_map(entry.place)
            put(chosen, "by", located(by, entry.place), entry.place)
            put(chosen, "cases", lists, entry.place)
            put(entry, "codelist", chosen, entry.place)

    def method_of_values(self, value: Line, where: str, above: list[str]) -> None:
        texts: list[str] = []
        self.method(value, texts)
        if texts:
            above.append(f"where {where}:")
            above.extend(f"  {text}" for text in texts)


def _proposed(value: Line) -> str:
    """Return the rule of values: their predecessor or constant, or None for what is to be filled."""
    if PREDECESSOR.fullmatch(value.text("Predecessor")):
        return value.text("Predecessor")
    assigned = value.text("Assigned Value")
    return '"' + assigned.replace("\\", "\\\\").replace('"', '\\"') + '"' if assigned else "None"


def _cases(found: list[tuple[Line, list[Clause]]]) -> tuple[str, dict[str, Line]] | None:
    """Return the one variable that all clauses compare with values, and the row of each; None for other clauses."""
    parts = [(value, clause) for value, clauses in found for clause in clauses]
    simple = all(len(clause) == 1 and clause[0].comparator in ("EQ", "IN") for _, clause in parts)
    if not simple or any(clause[0].dataset for _, clause in parts) or len({c[0].variable for _, c in parts}) > 1:
        return None
    pairs = [(case, value) for value, clause in parts for case in clause[0].values]
    return (parts[0][1][0].variable, dict(pairs)) if len(dict(pairs)) == len(pairs) else None


def take_text(entry: LocatedMap, key: str, line: Line, header: str, notes: list[str]) -> None:
    """Take a label over; one that is too long becomes a comment."""
    text = line.text(header)
    if len(text) <= LONGEST_LABEL:
        put(entry, key, located(text, line.place_of(header)), line.place_of(header))
    else:
        notes.append(f"TODO {key} of at most {LONGEST_LABEL} characters: {' '.join(text.split())}")
