"""Writing SAS transport files (XPORT version 5), a whole column at a time.

The bytes depend on the data, their description and the given time stamp alone. Nothing is cut, replaced or rounded:
what the format cannot hold is refused here, and reported in words by :func:`crf2tlf.files.xpt_check.check_xpt`.
Source: SAS Institute, TS-140, The Record Layout of a Data Set in SAS Transport (XPORT) Format.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crf2tlf.files.ibm_float import to_ibm

NUMBER_LENGTH = 8
"""Bytes of a number: numbers are always written whole."""

DateKind = Literal["date", "datetime", "time"]

_FORMAT = re.compile(r"(\$?(?:[A-Z0-9_]*[A-Z_])?)(\d*)\.(\d*)")
_SHOWN_BY: dict[DateKind, re.Pattern[str]] = {
    "date": re.compile(r"((WORD|WEEK)?DATE|(DDMM|MMDD)YY[BCDNPS]?|YYMMDD[BCDNPS]?|MONYY|YYMM|JULIAN|(E|B|IS)8601DA)"),
    "datetime": re.compile(r"(DATETIME|DATEAMPM|MDYAMPM|(E|B|IS)8601(DT|DN)|DTDATE|DTMONYY)"),
    "time": re.compile(r"(TIME|TIMEAMPM|TOD|HHMM|(E|B|IS)8601TM)"),
}
_SAS_EPOCH = np.datetime64("1960-01-01", "us")
_YEAR_1, _YEAR_9999 = -715_509, 2_936_549  # in days
_RANGES: dict[DateKind, tuple[str, int, int]] = {
    "date": ("D", _YEAR_1, _YEAR_9999),
    "datetime": ("s", _YEAR_1 * 86_400, _YEAR_9999 * 86_400 + 86_399),
    "time": ("s", 0, 86_399),
}
_DAY, _SECOND = np.timedelta64(1, "D"), np.timedelta64(1, "s")

_SAS_VERSION = "9.4"
_HEADER_BYTES = 80
_NAMESTR = struct.Struct(">hhhh8s40s8shhh2s8shhl52s")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_RECORDS_AT_ONCE = 10_000

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class XptVariable:
    """A variable of a transport file: ``length`` in bytes (8 for a number), ``format`` such as ``DATE9.`` or None."""

    name: str
    label: str
    type: Literal["Char", "Num"]
    length: int
    format: str | None = None


@dataclass(frozen=True)
class XptDataset:
    """A dataset of a transport file: its name, its label and its variables in order."""

    name: str
    label: str
    variables: tuple[XptVariable, ...]


def write_xpt(target: Path | BinaryIO, frame: pd.DataFrame, dataset: XptDataset, timestamp: datetime) -> None:
    """Write the records of a frame as a SAS transport file with one dataset.

    The frame's columns are the dataset's variables, in any order. ``Char`` columns hold ASCII texts (missing: blanks;
    blanks at the end of a text are not told from padding). ``Num`` columns hold numbers (missing: ``.``), or dates,
    times and durations, which are written as SAS numbers (see :func:`as_sas_numbers`). ``timestamp`` is the time of
    creation and of change in the headers as its own clock shows it.

    Raises ValueError for what the format cannot hold; nothing is cut or replaced.
    """
    names = [variable.name for variable in dataset.variables]
    if sorted(names) != sorted(frame.columns):
        raise ValueError(f"{dataset.name}: the columns {list(frame.columns)} are not the variables {names}")
    if isinstance(target, Path):
        with target.open("wb") as file:
            _write(file, frame, dataset, timestamp)
    else:
        _write(target, frame, dataset, timestamp)


def parse_format(text: str) -> tuple[str, int, int] | None:
    """Return the name, width and decimals of a SAS format (``DATE9.``: DATE, 9, 0), or None if it is not one."""
    match = _FORMAT.fullmatch(text)
    if not match or len(match[1]) > 8:
        return None
    return match[1], int(match[2] or 0), int(match[3] or 0)


def holds_texts(column: pd.Series[Any], length: int) -> bool:
    """Return whether a text variable of so many bytes holds a column as it is."""
    try:
        texts = arrow_texts(column)
    except ValueError:
        return False
    longest = pc.max(pc.binary_length(texts)).as_py() or 0
    return longest <= length and pc.all(pc.ascii_is_printable(texts)).as_py() is not False


def arrow_texts(column: pd.Series[Any]) -> pa.LargeStringArray:
    """Return a column of texts as an Arrow array. Raises ValueError if it holds other values."""
    try:
        texts = pa.array(column, pa.large_string(), from_pandas=True)
    except pa.ArrowException:
        raise ValueError("the column holds values that are not texts") from None
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts


def date_kind(sas_format: str | None) -> DateKind | None:
    """Return whether a format shows dates, dates with time of day, or times of day; None for any other format.

    Source: SAS 9.4 Formats and Informats: Reference, "Formats by Category", date and time.
    """
    name = (parse_format(sas_format) or ("",))[0] if sas_format else ""
    return next((kind for kind, shows in _SHOWN_BY.items() if shows.fullmatch(name)), None)


def transport_size(dataset: XptDataset, records: int) -> int:
    """Return how many bytes the transport file of a dataset has with so many records."""
    size = _size_of_headers(dataset) + records * record_width(dataset)
    return size + -size % _HEADER_BYTES


def records_that_fit(dataset: XptDataset, size: int) -> int:
    """Return how many records a transport file of at most so many bytes holds; 0 if not even its headers fit."""
    whole_lines = (size - _size_of_headers(dataset)) // _HEADER_BYTES * _HEADER_BYTES
    return max(0, whole_lines // max(1, record_width(dataset)))


def record_width(dataset: XptDataset) -> int:
    """Return the bytes of a record."""
    return sum(variable.length for variable in dataset.variables)


def _size_of_headers(dataset: XptDataset) -> int:
    descriptions = _NAMESTR.size * len(dataset.variables)
    return 9 * _HEADER_BYTES + descriptions + -descriptions % _HEADER_BYTES


def as_sas_numbers(column: pd.Series[Any], sas_format: str | None) -> Numbers:
    """Return a column as SAS numbers, NaN where missing.

    Dates (datetime64 without time zone) become days since 1960-01-01 under a date format (``DATE9.``, ``E8601DA.``)
    and seconds since then under a datetime format (``DATETIME20.``, ``E8601DT.``); times of day and durations
    (timedelta64) become seconds (``TIME8.``, ``E8601TM.``); numbers stay, as SAS numbers already. Raises ValueError
    for dates under another format and for durations under one of dates, for a time of day under a date format, for a
    column that holds no numbers, and for whole numbers beyond 2**53, which a double cannot hold.
    """
    kind = column.dtype.kind if isinstance(column.dtype, np.dtype) else ""
    if kind == "M":
        return _days_or_seconds(column.to_numpy(dtype="datetime64[us]"), sas_format)
    if kind == "m":
        if date_kind(sas_format) in ("date", "datetime"):
            raise ValueError(f"durations are no dates, which {sas_format} shows")
        return _count(column.to_numpy(dtype="timedelta64[us]"), _SECOND)
    if not pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype):
        raise ValueError(f"a column of type {column.dtype} holds no numbers")
    if pd.api.types.is_integer_dtype(column.dtype) and not column.dropna().between(-(2**53), 2**53).all():
        raise ValueError("a whole number is beyond 2**53 and would lose digits")
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def from_sas_numbers(numbers: pd.Series[Any], kind: DateKind) -> pd.Series[Any] | None:
    """Return SAS numbers as datetime64 (dates, datetimes) or timedelta64 (times of day), to the second.

    None if one of them is not a whole day or second, is no date of the years 1 to 9999, or no time of one day.
    """
    counts = numbers.to_numpy(dtype=np.float64)
    present = counts[~np.isnan(counts)]
    unit, first, last = _RANGES[kind]
    if not (np.array_equal(present, np.floor(present)) and (present >= first).all() and (present <= last).all()):
        return None
    elapsed = np.where(np.isnan(counts), np.datetime64("NaT").astype(np.int64), counts).astype(f"timedelta64[{unit}]")
    seconds = elapsed.astype("timedelta64[s]")
    return pd.Series(seconds if kind == "time" else _SAS_EPOCH.astype("datetime64[s]") + seconds)


def _days_or_seconds(moments: npt.NDArray[np.datetime64], sas_format: str | None) -> Numbers:
    """Convert dates to what the format shows."""
    kind = date_kind(sas_format)
    if kind not in ("date", "datetime"):
        raise ValueError(f"dates need a date or datetime format, not {sas_format}")
    if kind == "datetime":
        return _count(moments - _SAS_EPOCH, _SECOND)
    days = _count(moments - _SAS_EPOCH, _DAY)
    if not np.array_equal(days, np.floor(days), equal_nan=True):
        raise ValueError(f"a time of day would be lost under the format {sas_format}")
    return days


def _count(elapsed: npt.NDArray[np.timedelta64], unit: np.timedelta64) -> Numbers:
    """How many units long each duration is; NaN where missing."""
    counts: Numbers = elapsed / unit
    return counts


def _write(file: BinaryIO, frame: pd.DataFrame, dataset: XptDataset, timestamp: datetime) -> None:
    """Write headers, descriptions and records, padded to whole header lines."""
    file.write(_headers(dataset, timestamp))
    width = record_width(dataset)
    for start in range(0, len(frame), _RECORDS_AT_ONCE):
        file.write(_records(frame.iloc[start : start + _RECORDS_AT_ONCE], dataset, width).tobytes())
    file.write(b" " * (-len(frame) * width % _HEADER_BYTES))


def _headers(dataset: XptDataset, timestamp: datetime) -> bytes:
    """Everything before the records: library, member and variable descriptions."""
    stamp = _sas_datetime(timestamp)
    origin = _text(_SAS_VERSION, 8) + _text("", 8) + b" " * 24 + stamp
    descriptions = b"".join(_descriptions(dataset))
    return b"".join(
        (
            _header_line("LIBRARY", "0" * 30),
            _text("SAS", 8) + _text("SAS", 8) + _text("SASLIB", 8) + origin,
            stamp.ljust(_HEADER_BYTES),
            _header_line("MEMBER", "000000000000000001600000000140"),
            _header_line("DSCRPTR", "0" * 30),
            _text("SAS", 8) + _text(dataset.name, 8) + _text("SASDATA", 8) + origin,
            stamp + b" " * 16 + _text(dataset.label, 40) + _text("", 8),
            _header_line("NAMESTR", f"000000{len(dataset.variables):04d}".ljust(30, "0")),
            descriptions + b" " * (-len(descriptions) % _HEADER_BYTES),
            _header_line("OBS", "0" * 30),
        )
    )


def _header_line(kind: str, numbers: str) -> bytes:
    return f"HEADER RECORD*******{kind:<8}HEADER RECORD!!!!!!!{numbers}  ".encode("ascii")


def _descriptions(dataset: XptDataset) -> list[bytes]:
    """The 140-byte description of each variable: kind, length, number, name, label, format, place in the record."""
    described, place = [], 0
    for number, variable in enumerate(dataset.variables, 1):
        parsed = parse_format(variable.format or ".")
        if parsed is None:
            raise ValueError(f"{variable.name}: {variable.format} is not a SAS format")
        if variable.type == "Num" and variable.length != NUMBER_LENGTH:
            raise ValueError(f"{variable.name}: a number has {NUMBER_LENGTH} bytes, not {variable.length}")
        name, width, decimals = parsed
        described.append(
            _NAMESTR.pack(
                1 if variable.type == "Num" else 2, 0, variable.length, number,
                _text(variable.name, 8), _text(variable.label, 40),
                _text(name, 8), width, decimals, 0, b"", _text("", 8), 0, 0,
                place, b"",
            )
        )  # fmt: skip
        place += variable.length
    return described


def _text(text: str, length: int) -> bytes:
    """An ASCII text padded with blanks. Raises ValueError if it is longer or not ASCII."""
    encoded = text.encode("ascii")
    if len(encoded) > length:
        raise ValueError(f"{text!r} is longer than {length}")
    return encoded.ljust(length)


def _sas_datetime(moment: datetime) -> bytes:
    """``02JAN2017 03:04:05`` as SAS writes it in headers, with English months whatever the locale."""
    month = _MONTHS[moment.month - 1]
    return f"{moment.day:02d}{month}{moment.year % 100:02d}:{moment:%H:%M:%S}".encode("ascii")


def _records(part: pd.DataFrame, dataset: XptDataset, width: int) -> Bytes:
    """Some records as an array of bytes, one row a record."""
    records = np.empty((len(part), width), dtype=np.uint8)
    place = 0
    for variable in dataset.variables:
        column = part[variable.name]
        try:
            encoded = _as_text(column, variable.length) if variable.type == "Char" else _as_number(column, variable)
        except ValueError as problem:
            raise ValueError(f"{dataset.name}.{variable.name}: {problem}") from problem
        records[:, place : place + variable.length] = encoded
        place += variable.length
    return records


def _as_number(column: pd.Series[Any], variable: XptVariable) -> Bytes:
    return to_ibm(as_sas_numbers(column, variable.format)).view(np.uint8).reshape(len(column), NUMBER_LENGTH)


def _as_text(column: pd.Series[Any], length: int) -> Bytes:
    """Texts as ASCII, padded with blanks; a missing text is blank."""
    texts = pc.fill_null(arrow_texts(column), "")
    if not pc.all(pc.ascii_is_printable(texts)).as_py():
        raise ValueError("a text has characters other than printable ASCII")
    longest = pc.max(pc.binary_length(texts)).as_py()
    if longest > length:
        raise ValueError(f"a text has {longest} characters where {length} fit")
    _, _, characters = pc.ascii_rpad(texts, length, " ").buffers()  # all texts one after the other
    return np.frombuffer(characters, dtype=np.uint8, count=len(texts) * length).reshape(len(texts), length)
