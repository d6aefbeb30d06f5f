"""Small studies as texts: ``AE="USUBJID AESEQ; 01 1; 01 2"`` is a dataset with two variables and two records.

``.`` is a missing value, ``~`` a blank. Types, labels and roles are the standard's; dates of analysis datasets are
written as ``2020-01-31``. STUDYID is added where a table has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from crf2tlf.build.metadata import VariableMetadata
from crf2tlf.conform.submitted import Listed, Submitted, SubmittedStudy
from crf2tlf.standards import AdamStructure, Variable, adam_variable, sdtm_dataset, sdtm_variable

STUDY = "TST"
STRUCTURES: dict[str, AdamStructure] = {"ADSL": "ADSL", "ADTTE": "TTE", "ADAE": "OCCDS", "ADCM": "OCCDS"}
FORMATS = {"DTM": "DATETIME20.", "DT": "DATE9.", "TM": "TIME8."}


@dataclass(frozen=True)
class Table:
    """A dataset as text, with what is not as the standard has it: label, keys, codelists, parts of the metadata."""

    text: str
    label: str | None = None
    keys: tuple[str, ...] = ()
    structure: AdamStructure | None = None
    listed: Mapping[str, tuple[Listed, ...]] = field(default_factory=dict)
    change: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def study(tables: Mapping[str, str | Table]) -> SubmittedStudy:
    """Return a study made of tables."""
    made = {n: _submitted(n, t if isinstance(t, Table) else Table(t)) for n, t in tables.items()}
    return SubmittedStudy(STUDY, made)


def _submitted(name: str, table: Table) -> Submitted:
    sdtm = not name.startswith("AD") and table.structure is None
    structure = table.structure or STRUCTURES.get(name, "OTHER" if sdtm else "BDS")
    header, *lines = [line.split() for line in table.text.split(";")]
    rows = [[None if cell == "." else cell.replace("~", " ") for cell in line] for line in lines if line]
    assert all(len(row) == len(header) for row in rows), f"{name}: a line has not as many cells as the header: {rows}"
    frame = pd.DataFrame(rows, columns=header, dtype="object")
    if "STUDYID" not in frame:
        frame.insert(0, "STUDYID", STUDY)
    described = {v: _metadata(name, v, sdtm, structure, frame[v]) for v in frame}
    for variable, parts in table.change.items():
        described[variable] = replace(described[variable], **parts)
    columns = {v: _typed(frame[v], described[v], sdtm) for v in frame}
    standard = sdtm_dataset(name)
    usual = "Subject-Level Analysis Dataset" if name == "ADSL" else standard.label if sdtm and standard else name
    label = usual if table.label is None else table.label
    return Submitted(name, label, sdtm, structure, table.keys, pd.DataFrame(columns), described, table.listed)


def _metadata(name: str, variable: str, sdtm: bool, structure: AdamStructure, values: Any) -> VariableMetadata:
    found = sdtm_variable(name, variable) if sdtm else adam_variable(structure, variable)
    if found is None:
        known = values.dropna()
        number = len(known) and known.str.fullmatch(r"-?[0-9.]+").all()
        found = Variable(variable, variable.title(), "Num" if number else "Char", "", "", (), 0)
    ending = next((e for e in FORMATS if variable.endswith(e)), None) if not sdtm else None
    written = FORMATS[ending] if ending and found.type == "Num" else None
    return VariableMetadata(
        variable, found.label or variable.title(), found.type, None, written, found.codelists, found.role, found.core, 0
    )


def _typed(values: Any, variable: VariableMetadata, sdtm: bool) -> Any:
    if variable.type == "Char":
        return values.astype("str")
    if not sdtm and variable.name.endswith(("DT", "DTM")):
        return pd.to_datetime(values).astype("datetime64[s]")
    return pd.to_numeric(values).astype("float64")
