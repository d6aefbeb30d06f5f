"""Dataset-JSON 1.1, as one JSON object and as NDJSON: written a whole column at a time, and read.

A missing value is ``null``, in texts too: "Missing values are represented by null. Empty strings are represented by
''". Columns of this program never hold an empty text.
Source: CDISC Dataset-JSON Specification, version 1.1 (2024-12-05).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crf2tlf.files.xpt import arrow_texts

JsonType = Literal["string", "integer", "float", "date", "datetime", "time"]
TargetType = Literal["integer"]

VERSION = "1.1.0"
_RECORDS_AT_ONCE = 50_000
_LARGEST_WHOLE = 2.0**53
_ESCAPED = np.zeros(256, dtype=bool)
_ESCAPED[[*range(0x20), ord('"'), ord("\\")]] = True


@dataclass(frozen=True)
class JsonColumn:
    """A variable of Dataset-JSON; ``target_type`` is given where dates and times are numbers in the transport file."""

    oid: str
    name: str
    label: str
    data_type: JsonType
    target_type: TargetType | None = None
    length: int | None = None
    display_format: str | None = None
    key: int | None = None


@dataclass(frozen=True)
class JsonDataset:
    """A dataset of Dataset-JSON: what stands before its records. ``source`` is the source system's name and version."""

    oid: str
    name: str
    label: str
    created: datetime
    modified: datetime
    file_oid: str
    study_oid: str
    metadata_oid: str
    metadata_file: str
    source: tuple[str, str]
    columns: tuple[JsonColumn, ...]
    originator: str | None = None


def write_dataset_json(json_path: Path, ndjson_path: Path, frame: pd.DataFrame, dataset: JsonDataset) -> None:
    """Write a dataset as Dataset-JSON and as NDJSON, both with one record a line.

    Texts are written under the types ``string``, ``date``, ``datetime`` and ``time``; under the latter three with a
    target type, columns of datetime64 (days, or moments to the second) or timedelta64 (times of day) are. Numbers have
    the fewest digits that give them back, whole ones no decimals. Raises ValueError for a number that is infinite, and
    for a column whose values its type does not take.
    """
    before = {**_attributes(dataset, len(frame)), "columns": [_column(c) for c in dataset.columns]}
    head = ",\n".join(f"{_compact(key)}: {_listed(value)}" for key, value in before.items())
    with json_path.open("wb") as one, ndjson_path.open("wb") as lines:
        lines.write(f"{_compact(before)}\n".encode())
        one.write(f'{{\n{head},\n"rows": ['.encode())
        separator = b"\n"
        for records in _records(frame, dataset):
            lines.write(_joined(records, "\n"))
            lines.write(b"\n")
            one.write(separator)
            one.write(_joined(records, ",\n"))
            separator = b",\n"
        one.write(b"\n]\n}\n")


def _joined(records: pa.LargeStringArray, separator: str) -> pa.Buffer:
    """All records one after the other, as UTF-8."""
    together = pa.ListArray.from_arrays(pa.array([0, len(records)], pa.int32()), records)
    return pc.binary_join(together, _text(separator))[0].as_buffer()


def _attributes(dataset: JsonDataset, records: int) -> dict[str, object]:
    """The attributes before the columns, in the order that the specification recommends."""
    name, version = dataset.source
    return {
        "datasetJSONCreationDateTime": dataset.created.isoformat(),
        "datasetJSONVersion": VERSION,
        "fileOID": dataset.file_oid,
        "dbLastModifiedDateTime": dataset.modified.isoformat(),
        **({"originator": dataset.originator} if dataset.originator else {}),
        "sourceSystem": {"name": name, "version": version},
        "studyOID": dataset.study_oid,
        "metaDataVersionOID": dataset.metadata_oid,
        "metaDataRef": dataset.metadata_file,
        "itemGroupOID": dataset.oid,
        "records": records,
        "name": dataset.name,
        "label": dataset.label,
    }


def _column(column: JsonColumn) -> dict[str, object]:
    described = {
        "itemOID": column.oid,
        "name": column.name,
        "label": column.label,
        "dataType": column.data_type,
        "targetDataType": column.target_type,
        "length": column.length,
        "displayFormat": column.display_format,
        "keySequence": column.key,
    }
    return {key: value for key, value in described.items() if value is not None}


def _listed(value: object) -> str:
    """A list with an item a line, anything else compactly."""
    if isinstance(value, list):
        return "[\n" + ",\n".join(map(_compact, value)) + "\n]"
    return _compact(value)


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _records(frame: pd.DataFrame, dataset: JsonDataset) -> Iterator[pa.LargeStringArray]:
    """The records as JSON arrays, some thousands at a time."""
    for start in range(0, len(frame), _RECORDS_AT_ONCE):
        part = frame.iloc[start : start + _RECORDS_AT_ONCE]
        cells = []
        for column in dataset.columns:
            try:
                cells.append(pc.fill_null(_cells(part[column.name], column), "null"))
            except (ValueError, pa.ArrowException) as problem:
                raise ValueError(f"{dataset.name}.{column.name}: {problem}") from problem
        joined = pc.binary_join_element_wise(*cells, _text(","))
        yield pc.binary_join_element_wise(_text("["), joined, _text("]"), _text(""))


def _text(text: str) -> pa.LargeStringScalar:
    return pa.scalar(text, pa.large_string())


def _cells(values: pd.Series[Any], column: JsonColumn) -> pa.LargeStringArray:
    """A column's values as JSON, null where missing."""
    if column.data_type in ("integer", "float"):
        return _numbers(values, column.data_type == "integer")
    if column.target_type is None:
        return _quoted(arrow_texts(values))
    return _in_quotes(_iso_8601(values, column.data_type))


