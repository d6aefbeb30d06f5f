"""The pieces about tables: ``study`` says what each table and column is, ``columns/…`` hold the columns for grids."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.analysis.results import Results
from crf2tlf.build import BuildResult, Dataset
from crf2tlf.build.lineage import variable_lineage
from crf2tlf.metadata.model import Codelist, Item, Origin, Submission
from crf2tlf.review.model import Review
from crf2tlf.review.pieces import Site
from crf2tlf.review.records import Coded, ReviewTable, coded, subject_index, type_of
from crf2tlf.review.rules import RulesOfVariable
from crf2tlf.spec.form import NUMBERS, FormSpec
from crf2tlf.standards import sdtm_dataset
from crf2tlf.trace import VariableReading

WIDTHS = ((1, np.uint8), (2, np.uint16), (4, np.uint32))
"""The bytes that a code may have, with the type of array."""


def write(
    review: Review,
    site: Site,
    tables: Mapping[str, ReviewTable],
    rules: Mapping[str, Mapping[str, RulesOfVariable]],
    readings: Mapping[str, Sequence[VariableReading]],
    shard: int,
) -> None:
    """Write the pieces ``study`` and ``columns/<table>/<column>``; ``shard``: how many subjects share a piece."""
    study = study_piece(review.build, review.submissions, review.results, tables, rules, readings)
    more = {"draft": review.draft, "language": review.language, "shard": shard}
    site.piece("study", {**study, **more, "subjects": len(subject_index(review.build))})
    for table in tables.values():
        for name, column in store_columns(table):
            site.piece(f"columns/{table.name}/{name}", packed(column))


def store_columns(table: ReviewTable) -> Iterator[tuple[str, Coded]]:
    """Yield a table's columns for grids with their names: also ``@subject``, ``@line`` and ``@fate``."""
    yield from table.columns.items()
    if table.subject is not None:
        yield "@subject", coded(pd.Series(table.subjects, dtype="float64").where(table.subjects >= 0))
    if table.kind in ("raw", "design"):
        yield "@line", coded(pd.Series(table.numbers, dtype="float64"))
    if table.fates is not None:
        yield "@fate", table.fates


def packed(column: Coded) -> dict[str, Any]:
    """Return a column as it is stored: distinct values, and base64 of little-endian codes, the largest for missing."""
    width, kind = next((width, kind) for width, kind in WIDTHS if len(column.values) < 256**width)
    codes = np.where(column.codes < 0, np.iinfo(kind).max, column.codes.astype(np.int64)).astype(kind)
    raw = codes.astype(codes.dtype.newbyteorder("<")).tobytes()
    return {"values": column.values, "codes": base64.b64encode(raw).decode("ascii"), "width": width}


# What tables and columns are


def study_piece(
    build: BuildResult,
    submissions: Iterable[Submission],
    results: Results,
    tables: Mapping[str, ReviewTable],
    rules: Mapping[str, Mapping[str, RulesOfVariable]],
    readings: Mapping[str, Sequence[VariableReading]],
) -> dict[str, Any]:
    """Return what the piece ``study`` holds: the study, its tables with their columns, codelists and outputs."""
    submissions, spec = tuple(submissions), build.study.spec
    codelists = dict(_codelists(submissions))
    for form in build.study.forms.values():
        codelists.update(_code_lists_of_form(form))
    return {
        "study": spec.study,
        "title": spec.title,
        "notices": list(spec.footnotes),
        "released": spec.release_timestamp.date().isoformat(),
        "tables": _described(build, submissions, tables, rules, readings),
        "codelists": codelists,
        "outputs": [
            {"id": output.id, "kind": output.kind, "title": output.title, "page": f"output-{output.id}.html"}
            for output in results.outputs
        ],
    }


def _codelists(submissions: Iterable[Submission]) -> Iterator[tuple[str, dict[str, Any]]]:
    for submission in submissions:
        for codelist in submission.codelists:
            terms = [[term.value, term.decode] for term in codelist.terms]
            yield _codelist_id(submission, codelist.id), {"name": _codelist_name(codelist), "terms": terms}


def _codelist_id(submission: Submission, id_: str) -> str:
    return f"{'sdtm' if submission.sdtm else 'adam'}.{id_}"


def _codelist_name(codelist: Codelist) -> str:
    dictionary = " ".join(filter(None, (codelist.dictionary, codelist.version)))
    return codelist.name or dictionary or codelist.id


def _code_lists_of_form(form: FormSpec) -> dict[str, dict[str, Any]]:
    return {
        f"raw.{form.form}.{name}": {"name": f"raw.{form.form}.{name}", "terms": [list(c) for c in column.codes.items()]}
        for name, column in form.columns.items()
        if column.codes
    }


