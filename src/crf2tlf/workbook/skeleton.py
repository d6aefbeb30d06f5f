"""A workbook from elsewhere, without rules, as specs to fill: what it says is kept, what it lacks is marked TODO."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from crf2tlf.findings import Findings, Place, nearest
from crf2tlf.spec.located import LocatedMap
from crf2tlf.standards import codelist, sdtm_dataset
from crf2tlf.workbook.cells import located
from crf2tlf.workbook.fold import with_short_form
from crf2tlf.workbook.layout import ROOTS, VARIABLES
from crf2tlf.workbook.sheets import Book, Line, slot_of
from crf2tlf.workbook.skeleton_values import STRUCTURES, key_list, term_lists
from crf2tlf.workbook.skeleton_variables import PREDECESSOR, Notes, References, Variables, take_text
from crf2tlf.workbook.tree import add, new_list, new_map, put
from crf2tlf.workbook.where_clauses import where_clauses

_VARIABLES = slot_of(ROOTS["dataset"], VARIABLES, "")
NO_STUDY_YET = "2000-01-01T00:00:00"


def skeleton(
    book: Book, old: Mapping[str, LocatedMap], workbook: str, findings: Findings
) -> tuple[dict[str, LocatedMap], dict[str, Notes]]:
    """Return the specs that a workbook without rules describes, and the comments of each file.

    What the study has already stays as it is: datasets, variables and codelists are only added. A method's text becomes
    a comment over its variable, a predecessor a rule, value-level metadata a rule for each case; compound where clauses
    become conditions of one rule. What the workbook refers to and does not have is a finding at its cell.
    """
    return _Skeleton(book, old, workbook, findings).files()


class _Skeleton:
    def __init__(self, book: Book, old: Mapping[str, LocatedMap], workbook: str, findings: Findings) -> None:
        self.book, self.old, self.workbook, self.findings = book, old, workbook, findings
        self.notes: dict[str, Notes] = {}
        dictionaries = {line.text("ID"): line for line in self.lines("Dictionaries")}
        self.dictionaries = {name: line.text("Dictionary") or name for name, line in dictionaries.items()}
        self.comments = self.texts("Comments")
        own = old["codelists.yaml"].get("codelists", {}) if "codelists.yaml" in old else {}
        lists = {*(line.text("ID") for line in self.lines("Codelists")), *own}
        clauses = where_clauses(book, findings)
        known = References(self.texts("Methods"), self.comments, self.dictionaries, lists, clauses)
        self.variables = Variables(known, findings)

    def lines(self, name: str) -> list[Line]:
        return self.book[name].lines if name in self.book else []

    def texts(self, name: str) -> dict[str, str]:
        """Return the descriptions of a sheet by their ids; an id that stands twice is a finding."""
        found: dict[str, str] = {}
        for line in self.lines(name):
            if line.text("ID") in found:
                self.add("WORKBOOK_KEY", line, "ID", f"{line.text('ID')} stands twice")
            found[line.text("ID")] = line.text("Description")
        return found

    def add(self, code: str, line: Line, header: str, message: str) -> None:
        self.findings.add(code, line.place_of(header), message)

    def files(self) -> tuple[dict[str, LocatedMap], dict[str, Notes]]:
        result = {name: _copy(tree) for name, tree in self.old.items()}
        result.setdefault("study.yaml", self.study())
        lists = self.new_codelists(result.get("codelists.yaml"))
        if lists:
            result["codelists.yaml"] = lists
        grouped: dict[str, list[Line]] = {}
        for line in self.named_lines("Variables", "Variable"):
            grouped.setdefault(line.text("Dataset"), []).append(line)
        datasets = self.datasets(result)
        for name, lines in grouped.items():
            if name not in datasets:
                message = f"Dataset {name} is not in the sheet Datasets{nearest(name, datasets)}"
                self.add("WORKBOOK_REFERENCE", lines[0], "Dataset", message)
        for name, line in datasets.items():
            self.dataset(name, line, grouped.get(name, []), result)
        return result, self.notes

    def named_lines(self, sheet: str, key: str) -> list[Line]:
        """Return the rows that name something once; blank and repeated names are findings."""
        seen: dict[tuple[str, str], Line] = {}
        for line in self.lines(sheet):
            named = (line.text("Dataset"), line.text(key))
            blank = next((header for header in ("Dataset", key) if not line.text(header)), None)
            if blank:
                self.add("WORKBOOK_KEY", line, blank, f"{blank} is blank; it names what the row is about")
            elif named in seen:
                first = str(seen[named].place_of(key)).rpartition("!")[2]
                self.add("WORKBOOK_KEY", line, key, f"{'.'.join(dict.fromkeys(named))} stands twice, first in {first}")
            else:
                seen[named] = line
        return list(seen.values())

    def study(self) -> LocatedMap:
        """Return study.yaml for a folder that has none."""
        told = {line.text("Attribute"): line for line in self.lines("Study")}
        tree, place = new_map(Place(self.workbook)), Place(self.workbook)
        for key, attribute, usual in (("study", "StudyName", "STUDY"), ("title", "StudyDescription", "Title")):
            line = told.get(attribute)
            text = line.text("Value") if line else ""
            put(tree, key, located(text or usual, line.place_of("Value") if line else place), place)
        if "ProtocolName" in told and told["ProtocolName"].text("Value"):
            put(tree, "protocol", located(told["ProtocolName"].text("Value"), place), place)
        put(tree, "usubjid", located(f'"{tree["study"]}-" + SUBJECT', place), place)
        put(tree, "release_timestamp", located(NO_STUDY_YET, place), place)
        self.dictionary_versions(tree)
        notes = self.notes.setdefault("study.yaml", Notes())
        notes.top = ["TODO usubjid: the rule that makes USUBJID", "TODO release_timestamp: the time stamp of all files"]
        return tree

    def dictionary_versions(self, tree: LocatedMap) -> None:
        versions = new_map(Place(self.workbook))
        for line in self.lines("Dictionaries"):
            name, version = self.dictionaries[line.text("ID")], line.text("Version")
            if name and version and name not in versions:
                entry = new_map(line.place)
                put(entry, "version", located(version, line.place_of("Version")), line.place)
                put(versions, name, entry, line.place)
        if versions:
            put(tree, "dictionaries", versions, versions.place)

    # Codelists

    def new_codelists(self, old: LocatedMap | None) -> LocatedMap | None:
        """Return codelists.yaml with the codelists that it lacks."""
        tree = old if old is not None else new_map(Place(self.workbook))
        have = tree.get("codelists") or new_map(Place(self.workbook))
        grouped: dict[str, list[Line]] = {}
        for line in self.lines("Codelists"):
            if line.text("ID"):
                grouped.setdefault(line.text("ID"), []).append(line)
            else:
                self.add("WORKBOOK_KEY", line, "ID", "ID is blank; it names the codelist")
        for name, lines in grouped.items():
            if name not in have:
                put(have, name, self.one_codelist(lines), lines[0].place_of("ID"))
        if have:
            put(tree, "codelists", have, have.place)
        return tree or None

    def one_codelist(self, lines: list[Line]) -> LocatedMap:
        entry, place = new_map(lines[0].place), lines[0].place
        code = next((line.text("NCI Codelist Code") for line in lines if line.text("NCI Codelist Code")), "")
        standard = codelist(code) if code else None
        if standard:
            put(entry, "from", located(code, place), place)
        if lines[0].text("Name"):
            put(entry, "label", located(lines[0].text("Name"), lines[0].place_of("Name")), place)
        terms, added = term_lists(lines, standard, self.findings)
        if terms or not standard:
            put(entry, "terms", terms, place)
        if added:
            put(entry, "add", added, place)
        return entry

    # Datasets

    def datasets(self, result: Mapping[str, LocatedMap]) -> dict[str, Line]:
        """Return the rows of the sheet Datasets by their names; those of qualifiers go with their domains."""
        found = {}
        for line in self.named_lines("Datasets", "Dataset"):
            name = line.text("Dataset")
            if name.startswith("SUPP"):
                notes = self.notes.setdefault(self.file_of(name.removeprefix("SUPP"), line, result), Notes())
                notes.top.append(f"TODO supplemental: the qualifiers of {name}")
            else:
                found[name] = line
        return found

    def file_of(self, name: str, line: Line, result: Mapping[str, LocatedMap]) -> str:
        """Return the file of a dataset: that of the study's, or the usual one."""
        for file, tree in result.items():
            if tree.get("dataset") == name:
                return file
        analysis = name.startswith("AD") or "analysis" in line.text("Purpose").casefold()
        return f"{'adam' if analysis else 'sdtm'}/{name.lower()}.yaml"

    def dataset(self, name: str, line: Line, lines: list[Line], result: dict[str, LocatedMap]) -> None:
        file = self.file_of(name, line, result)
        notes = self.notes.setdefault(file, Notes())
        tree = result.get(file)
        if tree is None:
            tree = self.new_dataset(name, line, lines, file.startswith("adam/"), notes)
            result[file] = tree
        variables = tree.setdefault("variables", new_map(line.place))
        tree.places.setdefault("variables", line.place)
        by_variable: dict[str, list[Line]] = {}
        for value in self.lines("ValueLevel"):
            if value.text("Dataset") == name:
                by_variable.setdefault(value.text("Variable"), []).append(value)
        numeric = {one.text("Variable") for one in lines if one.text("Data Type").casefold() in ("integer", "float")}
        for variable in lines:
            at = variable.text("Variable")
            if at not in variables:
                entry = self.variables.variable(tree, variable, by_variable.get(at, []), numeric, notes)
                put(variables, at, with_short_form(entry, _VARIABLES), variable.place_of("Variable"))
        for at, values in by_variable.items():
            if at not in variables:
                message = f"{name} has no variable {at} in the sheet Variables{nearest(at, variables)}"
                self.add("WORKBOOK_REFERENCE", values[0], "Variable", message)

    def new_dataset(self, name: str, line: Line, lines: list[Line], analysis: bool, notes: Notes) -> LocatedMap:
        tree, place = new_map(line.place), line.place
        put(tree, "dataset", located(name, line.place_of("Dataset")), line.place_of("Dataset"))
        label, standard = line.text("Description"), None if analysis else sdtm_dataset(name)
        if label and (standard is None or standard.label.casefold() != label.casefold()):
            take_text(tree, "label", line, "Description", notes.top)
        if analysis:
            structure = STRUCTURES.get(line.text("Class").upper(), "OTHER")
            put(tree, "structure", located("ADSL" if name == "ADSL" else structure, line.place_of("Class")), place)
        put(tree, "keys", key_list(line, [one.text("Variable") for one in lines], self.findings), place)
        if line.text("Structure") and (standard is None or standard.structure != line.text("Structure")):
            put(tree, "records", located(line.text("Structure"), line.place_of("Structure")), place)
        source = new_map(place)
        put(source, "from", located(self.source(name, lines, analysis), place), place)
        rows = new_list(place)
        add(rows, source, place, "1")
        put(tree, "rows", rows, place)
        notes.top.append("TODO rows: where the records come from")
        if line.text("Comment"):
            comment = self.comments.get(line.text("Comment"), line.text("Comment"))
            put(tree, "comment", located(comment, line.place_of("Comment")), place)
        return tree

    def source(self, name: str, lines: list[Line], analysis: bool) -> str:
        """Propose where a dataset's records come from: a form of its name, or what most predecessors are of."""
        named = Counter(
            line.text("Predecessor").partition(".")[0]
            for line in lines
            if PREDECESSOR.fullmatch(line.text("Predecessor"))
        )
        usual = "DM" if name == "ADSL" else "ADSL"
        found = next((dataset for dataset, _ in named.most_common() if dataset not in (name, "ADSL")), usual)
        return found if analysis else f"raw.{name.lower()}"


def _copy(tree: Any) -> Any:
    """Return a located mapping whose mappings can be added to without changing the old ones."""
    if not isinstance(tree, LocatedMap):
        return tree
    result = new_map(tree.place)
    for key, value in tree.items():
        put(result, key, _copy(value), tree.places[key])
    if hasattr(tree, "short"):
        result.short = tree.short  # type: ignore[attr-defined]
    return result
