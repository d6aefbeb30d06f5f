"""The data type of a variable in the words of Define-XML, by its standard, its format and its values.

Define-XML and Dataset-JSON both take it from here, so that they cannot differ.
Source: Define-XML 2.1, section 4.3.1 (ItemDef DataType); ODM 1.3.2, section 2.14 (Data Formats).
"""

from __future__ import annotations

import re
from typing import Any, Literal

import numpy as np
import pandas as pd

from crf2tlf.build.metadata import VariableMetadata
from crf2tlf.build.result import Dataset
from crf2tlf.files.xpt import as_sas_numbers, parse_format
from crf2tlf.standards import adam_variable, sdtm_variable

DataType = Literal[
    "text",
    "integer",
    "float",
    "date",
    "datetime",
    "time",
    "partialDate",
    "partialDatetime",
    "incompleteDatetime",
    "durationDatetime",
]

_YEAR, _MONTH, _DAY = r"\d{4}", r"(0[1-9]|1[0-2])", r"(0[1-9]|[12]\d|3[01])"
_HOUR, _SIXTY, _ZONE = r"([01]\d|2[0-3])", r"[0-5]\d", r"(Z|[+-]\d\d:\d\d)?"
_FRACTION = r"(\.\d+)?"

# From the narrowest to the widest; each has all values of a narrower one of its kind.
_DATETIMES: tuple[tuple[DataType, str], ...] = (
    ("date", f"{_YEAR}-{_MONTH}-{_DAY}"),
    ("datetime", f"{_YEAR}-{_MONTH}-{_DAY}T{_HOUR}:{_SIXTY}:{_SIXTY}{_FRACTION}{_ZONE}"),
    ("partialDate", f"{_YEAR}(-{_MONTH}(-{_DAY})?)?"),
    (
        "partialDatetime",
        f"{_YEAR}(-{_MONTH}(-{_DAY}(T{_HOUR}(:{_SIXTY}(:{_SIXTY}{_FRACTION})?)?{_ZONE})?)?)?",
    ),
    (
        "incompleteDatetime",
        f"({_YEAR}|-)(-({_MONTH}|-)(-({_DAY}|-)(T({_HOUR}|-)(:({_SIXTY}|-)(:({_SIXTY}{_FRACTION}|-))?)?{_ZONE})?)?)?",
    ),
)
_TIMES: tuple[tuple[DataType, str], ...] = (("time", f"{_HOUR}:{_SIXTY}:{_SIXTY}{_FRACTION}{_ZONE}"),)
_AMOUNT = r"\d+(\.\d+)?"
_DURATION = (
    rf"-?P(?=[\dT])({_AMOUNT}W|({_AMOUNT}Y)?({_AMOUNT}M)?({_AMOUNT}D)?"
    rf"(T(?=\d)({_AMOUNT}H)?({_AMOUNT}M)?({_AMOUNT}S)?)?)"
)
_DURATIONS: tuple[tuple[DataType, str], ...] = (("durationDatetime", _DURATION),)


def data_type(dataset: Dataset, variable: VariableMetadata) -> DataType:
    """Return the data type of a variable of a finished dataset.

    A number is ``integer`` if all its values are whole and its format shows no decimals, else ``float``; dates kept as
    SAS numbers are ``integer``, and their format tells what they are. A text that the standard keeps in ISO 8601 has
    the narrowest type that all its values are of (``date``, ``partialDate`` …); without values it is ``datetime`` or
    ``durationDatetime``. Any other text is ``text``, and so is one whose values are not what the standard asks for.
    """
    values = dataset.frame[variable.name]
    if variable.type == "Num":
        return number_type(values, variable.format)
    return text_type(values, _value_domain(dataset, variable.name))


def number_type(values: pd.Series[Any], sas_format: str | None) -> Literal["integer", "float"]:
    """Return whether numbers are whole, by their values and their format; missing ones count for nothing."""
    parsed = parse_format(sas_format) if sas_format else None
    if parsed and parsed[2] > 0:
        return "float"
    try:
        numbers = as_sas_numbers(values, sas_format)
    except ValueError:  # dates under a format that does not show them: a finding, and whole days all the same
        return "integer" if values.dtype.kind == "M" else "float"
    present = numbers[~np.isnan(numbers)]
    return "integer" if np.array_equal(present, np.floor(present)) else "float"


def text_type(values: pd.Series[Any], value_domain: str) -> DataType:
    """Return the type of texts under a standard's value domain (such as ``ISO 8601 duration``); see above."""
    kinds = _kinds(value_domain)
    if not kinds:
        return "text"
    different = values.dropna().unique()
    if not len(different):
        return "datetime" if kinds is _DATETIMES else kinds[0][0]
    fitting = (kind for kind, form in kinds if all(re.fullmatch(form, text, re.ASCII) for text in different))
    return next(fitting, "text")


def _kinds(value_domain: str) -> tuple[tuple[DataType, str], ...]:
    if not value_domain.startswith("ISO 8601"):
        return ()
    if "datetime" in value_domain:
        return _DATETIMES
    return _DURATIONS if "duration" in value_domain else _TIMES


def _value_domain(dataset: Dataset, name: str) -> str:
    """What the standard says of the values: of the dataset's variable, or of the tabulation variable it is a copy of.

    A copy in an analysis dataset keeps its name (ADaMIG 1.3, section 3: same name, same attributes).
    """
    if dataset.sdtm:
        found = sdtm_variable(dataset.name, name)
    else:
        found = adam_variable(dataset.spec.structure or "OTHER", name)
        if found is None or not found.value_domain:
            found = sdtm_variable(name[:2], name) or sdtm_variable("DM", name) or found
    return found.value_domain if found else ""
