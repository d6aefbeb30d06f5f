"""Distributions by their inverse, cut off at limits: numbers of R (reference.R beside this file)."""

from __future__ import annotations

import numpy as np
import pytest

from crf2tlf.simulate.distributions import DISTRIBUTIONS, choose, without_limit
from crf2tlf.simulate.streams import uniforms

U = np.array([0.01, 0.25, 0.5, 0.9, 0.999])


@pytest.mark.parametrize(
    ("name", "mean", "sd", "low", "high", "expected"),
    [
        ("normal", 10, 3, None, None, [3.020956378, 7.976530749, 10, 13.8446547, 19.27069692]),
        ("normal", 10, 3, 8, 11, [8.035366428, 8.819775896, 9.558692807, 10.70389007, 10.99699507]),
        ("normal", 10, 0, None, None, [10, 10, 10, 10, 10]),  # without spread
        ("lognormal", 10, 4, None, None, [3.789151809, 7.160113093, 9.284766909, 15.21218717, 30.53571197]),
        ("lognormal", 10, 4, 5, 20, [5.154387179, 7.457762272, 9.424272354, 14.73004464, 19.87296936]),
        ("exponential", 50, 0, None, None, [0.5025167927, 14.38410362, 34.65735903, 115.1292546, 345.3877639]),
        ("exponential", 50, 0, None, 60, [0.3506294353, 9.600503786, 21.49323566, 49.56758222, 59.88412852]),
        ("poisson", 3, 0, None, None, [0, 2, 3, 5, 10]),
        ("poisson", 3, 0, 1, 6, [1, 2, 3, 5, 6]),
        ("uniform", 0, 0, 10, 20, [10.1, 12.5, 15, 19, 19.99]),
    ],
)
def test_quantiles(
    name: str, mean: float, sd: float, low: float | None, high: float | None, expected: list[float]
) -> None:
    limits = [without_limit(5, sign) if end is None else np.full(5, float(end)) for end, sign in ((low, -1), (high, 1))]
    found = DISTRIBUTIONS[name](U, np.full(5, float(mean)), np.full(5, float(sd)), *limits)
    assert found == pytest.approx(expected, rel=1e-8)


def test_weights() -> None:
    assert list(choose(np.array([0.01, 0.59, 0.61, 0.99]), {"a": 3, "b": 2})) == ["a", "a", "b", "b"]
    assert list(choose(np.array([0.01, 0.99]), {"a": 0, "b": 1, "c": 0})) == ["b", "b"]


def test_streams_are_those_of_their_names() -> None:
    drawn = uniforms(3, 1, "ae", "AETERM", "value")
    assert drawn == pytest.approx([0.79798544, 0.17117030, 0.12614900], abs=1e-8)  # as first made: never to change
    assert not np.array_equal(drawn, uniforms(3, 1, "ae", "AETERM", "missing"))
    assert not np.array_equal(drawn, uniforms(3, 2, "ae", "AETERM", "value"))
    assert np.array_equal(drawn, uniforms(5, 1, "ae", "AETERM", "value")[:3])
    assert not np.array_equal(uniforms(3, 1, "a", "bc"), uniforms(3, 1, "ab", "c"))
