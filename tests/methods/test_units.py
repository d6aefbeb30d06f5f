from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from crf2tlf.methods.units import convert


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (98.6, "F", "C", 37),
        (-40, "F", "C", -40),
        (37, "C", "K", 310.15),
        (32, "F", "K", 273.15),
        (150, "LB", "kg", 68.0388555),  # 0.45359237 kg exactly
        (70, "IN", "cm", 177.8),
        (1.75, "m", "cm", 175),
        (2.5, "mg", "ug", 2500),
        (1, "L", "mL", 1000),
        (120, "mmHg", "kPa", 15.9986864898),
        (2, "WEEKS", "DAYS", 14),
        (90, "min", "HOURS", 1.5),
        (12.3, "mm", "mm", 12.3),
        (12.3, " Mm ", "mm", 12.3),  # any case, stray blanks
    ],
)
def test_conversion_is_exact_in_decimal(value: float, unit: str, to: str, expected: float, reported: Any) -> None:
    result = convert(pd.Series([value]), pd.Series([unit], dtype="str"), to=to, report=reported)
    assert list(result) == [expected]
    assert reported.items == []


def test_units_that_do_not_fit_are_findings(reported: Any) -> None:
    values = pd.Series([1.0, 1.0, 1.0, None, 1.0])
    units = pd.Series(["stone", "cm", None, "cm", "g"], dtype="str")
    result = convert(values, units, to="kg", report=reported)
    assert result.isna().tolist() == [True, True, True, True, False]
    assert reported.items == [("VALUE_UNIT", [0, 1, 2])]


def test_the_target_unit_must_be_known(reported: Any) -> None:
    with pytest.raises(ValueError, match="stone"):
        convert(pd.Series([1.0]), pd.Series(["kg"], dtype="str"), to="stone", report=reported)
