"""Two-stage designs against Simon's published tables and against plain enumeration.

Published: R. Simon, Control Clin Trials 1989;10:1–10, tables 1 and 2 (r1/n1, r/n, expected n and probability
of early termination under p0).
"""

from itertools import product
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crf2tlf.statistics import TwoStageDesign, minimax_design, operating_characteristics, optimal_design

designs = st.integers(2, 25).flatmap(
    lambda n: st.integers(1, n - 1).flatmap(
        lambda n1: st.integers(0, n1 - 1).flatmap(
            lambda r1: st.integers(r1, n - 1).map(lambda r: TwoStageDesign(r1, n1, r, n))
        )
    )
)
rates = st.floats(0.01, 0.98)


@pytest.mark.parametrize(
    ("p0", "p1", "alpha", "beta", "optimal", "optimal_en", "optimal_pet", "minimax", "minimax_en", "minimax_pet"),
    [
        # p1 − p0 = 0.20
        (0.05, 0.25, 0.10, 0.10, (0, 9, 2, 24), 14.5, 0.63, (0, 13, 2, 20), 16.4, 0.51),
        (0.05, 0.25, 0.05, 0.20, (0, 9, 2, 17), 12.0, 0.63, (0, 12, 2, 16), 13.8, 0.54),
        (0.05, 0.25, 0.05, 0.10, (0, 9, 3, 30), 16.8, 0.63, (0, 15, 3, 25), 20.4, 0.46),
        (0.10, 0.30, 0.05, 0.20, (1, 10, 5, 29), 15.0, 0.74, (1, 15, 5, 25), 19.5, 0.55),
        (0.20, 0.40, 0.05, 0.20, (3, 13, 12, 43), 20.6, 0.75, (4, 18, 10, 33), 22.3, 0.72),
        (0.30, 0.50, 0.05, 0.20, (5, 15, 18, 46), 23.6, 0.72, (6, 19, 16, 39), 25.7, 0.67),
        # p1 − p0 = 0.15
        (0.10, 0.25, 0.10, 0.10, (2, 21, 7, 50), 31.2, 0.65, (2, 27, 6, 40), 33.7, 0.48),
        (0.05, 0.20, 0.05, 0.20, (0, 10, 3, 29), 17.6, 0.60, (0, 13, 3, 27), 19.8, 0.51),
    ],
)
def test_simon_s_tables(p0, p1, alpha, beta, optimal, optimal_en, optimal_pet, minimax, minimax_en, minimax_pet):
    for search, published, expected_n, pet in (
        (optimal_design, optimal, optimal_en, optimal_pet),
        (minimax_design, minimax, minimax_en, minimax_pet),
    ):
        design = search(p0, p1, alpha, beta)
        found = operating_characteristics(design, p0, p1)
        assert (design.r1, design.n1, design.r, design.n) == published
        assert round(found.expected_n_p0, 1) == expected_n
        assert round(found.pet_p0, 2) == pet
        assert found.alpha <= alpha
        assert found.power >= 1 - beta


def test_fifteen_against_fifty_percent():
    design = minimax_design(0.15, 0.50, alpha=0.05, beta=0.20)
    assert design == TwoStageDesign(r1=0, n1=4, r=3, n=10)
    ten = operating_characteristics(design, 0.15, 0.50)
    # early termination: nobody of four responds
    assert ten.pet_p0 == pytest.approx(0.85**4)
    assert ten.pet_p1 == pytest.approx(0.5**4)
    assert ten.expected_n_p0 == pytest.approx(4 + 6 * (1 - 0.85**4))
    assert (round(ten.alpha, 4), round(ten.power, 4)) == (0.0469, 0.8066)
    # with nine patients the same rule has too little power
    nine = operating_characteristics(TwoStageDesign(r1=0, n1=4, r=3, n=9), 0.15, 0.50)
    assert (round(nine.alpha, 4), round(nine.power, 4)) == (0.0328, 0.7344)


@given(designs, rates)
def test_rejection_is_the_sum_over_all_courses_of_the_trial(design, p):
    second_stage = design.n - design.n1

    def binomial(n, k):
        return comb(n, k) * p**k * (1 - p) ** (n - k)

    expected = sum(
        binomial(design.n1, first) * binomial(second_stage, second)
        for first, second in product(range(design.n1 + 1), range(second_stage + 1))
        if first > design.r1 and first + second > design.r
    )
    assert design.rejection(p) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("p0", "p1", "alpha", "beta"), [(0.1, 0.5, 0.1, 0.2), (0.15, 0.6, 0.05, 0.2), (0.05, 0.4, 0.1, 0.1)]
)
def test_the_search_finds_what_trying_every_design_finds(p0, p1, alpha, beta):
    n_max = 14
    good = [
        design
        for n in range(2, n_max + 1)
        for n1 in range(1, n)
        for r1 in range(n1)
        for r in range(r1, n)
        if (design := TwoStageDesign(r1, n1, r, n)).rejection(p0) <= alpha and design.rejection(p1) >= 1 - beta
    ]
    best = min(design.expected_n(p0) for design in good)
    assert optimal_design(p0, p1, alpha, beta, n_max).expected_n(p0) == pytest.approx(best)
    smallest = min(design.n for design in good)
    found = minimax_design(p0, p1, alpha, beta, n_max)
    assert found.n == smallest
    assert found.expected_n(p0) == pytest.approx(min(design.expected_n(p0) for design in good if design.n == smallest))


@given(designs, rates, rates)
def test_a_higher_rate_is_rejected_more_often(design, p, q):
    low, high = sorted((p, q))
    assert design.rejection(low) <= design.rejection(high) + 1e-12
    assert design.n1 <= design.expected_n(p) <= design.n


@pytest.mark.parametrize("numbers", [(4, 4, 5, 10), (-1, 4, 3, 10), (0, 10, 3, 10), (2, 4, 1, 10), (0, 4, 10, 10)])
def test_a_design_that_makes_no_sense(numbers):
    with pytest.raises(ValueError, match="expected 0 ≤ r1 < n1 < n and r1 ≤ r < n"):
        TwoStageDesign(*numbers)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.5, 0.15, 0.05, 0.2), "expected 0 ≤ p0 < p1 ≤ 1"),
        ((15, 50, 0.05, 0.2), "expected 0 ≤ p0 < p1 ≤ 1"),
        ((0.15, 0.5, 5, 0.2), "expected fractions between 0 and 1"),
        ((0.15, 0.2, 0.05, 0.2, 30), "no two-stage design with n ≤ 30"),
    ],
)
@pytest.mark.parametrize("search", [minimax_design, optimal_design])
def test_a_search_that_cannot_succeed(search, arguments, message):
    with pytest.raises(ValueError, match=message):
        search(*arguments)


def test_a_rate_outside_0_to_1():
    with pytest.raises(ValueError, match="response rate 15"):
        TwoStageDesign(0, 4, 3, 10).rejection(15)
