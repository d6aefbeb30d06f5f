"""How hints draw columns: one scenario a line, looked at in 400 subjects."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.simulate.conftest import Simulate, column


def numbers(values: pd.Series) -> np.ndarray:
    return values.astype(float).to_numpy()


@pytest.mark.parametrize(
    ("keys", "mean", "sd", "lowest", "highest"),
    [
        ("{type: number, decimals: 1, simulate: {mean: 50, sd: 4}}", 50, 4, 30, 70),
        ("{type: number, decimals: 1, range: [45, 55], simulate: {mean: 50, sd: 40}}", 50, 2.9, 45, 55),
        ("{type: integer, simulate: {low: 1, high: 9}}", 5, 2.58, 1, 9),
        ("{type: number, decimals: 2, simulate: {mean: 20}}", 20, 20, 0, 200),
        ("{type: number, decimals: 2, simulate: {distribution: lognormal, mean: 20, sd: 5}}", 20, 5, 5, 60),
        ("{type: integer, simulate: {distribution: poisson, mean: 4}}", 4, 2, 0, 15),
        ("{type: number, decimals: 0, simulate: {mean: 'study.LIMIT * 10', sd: 0}}", 30, 0, 30, 30),
    ],
)
def test_distributions(simulated: Simulate, keys: str, mean: float, sd: float, lowest: float, highest: float) -> None:
    found = numbers(simulated(x=column(keys))["x"]["X"])
    assert found.mean() == pytest.approx(mean, abs=3.5 * max(sd, 1e-9) / np.sqrt(400))
    assert found.std() == pytest.approx(sd, rel=0.2, abs=1e-9)
    assert lowest <= found.min() <= found.max() <= highest


@pytest.mark.parametrize(
    ("keys", "first"),
    [
        ("{simulate: {sequence: form}}", ["1", "2", "3"]),
        ("{simulate: {sequence: subject}}", ["1", "1", "1"]),
        ("{simulate: {pattern: 'S-{record:2}-{number:3}'}}", ["S-01-001", "S-01-002", "S-01-003"]),
        ("{simulate: {values: [x]}}", ["x", "x", "x"]),
        ("{simulate: {rule: 'study.STUDYID + \"!\"'}}", ["TST!", "TST!", "TST!"]),
        ("{simulate: {same_as: timeline.NUMBER}}", ["1.0", "2.0", "3.0"]),
        ("{type: number, decimals: 1, simulate: {rule: '1 / 3'}}", ["0.3", "0.3", "0.3"]),
    ],
)
def test_texts(simulated: Simulate, keys: str, first: list[str]) -> None:
    assert simulated(subjects=5, x=column(keys))["x"]["X"].tolist()[:3] == first


def test_weights_and_cases(simulated: Simulate) -> None:
    keys = "{simulate: {by: raw.random.ARM, values: [z], cases: {a: {values: {x: 3, y: 1}}}}}"  # case does not matter
    made = simulated(x=column(keys))
    arm, values = made["random"]["ARM"], made["x"]["X"]
    assert set(values[arm == "P"]) == {"z"}
    assert (values[arm == "A"] == "x").mean() == pytest.approx(0.75, abs=0.08)


def test_a_case_completes_the_keys_beside_it(simulated: Simulate) -> None:
    keys = "{type: number, simulate: {mean: 10, sd: 1, by: raw.random.ARM, cases: {A: {mean: 20}}}}"
    made = simulated(x=column(keys))
    by_arm = made["x"]["X"].astype(float).groupby(made["random"]["ARM"])
    assert by_arm.mean().to_dict() == pytest.approx({"A": 20, "P": 10}, abs=0.3)
    assert by_arm.std().to_dict() == pytest.approx({"A": 1, "P": 1}, abs=0.15)


def test_days_after_another_date(simulated: Simulate) -> None:
    keys = "{formats: YYYY-MM-DD, simulate: {after: random.RANDDAT, low: -3, high: 5}}"
    made = simulated(x=column(keys))
    days = (made.days("x", "X") - made.days("random", "RANDDAT")).dt.days
    assert (days.min(), days.max()) == (-3, 5)


def test_exponential_time_by_arm_censored_by_another(simulated: Simulate) -> None:
    """Administrative censoring: a later date is blank; where the cell is required it is the last day."""
    hints = "after: random.RANDDAT, until: random.STOP, by: raw.random.ARM, cases: {A: {mean: 200}, P: {mean: 50}}"
    random = """\
        subject: SUBJ
        repeats: once
        columns:
          SUBJ: Subject
          RANDDAT: {label: Day, formats: YYYY-MM-DD, required: true, simulate: {low: 2024-01-01, high: 2024-06-30}}
          ARM: {label: Arm, codes: {A: Drug, P: Placebo}, simulate: {values: {A: 1, P: 1}}}
        simulate: {hidden: {STOP: {type: date, after: RANDDAT, low: 100, high: 100}}}
        """
    made = simulated(
        subjects=2000,
        random=random,
        x=column(f"{{formats: YYYY-MM-DD, simulate: {{{hints}}}}}"),
        y=column(f"{{formats: YYYY-MM-DD, required: true, simulate: {{{hints}}}}}"),
    )
    event = made["x"]["X"].notna().groupby(made["random"]["ARM"]).mean()
    # P(T <= 100): 1 - exp(-100/mean), with whole days 101/mean
    assert event.to_dict() == pytest.approx({"A": 1 - np.exp(-101 / 200), "P": 1 - np.exp(-101 / 50)}, abs=0.05)
    days = (made.days("y", "X") - made.days("random", "RANDDAT")).dt.days
    assert days.max() == 100
    assert (days == 100).mean() > 0.3


def test_missing_and_partial_shares(simulated: Simulate) -> None:
    made = simulated(
        x=column("{simulate: {values: [v], missing: 0.3}}"),
        y=column("{required: true, simulate: {values: [v], missing: 0.3}}"),
        z=column("{formats: DD-MON-YYYY, simulate: {after: random.RANDDAT, partial: 0.25}}"),
    )
    assert made["x"]["X"].isna().mean() == pytest.approx(0.3, abs=0.07)
    assert made["y"]["X"].notna().all()
    assert made["z"]["X"].str.fullmatch("UN-[A-Z]{3}-2024").mean() == pytest.approx(0.25, abs=0.07)


def test_conditions(simulated: Simulate) -> None:
    form = """\
        subject: SUBJ
        repeats: once
        columns:
          SUBJ: Subject
          WHICH: {label: Which, when: YN == "Y", required: true, simulate: {values: [that one]}}
          YN: {label: Any, codes: {Y: "Yes", N: "No"}, required: true, simulate: {values: {Y: 1, N: 1}}}
        """
    made = simulated(x=form)["x"]
    assert (made["WHICH"].notna() == (made["YN"] == "Y")).all()
    assert 0.4 < made["WHICH"].notna().mean() < 0.6


def test_copies_by_subject_and_by_visit(simulated: Simulate) -> None:
    visit = """\
        subject: SUBJ
        visits: {{column: VISIT, schedule: [WEEK 1, WEEK 2, WEEK 3]}}
        columns:
          SUBJ: Subject
          VISIT: Visit
          X: {x}
        simulate: {{missed: {missed}}}
        """
    made = simulated(
        a=visit.format(x="{simulate: {pattern: '{subject} {record}'}}", missed=0.3),
        b=visit.format(x="{simulate: {same_as: a.X}}", missed=0),
        c=column("{formats: DD/MM/YYYY, simulate: {same_as: random.RANDDAT}}"),
    )
    both = made["b"].merge(made["a"], on=["SUBJ", "VISIT"], how="left", suffixes=("", "_a"))
    assert (both["X"].fillna("-") == both["X_a"].fillna("-")).all()
    assert 0.05 < both["X"].isna().mean() < 0.4  # visits that the other form lacks
    assert (pd.to_datetime(made["c"]["X"], format="%d/%m/%Y") == made.days("random", "RANDDAT")).all()


def test_a_course_along_visits(simulated: Simulate) -> None:
    form = """\
        subject: SUBJ
        visits: {column: VISIT, schedule: [WEEK 1, WEEK 2, WEEK 3, WEEK 4]}
        columns:
          SUBJ: Subject
          VISIT: Visit
          PLUS: {type: number, decimals: 2, simulate: {mean: 100, sd: 10, course: {change: -5, sd: 1, noise: 2}}}
          TIMES: {type: number, decimals: 2, simulate: {mean: 100, sd: 10, course: {change: -0.1, relative: true}}}
        simulate: {missed: 0, dropout: 0}
        """
    made = simulated(x=form)["x"]
    plus, times = (made.pivot(index="SUBJ", columns="VISIT", values=v).astype(float) for v in ("PLUS", "TIMES"))
    assert plus.mean().tolist() == pytest.approx([100, 95, 90, 85], abs=2)
    assert plus.corr().loc["WEEK 1", "WEEK 2"] > 0.9  # a subject's values belong together
    assert (times["WEEK 2"] / times["WEEK 1"]).to_numpy() == pytest.approx(0.9, abs=0.001)
    assert (times["WEEK 4"] / times["WEEK 1"]).to_numpy() == pytest.approx(0.9**3, abs=0.001)


def test_rules_see_numbers_dates_and_hidden_values(simulated: Simulate) -> None:
    form = """\
        subject: SUBJ
        repeats: once
        columns:
          SUBJ: Subject
          A: {label: A, type: integer, simulate: {low: 1, high: 5}}
          B: {label: B, type: integer, simulate: {rule: A * 2}}
          D: {label: D, formats: DD-MON-YYYY, simulate: {rule: raw.random.RANDDAT + A}}
          E: {label: E, type: integer, simulate: {rule: D - date(iso8601(raw.random.RANDDAT))}}
          DRUG: {label: Drug, simulate: {rule: 'lookup(study.arms.DRUG, by=[ARM])'}}
          ARM: {label: Arm, simulate: {same_as: random.ARM}}
          SIGN: {label: Sign, codes: {N: Negative, P: Positive}, simulate: {rule: '"N" if Z < 0 else "P"'}}
        simulate: {hidden: {Z: {mean: 0, sd: 1}}}
        """
    made = simulated(x=form)["x"]
    assert (made["B"].astype(int) == 2 * made["A"].astype(int)).all()
    assert (made["E"] == made["A"]).all()
    assert (made["DRUG"] == made["ARM"].map({"A": "Drug", "P": "Placebo"})).all()
    assert "Z" not in made
    assert (made["SIGN"] == "N").mean() == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(
    ("keys", "code", "words"),
    [
        ("{simulate: {rule: X + 'a'}}", "RULE_CYCLE", "x.X → x.X"),
        ("{simulate: {rule: Y}}", "RULE_NAME", "unknown name Y"),
        ("{simulate: {rule: raw.random.ARN}}", "RULE_NAME", "raw.random.ARN (did you mean ARM?)"),
        ("{simulate: {same_as: randon.ARM}}", "RULE_NAME", "there is no form randon (did you mean random?)"),
        ("{simulate: {same_as: random.ARN}}", "RULE_NAME", "raw.random.ARN (did you mean ARM?)"),
        ("{simulate: {rule: 1 < 2}}", "RULE_TYPE", "a value is wanted"),
        ("{simulate: {rule: raw.random.}}", "RULE_SYNTAX", ""),
        ("{simulate: {pattern: '{nummer}'}}", "RULE_NAME", "{nummer} is none of {site}"),
        ("{formats: YYYY-MM-DD, simulate: {mean: 3}}", "", ""),  # a date of its own: days from START to END
        ("{formats: YYYY-MM-DD, simulate: {after: random.ARM, low: 1, high: 2}}", "RULE_TYPE", "random.ARM is no date"),
        ("{formats: YYYY-MM-DD, simulate: {sequence: form}}", "RULE_TYPE", "a date is wanted"),
        ("{formats: YYYY-MM-DD, simulate: {low: '\"2024\"', high: 2024-02-31}}", "RULE_TYPE", "a day such as"),
        ("{type: number, simulate: {mean: raw.random.ARM, sd: 1}}", "RULE_TYPE", "a number is wanted"),
        ("{when: X2 == 1}", "RULE_NAME", "X2"),
    ],
)
def test_a_hint_that_cannot_be_followed(simulated: Simulate, keys: str, code: str, words: str) -> None:
    made = simulated(subjects=3, x=column(keys))
    if not code:
        assert not list(made.findings)
        return
    finding = next(iter(made.findings))
    assert (finding.code, finding.place.file, finding.place.line) == (code, "specs/raw/x.yaml", 7), str(finding)
    assert words in finding.message
    assert made.frames["x"]["X"].isna().all()
