"""Differences, ratios and tests of counts against R (120 random tables, comparisons.R), Newcombe 1998 and SAS."""

import csv
import math
from pathlib import Path

import pytest

from crf2tlf.statistics import (
    Counts,
    DifferenceLimits,
    chi_square,
    cochran_armitage,
    cochran_mantel_haenszel,
    fisher,
    odds_ratio,
    proportion_difference,
    relative_risk,
    stratified_difference,
)

NA = math.nan

# Newcombe, Stat Med 1998;17:873, table II: eight contrasts, 95 % limits by methods 1 (Wald), 2 (corrected),
# 10 (hybrid score) and Miettinen and Nurminen's (his method 6 with N / (N − 1), table and text); four decimals.
NEWCOMBE = """
56 70 48 80   +0.0575 +0.3425   +0.0441 +0.3559   +0.0524 +0.3339   +0.0528 +0.3382
9 10 3 10     +0.2605 +0.9395   +0.1605 +1.0000   +0.1705 +0.8090   +0.1700 +0.8406
6 7 2 7       +0.1481 +0.9947   +0.0053 +1.0000   +0.0582 +0.8062   +0.0342 +0.8534
5 56 0 29     +0.0146 +0.1640   -0.0116 +0.1901   -0.0381 +0.1926   -0.0326 +0.1933
0 10 0 20     +0.0000 +0.0000   -0.0750 +0.0750   -0.1611 +0.2775   -0.1658 +0.2844
0 10 0 10     +0.0000 +0.0000   -0.1000 +0.1000   -0.2775 +0.2775   -0.2879 +0.2879
10 10 0 20    +1.0000 +1.0000   +0.9250 +1.0000   +0.6791 +1.0000   +0.7156 +1.0000
10 10 0 10    +1.0000 +1.0000   +0.9000 +1.0000   +0.6075 +1.0000   +0.6636 +1.0000
"""


@pytest.mark.parametrize("line", NEWCOMBE.strip().splitlines())
def test_limits_of_differences_in_newcombes_table(line: str) -> None:
    numbers = line.split()
    x1, n1, x2, n2 = (int(v) for v in numbers[:4])
    ways: list[DifferenceLimits] = ["wald", "wald-corrected", "newcombe", "miettinen-nurminen"]
    for number, way in enumerate(ways):
        found = proportion_difference((x1, n1, x2, n2), limits=way)
        lower, upper = (float(v) for v in numbers[4 + 2 * number : 6 + 2 * number])
        assert (found.lower, found.upper) == pytest.approx((lower, upper), abs=6e-5), way


def test_agresti_and_caffo_by_hand() -> None:
    # (57/72 − 49/82) ± 1.959964 · sqrt(57·15/72³ + 49·33/82³); the estimate is the plain difference
    found = proportion_difference((56, 70, 48, 80), limits="agresti-caffo")
    assert found.value == pytest.approx(0.2)
    assert (found.lower, found.upper) == pytest.approx((0.052453, 0.335758), abs=1e-6)


RANDOM = list(csv.DictReader((Path(__file__).parent / "tables_reference.csv").open()))


def test_random_tables_agree_with_r() -> None:
    for row in RANDOM:
        r = {name: float(text) for name, text in row.items() if text not in ("", "Inf")}
        counts: Counts = (int(r["x1"]), int(r["n1"]), int(r["x2"]), int(r["n2"]))
        x1, n1, x2, n2 = counts
        x3, n3 = int(r["x3"]), int(r["n3"])
        two = [[x1, n1 - x1], [x2, n2 - x2]]
        three = [*two, [x3, n3 - x3]]
        for name, way in [("wald", "wald"), ("corrected", "wald-corrected"), ("mn", "miettinen-nurminen")]:
            found = proportion_difference(counts, limits=way)  # type: ignore[arg-type]
            expected = (r[f"{name}_lower"], r[f"{name}_upper"])
            if name == "corrected" and abs(x1 / n1 - x2 / n2) < (1 / n1 + 1 / n2) / 2:
                continue  # R takes a smaller correction than half of 1/n1 + 1/n2 here; SAS does not
            assert (found.lower, found.upper) == pytest.approx(expected, abs=1e-6 if name == "mn" else 1e-10), name
        exact = odds_ratio([counts], limits="exact")
        assert exact.value == pytest.approx(r["exact_or"], rel=1e-7)
        assert (exact.lower, exact.upper) == pytest.approx((r["exact_lower"], r["exact_upper"]), rel=1e-7)
        strata: list[Counts] = [counts, (x2, x2 + 3, 5, 5 + x1)]
        tables = [two, [[x2, 3], [5, x1]]]
        common = odds_ratio(strata)
        found_common = (common.value, common.lower, common.upper)
        assert found_common == pytest.approx((r["mh_or"], r["mh_lower"], r["mh_upper"]), rel=1e-9)
        general = cochran_mantel_haenszel([three, [[a + 1, b + 1] for a, b in reversed(three)]])
        tests = {
            "chi_square": chi_square(two).p,
            "chi_square_corrected": chi_square(two, correction=True).p,
            "chi_square_three": chi_square(three).p,
            "fisher": fisher(two).p,
            "fisher_three": fisher(three).p,
            "trend": cochran_armitage(three).p,
            "cmh": cochran_mantel_haenszel(tables).statistic,
            "cmh_three": general.statistic,
            "cmh_three_df": general.df,
        }
        assert tests == pytest.approx({name: r[name] for name in tests}, rel=1e-7), row
    assert len(RANDOM) == 120


