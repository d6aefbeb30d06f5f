from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crf2tlf.methods import CATALOGUE, Kind, Method
from crf2tlf.methods.catalogue import Window

COLUMN_METHODS = """
    upper lower strip squish concat substring replace contains starts_with ends_with matches pad text yn flag
    number round abs floor least greatest cut coalesce agree change percent_change convert
    iso8601 date imputation_flag study_day duration years_between add_days
    treatment_emergent recist_target recist_non_target recist_overall
"""
WINDOW_METHODS = """
    sequence count_in_group previous next first_flag last_flag baseline_flag running_min running_max worst_flag
"""
OPTIONS: dict[str, dict[str, Any]] = {
    "substring": {"start": 1},
    "replace": {"old": "x", "new": "y"},
    "contains": {"part": "x"},
    "starts_with": {"part": "x"},
    "ends_with": {"part": "x"},
    "matches": {"pattern": "x"},
    "pad": {"width": 3},
    "cut": {"breaks": [1], "labels": ["a", "b"]},
    "convert": {"to": "kg"},
    "iso8601": {"formats": ("DD-MON-YYYY",)},
}
DTYPES = {Kind.TEXT: "str", Kind.NUMBER: "float64", Kind.DATE: "datetime64[s]", Kind.TRUTH: "boolean"}
NAMES = {**dict.fromkeys(COLUMN_METHODS.split(), "columns"), **dict.fromkeys(WINDOW_METHODS.split(), "window")}


def missing_column(kind: Kind, size: int) -> pd.Series:
    """A column without values, and with an index of its own."""
    return pd.Series([None] * size, index=range(size, 0, -1), dtype=DTYPES.get(kind, "str"))


def call(method: Method, size: int) -> pd.Series:
    """Call a method with columns of missing values."""
    given = [p for p in method.parameters if p.repeated or (p.required and p.kind is not None)]
    of_any = Kind.NUMBER if method.name in ("least", "greatest") else Kind.TEXT  # these two take no text
    columns = [missing_column(of_any if p.kind in (None, Kind.ANY) else p.kind, size) for p in given]
    injected: dict[str, Any] = {}
    if method.reports:
        injected["report"] = lambda mask, *_: np.asarray(mask).any() and pytest.fail("a missing value was reported")
    if method.shape == "window":
        group = np.zeros(size, dtype=np.int64)
        injected["window"] = Window(group, np.arange(size), np.zeros(size, dtype=bool))
    return method.function(*columns, **OPTIONS.get(method.name, {}), **injected)


@pytest.mark.parametrize("name", NAMES)
def test_methods_are_in_the_catalogue_under_the_name_that_rules_use(name: str) -> None:
    assert CATALOGUE[name].shape == NAMES[name]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [0, 3])
def test_missing_values_give_a_column_of_the_promised_kind(name: str, size: int) -> None:
    method = CATALOGUE[name]
    result = call(method, size)
    assert method.result is Kind.ANY or str(result.dtype) == DTYPES[method.result]
    assert len(result) == size
    if method.shape == "columns":
        assert list(result.index) == list(range(size, 0, -1))
        assert result.isna().all()


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_method_is_documented(name: str) -> None:
    method = CATALOGUE[name]
    assert method.summary
    if method.shape == "columns":  # what a missing value gives
        assert "missing" in (inspect.getdoc(method.function) or "").lower()
