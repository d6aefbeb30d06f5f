"""The piece ``subjects``: a row a subject, with what a reviewer looks for first, and the patients' pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.findings import Finding, Findings, Place
from crf2tlf.methods.catalogue import Integers
from crf2tlf.review import shards, tables
from crf2tlf.review.model import Review
from crf2tlf.review.pieces import Site
from crf2tlf.review.records import Coded, ReviewTable, review_tables, subject_index
from crf2tlf.review.rules import rules_of

FACTS = (
    ("ADSL.SITEID", "DM.SITEID"),
    ("ADSL.TRT01A", "ADSL.TRT01P", "DM.ACTARM", "DM.ARM"),
    ("ADSL.AGE", "DM.AGE"),
    ("ADSL.SEX", "DM.SEX"),
    ("ADSL.RANDDT", "ADSL.ENRLDT"),
    ("ADSL.TRTSDT", "DM.RFXSTDTC", "DM.RFSTDTC"),
    ("ADSL.TRTEDT", "DM.RFXENDTC", "DM.RFENDTC"),
    ("ADSL.EOTSTT",),
    ("ADSL.EOSSTT",),
    ("ADSL.DTHDT", "DM.DTHDTC"),
    ("ADSL.DTHFL", "DM.DTHFL"),
)
"""What the list shows of a subject: of each line the first variable that the study has (ADaMIG 3.2, SDTMIG DM)."""

FLAGS = re.compile(r"(ITT|SAF|FAS|PPROT|ENRL|RAND|COMPL|DLT|PK|EVAL|RESP|MITT)FL")
"""Population flags of ADSL: those of ADaMIG 3.2.4, and such as studies add."""


def write(review: Review, site: Site) -> None:
    """Write all data of tables and subjects, the list of patients, and the page that shows one of them."""
    subjects = subject_index(review.build)
    found = review_tables(review.build, subjects)
    readings, rules = shards.readings_of(review), rules_of(review.build)
    cut = shards.Shards(found, shards.relations_of(review, found, rules, readings), subjects.tolist())
    tables.write(review, site, found, rules, readings, cut.in_a_piece)
    site.piece("subjects", subjects_piece(found, subjects, review.findings))
    shards.write(review, site, cut)
    site.page("patients.html", "patients.html", section="patients", title="patients.title")
    site.page("patient.html", "patient.html", section="patients", title="patient.title")


def subjects_piece(
    found: Mapping[str, ReviewTable], subjects: pd.Index[Any], findings: Findings | Iterable[Finding]
) -> dict[str, Any]:
    """Return the columns of the list of patients and its rows, which are in the order of the subjects' numbers.

    ``n:<domain>`` are counts of records, ``n:findings`` how many findings name a raw line of the subject.
    """
    columns: list[dict[str, Any]] = [{"name": "USUBJID", "label": "Unique Subject Identifier", "type": "text"}]
    values: list[list[Any]] = [subjects.tolist()]
    for table, column in _facts(found):
        held = table.columns[column]
        kind = "number" if held.values and not isinstance(held.values[0], str) else "text"
        columns.append({"name": column, "label": table.labels[column], "type": kind, "table": table.name})
        values.append(_of_subjects(table, held, len(subjects)))
    for table in found.values():
        if table.kind == "sdtm" and table.subject and not table.helper and not table.name.startswith("SUPP"):
            columns.append({"name": f"n:{table.name}", "label": table.label, "type": "number"})
            values.append(np.bincount(table.subjects[table.subjects >= 0], minlength=len(subjects)).tolist())
    columns.append({"name": "n:findings", "label": "Findings", "type": "number"})
    values.append(findings_of_subjects(found, findings, len(subjects)).tolist())
    return {"columns": columns, "rows": [list(row) for row in zip(*values, strict=True)]}


def _facts(found: Mapping[str, ReviewTable]) -> Iterator[tuple[ReviewTable, str]]:
    names: list[tuple[str, ...]] = list(FACTS)
    if "ADSL" in found:
        names += [(f"ADSL.{name}",) for name in found["ADSL"].columns if FLAGS.fullmatch(name)]
    for choices in names:
        for choice in choices:
            table, column = choice.split(".")
            if table in found and column in found[table].columns:
                yield found[table], column
                break


def _of_subjects(table: ReviewTable, column: Coded, subjects: int) -> list[Any]:
    """Return each subject's value of a column: that of its first record; missing without one."""
    codes = np.full(subjects, -1, dtype=np.int64)
    known = table.subjects >= 0
    codes[table.subjects[known][::-1]] = column.codes[known][::-1]
    values: list[Any] = np.array([*column.values, None], dtype=object)[codes].tolist()
    return values


def findings_of_subjects(
    found: Mapping[str, ReviewTable], findings: Findings | Iterable[Finding], subjects: int
) -> Integers:
    """Return for each subject how many findings are about one of its raw lines."""
    raw = {table.file: table for table in found.values() if table.kind == "raw"}
    counts = np.zeros(subjects, dtype=np.int64)
    for finding in findings:
        counts[_subjects_of((finding.place, *finding.records), raw)] += 1
    return counts


def _subjects_of(places: Iterable[Place], raw: Mapping[str, ReviewTable]) -> list[int]:
    """Return the subjects of raw lines, each once."""
    of = set()
    for place in places:
        table = raw.get(place.file)
        if table is not None and place.line:
            at = int(np.searchsorted(table.numbers, place.line))
            if at < table.size and table.numbers[at] == place.line and table.subjects[at] >= 0:
                of.add(int(table.subjects[at]))
    return sorted(of)
