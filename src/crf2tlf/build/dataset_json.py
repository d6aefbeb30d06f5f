"""Finished datasets in the form that Dataset-JSON holds: identifiers, data types, and dates in ISO 8601."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import pandas as pd

from crf2tlf.build.data_types import data_type, number_type
from crf2tlf.build.metadata import VariableMetadata
from crf2tlf.build.oids import dataset_oid, metadata_oid, study_oid, variable_oid
from crf2tlf.build.result import BuildResult, Dataset
from crf2tlf.files.dataset_json import JsonColumn, JsonDataset, JsonType
from crf2tlf.files.xpt import XptDataset, XptVariable, as_sas_numbers, date_kind, from_sas_numbers

METADATA_FILE = "define.xml"

# Dataset-JSON has no types for what is not a whole date or moment.
_TYPES: dict[str, JsonType] = {"date": "date", "datetime": "datetime", "time": "time"}


def json_form(
    build: BuildResult, dataset: Dataset, frame: pd.DataFrame, described: XptDataset
) -> tuple[pd.DataFrame, JsonDataset]:
    """Return a dataset's records and description as Dataset-JSON takes them.

    ``frame`` and ``described`` are what its transport file holds, so that both hold the same. Data types are those of
    Define-XML; partial dates and durations are ``string``. Dates and times that are numbers in the transport file are
    given in ISO 8601 with the target type ``integer``, if all of them are whole days or seconds.
    """
    study, columns, values = build.study.spec, [], {}
    for variable, held in zip(dataset.variables, described.variables, strict=True):
        values[held.name], column = _as_json(dataset, variable, frame[held.name], held)
        columns.append(column)
    return pd.DataFrame(values, copy=False), JsonDataset(
        oid=dataset_oid(dataset.name),
        name=described.name,
        label=described.label,
        created=study.release_timestamp,
        modified=study.release_timestamp,
        file_oid=f"{metadata_oid(study.study, sdtm=dataset.sdtm)}.{dataset.name}",
        study_oid=study_oid(study.study),
        metadata_oid=metadata_oid(study.study, sdtm=dataset.sdtm),
        metadata_file=METADATA_FILE,
        source=("crf2tlf", version("crf2tlf")),
        columns=tuple(columns),
        originator=study.transport.originator,
    )


def _as_json(
    dataset: Dataset, variable: VariableMetadata, values: pd.Series[Any], held: XptVariable
) -> tuple[pd.Series[Any], JsonColumn]:
    """A variable's values and description in Dataset-JSON."""
    kind: JsonType
    target, length = None, None
    shown = date_kind(held.format)
    if held.type == "Char":
        defined = data_type(dataset, variable)
        kind, length = _TYPES.get(defined, "string"), held.length if defined == "text" else None
    else:
        numbers = pd.Series(as_sas_numbers(values, held.format))
        moments = from_sas_numbers(numbers, shown) if shown else None
        if shown and moments is not None:
            values, kind, target = moments, shown, "integer"
        else:
            values, kind = numbers, number_type(numbers, held.format)
    return values, JsonColumn(
        oid=variable_oid(dataset.name, variable.name),
        name=held.name,
        label=held.label,
        data_type=kind,
        target_type="integer" if target else None,
        length=length,
        display_format=held.format,
        key=_place_among_keys(dataset, variable.name),
    )


def _place_among_keys(dataset: Dataset, variable: str) -> int | None:
    """The place of a variable among those keys of its dataset that are written, from 1; None if it is no key."""
    written = {v.name for v in dataset.variables}
    keys = [key for key in dataset.keys if key in written]
    return keys.index(variable) + 1 if variable in keys else None
