"""Collected dates and times as ISO 8601 text: formats, unknown parts, and what cannot be read."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from crf2tlf.methods.catalogue import Any_, Kind, Report, Text, method
from crf2tlf.methods.columns import absent, kind_of, read_texts, texts

_JANUARY_TO_JUNE = ("JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE")
_JULY_TO_DECEMBER = ("JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER")
_MONTH = {
    name[:length]: number
    for number, name in enumerate(_JANUARY_TO_JUNE + _JULY_TO_DECEMBER, 1)
    for length in (3, len(name))
}
_UNKNOWN = r"UNKNOWN|UNKN|UNKU|UNK|UN|X{1,4}|-{1,4}"
_READ = {
    "YYYY": r"[0-9]{4}",
    "YY": r"[0-9]{2}",
    "MON": "|".join(sorted(_MONTH, key=len, reverse=True)),
    **dict.fromkeys(("MM", "DD", "hh", "mm", "ss"), r"[0-9]{1,2}"),
}
_TOKEN = re.compile("YYYY|YY|MON|MM|DD|hh|mm|ss")
_PART = {"YYYY": "year", "YY": "year", "MON": "month", "MM": "month", "DD": "day"}
_PART |= {"hh": "hour", "mm": "min", "ss": "sec"}
_DATE_PARTS, _TIME_PARTS = ("year", "month", "day"), ("hour", "min", "sec")
_HIGHEST = {"hour": 23, "min": 59, "sec": 59}
_LONGEST = 64
_UNREADABLE, _IMPOSSIBLE, _AMBIGUOUS = "unreadable", "impossible", "ambiguous"
_MESSAGES = {
    _UNREADABLE: ("RAW_DATE", "{{value}} is not in the format {formats}"),
    _IMPOSSIBLE: ("RAW_DATE", "{{value}} is no day of the calendar, or no time of the day"),
    _AMBIGUOUS: ("RAW_DATE_AMBIGUOUS", "the formats {formats} read {{value}} differently"),
}


class _Impossible(ValueError):
    """A text has the form of a date, but there is no such day."""


@dataclass(frozen=True)
class _Format:
    """A date or time format, ready to read: a pattern with a group for each part."""

    pattern: re.Pattern[str]
    short_year: bool

    def parts(self, text: str) -> dict[str, int] | None:
        """Return the known parts of a text, or None where it is not in this format."""
        if (found := self.pattern.fullmatch(text)) is None:
            return None
        return {part: self._value(part, read) for part, read in found.groupdict().items() if read}

    def _value(self, part: str, read: str) -> int:
        if not read.isdigit():
            return _MONTH[read.upper()]
        if part == "year" and self.short_year:
            return int(read) + (2000 if int(read) <= 68 else 1900)
        return int(read)


@method()
def iso8601(
    value: Any_,
    time: Text | None = None,
    *,
    formats: tuple[str, ...],
    time_formats: tuple[str, ...] = ("hh:mm", "hh:mm:ss"),
    report: Report,
) -> Text:
    """A collected date (and time) as ISO 8601 text, to the precision that is known.

    ``formats`` are the form's date formats, made of YYYY (YY: 69-99 is 1969-1999, as POSIX), MM, MON (English month
    names, any case), DD, hh, mm, ss and what stands between them; ``time`` is a column with the time of day in one of
    ``time_formats``. Leading zeros may be left out where something stands between the parts. A part that says UN, UNK,
    UNKN, UNKU, UNKNOWN, X…, dashes or blank is unknown: parts after the last known one are left out, an unknown part
    before it is a hyphen. Where a format starts with the year, what follows may be cut off. Nothing known gives
    missing. A missing date with a time gives the time after five hyphens. A date that is one already gives its text.

    A text that no format reads, and a day that is not in the calendar, are a finding RAW_DATE and become missing (of a
    date with an unreadable time the date remains). A text that two formats read differently is a finding
    RAW_DATE_AMBIGUOUS and becomes missing. Raises ``ValueError`` for a format that is none.
    Source: SDTMIG 3.4 section 4.4.1 and 4.4.2, representing partial dates.

    Example: with ``DD-MON-YYYY``, ``3-JAN-2017`` gives ``2017-01-03``, ``UN-JAN-2017`` ``2017-01``, ``UN-UNK-2016``
    ``2016``, ``15-UNK-2016`` ``2016---15``; ``31-FEB-2017`` is a finding.
    """
    if kind_of(value) not in (Kind.TEXT, Kind.DATE):
        raise ValueError("iso8601 takes text or dates")
    if kind_of(value) is Kind.DATE:
        dates = texts(value.dt.strftime("%Y-%m-%d"), value.index)
    else:
        dates = _read(value, _listed(formats), _DATE_PARTS + _TIME_PARTS, report)
    if time is None:
        return _join(dates, None)
    times = _read(time, _listed(time_formats), _TIME_PARTS, report)
    return _join(dates, times)


def _listed(formats: tuple[str, ...] | list[str] | str) -> tuple[str, ...]:
    listed = (formats,) if isinstance(formats, str) else tuple(formats)
    if not listed:
        raise ValueError("iso8601 takes at least one format, such as DD-MON-YYYY")
    return listed


def _read(column: Text, formats: tuple[str, ...], allowed: tuple[str, ...], report: Report) -> Text:
    """Read each distinct text in the formats; report the texts that cannot be read, and leave them missing."""
    compiled = [_compile(name, allowed) for name in formats]
    codes, uniques = pd.factorize(column)
    readings = [_reading(text, compiled) for text in uniques]
    for problem, (code, message) in _MESSAGES.items():
        bad = np.array([reading.problem == problem for reading in readings] + [False], dtype=bool)
        if bad.any():
            report(bad[codes], code, message.format(formats=" or ".join(formats)), column)
    pool = texts([reading.text for reading in readings], pd.RangeIndex(len(readings)))
    return pd.Series(pd.api.extensions.take(pool.array, codes, allow_fill=True), index=column.index, dtype="str")


@dataclass(frozen=True)
class _Reading:
    """What a text was read as, or why it could not be."""

    text: str = ""
    problem: str = ""


def _reading(text: str, formats: list[_Format]) -> _Reading:
    text = text.strip()
    if len(text) > _LONGEST:
        return _Reading(problem=_UNREADABLE)
    found: set[str] = set()
    problem = _UNREADABLE
    for one in formats:
        try:
            if (parts := one.parts(text)) is not None:
                found.add(_shown(parts))
        except _Impossible:
            problem = _IMPOSSIBLE
    if len(found) > 1:
        return _Reading(problem=_AMBIGUOUS)
    return _Reading(text=found.pop()) if found else _Reading(problem=problem)


def _shown(parts: dict[str, int]) -> str:
    """Return the known parts in ISO 8601, hyphens standing for unknown ones before the last known."""
    _check(parts)
    date = [f"{parts[p]:0{4 if p == 'year' else 2}d}" if p in parts else "-" for p in _DATE_PARTS]
    time = [f"{parts[p]:02d}" if p in parts else "-" for p in _TIME_PARTS]
    time = _without_unknown_end(time)
    if not time:
        return "-".join(_without_unknown_end(date))
    return "-".join(date) + "T" + ":".join(time)


def _without_unknown_end(parts: list[str]) -> list[str]:
    while parts and parts[-1] == "-":
        parts = parts[:-1]
    return parts


def _check(parts: dict[str, int]) -> None:
    """Raise where no day has these parts; an unknown year may be a leap year."""
    year, month, day = parts.get("year", 2000), parts.get("month", 1), parts.get("day", 1)
    if year < 1 or not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
        raise _Impossible
    if any(parts.get(part, 0) > highest for part, highest in _HIGHEST.items()):
        raise _Impossible


@lru_cache(maxsize=256)
def _compile(name: str, allowed: tuple[str, ...]) -> _Format:
    """Turn a format into a pattern; raises ``ValueError`` for one that names no part, or a part twice."""
    tokens = list(_TOKEN.finditer(name))
    parts = [_PART[token.group()] for token in tokens]
    between = _TOKEN.sub("\0", name).split("\0")
    if not tokens or len(set(parts)) < len(parts) or any(re.search("[A-SU-Za-z]", text) for text in between):
        raise ValueError(f"{name!r} is no format: it takes each of YYYY, MM or MON, DD, hh, mm and ss at most once")
    if unfit := [token.group() for token, part in zip(tokens, parts, strict=True) if part not in allowed]:
        raise ValueError(f"the format {name!r} of a time cannot have {', '.join(unfit)}")
    pieces = [_piece(tokens, between, i) for i in range(len(tokens))]
    order = [(_DATE_PARTS + _TIME_PARTS).index(part) for part in parts]
    if tokens[0].group() == "YYYY" and order == list(range(len(order))):  # ISO order: the end may be cut off
        pattern = pieces[0] + "".join(f"(?:{piece}" for piece in pieces[1:]) + ")?" * (len(pieces) - 1)
    else:
        pattern = "".join(pieces)
    short_year = any(token.group() == "YY" for token in tokens)
    return _Format(re.compile(pattern + re.escape(between[-1]), re.IGNORECASE | re.ASCII), short_year)


def _piece(tokens: list[re.Match[str]], between: list[str], i: int) -> str:
    """Return the pattern of one part, with what stands before it; parts without anything between have fixed widths."""
    token = tokens[i].group()
    adjoining = (i > 0 and not between[i]) or (i + 1 < len(tokens) and not between[i + 1])
    read, blank = _READ[token], r"\s*"
    if adjoining:
        read = read.replace("{1,2}", "{2}")
        blank = r"\s*" if i == 0 else rf"\s{{{len(token)}}}"
    return f"{re.escape(between[i])}(?:(?P<{_PART[token]}>{read})|{_UNKNOWN}|{blank})"


def _join(dates: Text, times: Text | None) -> Text:
    """Put date and time together; an incomplete date before a time keeps a hyphen for each unknown part."""
    if times is None:
        return dates
    clock = times.str.removeprefix("-----T")
    timed = ~absent(clock)
    before = texts(read_texts(dates, _filled, "-----"), dates.index)
    return texts((before + "T" + clock).where(timed, dates), dates.index)


def _filled(date: str) -> str:
    """Return a date with hyphens for the unknown parts at its end: 2017-01 becomes 2017-01--."""
    date = date.partition("T")[0]
    known = re.fullmatch(r"([0-9]{4}|-)(?:-([0-9]{2}|-))?(?:-([0-9]{2}|-))?", date)
    return "-".join(part or "-" for part in known.groups()) if known else date
