"""From the raw folder to form tables: read, check against the form specs, leave out what the specs leave out.

Every record that is left out is in the ledger, with the rule that did it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.build.form_checks import check_form
from crf2tlf.build.form_rules import RECORD_COLUMN, SUBJECT_COLUMN, column_kind, evaluate, selected
from crf2tlf.build.tables import FormTable
from crf2tlf.files.archive import raw_folder
from crf2tlf.files.raw import READABLE, read_tables
from crf2tlf.files.raw_table import RawTable
from crf2tlf.findings import Findings, Place, nearest
from crf2tlf.methods import CATALOGUE, Kind
from crf2tlf.methods.catalogue import Integers, unreported
from crf2tlf.rules import columns
from crf2tlf.rules.compile import SUBJECT
from crf2tlf.rules.grouping import codes, combine
from crf2tlf.spec import Study
from crf2tlf.spec.form import FORM_COLUMNS, FormSpec


@dataclass(frozen=True)
class LeftOut:
    """Records of a form that a rule of its spec left out, with their cells: a reviewer wants to see them too."""

    form: str
    reason: str
    table: FormTable

    @property
    def lines(self) -> Integers:
        """The records' lines in the form's file."""
        return self.table.lines


@dataclass
class RawData:
    """The form tables of a study, and what was left out on the way."""

    forms: dict[str, FormTable] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    read: dict[str, int] = field(default_factory=dict)


def read_forms(study: Study, findings: Findings) -> RawData:
    """Read every form that the specs describe; what is wrong becomes findings at file and line."""
    data = RawData()
    tables = _read_files(study, findings)
    for form in study.forms.values():
        raw = tables.get(form.form)
        if raw is None:
            data.forms[form.form] = _empty(form)
            continue
        data.read[form.form] = len(raw.lines)
        values = _declared_columns(form, raw, findings)
        table = FormTable(f"raw.{form.form}", raw.file, values, raw.lines)
        data.forms[form.form] = _leave_out(study, form, table, data, findings)
        check_form(study, form, data.forms[form.form], findings)
    return data


def _empty(form: FormSpec) -> FormTable:
    kinds = {name: column_kind(name) for name in (*form.columns, *FORM_COLUMNS)}
    return FormTable(
        f"raw.{form.form}",
        f"raw/{form.file}",
        {name: columns.missing(kind, 0) for name, kind in kinds.items()},
        np.empty(0, dtype=np.int64),
    )


def _read_files(study: Study, findings: Findings) -> dict[str, RawTable | None]:
    """Read the forms' files from the raw folder or archive; a form whose file is missing is not among them."""
    with raw_folder(study.raw, findings) as folder:
        if folder is None:
            return {}
        archive = study.root / "raw.zip"
        if study.raw == study.root / "raw" and archive.is_file():
            findings.add("RAW_FILE_EXTRA", Place(archive.name), "the folder raw is there too; the archive is not read")
        present = _report_files(study, folder, findings)
        return read_tables(folder, [form for form in study.forms.values() if form.file in present], findings)


def _report_files(study: Study, folder: Path, findings: Findings) -> set[str]:
    """Return the names of the files in the raw folder; report those that are missing and those that no form names."""
    present = {path.name for path in folder.iterdir() if path.is_file()}
    declared = {form.file: form for form in study.forms.values()}
    extra = sorted(name for name in present - declared.keys() if name.lower().endswith(READABLE))
    missing = [name for name in declared if name not in present]
    for name in missing:
        message = f"there is no such file; {declared[name].place.file} names it{nearest(name, extra)}"
        findings.add("RAW_FILE_MISSING", Place(f"raw/{name}"), message)
    for name in extra:
        message = f"no form in specs/raw names this file{nearest(name, missing)}"
        findings.add("RAW_FILE_EXTRA", Place(f"raw/{name}"), message)
    return present


