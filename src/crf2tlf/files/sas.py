"""Reading forms from SAS data sets (.sas7bdat) and transport files (.xpt): every value as text, records by number.

Dates, times and moments become ISO 8601 by the variable's format; numbers are as :mod:`crf2tlf.files.cell_text` says.
Special missing values keep their letter, ``.A``; a format catalogue is not applied: codes stay codes.
"""

from __future__ import annotations

import codecs
import string
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyreadstat

from crf2tlf.files.cell_text import number_texts, seconds_texts
from crf2tlf.files.raw_table import RawTable, report_no_record, table_of, text_column
from crf2tlf.files.xpt import date_kind, parse_format
from crf2tlf.findings import Findings, Place

_XPT_START = b"HEADER RECORD*******LIB"
_SAS7BDAT_MAGIC = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
_FAULTS = (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, OverflowError, MemoryError, OSError)
_BAD_CHARACTERS = "convert"  # in the library's message about texts in another encoding
_RECORD = 80
_SPECIAL = {ord(letter): f".{letter}" for letter in string.ascii_uppercase} | {ord("_"): "._"}
_EPOCH = np.datetime64("1960-01-01", "s")
_DAY = 86_400
_SECONDS_OF_YEAR_1, _SECONDS_OF_YEAR_9999 = -715_509 * _DAY, 2_936_549 * _DAY + _DAY - 1


def read_sas(path: Path, place_name: str, encoding: str | None, findings: Findings) -> RawTable | None:
    """Read a SAS data set or transport file; ``encoding`` is the stated one, None: the file's own, or UTF-8.

    The place of a record is its number, 1 the first. Findings: RAW_FILE_MISSING, RAW_FILE_EMPTY, RAW_FILE_FORMAT
    (another kind of file, damaged, with a password), RAW_ENCODING (texts are not in the encoding).
    """
    place = Place(place_name)
    transport = path.suffix.lower() == ".xpt"
    if fault := _file_fault(path, transport):
        findings.add(fault[0], place, fault[1])
        return None
    try:
        columns, meta = _values(path, transport, encoding and _encoding_name(encoding))
    except LookupError:
        message = f"the stated encoding {encoding!r} is not a known one (such as utf-8 or cp932)"
        findings.add("RAW_ENCODING", place, message)
        return None
    except _FAULTS as problem:
        if isinstance(problem, UnicodeError) or _BAD_CHARACTERS in str(problem):
            stated = encoding or "that it states"
            message = f"texts of the file are not in the encoding {stated}; say with `encoding:` in which they are"
            findings.add("RAW_ENCODING", place, message)
            return None
        findings.add("RAW_FILE_FORMAT", place, f"the file is damaged, or of a kind that is not read ({problem})")
        return None
    special = _special_in_transport(path, meta, columns) if transport else {}
    formats = meta.original_variable_types
    texts = {
        name: text_column(columns[name])
        if kind == "string"
        else _texts(columns[name], formats[name], special.get(name))
        for name, kind in meta.readstat_variable_types.items()
    }
    frame = table_of(texts)
    if not len(frame):
        report_no_record(place, findings, "the file has no record")
    return RawTable(place_name, frame, np.arange(1, len(frame) + 1, dtype=np.int64), 0)


def _encoding_name(encoding: str) -> str:
    """Return the name by which the reading library knows an encoding. Raises LookupError for an unknown one."""
    name = codecs.lookup(encoding).name
    return name if name == "shift_jis" else name.replace("_", "-")


def _file_fault(path: Path, transport: bool) -> tuple[str, str] | None:
    """Return the code and message of a file that is missing, empty or of another kind."""
    try:
        with path.open("rb") as file:
            start = file.read(_RECORD)
    except OSError as problem:
        return "RAW_FILE_MISSING", f"the file cannot be read: {problem.strerror}"
    if not start:
        return "RAW_FILE_EMPTY", "the file is empty"
    if not start.startswith(_XPT_START if transport else _SAS7BDAT_MAGIC):
        kind = "SAS transport file (.xpt); a CPORT file is none" if transport else "SAS data set (.sas7bdat)"
        return "RAW_FILE_FORMAT", f"the file is no {kind}"
    return None