def _quoted(texts: pa.LargeStringArray) -> pa.LargeStringArray:
    """Texts in quotes, with what JSON escapes escaped."""
    if not _ESCAPED[_bytes(texts)].any():
        return _in_quotes(texts)
    codes = pc.dictionary_encode(texts)
    different = [_compact(text) for text in codes.dictionary.to_pylist()]
    return pc.take(pa.array(different, pa.large_string()), codes.indices)


def _bytes(texts: pa.LargeStringArray) -> npt.NDArray[np.uint8]:
    """The bytes of all texts, one after the other."""
    _, offsets, characters = texts.buffers()
    if not len(texts) or characters is None:
        return np.empty(0, dtype=np.uint8)
    ends = np.frombuffer(offsets, dtype=np.int64)
    return np.frombuffer(characters, dtype=np.uint8)[ends[texts.offset] : ends[texts.offset + len(texts)]]


def _in_quotes(texts: pa.LargeStringArray) -> pa.LargeStringArray:
    return pc.binary_join_element_wise(_text('"'), texts, _text('"'), _text(""))


def _numbers(values: pd.Series[Any], whole: bool) -> pa.LargeStringArray:
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan) + 0.0  # which makes 0 of -0
    if np.isinf(numbers).any():
        raise ValueError("JSON has no infinite numbers")
    cells = pa.array(numbers, from_pandas=True)
    if whole:
        present = numbers[~np.isnan(numbers)]
        if not np.array_equal(present, np.floor(present)):
            raise ValueError("an integer column holds numbers that are not whole")
        if (np.abs(present) <= _LARGEST_WHOLE).all():
            cells = cells.cast(pa.int64())
    return cells.cast(pa.large_string())


def _iso_8601(values: pd.Series[Any], data_type: JsonType) -> pa.LargeStringArray:
    """Dates, moments or times of day in ISO 8601."""
    if data_type == "time":
        seconds = pa.array(values.to_numpy(dtype="timedelta64[s]"), from_pandas=True)
        return seconds.cast(pa.int64()).cast(pa.int32()).cast(pa.time32("s")).cast(pa.large_string())
    if data_type == "date":
        days = pa.array(values.to_numpy(dtype="datetime64[D]"), from_pandas=True)
        return days.cast(pa.large_string())
    moments = pa.array(values.to_numpy(dtype="datetime64[s]"), from_pandas=True)
    return pc.strftime(moments, "%Y-%m-%dT%H:%M:%S").cast(pa.large_string())


def read_dataset_json(path: Path) -> tuple[pd.DataFrame, JsonDataset]:
    """Read a Dataset-JSON file (``.json``) or its NDJSON form (``.ndjson``): the records and the description.

    Texts, and dates without a target type, come as texts, numbers as float64, and dates and times with the target type
    ``integer`` as datetime64 or timedelta64. ``null`` and the empty text are missing. Raises ValueError if the file is
    not Dataset-JSON 1.1.
    """
    text = path.read_text(encoding="utf-8-sig")
    try:
        if path.suffix == ".ndjson":
            first, _, rest = text.partition("\n")
            before, rows = json.loads(first), [json.loads(line) for line in rest.split("\n") if line]
        else:
            before = json.loads(text)
            rows = before.pop("rows", [])
        dataset = _described(before)
        columns = zip(*rows, strict=True) if rows else [()] * len(dataset.columns)
        frame = pd.DataFrame(
            {c.name: _read_column(list(values), c) for c, values in zip(dataset.columns, columns, strict=True)}
        )
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise ValueError(f"{path.name} is not Dataset-JSON {VERSION}: {problem}") from problem
    if len(rows) != before["records"]:
        raise ValueError(f"{path.name} has {len(rows)} records where it says {before['records']}")
    return frame, dataset


def _described(before: dict[str, Any]) -> JsonDataset:
    created = datetime.fromisoformat(before["datasetJSONCreationDateTime"])
    source = before.get("sourceSystem", {"name": "", "version": ""})
    if not str(before["datasetJSONVersion"]).startswith("1.1"):
        raise ValueError(f"version {before['datasetJSONVersion']}")
    return JsonDataset(
        oid=before["itemGroupOID"],
        name=before["name"],
        label=before["label"],
        created=created,
        modified=datetime.fromisoformat(before.get("dbLastModifiedDateTime", created.isoformat())),
        file_oid=before.get("fileOID", ""),
        study_oid=before.get("studyOID", ""),
        metadata_oid=before.get("metaDataVersionOID", ""),
        metadata_file=before.get("metaDataRef", ""),
        source=(source["name"], source["version"]),
        columns=tuple(_described_column(column) for column in before["columns"]),
        originator=before.get("originator"),
    )


def _described_column(column: dict[str, Any]) -> JsonColumn:
    return JsonColumn(
        oid=column["itemOID"],
        name=column["name"],
        label=column["label"],
        data_type=column["dataType"],
        target_type=column.get("targetDataType"),
        length=column.get("length"),
        display_format=column.get("displayFormat"),
        key=column.get("keySequence"),
    )


def _read_column(values: list[Any], column: JsonColumn) -> pd.Series[Any]:
    if column.data_type in ("integer", "float", "double", "decimal"):
        return pd.Series([np.nan if value in (None, "") else value for value in values], dtype="float64")
    texts = pd.Series(values, dtype="str").replace("", np.nan)
    if column.target_type is None:
        return texts
    if column.data_type == "time":
        return pd.to_timedelta(texts)
    return pd.to_datetime(texts, format="ISO8601").astype("datetime64[s]")
