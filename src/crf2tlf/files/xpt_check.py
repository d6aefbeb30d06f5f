"""Before and after a transport file is written: what it cannot hold, and whether it holds what was written.

:func:`check_xpt` reports in words what :func:`crf2tlf.files.xpt.write_xpt` would refuse, and what agencies do not
accept; :func:`verify_xpt` reads the written file back with an independent reader and compares value for value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyreadstat

from crf2tlf.files.ibm_float import representable
from crf2tlf.files.xpt import (
    NUMBER_LENGTH,
    XptDataset,
    XptVariable,
    arrow_texts,
    as_sas_numbers,
    holds_texts,
    parse_format,
)
from crf2tlf.findings import Findings, Place

LABEL_LENGTH = 40
TEXT_LENGTH = 200

_NAME = re.compile("[A-Z_][A-Z0-9_]{0,7}")
_PRINTABLE_ASCII = "[ -~]*"
_PLACES_SHOWN = 20
_DIFFERENCES_SHOWN = 3
_VALUES_AT_ONCE = 30_000_000  # as Python objects, some 2 GB; a file with more is read in several passes

RecordPlace = Callable[[int], Place]
"""Where a record of the frame (counted from 0) comes from, for findings."""
VariablePlace = Callable[[str], Place]
"""Where a variable is specified, for findings."""


def check_xpt(
    frame: pd.DataFrame,
    dataset: XptDataset,
    place: Place,
    findings: Findings,
    *,
    record_place: RecordPlace | None = None,
    variable_place: VariablePlace | None = None,
) -> None:
    """Report everything about a dataset that a SAS transport file cannot hold.

    ``place`` is where the dataset is specified; ``record_place`` says where a record comes from and
    ``variable_place`` where a variable is specified, if that is known.
    Findings: SPEC_MODEL (names of more than 8 characters or of other than A-Z, 0-9 and _; lengths; formats),
    TEXT_LENGTH (labels over 40; texts over 200 or over their variable's length), TEXT_ASCII (characters other than
    printable ASCII), RULE_TYPE (values that are no texts or numbers, numbers out of range), KEY_MISSING (blank
    records at the end).
    Raises ValueError if the frame's columns are not the dataset's variables.
    """
    if sorted(frame.columns) != sorted(v.name for v in dataset.variables):
        raise ValueError(f"{dataset.name}: the frame's columns are not the dataset's variables")
    _check_description(f"the dataset {dataset.name}", dataset.name, dataset.label, place, findings)
    for variable in dataset.variables:
        here = variable_place(variable.name) if variable_place else place
        what = f"the variable {dataset.name}.{variable.name}"
        _check_description(what, variable.name, variable.label, here, findings)
        for message in _faults_of_length_and_format(variable):
            findings.add("SPEC_MODEL", here, f"{what}: {message}")
        check = _check_texts if variable.type == "Char" else _check_numbers
        check(frame[variable.name], variable, _Reporter(dataset.name, here, findings, record_place))
    _check_blank_end(frame, dataset, _Reporter(dataset.name, place, findings, record_place))


@dataclass(frozen=True)
class _Reporter:
    """Adds findings about some records of a dataset, with their places where known."""

    dataset: str
    place: Place
    findings: Findings
    record_place: RecordPlace | None

    def report(self, code: str, variable: str, message: str, bad: npt.NDArray[np.bool_]) -> None:
        """Add one finding for the records marked bad, if any; the message goes on with the first one's number."""
        records = np.flatnonzero(bad)
        if len(records):
            places = [self.record_place(int(r)) for r in records[:_PLACES_SHOWN]] if self.record_place else []
            text = f"{self.dataset}.{variable}: {message} (first in record {records[0] + 1})"
            self.findings.add(code, self.place, text, records=places, count=len(records))


def _check_description(what: str, name: str, label: str, place: Place, findings: Findings) -> None:
    """Report a name or label that the headers cannot hold."""
    if not _NAME.fullmatch(name):
        findings.add(
            "SPEC_MODEL", place, f"{what}: a name has at most 8 characters out of A-Z, 0-9 and _, no digit first"
        )
    if len(label) > LABEL_LENGTH:
        findings.add("TEXT_LENGTH", place, f"{what}: the label has {len(label)} characters, at most 40 fit: {label}")
    if not re.fullmatch(_PRINTABLE_ASCII, label):
        findings.add("TEXT_ASCII", place, f"{what}: the label has characters other than printable ASCII: {label!r}")


