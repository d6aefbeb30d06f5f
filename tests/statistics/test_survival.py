"""Kaplan–Meier against R's `survfit`: named cases (printed by reference.R) and 400 random sets (its CSV)."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crf2tlf.statistics import kaplan_meier

NA = math.nan

# Times as a person would write them: "13+" is a censoring at 13.
CASES = {
    "maintained": "9 13 13+ 18 23 28+ 31 34 45+ 48 161+",
    "nonmaintained": "5 5 8 8 12 16+ 23 27 30 33 43 45",
    "plateau": "1 2 3 4",
    "plateau.with.censoring": "2 4 5 7+ 9 12",
    "open.plateau": "1 2 3+ 4+",
    "ends.at.zero": "3 5 8 11+ 14",
    "upper.absent": "4 6 8+ 10 12+ 14+",
    "median.absent": "4 6+ 8+ 10+ 12+ 14+",
    "all.censored": "1+ 2+ 3+",
    "single.event": "5",
    "single.censored": "5+",
    "ties": "3 3 3+ 5 5+ 5+ 8 8+",
    "event.at.zero": "0 2+ 3+",
    "binary.noise": "0.30000000000000004 0.3+ 0.7 0.7000000000000001",
}

# == median and limits: log-log, log, plain
MEDIANS_FROM_R = """
maintained               31 13 NA 31 18 NA 31 18 48
nonmaintained            23  5 33 23  8 NA 23  8 33
plateau                  2.5 1.0  NA 2.5 1.0  NA 2.5 1.0  NA
plateau.with.censoring    7  2 NA  7  4 NA  7  4 NA
open.plateau              2  1 NA  2  1 NA  2  1 NA
ends.at.zero              8  3 NA  8  5 NA  8  3 NA
upper.absent             10  4 NA 10  6 NA 10  6 NA
median.absent            NA  4 NA NA NA NA NA NA NA
all.censored             NA NA NA NA NA NA NA NA NA
single.event              5 NA NA  5 NA NA  5 NA NA
single.censored          NA NA NA NA NA NA NA NA NA
ties                      8  3 NA  8  5 NA  8  3 NA
event.at.zero            NA  0 NA NA  0 NA NA  0 NA
binary.noise             0.7 0.3  NA 0.7 0.3  NA 0.7 0.3  NA
"""

# == curves, log-log limits: time n.risk n.event n.censor surv std.err lower upper
CURVES_FROM_R = {
    "maintained": """
      9     11       1        0 0.909090909090909 0.0866784172041448 0.5080802057699297 0.986673822667823
     13     10       1        1 0.818181818181818 0.1162912998303329 0.4474286146821814 0.951162228582492
     18      8       1        0 0.715909090909091 0.1396649705572278 0.3501903859079384 0.899023974191053
     23      7       1        0 0.613636363636364 0.1526323310273120 0.2657520400012861 0.835299243250221
     28      6       0        1 0.613636363636364 0.1526323310273120 0.2657520400012861 0.835299243250221
     31      5       1        0 0.490909090909091 0.1641932672211358 0.1673309097768508 0.753399790370811
     34      4       1        0 0.368181818181818 0.1626688858270948 0.0928295749369852 0.657040832398164
     45      3       0        1 0.368181818181818 0.1626688858270948 0.0928295749369852 0.657040832398164
     48      2       1        0 0.184090909090909 0.1534927457862937 0.0117384801231896 0.525014842726641
    161      1       0        1 0.184090909090909 0.1534927457862937 0.0117384801231896 0.525014842726641
    """,
    "ties": """
    3      8       2        1 0.75 0.153093108923949 0.3148071137055191 0.930898317090628
    5      5       1        2 0.60 0.181659021245850 0.1954958660849980 0.852254345762209
    8      2       1        1 0.30 0.230759615184287 0.0148242956932161 0.708794494647952
    """,
    "ends.at.zero": """
     3      5       1        0  0.8 0.178885438199983 0.2038092632676393 0.969179788866743
     5      4       1        0  0.6 0.219089023002066 0.1257301829944314 0.881756407393532
     8      3       1        0  0.4 0.219089023002066 0.0519757503774676 0.752815791358755
    11      2       0        1  0.4 0.219089023002066 0.0519757503774676 0.752815791358755
    14      1       1        0  0.0               NaN                NA                NA
    """,
    "binary.noise": """
    0.3      4       1        1 0.75 0.21650635094611 0.127946917595146 0.960548642285078
    0.7      2       2        0 0.00              NaN                NA                NA
    """,
}

CONF_TYPES = ("log-log", "log", "plain")
REFERENCE = list(csv.DictReader(Path(__file__).with_name("survfit_reference.csv").open(encoding="ascii")))


def curve(text, **options):
    marks = text.split()
    return kaplan_meier(
        [float(mark.rstrip("+")) for mark in marks], [not mark.endswith("+") for mark in marks], **options
    )


def numbers(estimate):
    return [estimate.value, estimate.lower, estimate.upper]


def same(expected, tolerance=1e-12):
    return pytest.approx(expected, rel=tolerance, abs=tolerance, nan_ok=True)


@pytest.mark.parametrize("line", MEDIANS_FROM_R.strip().splitlines())
def test_median_and_limits_are_those_of_r(line):
    name, *expected = line.split()
    found = [x for conf_type in CONF_TYPES for x in numbers(curve(CASES[name], conf_type=conf_type).median())]
    assert found == same([NA if number == "NA" else float(number) for number in expected])


@pytest.mark.parametrize("name", CURVES_FROM_R)
def test_the_curve_is_that_of_r(name):
    found = curve(CASES[name])
    columns = [found.time, found.n_risk, found.n_event, found.n_censor, found.survival, found.std_error]
    rows = np.column_stack([*columns, found.lower, found.upper])
    expected = [
        [NA if number in ("NA", "NaN") else float(number) for number in line.split()]
        for line in CURVES_FROM_R[name].strip().splitlines()
    ]
    assert rows == same(np.array(expected))


@pytest.mark.parametrize(
    ("conf_type", "level", "lower", "upper"),
    [
        ("log-log", 0.95, 0.265752040001286, 0.835299243250221),
        ("log", 0.95, 0.376867059501680, 0.999157600228473),
        ("plain", 0.95, 0.314482491946437, 0.912790235326290),
        ("log-log", 0.90, 0.323455510894705, 0.809534436374599),
    ],
)
def test_survival_at_24_months(conf_type, level, lower, upper):
    at_24 = curve(CASES["maintained"], conf_type=conf_type, level=level).survival_at(24)
    assert numbers(at_24) == same([0.613636363636364, lower, upper])


@pytest.mark.parametrize(
    ("name", "time", "expected"),
    [
        # before the first time everybody is alive
        ("maintained", 0, [1, 1, 1]),
        ("maintained", 8.9, [1, 1, 1]),
        # at an event the step is taken; 0.1 × 3 is that event's time too
        ("ends.at.zero", 3, [0.8, 0.203809263267639, 0.969179788866743]),
        ("binary.noise", 0.1 * 3, [0.75, 0.127946917595146, 0.960548642285078]),
        # the last observation is the last that is known …
        ("maintained", 161, [0.184090909090909, 0.0117384801231896, 0.525014842726641]),
        ("maintained", 162, [NA, NA, NA]),
        ("median.absent", 14 * (1 + 1e-12), [0.833333333333333, 0.273122849928356, 0.974712426690894]),
        # … unless nobody is left
        ("ends.at.zero", 14, [0, NA, NA]),
        ("ends.at.zero", 99, [0, NA, NA]),
        # log-log has no limits while the curve is at 1
        ("all.censored", 2, [1, NA, NA]),
    ],
)
def test_survival_at_a_time(name, time, expected):
    assert numbers(curve(CASES[name]).survival_at(time)) == same(expected)


def test_numbers_at_risk():
    found = curve(CASES["maintained"])
    # R: 11 11 10 10 1 1 0
    assert found.n_at_risk([0, 9, 9.5, 13, 100, 161, 162]).tolist() == [11, 11, 10, 10, 1, 1, 0]
    assert (found.n, found.events) == (11, 7)


def test_quartiles():
    found = curve(CASES["nonmaintained"])
    # R quantile(survfit): 8 23 33; lower 5 5 23; upper 23 33 NA
    assert numbers(found.quantile(0.25)) == same([8, 5, 23])
    assert numbers(found.quantile(0.50)) == same([23, 5, 33])
    assert numbers(found.quantile(0.75)) == same([33, 23, NA])


def test_a_plateau_whose_end_was_not_seen():
    found = curve(CASES["open.plateau"])
    # R print(survfit): 2 1 NA; R quantile(survfit): 3 1 NA
    assert numbers(found.median()) == same([2, 1, NA])
    assert numbers(found.median(open_plateau="midpoint")) == same([3, 1, NA])


@pytest.mark.parametrize("conf_type", CONF_TYPES)
@pytest.mark.parametrize("number", range(1, len(REFERENCE) + 1))
def test_a_random_set_is_that_of_r(number, conf_type):
    row = REFERENCE[number - 1]
    expected = {key: float(text) if text else NA for key, text in row.items() if key != "data"}
    found = curve(row["data"], conf_type=conf_type)

    def agree(numbers_found, *keys):
        return numbers_found == same([expected[key.replace("?", conf_type)] for key in keys], 1e-9)

    assert agree(numbers(found.median()), "median ?", "median_lower ?", "median_upper ?")
    if expected["at"] > found.time[-1] and expected["survival"] > 0:  # R was asked to extend the last level
        assert math.isnan(found.survival_at(expected["at"]).value)
    else:
        assert agree(numbers(found.survival_at(expected["at"])), "survival", "lower ?", "upper ?")
    quartiles = [found.quantile(p, open_plateau="midpoint").value for p in (0.25, 0.75)]
    assert agree(quartiles, "q1", "q3")

    # the whole curve
    assert agree([found.time.size, found.survival.sum(), np.nansum(found.std_error)],
                 "times", "sum_survival", "sum_std_error")  # fmt: skip
    assert agree([np.nansum(found.lower), np.nansum(found.upper), np.isfinite(found.upper).sum()],
                 "sum_lower ?", "sum_upper ?", "limits ?")  # fmt: skip


def test_the_random_sets_are_a_fair_trial():
    assert len(REFERENCE) == 400
    plateaus = sum(bool((np.abs(curve(row["data"]).survival - 0.5) < 1e-8).any()) for row in REFERENCE)
    at_zero = sum(bool(curve(row["data"]).survival[-1] == 0) for row in REFERENCE)
    absent = sum(row["median_upper log-log"] == "" for row in REFERENCE)
    assert (plateaus > 20, at_zero > 100, absent > 100) == (True, True, True)


def test_of_no_subjects_nothing_is_known():
    empty = kaplan_meier([], [])
    assert (empty.n, empty.events, empty.time.size) == (0, 0, 0)
    assert numbers(empty.median()) == same([NA, NA, NA])
    assert numbers(empty.survival_at(1)) == same([NA, NA, NA])
    assert empty.n_at_risk([0, 1]).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, -2, 3], [1, 1, 1]), r"a time to event is -2 \(position 2 of 3, 1 such\)"),
        (([1, math.nan], [1, 1]), "a time to event is nan"),
        (([1, math.inf], [1, 0]), "a time to event is inf"),
        (([1, 2], [1, 2]), "event code 2: expected 1 for an event"),
        (([1, 2], [1, math.nan]), "event code nan"),
        (([1, 2], [1]), "2 times and 1 event codes"),
        (([1, 2], [1, 1], 95), "confidence level 95"),
        (([1, 2], [1, 1], 0.95, "loglog"), "expected 'log-log', 'log' or 'plain'"),
    ],
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        kaplan_meier(*arguments)


def test_questions_that_make_no_sense():
    found = curve(CASES["maintained"])
    for p in (0, 1, 50, NA):
        with pytest.raises(ValueError, match="expected a fraction between 0 and 1"):
            found.quantile(p)
    with pytest.raises(ValueError, match="expected 'start' or 'midpoint'"):
        found.median(open_plateau="end")
    for time in (-1, NA):
        with pytest.raises(ValueError, match="the time asked for is"):
            found.survival_at(time)
        with pytest.raises(ValueError, match="the time asked for is"):
            found.n_at_risk([1, time])


def test_the_curve_cannot_be_changed():
    found = curve(CASES["maintained"])
    with pytest.raises(ValueError, match="read-only"):
        found.survival[0] = 0.5


# A subject: a whole time and whether the event was seen.
subjects = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=40)
conf_types = st.sampled_from(CONF_TYPES)


@given(subjects, conf_types)
def test_the_curve_falls_within_its_limits(sample, conf_type):
    found = kaplan_meier(*zip(*sample, strict=True), conf_type=conf_type)
    assert (np.diff(found.survival, prepend=1.0) <= 0).all()
    known = np.isfinite(found.lower)
    assert (found.lower[known] <= found.survival[known] + 1e-12).all()
    assert (found.upper[known] >= found.survival[known] - 1e-12).all()
    assert ((found.lower[known] >= 0) & (found.upper[known] <= 1)).all()


@given(subjects, conf_types)
def test_everybody_is_counted_once(sample, conf_type):
    found = kaplan_meier(*zip(*sample, strict=True), conf_type=conf_type)
    assert found.n_event.sum() + found.n_censor.sum() == found.n == len(sample)
    assert found.n_at_risk(range(32)).tolist() == [sum(time >= t for time, _ in sample) for t in range(32)]


@given(st.lists(st.integers(0, 30), min_size=1, max_size=40))
def test_without_censoring_the_curve_is_the_share_still_alive(times):
    found = kaplan_meier(times, [True] * len(times))
    assert found.survival == same(np.array([sum(time > t for time in times) / len(times) for t in found.time]))
    assert found.median().value == pytest.approx(float(np.median(times)))


@given(subjects, st.randoms(), conf_types)
def test_the_order_of_subjects_changes_nothing(sample, random, conf_type):
    shuffled = random.sample(sample, len(sample))
    first, second = (kaplan_meier(*zip(*s, strict=True), conf_type=conf_type) for s in (sample, shuffled))
    assert np.array_equal(first.survival, second.survival)
    assert numbers(first.median()) == same(numbers(second.median()), 0)


@given(subjects, st.sampled_from([1 / 30.4375, 1 / 7, 12 / 365.25]), conf_types)
def test_a_change_of_unit_changes_the_unit_only(sample, factor, conf_type):
    times, events = zip(*sample, strict=True)
    days = kaplan_meier(times, events, conf_type=conf_type)
    months = kaplan_meier(np.array(times) * factor, events, conf_type=conf_type)
    assert np.array_equal(days.survival, months.survival)
    assert numbers(months.median()) == same([factor * number for number in numbers(days.median())])


@given(subjects, conf_types, st.floats(0.01, 0.99))
def test_the_limits_of_a_quantile_enclose_it(sample, conf_type, p):
    found = kaplan_meier(*zip(*sample, strict=True), conf_type=conf_type).quantile(p)
    if not math.isnan(found.value):
        assert math.isnan(found.lower) or found.lower <= found.value
        assert math.isnan(found.upper) or found.upper >= found.value
    else:
        assert math.isnan(found.upper)
