"""The comparison of built and expected datasets counts what differs, and nothing else."""

from pathlib import Path

import pandas as pd

from .comparison import ONLY_BUILT, ONLY_EXPECTED, count_differences, read_expected

# fmt: off
BUILT = pd.DataFrame(
    [
        ("01", 1.0, "064", "F"),
        ("02", 2.0, "70",  None),   # missing in both is the same
        ("02", 2.0, "71",  "F"),    # not told apart by the key: paired as they stand
        ("03", 3.0, "72",  "F"),    # SEX differs
        ("04", 4.0, "73",  "F"),    # only built
    ],
    columns=["USUBJID", "AGE", "WEIGHT", "SEX"],
)
EXPECTED = """\
USUBJID,AGE,WEIGHT,SEX,RACE
01,1.0,064,F,
02,2,70,,
02,2,71.0,F,
03,,72,M,WHITE
05,5,74,F,
"""
# fmt: on


def test_differences_are_counted_by_variable(tmp_path: Path) -> None:
    (tmp_path / "dm.csv").write_text(EXPECTED)
    expected = read_expected(tmp_path / "dm.csv", BUILT)
    assert count_differences(BUILT, expected, ["USUBJID"]) == {
        ONLY_BUILT: 1,
        ONLY_EXPECTED: 1,
        "AGE": 1,
        "WEIGHT": 1,  # 71 and 71.0 are different texts
        "SEX": 1,
        "RACE": 1,
    }


def test_a_dataset_equals_itself() -> None:
    assert count_differences(BUILT, BUILT.copy(), ["USUBJID"]) == {}