def _faults_of_length_and_format(variable: XptVariable) -> Iterator[str]:
    if variable.type == "Num" and variable.length != NUMBER_LENGTH:
        yield f"a number has the length {NUMBER_LENGTH}, not {variable.length}"
    if variable.type == "Char" and not 1 <= variable.length <= TEXT_LENGTH:
        yield f"a text has a length from 1 to {TEXT_LENGTH}, not {variable.length}"
    if variable.format is not None and parse_format(variable.format) is None:
        yield f"{variable.format} is not a SAS format such as DATE9."


def _check_texts(column: pd.Series[Any], variable: XptVariable, reporter: _Reporter) -> None:
    """Report texts that are too long or have other characters than printable ASCII."""
    if holds_texts(column, min(variable.length, TEXT_LENGTH)):
        return
    codes, different = pd.factorize(column)
    if not all(isinstance(text, str) for text in different):
        wrong = np.array([not isinstance(text, str) for text in different] + [False])
        reporter.report("RULE_TYPE", variable.name, "the value of a text variable is not a text", wrong[codes])
        return
    longest = min(variable.length, TEXT_LENGTH)
    too_long = np.array([len(text) > longest for text in different] + [False])
    if too_long.any():
        length = max(map(len, different))
        message = f"a text has up to {length} characters where {longest} fit; split it or give the variable more"
        reporter.report("TEXT_LENGTH", variable.name, message, too_long[codes])
    foreign = np.array([not re.fullmatch(_PRINTABLE_ASCII, text) for text in different] + [False])
    if foreign.any():
        example = different[int(np.argmax(foreign))]
        message = f"a text has characters other than printable ASCII, such as {example!r}; translate or replace it"
        reporter.report("TEXT_ASCII", variable.name, message, foreign[codes])


def _check_numbers(column: pd.Series[Any], variable: XptVariable, reporter: _Reporter) -> None:
    """Report values that are no numbers, and numbers that the format cannot hold."""
    try:
        numbers = as_sas_numbers(column, variable.format)
    except ValueError as problem:
        reporter.findings.add("RULE_TYPE", reporter.place, f"{reporter.dataset}.{variable.name}: {problem}")
        return
    bad = ~representable(numbers)
    if bad.any():
        example = numbers[int(np.argmax(bad))]
        message = f"the number {example} is outside 5.4e-79 to 7.2e75, which a transport file can hold"
        reporter.report("RULE_TYPE", variable.name, message, bad)


def _check_blank_end(frame: pd.DataFrame, dataset: XptDataset, reporter: _Reporter) -> None:
    """Report records without any value at the end: readers take them for padding."""
    kept = _without_blank_end(frame, dataset)
    if kept < len(frame):
        message = "records at the end are blank in every variable, and a transport file cannot tell them from padding"
        reporter.report("KEY_MISSING", dataset.variables[0].name, message, np.arange(len(frame)) >= kept)


def _without_blank_end(frame: pd.DataFrame, dataset: XptDataset) -> int:
    """How many records there are without the blank ones at the end; a number is never blank, even when missing."""
    if any(variable.type == "Num" for variable in dataset.variables):
        return len(frame)
    blank = np.ones(len(frame), dtype=bool)
    for variable in dataset.variables:
        texts = frame[variable.name].astype("str")
        blank &= (texts.isna() | (texts.str.strip(" ") == "")).to_numpy(dtype=bool)
    filled = np.flatnonzero(~blank)
    return int(filled[-1]) + 1 if len(filled) else 0


def read_back(path: Path) -> tuple[pd.DataFrame, XptDataset]:
    """Read a transport file with pyreadstat: the records and the description.

    Texts come without the blanks at their end, a missing one as an empty text; dates stay SAS numbers.
    """
    columns, dataset = _read(path)
    types = {v.name: "str" if v.type == "Char" else "float64" for v in dataset.variables}
    return pd.DataFrame({name: pd.Series(columns[name], dtype=dtype) for name, dtype in types.items()}), dataset


