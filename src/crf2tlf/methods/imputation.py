"""Dates from ISO 8601 text, imputation of unknown days and months, and the imputation flag."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crf2tlf.methods.catalogue import Any_, Date, Kind, Report, Text, method, unreported
from crf2tlf.methods.columns import Mask, days, kind_of, texts

Day = NDArray[np.datetime64]
_ISO = re.compile(
    r"((?!0000)[0-9]{4}|-)(?:-(0[1-9]|1[0-2]|-)(?:-(0[1-9]|[12][0-9]|3[01]|-))?)?(?:T[0-9:.\-]*(?:Z|[+-][0-9:]+)?)?"
)
_WAYS = ("first", "mid", "last")


@method()
def date(
    value: Any_,
    *,
    impute: str | None = None,
    highest: str | None = None,
    not_before: Date | None = None,
    not_after: Date | None = None,
    report: Report,
) -> Date:
    """The date of an ISO 8601 text; the time of day is left out. Dates stay.

    A partial text gives missing, unless ``impute`` says how to fill it up: "first" takes the first day of the month or
    year, "last" the last, "mid" the 15th of the month or 30 June of the year. A year is never imputed; where the month
    is unknown, a known day does not count. With ``highest="D"`` only a day is imputed, and a year gives missing;
    without it the month is, too ("M"). An imputed date before ``not_before`` or after ``not_after`` is moved there,
    but only where the known parts allow that day: 2016-01 never becomes a day of February.

    Missing gives missing. A text that is not ISO 8601, or no day of the calendar, is a finding RAW_DATE. Raises
    ``ValueError`` for another way to impute. Source: ADaMIG 1.3 section 3.1.3 (dates as numbers, imputation); the
    bounds and ``highest`` work as in R admiral's ``derive_vars_dt`` (``highest_imputation``).

    Example: ``date("2017-02", impute="last")`` is 2017-02-28; with ``not_before`` of 2017-02-10 ``date("2017-02",
    impute="first", ...)`` is 2017-02-10.
    """
    _check_way(impute, highest)
    if kind_of(value) is Kind.DATE:
        return days(value.to_numpy(), value.index)
    earliest, latest, unknown = possible_days(value, report)
    exact = earliest == latest
    if impute is None:
        return days(np.where(exact, earliest, np.datetime64("NaT", "D")), value.index)
    chosen = {"first": earliest, "last": latest, "mid": _middle(earliest, unknown)}[impute]
    for bound, nearest in ((not_before, np.maximum), (not_after, np.minimum)):
        if bound is not None:
            limit = bound.to_numpy().astype("datetime64[D]")
            allowed = (earliest <= limit) & (limit <= latest)
            chosen = np.where(allowed, nearest(chosen, limit), chosen)
    too_much = (unknown == "M") & (highest == "D")
    return days(np.where(too_much, np.datetime64("NaT", "D"), chosen), value.index)


@method()
def imputation_flag(value: Text, *, impute: str | None = "first", highest: str | None = None, report: Report) -> Text:
    """What ``date`` imputes with the same ``impute``: "D" the day, "M" the month and the day.

    With ``highest="D"`` a text that ends with the year has no flag, as ``date`` gives it no date. Missing where the
    text is complete, missing, without a year (``date`` gives no date then), or not ISO 8601 (a finding RAW_DATE), and
    where ``impute`` is None. "Y" never comes up, since ``date`` imputes no year. Source: ADaMIG 1.3 section 3.1.3,
    variables *DTF; CDISC codelist DATEFL (C81223).

    Example: ``2017-02`` gives D; ``2017`` and ``2017---15`` give M.
    """
    _check_way(impute, highest)
    if impute is None:
        return texts(np.full(len(value), ""), value.index)
    _, _, unknown = possible_days(value, report)
    return texts(np.where((unknown == "M") & (highest == "D"), "", unknown), value.index)


def _check_way(impute: str | None, highest: str | None) -> None:
    if impute is not None and impute not in _WAYS:
        raise ValueError(f"impute takes {', '.join(_WAYS)}, not {impute!r}")
    if highest not in ("D", "M", None):
        raise ValueError(f"highest takes D (the day) or M (the month and the day), not {highest!r}")


def possible_days(value: Any_, report: Report = unreported) -> tuple[Day, Day, NDArray[np.object_]]:
    """Return the earliest and the latest day that a date or an ISO 8601 text can mean, and what it leaves open.

    That is "" (nothing), "D" (the day) or "M" (the month). Both days are missing where the year is unknown.
    """
    kind = kind_of(value)
    if kind is Kind.DATE:
        day = value.to_numpy().astype("datetime64[D]")
        return day, day, np.full(len(value), "", dtype=object)
    if kind is not Kind.TEXT:
        raise ValueError(f"expected dates or ISO 8601 text, not {kind}")
    codes, uniques = pd.factorize(value)
    year, month, day_of_month, bad = _parts(uniques)
    of_month = np.where(month > 0, month, 1)
    first_month = (year - 1970).astype("datetime64[Y]").astype("datetime64[M]") + (of_month - 1)
    first = first_month.astype("datetime64[D]")
    last_month = np.where(month > 0, first_month, first_month + 11)
    last = (last_month + 1).astype("datetime64[D]") - 1
    whole = (month > 0) & (day_of_month > 0)
    earliest = np.where(whole, first + (day_of_month - 1), first)
    latest = np.where(whole, earliest, last)
    bad |= whole & (earliest > last)
    none = bad | (year < 1)
    report(np.append(bad, False)[codes], "RAW_DATE", "{value} is no ISO 8601 date", value)
    unknown = np.where(none | whole, "", np.where(month > 0, "D", "M")).astype(object)
    nothing = np.datetime64("NaT", "D")
    return (
        np.append(np.where(none, nothing, earliest), nothing)[codes],
        np.append(np.where(none, nothing, latest), nothing)[codes],
        np.append(unknown, "")[codes],
    )


def _parts(texts_: pd.Index) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], Mask]:
    """Return year, month and day of ISO 8601 texts (0 where unknown), and which texts are not ISO 8601."""
    parts = np.zeros((3, len(texts_)), dtype=np.int64)
    bad = np.zeros(len(texts_), dtype=bool)
    for i, text in enumerate(texts_):
        found = _ISO.fullmatch(text)
        if found is None:
            bad[i] = True
            continue
        parts[:, i] = [int(part) if part and part != "-" else 0 for part in found.groups()]
    return parts[0], parts[1], parts[2], bad


def _middle(earliest: Day, unknown: NDArray[np.object_]) -> Day:
    """Return 30 June where the month is unknown, the 15th where the day is."""
    june_30 = (earliest.astype("datetime64[M]") + 5).astype("datetime64[D]") + 29
    middle = np.where(unknown == "M", june_30, np.where(unknown == "D", earliest + 14, earliest))
    return middle.astype("datetime64[D]")


def complete_days(value: Any_, report: Report) -> Day:
    """Return the days of dates or ISO 8601 texts, missing where the text is partial."""
    earliest, latest, _ = possible_days(value, report)
    return np.where(earliest == latest, earliest, np.datetime64("NaT", "D"))