# SAS/STAT User's Guide, PROC FREQ, example "Cochran–Mantel–Haenszel Statistics" (migraine data: gender by treatment by
# response): women 16 of 27 better with active and 5 of 25 with placebo, men 12 of 28 and 7 of 26.
MIGRAINE: list[Counts] = [(16, 27, 5, 25), (12, 28, 7, 26)]


def test_the_migraine_data_of_sas() -> None:
    tables = [[[x1, n1 - x1], [x2, n2 - x2]] for x1, n1, x2, n2 in MIGRAINE]
    found = cochran_mantel_haenszel(tables)
    assert (round(found.statistic, 4), found.df, round(found.p, 4)) == (8.3052, 1, 0.0040)
    odds, risk = odds_ratio(MIGRAINE), relative_risk(MIGRAINE)
    assert [round(v, 4) for v in (odds.value, odds.lower, odds.upper)] == [3.3132, 1.4456, 7.5934]
    assert [round(v, 4) for v in (risk.value, risk.lower, risk.upper)] == [2.1636, 1.2336, 3.7948]


def test_a_stratified_difference() -> None:
    # Sato's variance by the formula in SAS PROC FREQ's documentation, worked out in R (comparisons.R)
    found = stratified_difference(MIGRAINE)
    r = (0.2737598578849622, 0.0965028250948667, 0.4510168906750576)
    assert (found.value, found.lower, found.upper) == pytest.approx(r, rel=1e-9)
    one = stratified_difference([(56, 70, 48, 80)])
    assert one.value == pytest.approx(0.2)
    assert (one.lower, one.upper) == pytest.approx((0.0575, 0.3425), abs=3e-3)  # near Wald's in one large stratum


# Edges


@pytest.mark.parametrize(
    ("counts", "risk", "odds"),
    [
        ((0, 10, 5, 10), (0, NA, NA), (0, NA, NA)),
        ((5, 10, 0, 10), (NA, NA, NA), (NA, NA, NA)),
        ((0, 10, 0, 10), (NA, NA, NA), (NA, NA, NA)),
        ((0, 0, 5, 10), (NA, NA, NA), (NA, NA, NA)),
        ((10, 10, 5, 10), (2, 1.0761, 3.7171), (NA, NA, NA)),
    ],
)
def test_zero_cells(counts: Counts, risk: tuple[float, ...], odds: tuple[float, ...]) -> None:
    for expected, found in ((risk, relative_risk([counts])), (odds, odds_ratio([counts]))):
        assert (found.value, found.lower, found.upper) == pytest.approx(expected, nan_ok=True, abs=1e-4)


def test_exact_limits_with_a_zero_cell() -> None:
    # R: fisher.test(rbind(c(0, 10), c(5, 5))), and the other way round
    low, high = odds_ratio([(0, 10, 5, 10)], limits="exact"), odds_ratio([(5, 10, 0, 10)], limits="exact")
    assert [low.value, low.lower] == [0, 0]
    assert low.upper == pytest.approx(0.836543, rel=1e-3)
    assert math.isnan(high.value)
    assert math.isnan(high.upper)
    assert high.lower == pytest.approx(1.195396, rel=1e-3)


def test_tests_without_anything_to_test() -> None:
    for table in ([[0, 10], [0, 12]], [[5, 5], [0, 0]], [[0, 0], [0, 0]]):
        for found in (chi_square(table), fisher(table), cochran_mantel_haenszel([table]), cochran_armitage(table)):
            assert math.isnan(found.p), table
    assert math.isnan(stratified_difference([(0, 0, 1, 2)]).value)
    assert math.isnan(proportion_difference((0, 0, 1, 2)).value)


def test_an_empty_group_or_category_is_left_out() -> None:
    assert chi_square([[3, 7, 0], [6, 4, 0], [0, 0, 0]]) == chi_square([[3, 7], [6, 4]])
    assert fisher([[3, 7], [0, 0], [6, 4]]) == fisher([[3, 7], [6, 4]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: proportion_difference((3, 2, 1, 2)), "3 successes out of 2"),
        (lambda: proportion_difference((1, 2, 1, 2), limits="score"), "unknown limits 'score'"),  # type: ignore[arg-type]
        (lambda: odds_ratio([(1, 2, 1, 2)] * 2, limits="exact"), "not for strata"),
        (lambda: chi_square([[1, -1], [2, 3]]), "negative or missing"),
        (lambda: fisher([[1, 2, 3], [2, 3, 1], [4, 1, 2]]), "two groups or two categories"),
        (lambda: fisher([[500, 500]] * 4), "use chi-square"),
    ],
)
def test_inputs_without_meaning(call: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()  # type: ignore[operator]