def _read(path: Path, **options: Any) -> tuple[dict[str, list[Any]], XptDataset]:
    """The columns as lists, since a frame made of them takes half as long again as reading them does."""
    columns, meta = pyreadstat.read_xport(str(path), disable_datetime_conversion=True, output_format="dict", **options)
    variables = tuple(
        XptVariable(
            name=name,
            label=label or "",
            type="Char" if meta.readstat_variable_types[name] == "string" else "Num",
            length=meta.variable_storage_width[name],
            format=_with_point(meta.original_variable_types[name]),
        )
        for name, label in zip(meta.column_names, meta.column_labels, strict=True)
    )
    return columns, XptDataset(meta.table_name or "", meta.file_label or "", variables)


def verify_xpt(path: Path, frame: pd.DataFrame, dataset: XptDataset) -> list[str]:
    """Read a written file back and return every difference from what was to be written, empty if there is none.

    Compared are the dataset's name and label, each variable's name, label, type, length and format, the number of
    records, and every value: numbers exactly, texts without blanks at their end (the format keeps none).
    """
    names = [variable.name for variable in dataset.variables]
    at_once = max(1, _VALUES_AT_ONCE // max(1, len(frame)))
    all_at_once = len(names) <= at_once
    found, described = _read(path, metadataonly=not all_at_once)
    differences = [
        f"{what}: {there!r} in the file, {wanted!r} expected"
        for what, there, wanted in (
            ("name of the dataset", described.name, dataset.name),
            ("label of the dataset", described.label, dataset.label),
            ("variables", [_comparable(v) for v in described.variables], [_comparable(v) for v in dataset.variables]),
        )
        if there != wanted
    ]
    if differences:
        return differences
    records = _without_blank_end(frame, dataset)
    for start in range(0, len(names), at_once):
        if not all_at_once:
            found, _ = _read(path, usecols=names[start : start + at_once])
        for variable in dataset.variables[start : start + at_once]:
            values = found.pop(variable.name)  # so that they take memory no longer than need be
            if len(values) != records:
                return [*differences, f"number of records: {len(values)} in the file, {records} expected"]
            differences += _value_differences(values, frame[variable.name].iloc[:records], variable)
    return differences


def _with_point(sas_format: str | None) -> str | None:
    """The reader leaves out the point of a format without decimals."""
    return sas_format if sas_format is None or "." in sas_format else f"{sas_format}."


def _comparable(variable: XptVariable) -> tuple[object, ...]:
    """A variable's description in a form in which equal ones are equal."""
    sas_format = parse_format(variable.format or ".")
    return variable.name, variable.label, variable.type, variable.length, sas_format


def _value_differences(found: list[Any], wanted: pd.Series[Any], variable: XptVariable) -> list[str]:
    """The first few records whose value in the file is another than the one wanted, and how many there are."""
    there: npt.NDArray[Any]
    if variable.type == "Char":
        texts, expected_texts = pa.array(found, pa.large_string()), _texts_as_held(wanted)
        if texts.equals(expected_texts):
            return []
        there, expected = texts.to_numpy(zero_copy_only=False), expected_texts.to_numpy(zero_copy_only=False)
        different = there != expected
    else:
        there, expected = np.array(found, dtype=np.float64), as_sas_numbers(wanted, variable.format)
        different = ~((there == expected) | (np.isnan(there) & np.isnan(expected)))
    records = np.flatnonzero(different)
    shown = [
        f"{variable.name} in record {r + 1}: {there[r]!r} in the file, {expected[r]!r} expected"
        for r in records[:_DIFFERENCES_SHOWN]
    ]
    more = len(records) - len(shown)
    return [*shown, f"{variable.name}: {more} more records differ"] if more else shown


def _texts_as_held(column: pd.Series[Any]) -> pa.LargeStringArray:
    """Texts without the blanks at their end, a missing one as an empty text."""
    return pc.ascii_rtrim(pc.fill_null(arrow_texts(column), ""), characters=" ")
