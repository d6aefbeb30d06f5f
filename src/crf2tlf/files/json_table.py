"""Reading forms from Dataset-JSON 1.1 (.json, .ndjson): every value as text, records by number or line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.files.cell_text import number_texts
from crf2tlf.files.raw_table import RawTable, header_is_sound, report_no_record, table_of, text_column
from crf2tlf.findings import Findings, Place

_NUMBERS = ("integer", "float", "double")
_EXACT = 10**15
"""Whole numbers from here on are taken as they are written: a float may not hold all of their digits."""
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


class _NotDatasetJsonError(Exception):
    """The file is not Dataset-JSON, from the line on if it is known."""

    def __init__(self, message: str, line: int = 0) -> None:
        self.line = line
        super().__init__(message)


def read_json_table(path: Path, place_name: str, findings: Findings) -> RawTable | None:
    """Read a Dataset-JSON file. The place of a record is its line in NDJSON, else its number, 1 the first.

    Dates and times come as the ISO 8601 that stands in the file, truth as TRUE and FALSE, numbers as
    :mod:`crf2tlf.files.cell_text` says; null and empty texts are missing. Findings: RAW_FILE_MISSING, RAW_FILE_EMPTY,
    RAW_ENCODING, RAW_FILE_FORMAT, RAW_RECORD_SHAPE.
    """
    place = Place(place_name)
    try:
        text = path.read_text(encoding="utf-8-sig")
        if not text.strip():
            findings.add("RAW_FILE_EMPTY", place, "the file is empty")
            return None
        lines = path.suffix.lower() == ".ndjson"
        before, rows, numbers = _from_lines(text) if lines else _from_object(text)
        names, types = _columns(before)
    except UnicodeDecodeError:
        findings.add("RAW_ENCODING", place, "the file is not UTF-8, which Dataset-JSON is")
        return None
    except OSError as problem:
        findings.add("RAW_FILE_MISSING", place, f"the file cannot be read: {problem.strerror}")
        return None
    except _NotDatasetJsonError as problem:
        message = f"the file is not Dataset-JSON 1.1: {problem}"
        findings.add("RAW_FILE_FORMAT", Place(place_name, problem.line), message)
        return None
    if not header_is_sound(names, place, findings):
        return None
    rows, numbers = _well_shaped(rows, numbers, len(names), place_name, findings)
    if not rows:
        report_no_record(Place(place_name, 1), findings, "the file has no record")
    if isinstance(stated := before.get("records"), int) and stated != len(rows):
        findings.add("RAW_FILE_FORMAT", place, f"the file has {len(rows)} records where it says {stated}")
    cells = zip(*rows, strict=True) if rows else [()] * len(names)
    frame = table_of({name: _texts(list(v), t) for name, v, t in zip(names, cells, types, strict=True)})
    return RawTable(place_name, frame, np.array(numbers, dtype=np.int64), 1 if lines else 0)


def _from_object(text: str) -> tuple[dict[str, Any], list[Any], list[int]]:
    before = _parsed(text, 1)
    rows = before.get("rows", [])
    if not isinstance(rows, list):
        raise _NotDatasetJsonError("rows is no list")
    return before, rows, list(range(1, len(rows) + 1))


def _from_lines(text: str) -> tuple[dict[str, Any], list[Any], list[int]]:
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    before = _parsed(lines[0][1], lines[0][0])
    return before, [_value(line, number) for number, line in lines[1:]], [number for number, _ in lines[1:]]


def _parsed(text: str, line: int) -> dict[str, Any]:
    value = _value(text, line)
    if not isinstance(value, dict):
        raise _NotDatasetJsonError("it begins with no object", line)
    return value


def _value(text: str, line: int) -> Any:
    try:
        value = json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as problem:
        raise _NotDatasetJsonError(problem.msg, line + problem.lineno - 1) from None
    except (RecursionError, ValueError) as problem:
        raise _NotDatasetJsonError(str(problem), line) from None
    if "\\u" in text and _LONE_SURROGATE.search(json.dumps(value, ensure_ascii=False)):
        raise _NotDatasetJsonError("it has half a character (a lone surrogate such as \\ud83d)", line)
    return value


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON; a missing value is null")


def _columns(before: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return the names and types of the columns."""
    version = str(before.get("datasetJSONVersion", "none"))
    if not version.startswith("1.1"):
        raise _NotDatasetJsonError(f"its datasetJSONVersion is {version}")
    columns = before.get("columns")
    if not isinstance(columns, list) or not all(
        isinstance(c, dict) and isinstance(c.get("name"), str) for c in columns
    ):
        raise _NotDatasetJsonError("columns is no list of objects with names")
    return [column["name"] for column in columns], [str(column.get("dataType")) for column in columns]


def _well_shaped(
    rows: list[Any], numbers: list[int], width: int, place_name: str, findings: Findings
) -> tuple[list[list[Any]], list[int]]:
    """Return the records as wide as the columns; report the others."""
    sound = [isinstance(row, list) and len(row) == width for row in rows]
    wrong = [Place(place_name, number) for number, good in zip(numbers, sound, strict=True) if not good]
    if wrong:
        message = f"the record is no list of {width} values, as there are columns; it is left out"
        findings.add("RAW_RECORD_SHAPE", wrong[0], message, records=wrong[1:20], count=len(wrong))
    kept = [n for n, good in enumerate(sound) if good]
    return [rows[n] for n in kept], [numbers[n] for n in kept]


def _texts(values: list[Any], data_type: str) -> pd.Series[str]:
    if data_type in _NUMBERS and all(_is_float(value) for value in values):
        return number_texts(np.array([np.nan if v is None else v for v in values], dtype=np.float64))
    return text_column([_text(value) for value in values])


def _is_float(value: Any) -> bool:
    """Whether a float holds the number as it stands in the file, or it is missing."""
    return value is None or type(value) is float or (type(value) is int and -_EXACT < value < _EXACT)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return ("TRUE" if value else "FALSE") if isinstance(value, bool) else json.dumps(value, ensure_ascii=False)
