"""Text: case, blanks, joining, cutting and searching; other kinds of values as text; flags.

Missing text gives missing text, and a text that becomes empty is missing: a text column never holds "".
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import reduce
from textwrap import wrap

import numpy as np
import pandas as pd

from crf2tlf.methods.catalogue import Any_, Kind, Text, Truth, method
from crf2tlf.methods.columns import absent, holds, kind_of, marked, read_texts, texts, translate, truths


@method()
def upper(value: Text) -> Text:
    """The text in upper case.

    Missing gives missing. Source: SAS UPCASE; SDTMIG 3.4 section 4.2.4 asks for upper case in most text values.
    """
    return texts(value.str.upper(), value.index)


@method()
def lower(value: Text) -> Text:
    """The text in lower case.

    Missing gives missing. Source: SAS LOWCASE.
    """
    return texts(value.str.lower(), value.index)


@method()
def strip(value: Text) -> Text:
    """The text without blanks at its ends.

    Missing gives missing, and so does a text of blanks. Source: SAS STRIP.
    """
    return texts(value.str.strip(), value.index)


@method()
def squish(value: Text) -> Text:
    """The text without blanks at its ends, and with single blanks inside.

    Tabs, line breaks and the ideographic blank count as blanks. Missing gives missing, and so does a text of blanks.
    Source: SAS COMPBL with STRIP; R stringr ``str_squish``.

    Example: ``squish("  Left   lung ")`` is ``Left lung``.
    """
    return translate(value, lambda text: " ".join(text.split()))


@method()
def concat(*values: Text, sep: str = "") -> Text:
    """The texts joined in order, with ``sep`` between them.

    A missing part is skipped together with its separator; all missing gives missing. Raises ``ValueError`` without
    any value. Source: SAS CATX.

    Example: ``concat(SITEID, SUBJID, sep="-")`` is ``01-007``, and ``01`` where SUBJID is missing.
    """
    if not values:
        raise ValueError("concat takes at least one value")

    def join(left: Text, right: Text) -> Text:
        both = left + sep + right
        return both.where(both.notna(), left.where(left.notna(), right))

    return texts(reduce(join, values), values[0].index)


@method()
def substring(value: Text, start: int, length: int | None = None) -> Text:
    """The part of the text from the ``start``-th character on, ``length`` characters long.

    Counting starts at 1; without ``length`` the part goes to the end. Missing gives missing, and so does a part that
    lies beyond the end. Raises ``ValueError`` for a start or length below 1. Source: SAS SUBSTR.

    Example: ``substring("ABC-123", 5, 3)`` is ``123``.
    """
    if start < 1 or (length is not None and length < 1):
        raise ValueError(f"substring takes a start and a length of at least 1, not {start} and {length}")
    stop = None if length is None else int(start) - 1 + int(length)
    return texts(value.str.slice(int(start) - 1, stop), value.index)


@method()
def text_part(value: Text, number: int, length: int = 200) -> Text:
    """The ``number``-th part of a text that is longer than a variable holds, cut between words.

    Each part takes as many words as fit into ``length`` characters; a single longer word is cut. The blanks at a cut
    are dropped. Missing gives missing, and so does a part beyond the end. Raises ``ValueError`` for a number or length
    below 1. Source: SDTMIG 3.4 section 4.5.3.2 (texts over 200 characters: TSVAL, TSVAL1 … and COVAL, COVAL1 …).

    Example: ``text_part("alpha beta gamma", 2, 10)`` is ``gamma``.
    """
    if number < 1 or length < 1:
        raise ValueError(f"text_part takes a number and a length of at least 1, not {number} and {length}")

    def part(text: str) -> str | None:
        parts = wrap(text, int(length), break_on_hyphens=False)
        return parts[int(number) - 1] if len(parts) >= number else None

    return translate(value, part)


@method()
def replace(value: Text, old: str, new: str) -> Text:
    """The text with every occurrence of ``old`` replaced by ``new``.

    Both are plain text, not patterns, and case counts. Missing gives missing. Raises ``ValueError`` for an empty
    ``old``. Source: SAS TRANWRD.
    """
    if not old:
        raise ValueError("replace takes the text to be replaced; it is empty")
    return texts(value.str.replace(old, new, regex=False), value.index)


@method()
def contains(value: Text, part: str) -> Truth:
    """Whether the text contains ``part``; plain text, and case counts.

    Missing gives unknown. Raises ``ValueError`` for an empty part. Source: SAS INDEX.
    """
    return truths(value.str.contains(_part(part, "contains"), regex=False), absent(value), value.index)


@method()
def starts_with(value: Text, part: str) -> Truth:
    """Whether the text starts with ``part``; plain text, and case counts.

    Missing gives unknown. Raises ``ValueError`` for an empty part.
    """
    return truths(value.str.startswith(_part(part, "starts_with")), absent(value), value.index)


@method()
def ends_with(value: Text, part: str) -> Truth:
    """Whether the text ends with ``part``; plain text, and case counts.

    Missing gives unknown. Raises ``ValueError`` for an empty part.
    """
    return truths(value.str.endswith(_part(part, "ends_with")), absent(value), value.index)


def _part(part: str, name: str) -> str:
    if not part:
        raise ValueError(f"{name} takes the text to look for; it is empty")
    return part


@method()
def matches(value: Text, pattern: str) -> Truth:
    """Whether the whole text matches a regular expression in Python's syntax; case counts.

    Missing gives unknown. Raises ``ValueError`` where the pattern is no regular expression.

    Example: ``matches(SUBJID, "[0-9]{3}")`` is true for ``007`` and false for ``7``.
    """
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"matches: {pattern!r} is no regular expression: {error}") from None
    found = read_texts(value, lambda text: compiled.fullmatch(text) is not None, False)
    return truths(found, absent(value), value.index)


@method()
def pad(value: Text, width: int, fill: str = "0") -> Text:
    """The text filled up on the left to ``width`` characters.

    A longer text stays as it is; missing gives missing. Raises ``ValueError`` where ``fill`` is not one character, or
    ``width`` not from 1 to 200, which is what a variable holds.
    Source: SAS Zw. format.

    Example: ``pad("7", 3)`` is ``007``.
    """
    if len(fill) != 1:
        raise ValueError(f"pad fills with one character, not {fill!r}")
    if not 1 <= width <= 200:
        raise ValueError(f"pad takes a width from 1 to 200, not {width}")
    return texts(value.str.rjust(int(width), fill), value.index)


@method()
def text(value: Any_) -> Text:
    """The value as text.

    Numbers take their shortest form without an exponent (20.0 is "20"), dates ISO 8601 (YYYY-MM-DD), truth values
    "Y" and "N"; text stays. Missing gives missing. Source: SDTMIG 3.4 section 4.5.1 (results in --ORRES and --STRESC
    are text). Where numbers need fixed decimals, round them first.
    """
    kind = kind_of(value)
    if kind is Kind.TEXT:
        return value
    if kind is Kind.TRUTH:
        return yn(value)
    if kind is Kind.DATE:
        shown = np.datetime_as_string(value.to_numpy().astype("datetime64[D]"))
        return texts(pd.Series(shown, index=value.index).mask(absent(value)), value.index)
    codes, uniques = pd.factorize(value.astype("float64"))
    pool = texts([shortest(float(number)) for number in uniques], pd.RangeIndex(len(uniques)))
    return pd.Series(pd.api.extensions.take(pool.array, codes, allow_fill=True), index=value.index, dtype="str")


def shortest(number: float) -> str:
    """Return the shortest decimal text of a number, without exponent and without a needless ".0"."""
    if number == int(number) if np.isfinite(number) else False:
        return str(int(number)) if abs(number) < 1e15 else f"{Decimal(repr(number)):f}".removesuffix(".0")
    return f"{Decimal(repr(number)):f}"


@method()
def yn(condition: Truth) -> Text:
    """The condition as "Y" or "N"; unknown gives missing.

    Source: CDISC codelist NY (C66742).
    """
    return texts(np.where(absent(condition), "", np.where(holds(condition), "Y", "N")), condition.index)


@method()
def flag(condition: Truth) -> Text:
    """The flag "Y" where the condition is true, missing where it is false or unknown.

    Source: SDTMIG 3.4 section 4.3.7 and ADaMIG 1.3 section 3.1.4: flags that are "Y" or null.
    """
    return marked(holds(condition), condition.index)
