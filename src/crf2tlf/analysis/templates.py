"""Cell templates: ``{median:1} ({min:1}–{max:1})``. Names of statistics, each with its decimals or date format.

``{n}`` shows a number as it is, ``{mean:1}`` rounds half up to one decimal. After the decimals may stand: ``z``, an
exact zero is 0; ``h``, an exact hundred is 100; ``<``, ``<0.1`` for more than 0 that would be shown as 0.0; ``>``,
``>99.9`` for less than 100 that would be shown as 100.0; together ``{pct:1zh<>}``. ``{p:p4}`` shows ``<0.0001`` where
the rounded number would be 0, ``{p:pvalue}`` shows three decimals, ``<0.001`` below and ``>0.999`` above them
(``pvalue4``: four decimals), ``{first:%B %Y}`` shows parts of a date. ``{{`` and ``}}`` are braces.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import isnan
from typing import TypeAlias

import pandas as pd

from crf2tlf.analysis.data import AnalysisError
from crf2tlf.spec.template import Template
from crf2tlf.statistics import format_number, round_half_up, significant

Value: TypeAlias = "float | Fraction | str | pd.Timestamp | None"

_PART = re.compile(r"\{\{|\}\}|\{([A-Za-z_][A-Za-z0-9_.]*)(?::([^{}]*))?\}|[{}]")
_FORMAT = re.compile(r"\d[zh<>]*|p\d|pvalue[1-9]?|(?=.*%)(?:[^%]|%[YmdBb])+")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


@dataclass(frozen=True)
class Field:
    """A place for a value: its name and how it is shown."""

    name: str
    format: str = ""

    @property
    def decimals(self) -> int | None:
        """The decimals of a number, where the field says so."""
        return _decimals(self.format)


Part: TypeAlias = "str | Field"


@lru_cache(maxsize=4096)
def parse(template: Template) -> tuple[Part, ...]:
    """Take a template apart into texts and fields. Raises :class:`AnalysisError` (TEMPLATE) where it is malformed."""
    parts: list[Part] = []
    end = 0
    for found in _PART.finditer(template.text):
        parts.append(template.text[end : found.start()])
        end = found.end()
        parts.append(_part(found, template))
    parts.append(template.text[end:])
    return tuple(part for part in parts if part != "")


def _part(found: re.Match[str], template: Template) -> Part:
    if found[0] in ("{{", "}}"):
        return found[0][0]
    if found[1] is None:
        message = f"{template.text!r}: a brace without its pair; a field is written {{name}} or {{name:1}}"
        raise AnalysisError("TEMPLATE", template.place, message)
    shape = found[2] or ""
    if shape and not _FORMAT.fullmatch(shape):
        formats = "decimals (1, 1z, 1h<), p4, pvalue, or a date's %Y %m %d %B %b"
        message = f"{template.text!r}: {shape!r} is no format; use {formats}"
        raise AnalysisError("TEMPLATE", template.place, message)
    return Field(found[1], shape)


def fields(template: Template) -> list[Field]:
    """Return the fields of a template in their order."""
    return [part for part in parse(template) if isinstance(part, Field)]


def fill(template: Template, value: Callable[[str], Value], missing: str) -> str:
    """Return the template's text with the values of its fields."""
    return "".join(
        part if isinstance(part, str) else _shown(part, value(part.name), missing, template) for part in parse(template)
    )


def without_value(template: Template, value: Callable[[str], Value]) -> bool:
    """Whether a template has fields and none of them has a value."""
    asked = fields(template)
    return bool(asked) and all(is_missing(value(field.name)) for field in asked)


def _shown(field: Field, value: Value, missing: str, template: Template) -> str:
    try:
        return show(value, field.format, missing)
    except ValueError as error:
        raise AnalysisError("TEMPLATE", template.place, f"{{{field.name}:{field.format}}}: {error}") from None


def show(value: Value, shape: str, missing: str) -> str:
    """Return a value as text in a field's format. Raises ValueError where the format is not for such a value."""
    if is_missing(value):
        return missing
    if isinstance(value, pd.Timestamp):
        if shape and "%" not in shape:
            raise ValueError(f"{shape} is for numbers, the value is a date")
        return _date(value, shape or "%Y-%m-%d")
    if isinstance(value, str):
        if shape:
            raise ValueError(f"{shape} is for numbers or dates, the value is the text {value!r}")
        return value
    if "%" in shape:
        raise ValueError(f"{shape} is for dates, the value is a number")
    assert value is not None
    return _number(value, shape)


def is_missing(value: Value) -> bool:
    """Whether there is no value."""
    return value is None or (isinstance(value, float) and isnan(value))


def _number(value: float | Fraction, shape: str) -> str:
    if not shape:
        return f"{significant(float(value)):.12g}"
    if ("z" in shape and value == 0) or ("h" in shape and value == 100):
        return f"{float(value):g}"
    decimals = _decimals(shape) or 0
    if shape.startswith("pvalue"):
        return _p_value(significant(float(value)), decimals)
    exact = isinstance(value, Fraction)
    text = f"{round_half_up(value, decimals):f}" if exact else format_number(float(value), decimals)
    if shape.startswith("p") and float(text) == 0:
        return f"<{10**-decimals:.{decimals}f}"
    if "<" in shape and value > 0 and float(text) == 0:
        return f"<{10**-decimals:.{decimals}f}"
    if ">" in shape and value < 100 and float(text) == 100:
        return f">{100 - 10**-decimals:.{decimals}f}"
    return text


def _decimals(shape: str) -> int | None:
    """Return the decimals of a number's format, None where it has none."""
    digits = shape.removeprefix("p").removeprefix("value").rstrip("zh<>")
    return int(digits) if digits.isdigit() else 3 if shape == "pvalue" else None


def _p_value(p: float, decimals: int) -> str:
    """Return p with its decimals, and as a bound where it lies nearer to 0 or 1 than they can say."""
    smallest = 10.0**-decimals
    if p < smallest:
        return f"<{smallest:.{decimals}f}"
    return f">{1 - smallest:.{decimals}f}" if p > 1 - smallest else format_number(p, decimals)


def _date(value: pd.Timestamp, shape: str) -> str:
    month = _MONTHS[value.month - 1]
    parts = {
        "%Y": f"{value.year:04}",
        "%m": f"{value.month:02}",
        "%d": f"{value.day:02}",
        "%B": month,
        "%b": month[:3],
    }
    return re.sub("%[YmdBb]", lambda found: parts[found[0]], shape)
