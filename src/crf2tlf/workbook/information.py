"""What follows from specs and standards, for the columns and sheets that only inform: labels, origins, methods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from crf2tlf.build import build_datasets
from crf2tlf.findings import Findings
from crf2tlf.metadata.describe import describe_submission
from crf2tlf.metadata.model import Codelist, Comparison, DatasetMetadata, Item, Submission, WhereClause
from crf2tlf.spec import Study
from crf2tlf.workbook.cells import Cell
from crf2tlf.workbook.layout import INFORMATION
from crf2tlf.workbook.sheets import PART, Book, Line, Sheet

_LISTED = ("IN", "NOTIN")


def inform(book: Book, study: Study) -> None:
    """Fill the columns that only inform, and add the sheets that do, from what the specs alone tell.

    The specs are run on no records at all: what depends on data (lengths, terms found) is blank. Where the specs have
    errors that keep them from being run, the columns stay blank.
    """
    for name, headers in INFORMATION.items():
        book[name] = Sheet(name, list(headers))
    for submission in _submissions(study):
        _datasets(book, submission)
        _variables(book, submission)
        _codelists(book["Codelists"], submission.codelists)
        _where_clauses(book, submission)
        _references(book, submission)
        _analyses(book, submission)
    _value_level_names(book)


def _submissions(study: Study) -> tuple[Submission, ...]:
    """Return the metadata of the tabulations and the analysis data, from a build without records."""
    findings = Findings()
    with TemporaryDirectory() as nothing:
        build = build_datasets(replace(study, raw=Path(nothing)), findings)
        return tuple(describe_submission(build, findings, sdtm=sdtm) for sdtm in (True, False))


def _fill(line: Line, texts: Mapping[str, object]) -> Line:
    told = {header: Cell(_shown(value), line.place) for header, value in texts.items() if _shown(value)}
    return Line({**line.cells, **told}, line.place)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return "" if value is None else str(value).strip()


def _datasets(book: Book, submission: Submission) -> None:
    found = {dataset.name: dataset for dataset in submission.datasets}
    comments = {comment.id: comment.text for comment in submission.comments}
    guide = submission.standards[0]
    sheet = book["Datasets"]
    for number, line in enumerate(sheet.lines):
        dataset = found.get(line.text("Dataset"))
        if dataset:
            sheet.lines[number] = _fill(
                line,
                {
                    "Description": dataset.label,
                    "Class": dataset.observation_class,
                    "SubClass": dataset.subclass,
                    "Structure": dataset.structure,
                    "Purpose": dataset.purpose,
                    "Standard": f"{guide.name} {guide.version}",
                    "Repeating": dataset.repeating,
                    "Reference Data": dataset.reference_data,
                    "Comment": dataset.comment and f"{dataset.comment}: {comments[dataset.comment]}",
                },
            )


def _variables(book: Book, submission: Submission) -> None:
    items = {(d.name, i.name): (order, i) for d in submission.datasets for order, i in enumerate(d.items, 1)}
    for name in ("Variables", "Supplemental"):
        sheet = book[name]
        for number, line in enumerate(sheet.lines):
            found = items.get((line.text("Dataset"), line.text("Variable")))
            if found and "Label" in sheet.headers:
                sheet.lines[number] = _fill(line, {"Order": found[0], **_item(found[1], submission)})


def _item(item: Item, submission: Submission) -> dict[str, object]:
    """Return the columns of a variable, or of values of one."""
    origin = item.origin
    pages = sorted({page for form in (origin.forms if origin else ()) for page in submission.pages.get(form, ())})
    return {
        "Label": item.label,
        "Data Type": item.data_type,
        "Significant Digits": item.significant_digits,
        "Format": item.display_format,
        "Mandatory": item.mandatory,
        "Codelist": item.codelist,
        "Origin": origin.type if origin else "",
        "Source": origin.source if origin else "",
        "Pages": " ".join(map(str, pages)),
        "Method": item.method,
        "Predecessor": origin.description if origin and origin.type == "Predecessor" else "",
        "Role": item.role,
        "Comment": item.comment,
    }


def _codelists(sheet: Sheet, codelists: Iterable[Codelist]) -> None:
    found = {codelist.id: codelist for codelist in codelists}
    for number, line in enumerate(sheet.lines):
        codelist = found.get(line.text("ID"))
        if codelist is None:
            continue
        terms = {term.value: (order, term.code) for order, term in enumerate(codelist.terms, 1)}
        order, code = terms.get(line.text("Term"), ("", ""))
        told = {"Name": codelist.name, "NCI Codelist Code": codelist.code, "Data Type": codelist.data_type}
        more = {"Terminology": codelist.standard, "Order": order, "NCI Term Code": code}
        sheet.lines[number] = _fill(line, {**told, **more})


# Value level and where clauses


def where_id(clause: WhereClause) -> str:
    """Return the id of a where clause: VS.VSTESTCD.TEMP, with all of its comparisons."""
    return "-".join(".".join((c.dataset, c.variable, *_operator(c), *c.values)) for c in clause)[:200]


def _operator(comparison: Comparison) -> tuple[str, ...]:
    return () if comparison.comparator == "EQ" else (comparison.comparator,)


def _where_clauses(book: Book, submission: Submission) -> None:
    """Add value-level metadata that row sources make, and the where clauses that it and analyses name."""
    clauses: dict[str, WhereClause] = {}
    sheet = book["ValueLevel"]
    for dataset in submission.datasets:
        for item in dataset.items:
            for order, value in enumerate(item.values, 1):
                clauses[where_id(value.where)] = value.where
                _add_values(sheet, dataset, item, order, value, submission)
    used = [data.where for d in submission.displays for r in d.results for data in r.datasets if data.where]
    clauses |= {where_id(where): where for where in used}
    known = {line.text("ID") for line in book["WhereClauses"].lines}
    for name, clause in clauses.items():
        for comparison in clause if name not in known else ():
            values = comparison.values
            shown = ", ".join(_listed(v) for v in values) if comparison.comparator in _LISTED else values[0]
            texts = {"ID": name, "Dataset": comparison.dataset, "Variable": comparison.variable}
            book["WhereClauses"].add({**texts, "Comparator": comparison.comparator, "Value": shown})


def _listed(value: str) -> str:
    return f'"{value}"' if "," in value else value


def _add_values(
    sheet: Sheet, dataset: DatasetMetadata, item: Item, order: int, value: Item, submission: Submission
) -> None:
    """Tell of values of a variable: in the row of a case that makes just these, or in a row of their own."""
    texts = {"Order": order, **_item(value, submission), "Where Clause": where_id(value.where)}
    first = value.where[0]
    whole = (dataset.name, item.name, *(first.values if len(value.where) == 1 and first.comparator == "EQ" else ("",)))
    for number, line in enumerate(sheet.lines):
        if line.text(PART) and (line.text("Dataset"), line.text("Variable"), line.text("Value")) == whole:
            sheet.lines[number] = _fill(line, texts)
            return
    own = {"Dataset": dataset.name, "Variable": item.name}
    sheet.add({**own, **{header: _shown(text) for header, text in texts.items()}})


def _value_level_names(book: Book) -> None:
    """Name the condition of each case of a variable whose where clause the metadata do not tell."""
    choosing = {
        (line.text("Dataset"), line.text("Variable")): line.text("by:")
        for line in book["Variables"].lines
        if line.text("by:")
    }
    sheet = book["ValueLevel"]
    for number, line in enumerate(sheet.lines):
        by = choosing.get((line.text("Dataset"), line.text("Variable")))
        if by and line.text(PART) == "rule" and not line.text("Where Clause"):
            sheet.lines[number] = _fill(line, {"Where Clause": f"{line.text('Dataset')}.{by}.{line.text('Value')}"})


# What else a workbook tells


def _references(book: Book, submission: Submission) -> None:
    for standard in submission.standards:
        texts = {"Name": standard.name, "Type": standard.type, "Publishing Set": standard.publishing_set or ""}
        _add_once(book["Standards"], {**texts, "Version": standard.version}, ("Name", "Publishing Set", "Version"))
    for method in submission.methods:
        words = {"ID": method.id, "Name": method.name, "Type": method.type, "Description": method.description}
        rule = {"Expression Context": "crf2tlf" if method.rule else "", "Expression Code": method.rule}
        _add_once(book["Methods"], {**words, **rule}, ("ID",))
    for comment in submission.comments:
        _add_once(book["Comments"], {"ID": comment.id, "Description": comment.text}, ("ID",))
    for document in submission.documents:
        _add_once(book["Documents"], {"ID": document.id, "Title": document.title, "Href": document.href}, ("ID",))


def _add_once(sheet: Sheet, texts: dict[str, str], named: tuple[str, ...]) -> None:
    known = {tuple(line.text(header) for header in named) for line in sheet.lines}
    if tuple(texts[header] for header in named) not in known:
        sheet.add({header: text.strip() for header, text in texts.items()})


def _analyses(book: Book, submission: Submission) -> None:
    for display in submission.displays:
        book["Analysis Displays"].add({"ID": display.id, "Title": display.title, "Document": display.document or ""})
        for result in display.results:
            variables = [f"{data.dataset}.{name}" for data in result.datasets for name in data.variables]
            where = [where_id(data.where) or data.selection for data in result.datasets]
            texts = {"Display": display.id, "ID": result.id, "Description": result.description}
            texts |= {"Variables": ", ".join(variables), "Reason": result.reason, "Purpose": result.purpose}
            texts |= {"Selection Criteria": "\n".join(filter(None, where)), "Documentation": result.documentation}
            texts |= {"Programming Context": "crf2tlf", "Programming Code": result.program}
            book["Analysis Results"].add(texts)
            for data, clause in zip(result.datasets, where, strict=True):
                names = ", ".join(f"{data.dataset}.{name}" for name in data.variables)
                criterion = {"Display": display.id, "Result": result.id, "Variables": names, "Where Clause": clause}
                book["Analysis Criteria"].add(criterion)