def _described(
    build: BuildResult,
    submissions: Iterable[Submission],
    tables: Mapping[str, ReviewTable],
    rules: Mapping[str, Mapping[str, RulesOfVariable]],
    readings: Mapping[str, Sequence[VariableReading]],
) -> list[dict[str, Any]]:
    items = {
        (described.name, item.name): (submission, item)
        for submission in submissions
        for described in submission.datasets
        for item in described.items
    }
    return [_table(build, table, items, rules, readings.get(table.name, ())) for table in tables.values()]


def _table(
    build: BuildResult,
    table: ReviewTable,
    items: Mapping[tuple[str, str], tuple[Submission, Item]],
    rules: Mapping[str, Mapping[str, RulesOfVariable]],
    readings: Sequence[VariableReading],
) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": table.name,
        "kind": table.kind,
        "label": table.label,
        "file": table.file,
        "keys": list(table.keys),
        "size": table.size,
        "subject": table.subject,
        "class": observation_class(build, table.name),
        "helper": table.helper,
        "place": "",
    }
    if table.kind == "raw":
        form = build.study.forms[table.name.removeprefix("raw.")]
        return {**described, "place": str(form.place), "columns": [_form_column(form, name) for name in table.columns]}
    if table.kind == "design":
        return {**described, "columns": [_design_column(name) for name in table.columns]}
    dataset = build.datasets[table.name]
    uses = variable_lineage(build, dataset)
    columns = []
    for variable in dataset.variables:
        submission, item = items.get((table.name, variable.name), (None, None))
        column = _dataset_column(dataset, variable.name, submission, item)
        made = [list(rule) for rule in rules[table.name][variable.name].rules]
        rule = {"rule": "\n".join(dict.fromkeys(text for _, text, _ in made)), "place": made[0][2] if made else ""}
        read = {"uses": uses[variable.name], "reads": _columns_read(readings, variable.name)}
        columns.append({**column, **rule, "rules": made, **read})
    labelled = [{**column, "label": table.labels[column["name"]]} for column in columns]
    return {**described, "place": str(dataset.spec.place), "columns": labelled}


def _columns_read(readings: Sequence[VariableReading], variable: str) -> dict[str, list[str]]:
    """Return the columns of each table that a variable's rules read where they look into it."""
    found: dict[str, set[str]] = {}
    for reading in readings:
        if reading.variable == variable:
            found.setdefault(reading.table, set()).update(reading.columns)
    return {table: sorted(columns) for table, columns in found.items()}


def observation_class(build: BuildResult, name: str) -> str:
    """Return the class of a tabulation by SDTMIG (``Events`` …), or the structure of an analysis dataset (``BDS``)."""
    if name in build.study.sdtm:
        standard = sdtm_dataset(name)
        return standard.observation_class if standard else ""
    if name in build.study.adam:
        return build.study.adam[name].structure or "OTHER"
    return "Relationship" if name in build.datasets else ""


def _form_column(form: FormSpec, name: str) -> dict[str, Any]:
    column = form.columns[name]
    return {
        "name": name,
        "label": column.label or name,
        "header": form.header(name),
        "type": "number" if column.kind in NUMBERS else "text",
        "codelist": f"raw.{form.form}.{name}" if column.codes else None,
        "origin": "Collected",
        "rule": "",
        "rules": [],
        "place": str(column.place if column.place.file else form.place),
        "method": column.not_submitted or "",
        "uses": [],
    }


def _design_column(name: str) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "codelist": None,
        "origin": "Protocol",
        "rule": "",
        "rules": [],
        "place": "",
        "method": "",
        "uses": [],
    }
    return {"name": name, "label": name, "type": "text", **facts}


def _dataset_column(dataset: Dataset, name: str, submission: Submission | None, item: Item | None) -> dict[str, Any]:
    """Return a variable's type, and what the submission's metadata say of it."""
    found: dict[str, Any] = {"name": name, "type": type_of(dataset, name), "codelist": None, "origin": "", "method": ""}
    if submission is None or item is None:
        return found
    parts = [item, *item.values]
    codelists = dict.fromkeys(part.codelist for part in parts if part.codelist)
    methods = {method.id: method for method in submission.methods}
    described = dict.fromkeys(methods[part.method].description for part in parts if part.method in methods)
    origins = dict.fromkeys(_origin(part.origin) for part in parts if part.origin is not None)
    found["codelist"] = _codelist_id(submission, next(iter(codelists))) if len(codelists) == 1 else None
    found["origin"] = "; ".join(origins)
    found["method"] = "\n".join(described)
    if item.data_type in ("date", "datetime", "partialDate", "partialDatetime", "incompleteDatetime"):
        found["type"] = "date"
    return found


def _origin(origin: Origin) -> str:
    where = origin.description or ", ".join(f"raw.{form}" for form in origin.forms)
    return f"{origin.type}: {where}" if where else origin.type
