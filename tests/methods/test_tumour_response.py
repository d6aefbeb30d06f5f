from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crf2tlf.methods.tumour_response import recist_non_target, recist_overall, recist_target


def numbers(*values: float | None) -> pd.Series:
    return pd.Series([np.nan if v is None else v for v in values], dtype="float64")


def texts(*values: str | None) -> pd.Series:
    return pd.Series(list(values), dtype="str")


def truths(*values: bool | None) -> pd.Series:
    return pd.Series(list(values), dtype="boolean")


def plain(column: pd.Series) -> list[Any]:
    return [None if pd.isna(value) else value for value in column]


@pytest.mark.parametrize(
    ("total", "baseline", "nadir", "not_assessed", "complete", "expected"),
    [
        (70, 100, 100, False, False, "PR"),  # exactly 30 % below baseline
        (70.1, 100, 100, False, False, "SD"),
        (23.1, 33, 33, False, False, "PR"),  # 0.7 × 33 is 23.099999999999998 in binary
        (120, 100, 100, False, False, "PD"),  # exactly 20 % above
        (119.9, 100, 100, False, False, "SD"),
        (72, 100, 60, False, False, "PD"),  # 20 % above the nadir, though 28 % below baseline
        (65, 100, 60, False, False, "PR"),  # above the nadir, but still a response
        (65, 165, 63, False, False, "PR"),  # EORTC clarification: 165, 63, 65 mm is a continued partial response
        (18, 60, 14, False, False, "PR"),  # 28.6 % above the nadir, but only 4 mm
        (19, 60, 14, False, False, "PD"),  # 5 mm
        (15.1 + 0.2, 60, 10.3, False, False, "PD"),  # 5 mm but for binary noise
        (0, 50, 50, False, None, "CR"),
        (16, 50, 50, False, True, "CR"),  # two nodes of 8 mm remain
        (27, 60, 12, False, True, "CR"),  # normal nodes, even if 5 mm and 20 % above the nadir
        (6, 50, 0, False, False, "PD"),  # a lesion came back after complete response
        (3, 50, 0, False, False, "PD"),
        (None, 50, 50, False, False, "NE"),
        (20, 50, 50, True, False, "NE"),  # a lesion was not assessed
        (0, 50, 50, True, True, "NE"),
        (70, 50, 50, True, False, "PD"),  # the lesions that were assessed suffice
        (20, None, None, False, False, None),  # no target lesions
        (20, 50, None, False, False, "PR"),  # the baseline is the nadir
        (40, 30, 50, False, False, "PD"),  # the baseline is the nadir although it was not given as one
        (40, 50, 50, None, None, "SD"),
    ],
)
def test_target_lesions(
    total: float, baseline: float, nadir: float, not_assessed: bool | None, complete: bool | None, expected: str
) -> None:
    result = recist_target(numbers(total), numbers(baseline), numbers(nadir), truths(not_assessed), truths(complete))
    assert plain(result) == [expected]


def test_target_lesions_without_the_optional_columns() -> None:
    result = recist_target(numbers(0, 70, None), numbers(100, 100, 100), numbers(100, 100, 100))
    assert plain(result) == ["CR", "PR", "NE"]


def test_non_target_lesions() -> None:
    table = [
        # progressed, present, not evaluated, expected
        (False, False, False, "CR"),
        (False, True, False, "NON-CR/NON-PD"),
        (False, True, True, "NE"),
        (True, True, True, "PD"),
        (None, True, None, "NON-CR/NON-PD"),
        (None, None, None, None),  # no non-target lesions
    ]
    progressed, present, not_evaluated, expected = (list(column) for column in zip(*table, strict=True))
    assert plain(recist_non_target(truths(*progressed), truths(*present), truths(*not_evaluated))) == expected


# RECIST 1.1 (Eisenhauer 2009), Table 1 (target lesions, with or without others) and Table 2 (non-target only).
OVERALL = [
    # target, non-target, new lesion, overall
    ("CR", "CR", "N", "CR"),
    ("CR", "NON-CR/NON-PD", "N", "PR"),
    ("CR", "NE", "N", "PR"),
    ("PR", "CR", "N", "PR"),
    ("PR", "NON-CR/NON-PD", "N", "PR"),
    ("PR", "NE", "N", "PR"),
    ("SD", "CR", "N", "SD"),
    ("SD", "NON-CR/NON-PD", "N", "SD"),
    ("SD", "NE", "N", "SD"),
    ("NE", "NON-CR/NON-PD", "N", "NE"),
    ("NE", "CR", "N", "NE"),
    ("PD", "CR", "N", "PD"),
    ("PD", None, "Y", "PD"),
    ("CR", "PD", "N", "PD"),
    ("NE", "PD", "N", "PD"),
    ("CR", "CR", "Y", "PD"),
    ("NE", "NE", "Y", "PD"),
    # Table 2
    (None, "CR", "N", "CR"),
    (None, "NON-CR/NON-PD", "N", "NON-CR/NON-PD"),
    (None, "NE", "N", "NE"),
    (None, "PD", "N", "PD"),
    (None, "CR", "Y", "PD"),
    # no non-target lesions
    ("CR", None, "N", "CR"),
    ("PR", None, None, "PR"),
    # no lesions
    (None, None, "N", None),
    (None, None, "Y", "PD"),
    # case does not count
    ("sd", "Non-CR/Non-PD", "n", "SD"),
]


def test_overall_response(reported: Any) -> None:
    target, non_target, new_lesion, expected = (list(column) for column in zip(*OVERALL, strict=True))
    result = recist_overall(texts(*target), texts(*non_target), texts(*new_lesion), report=reported)
    assert plain(result) == expected
    assert reported.items == []


def test_a_response_that_is_none_is_a_finding(reported: Any) -> None:
    result = recist_overall(texts("iCR", "PR", "PR"), texts("CR", "MR", None), texts("N", "N", "?"), report=reported)
    assert plain(result) == [None, None, "PR"]
    assert reported.items == [("CODELIST_VALUE", [0]), ("CODELIST_VALUE", [1]), ("CODELIST_VALUE", [2])]