def _values(path: Path, transport: bool, encoding: str | None) -> tuple[dict[str, Any], Any]:
    options: dict[str, Any] = {"disable_datetime_conversion": True, "output_format": "dict", "encoding": encoding}
    columns, meta = (
        pyreadstat.read_xport(str(path), **options | {"encoding": encoding or "utf-8"})
        if transport
        else pyreadstat.read_sas7bdat(str(path), **options, user_missing=True)
    )
    return columns, meta


def _texts(values: Any, sas_format: str | None, letters: pd.Series[Any] | None) -> pd.Series[str]:
    """Return a number variable's values as texts; ``letters`` are its special missing values, ``.A``, if known."""
    column = pd.Series(values, dtype=object)
    if letters is None:
        is_letter = column.map(lambda value: isinstance(value, str)).astype(bool)
        letters, column = "." + column.where(is_letter).astype("str"), column.mask(is_letter)
    numbers: npt.NDArray[np.float64] = np.array(column, dtype=np.float64)
    texts = _number_texts(numbers, sas_format)
    return texts.fillna(letters).astype("str")


def _number_texts(numbers: npt.NDArray[np.float64], sas_format: str | None) -> pd.Series[str]:
    """Return numbers as what their format shows: ISO 8601, leading zeros, decimals, or the number."""
    shown = sas_format if sas_format is None or "." in sas_format else f"{sas_format}."
    kind = date_kind(shown)
    if kind == "time":
        return seconds_texts(numbers)
    if kind:
        return _moments(numbers, days=kind == "date")
    name, width, decimals = parse_format(shown or ".") or ("", 0, 0)
    if name == "Z":
        return number_texts(numbers, width - decimals - (decimals > 0), decimals)
    return number_texts(numbers, decimals=decimals if name in ("", "F") else 0)


def _moments(numbers: npt.NDArray[np.float64], *, days: bool) -> pd.Series[str]:
    """Return SAS dates or datetimes in ISO 8601; a number that is no such moment stays a number."""
    seconds = numbers * _DAY if days else numbers
    readable = (seconds >= _SECONDS_OF_YEAR_1) & (seconds <= _SECONDS_OF_YEAR_9999)
    if days:
        readable &= numbers == np.floor(numbers)
    whole = np.floor(np.where(readable, seconds, 0)).astype(np.int64)
    moments = _EPOCH + whole.astype("timedelta64[s]")
    texts = pd.Series(np.datetime_as_string(moments, unit="D" if days else "s"), dtype="str")
    fraction = np.where(readable, seconds - whole, 0)
    if (fraction > 0).any():
        parts = number_texts(fraction.astype(np.float64).round(6)).str.removeprefix("0")
        texts = texts.where(fraction == 0, texts + parts)
    return texts.where(readable, number_texts(numbers))


def _special_in_transport(path: Path, meta: Any, columns: dict[str, Any]) -> dict[str, pd.Series[Any]]:
    """Return the special missing values of a version 5 transport file's numbers, which the reader takes for missing.

    A missing number is its letter (or point) and zeros.
    Source: SAS, "The Record Layout of a Data Set in SAS Transport (XPORT) Format", missing values.
    """
    missing = [name for name in meta.column_names if meta.readstat_variable_types[name] != "string"]
    missing = [name for name in missing if np.isnan(np.asarray(columns[name], dtype=np.float64)).any()]
    content = path.read_bytes() if missing else b""
    records = len(next(iter(columns.values()), ()))
    begins = content.find(b"HEADER RECORD*******OBS")
    widths = {name: int(meta.variable_storage_width[name]) for name in meta.column_names}
    size = records * sum(widths.values())
    if begins < 0 or len(content) < begins + _RECORD + size:
        return {}
    data = np.frombuffer(content, dtype=np.uint8, count=size, offset=begins + _RECORD).reshape(records, -1)
    starts = dict(zip(widths, np.cumsum([0, *widths.values()]), strict=False))
    found = {}
    for name in missing:
        letters, rest = data[:, starts[name]], data[:, starts[name] + 1 : starts[name] + widths[name]]
        is_missing = np.isnan(np.asarray(columns[name], dtype=np.float64)) & (rest == 0).all(axis=1)
        found[name] = pd.Series(letters).where(is_missing).map(_SPECIAL)
    return found
