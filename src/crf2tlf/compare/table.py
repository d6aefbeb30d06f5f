"""A dataset to be compared: its records as texts and numbers, and what its file says of its variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat

from crf2tlf.files.csv import read_csv
from crf2tlf.files.dataset_json import JsonColumn, JsonDataset, read_dataset_json
from crf2tlf.files.xpt import as_sas_numbers
from crf2tlf.files.xpt_check import read_back
from crf2tlf.findings import Findings, Place

EXTENSIONS = (".xpt", ".sas7bdat", ".ndjson", ".json", ".csv")
"""Files that hold datasets; of several with one name the first kind is taken."""

_FAULTS = (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, OverflowError, OSError)
_FORMAT_OF = {"date": "E8601DA.", "datetime": "E8601DT.", "time": "E8601TM."}


@dataclass(frozen=True)
class Attributes:
    """What a file says of a variable; None is what a file of its kind cannot say."""

    label: str | None = None
    type: str | None = None
    length: int | None = None
    format: str | None = None


@dataclass(frozen=True)
class Table:
    """A dataset: ``str`` and ``float64`` columns (dates with a format are SAS numbers), and what its file says."""

    name: str
    frame: pd.DataFrame
    attributes: Mapping[str, Attributes] = field(default_factory=dict)
    label: str | None = None

    @property
    def names(self) -> list[str]:
        """The names of the variables, as they stand."""
        return [str(name) for name in self.frame]

    def of(self, variable: str) -> Attributes:
        """Return what is known of a variable."""
        return self.attributes.get(variable, Attributes())


def read_table(path: Path, name: str, findings: Findings, *, shown: str = "") -> Table | None:
    """Read a dataset from a transport file, SAS data set, Dataset-JSON or CSV file.

    Empty texts and blanks at the end of a text count for nothing, as in SAS. Returns None after a COMPARE_FILE finding
    (unreadable, damaged, of another kind).
    """
    shown = shown or path.name
    extension = path.suffix.lower()
    try:
        if extension == ".csv":
            return _of_csv(path, name, shown, findings)
        if extension in (".json", ".ndjson"):
            return _of_json(*read_dataset_json(path), name)
        if extension == ".xpt":
            frame, dataset = read_back(path)
            said = {v.name: Attributes(v.label, v.type, v.length, v.format or "") for v in dataset.variables}
            return Table(name, _without_blanks(frame), said, dataset.label)
        return _of_sas(path, name)
    except _FAULTS as problem:
        findings.add("COMPARE_FILE", Place(shown), f"the file cannot be read as a dataset: {problem}")
        return None


def _of_csv(path: Path, name: str, shown: str, findings: Findings) -> Table | None:
    inner = Findings()
    table = read_csv(path, shown, "utf-8", inner)
    for item in inner:
        findings.add("COMPARE_FILE", item.place, item.message)
    return None if table is None else Table(name, _without_blanks(table.frame))


def _of_json(frame: pd.DataFrame, dataset: JsonDataset, name: str) -> Table:
    """Dates and times that are numbers in a transport file become the same numbers."""
    columns = {
        c.name: pd.Series(as_sas_numbers(frame[c.name], c.display_format or _FORMAT_OF[c.data_type]))
        for c in dataset.columns
        if c.target_type and c.data_type in _FORMAT_OF
    }
    said = {c.name: _said_in_json(c) for c in dataset.columns}
    return Table(name, _without_blanks(frame.assign(**columns)), said, dataset.label)


def _said_in_json(column: JsonColumn) -> Attributes:
    number = column.data_type in ("integer", "float", "double", "decimal") or column.target_type is not None
    return Attributes(column.label, "Num" if number else "Char", column.length, column.display_format or "")


def _of_sas(path: Path, name: str) -> Table:
    columns, meta = pyreadstat.read_sas7bdat(str(path), disable_datetime_conversion=True, output_format="dict")
    kinds = {n: "Char" if meta.readstat_variable_types[n] == "string" else "Num" for n in meta.column_names}
    frame = pd.DataFrame(
        {n: pd.Series(columns[n], dtype="str" if kind == "Char" else "float64") for n, kind in kinds.items()}
    )
    formats = {n: f or "" for n, f in meta.original_variable_types.items()}
    said = {
        n: Attributes(
            label or "",
            kinds[n],
            meta.variable_storage_width[n],
            formats[n] if "." in formats[n] or not formats[n] else f"{formats[n]}.",
        )
        for n, label in zip(meta.column_names, meta.column_labels, strict=True)
    }
    return Table(name, _without_blanks(frame), said, meta.file_label or "")


def _without_blanks(frame: pd.DataFrame) -> pd.DataFrame:
    """Take off blanks at the end of texts; an empty text is missing."""
    texts = {str(n): _trimmed(frame[n]) for n in frame if not pd.api.types.is_numeric_dtype(frame[n])}
    return frame.assign(**texts) if texts else frame


def _trimmed(column: pd.Series[Any]) -> pd.Series[Any]:
    stripped = column.str.rstrip(" ")
    return stripped.mask(stripped == "", np.nan)