def _declared_columns(form: FormSpec, raw: RawTable, findings: Findings) -> dict[str, pd.Series[Any]]:
    """Return the declared columns by their names in rules, blanks taken off; report missing and further ones."""
    values: dict[str, pd.Series[Any]] = {}
    headers = {form.header(name): name for name in form.columns}
    lacking = [header for header in headers if header not in raw.frame]
    further = [header for header in raw.frame.columns if header not in headers and header not in raw.optional]
    for header in further:
        if form.other_columns == "finding":
            guess = nearest(header, lacking)
            findings.add(
                "RAW_COLUMN_EXTRA",
                Place(raw.file, raw.header),
                f"the column {header!r} is not declared in {form.place.file}{guess}; declare it there",
            )
    for header, name in headers.items():
        if header in raw.frame:
            stripped = raw.frame[header].str.strip()
            values[name] = stripped.where(stripped != "").reset_index(drop=True)
        else:
            guess = nearest(header, further)
            message = f"the column {header!r} that {form.place.file} declares is missing{guess}"
            findings.add("RAW_COLUMN_MISSING", Place(raw.file, raw.header), message)
            values[name] = columns.missing(Kind.TEXT, len(raw.lines))
    return values


def _leave_out(study: Study, form: FormSpec, table: FormTable, data: RawData, findings: Findings) -> FormTable:
    """Add USUBJID, and take out duplicates, records after the cut-off and those that `leave_out` names."""
    table = _with_subject(study, form, table, findings)
    keep = np.ones(table.size, dtype=bool)

    def drop(mask: Any, reason: str) -> None:
        dropped = np.flatnonzero(mask & keep)
        if len(dropped):
            data.left_out.append(LeftOut(form.form, reason, _taken(table, dropped)))
            keep[dropped] = False

    if form.duplicates:
        by = form.duplicates.by
        groups = combine([codes(table.column(c)) for c in by], table.size)
        again = pd.Series(groups).duplicated(keep=form.duplicates.keep).to_numpy()
        drop(again, f"entered twice (same {', '.join(by)}); the {form.duplicates.keep} is kept")
    if form.cutoff and study.spec.data_cutoff:
        late = _late(table.column(form.cutoff), form.columns[form.cutoff].formats, study.spec.data_cutoff.isoformat())
        drop(late, f"after the data cut-off ({form.cutoff} > {study.spec.data_cutoff})")
    for rule in form.leave_out:
        drop(selected(study, form, table, rule.where, findings), rule.reason)
    kept = np.flatnonzero(keep)
    if len(kept) == table.size:
        return table
    return _taken(table, kept)


def _taken(table: FormTable, positions: Integers) -> FormTable:
    taken = {name: columns.take(values, positions) for name, values in table.columns.items()}
    return FormTable(table.name, table.file, taken, table.lines[positions])


def _late(dates: pd.Series[Any], formats: tuple[str, ...], cutoff: str) -> Any:
    """Return which dates are after the cut-off; what is wrong with them, or with the formats, is reported before."""
    try:
        iso = CATALOGUE["iso8601"].function(dates, formats=formats, report=unreported)
    except ValueError:
        return np.zeros(len(dates), dtype=bool)
    return (iso.str.slice(0, 10).fillna("") > cutoff).to_numpy(dtype=bool)


def _with_subject(study: Study, form: FormSpec, table: FormTable, findings: Findings) -> FormTable:
    values = dict(table.columns)
    values[SUBJECT_COLUMN] = values[form.subject]
    values[SUBJECT] = columns.missing(Kind.TEXT, table.size)
    values[RECORD_COLUMN] = pd.Series(np.arange(1.0, table.size + 1))
    table = FormTable(table.name, table.file, values, table.lines)
    found = evaluate(study, form, table, study.spec.usubjid, findings)
    if found is not None:
        node, value = found
        if node.kind is Kind.TEXT:
            values[SUBJECT] = columns.column(value, Kind.TEXT, table.size)
        else:
            findings.add("RULE_TYPE", study.spec.usubjid.place, f"usubjid takes text, its rule gives {node.kind}")
    return table
