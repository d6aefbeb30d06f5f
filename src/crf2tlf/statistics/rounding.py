"""Rounding as clinical tables do it: half-up, that is, a tie goes away from zero.

Python's `round` and `format` round the binary number and send ties to the even digit, so 1/8 becomes "12 %"
where SAS prints "13 %", and 2.675 becomes "2.67". Here a number is first what it is in decimal, exactly, and
is then rounded once.
"""

import math
from decimal import Decimal
from fractions import Fraction

SIGNIFICANT_DIGITS = 12
"""Significant digits of a number in a results file, and those that survive the noise of binary arithmetic."""


def round_half_up(value: Decimal | Fraction | float | str, decimals: int) -> Decimal:
    """Round `value` to `decimals` places, ties away from zero, exactly.

    A float counts as its shortest decimal representation (2.675 is 2.675, not 2.67499999…); `Decimal`,
    `Fraction`, `int` and decimal text count as they are. The result has exactly `decimals` places and no
    negative zero, so that `str` of it is the text of a table cell.

    Raises `ValueError` for negative `decimals`, NaN and infinity.
    Source: SAS, ROUND function and w.d format (ties away from zero).
    """
    if decimals < 0:
        raise ValueError(f"cannot round to {decimals} decimals: expected 0 or more")
    exact = _exact(value)
    units = math.floor(abs(exact) * 10**decimals + Fraction(1, 2))
    sign = 1 if exact < 0 and units else 0
    return Decimal((sign, tuple(int(digit) for digit in str(units)), -decimals))


def percent_text(numerator: int, denominator: int, decimals: int) -> str:
    """Give 100 × numerator / denominator as text, rounded half-up on the exact ratio: (1, 8, 0) → "13".

    A denominator of 0 has no percentage: "". Raises `ValueError` for a negative count. No upper bound is
    put on the ratio.
    """
    if numerator < 0 or denominator < 0:
        raise ValueError(f"percentage of {numerator} in {denominator}: counts cannot be negative")
    if denominator == 0:
        return ""
    return f"{round_half_up(Fraction(100 * int(numerator), int(denominator)), decimals):f}"


def format_number(value: float, decimals: int) -> str:
    """Give `value` as text with `decimals` places, rounded half-up; NaN (missing) is "".

    The decimal that is rounded is the float's shortest representation without the noise of binary
    arithmetic: 4.35 − 1.2 is 3.1499999999999995 in binary and 3.15 in a results file, and prints as "3.2".
    Noise is what lies beyond 12 significant digits, or beyond three digits past the last one asked for,
    whichever is further. A result of zero has no sign.

    Raises `ValueError` for an infinite value and for negative `decimals`.
    """
    if math.isnan(value):
        return ""
    if math.isinf(value):
        raise ValueError(f"cannot print {value} as a number")
    shortest = Decimal(repr(float(value)))
    digits = max(SIGNIFICANT_DIGITS, shortest.adjusted() + 1 + decimals + 3)
    return f"{round_half_up(significant(value, digits), decimals):f}"


def significant(value: float, digits: int = SIGNIFICANT_DIGITS) -> float:
    """Round `value` to so many significant digits, for a file that must be the same on every machine.

    The last bits of a mean or a logarithm depend on the processor; 12 digits do not. NaN and infinities come
    back as they are, negative zero as zero. Raises `ValueError` for fewer than one digit.
    """
    if digits < 1:
        raise ValueError(f"cannot keep {digits} significant digits: expected 1 or more")
    if value == 0 or not math.isfinite(value):
        return 0.0 if value == 0 else float(value)
    return float(f"{float(value):.{digits - 1}e}")


def _exact(value: Decimal | Fraction | float | str) -> Fraction:
    """Give the exact value of a number as it is written in decimal."""
    if isinstance(value, float):
        value = repr(float(value))
    try:
        return Fraction(value)
    except (ValueError, OverflowError):
        raise ValueError(f"cannot round {value!r}: expected a finite number") from None
