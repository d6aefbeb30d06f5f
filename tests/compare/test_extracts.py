"""A new extract against the last one: one drift a line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from crf2tlf.compare.extracts import Drift, Extract, compare_extracts, read_extract
from crf2tlf.findings import Findings
from crf2tlf.spec import Study, load_study

STUDY = "study: T\ntitle: T\nusubjid: SUBJECT\nrelease_timestamp: 2026-01-01T00:00:00\n"
DEMOG = """\
form: demog
file: demog.csv
subject: SUBJ
repeats: once
columns:
  SUBJ: Subject
  SITEID: Site
  SEX: {label: Sex, codes: {M: Male, F: Female}}
  AGE: {label: Age, type: integer}
  BORN: {label: Born, formats: [YYYY-MM-DD, DD-MON-YYYY]}
  ORIGIN: Country
"""
VS = """\
form: vs
file: vs.csv
subject: SUBJ
repeats: visit
visits: {column: VISIT, schedule: [WEEK 1, WEEK 2]}
columns:
  SUBJ: Subject
  VISIT: Visit
  PULSE: {label: Pulse, from: "Pulse rate", type: integer}
"""
PEOPLE = [
    ["SUBJ", "SITEID", "SEX", "AGE", "BORN", "ORIGIN"],
    *[
        [str(n), "01" if n < 7 else "02", "F", str(50 + n), "1970-01-05", "JPN" if n % 2 else "DEU"]
        for n in range(1, 11)
    ],
]
PULSES = [["SUBJ", "VISIT", "Pulse rate"], *[[str(n), f"WEEK {v}", str(60 + n)] for n in range(1, 11) for v in (1, 2)]]

Rows = list[list[str]]


@pytest.fixture
def study(tmp_path: Path) -> Study:
    folder = tmp_path / "specs" / "raw"
    folder.mkdir(parents=True)
    (tmp_path / "specs" / "study.yaml").write_text(STUDY, encoding="utf-8")
    (folder / "demog.yaml").write_text(DEMOG, encoding="utf-8")
    (folder / "vs.yaml").write_text(VS, encoding="utf-8")
    loaded = load_study(tmp_path, None, Findings())
    assert loaded is not None
    return loaded


def extract(study: Study, folder: Path, people: Rows | None, pulses: Rows | None, **more: str) -> Extract:
    folder.mkdir()
    files = {"demog.csv": people, "vs.csv": pulses}
    for name, rows in files.items():
        if rows is not None:
            (folder / name).write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    for name, text in more.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return read_extract(study, folder, Findings())


def changed(rows: Rows, column: str, *values: str) -> Rows:
    """The rows with the first values of a column replaced."""
    at = rows[0].index(column)
    return [[*r[:at], values[n - 1], *r[at + 1 :]] if 0 < n <= len(values) else r for n, r in enumerate(rows)]


def headed(rows: Rows, old: str, new: str) -> Rows:
    return [[new if cell == old else cell for cell in rows[0]], *rows[1:]]


@pytest.mark.parametrize(
    ("people", "pulses", "expected"),
    [
        (PEOPLE, PULSES, []),
        (PEOPLE, None, [Drift("lost file", "vs", "vs.csv", "there", "missing", True)]),
        (
            [[*row, "x"] if n else [*row, "NEW"] for n, row in enumerate(PEOPLE)],
            PULSES,
            [Drift("new column", "demog", "NEW", "missing", "there", True)],
        ),
        (
            headed(PEOPLE, "ORIGIN", "COUNTRY"),
            PULSES,
            [
                Drift("lost column", "demog", "ORIGIN", "there", "perhaps renamed to COUNTRY", True),
                Drift("new column", "demog", "COUNTRY", "missing", "there", True),
            ],
        ),
        (
            PEOPLE,
            headed(changed(PULSES, "Pulse rate", *["1"] * 20), "Pulse rate", "Pulse rates"),
            [
                Drift("lost column", "vs", "Pulse rate", "there", "perhaps renamed to Pulse rates", True),
                Drift("new column", "vs", "Pulse rates", "missing", "there", True),
            ],
        ),
        (
            changed(PEOPLE, "SEX", "M", "U"),
            PULSES,
            [
                Drift("values changed", "demog", "SEX", "10", "2 changed, first F → M"),
                Drift("new code", "demog", "SEX", "not in the spec", "U", True),
                Drift("code seen first", "demog", "SEX", "in the spec", "M"),
            ],
        ),
        (
            changed(PEOPLE, "AGE", "51", "5o", "99"),
            PULSES,
            [
                Drift("values changed", "demog", "AGE", "10", "2 changed, first 52 → 5o"),
                Drift("type", "demog", "AGE", "numbers", "texts: 5o"),
                Drift("range", "demog", "AGE", "51 to 60", "1 outside, 51 to 99"),
            ],
        ),
        (
            changed(PEOPLE, "BORN", "05-JAN-1970", "01/05/70"),
            PULSES,
            [
                Drift("values changed", "demog", "BORN", "10", "2 changed, first 1970-01-05 → 05-JAN-1970"),
                Drift("date format", "demog", "BORN", "0 as DD-MON-YYYY", "1 as DD-MON-YYYY"),
                Drift("date format", "demog", "BORN", "YYYY-MM-DD or DD-MON-YYYY", "01/05/70", True),
            ],
        ),
        (
            changed(PEOPLE, "ORIGIN", "USA"),
            PULSES,
            [
                Drift("values changed", "demog", "ORIGIN", "10", "1 changed, first JPN → USA"),
                Drift("new value", "demog", "ORIGIN", "2 values", "USA"),
            ],
        ),
        (
            changed(PEOPLE, "ORIGIN", *[""] * 6),
            PULSES,
            [
                Drift("values changed", "demog", "ORIGIN", "10", "6 changed, first JPN → blank"),
                Drift("blanks", "demog", "ORIGIN", "0 %", "60 %"),
            ],
        ),
        (
            PEOPLE[:-1],
            PULSES,  # subject 10 is still on the other form
            [
                Drift("records", "demog", "", "10", "9"),
                Drift("records", "demog", "site 02", "4", "3"),
                Drift("records removed", "demog", "", "10", "1 removed: 10"),
                Drift("records", "vs", "site 02", "8", "6"),
            ],
        ),
        (
            [*PEOPLE, ["11", "03", "F", "55", "1970-01-05", "DEU"]],
            [*PULSES, ["11", "WEEK 3", "64"]],
            [
                Drift("subjects added", "", "", "10", "11: 11"),
                Drift("records", "demog", "", "10", "11"),
                Drift("records", "demog", "site 03", "0", "1"),
                Drift("records", "vs", "", "20", "21"),
                Drift("records", "vs", "visit VISIT WEEK 3", "0", "1"),
                Drift("records", "vs", "site 03", "0", "1"),
                Drift("new visit", "vs", "VISIT", "not scheduled", "WEEK 3", True),
            ],
        ),
    ],
)
def test_drift(study: Study, tmp_path: Path, people: Rows, pulses: Rows | None, expected: list[Drift]) -> None:
    old = extract(study, tmp_path / "old", PEOPLE, PULSES)
    new = extract(study, tmp_path / "new", people, pulses)
    assert list(compare_extracts(study, old, new)) == expected


def test_files_that_no_spec_names(study: Study, tmp_path: Path) -> None:
    old = extract(study, tmp_path / "old", PEOPLE, None)
    new = extract(study, tmp_path / "new", PEOPLE, PULSES, ecg="SUBJ\n1\n")
    assert list(compare_extracts(study, old, new)) == [
        Drift("new file", "", "ecg.csv", "missing", "there", True),
        Drift("new file", "vs", "vs.csv", "missing", "there"),
        Drift("records", "vs", "", "0", "20"),
    ]


def test_records_that_share_their_keys(study: Study, tmp_path: Path) -> None:
    twice = [*PEOPLE, [*PEOPLE[-1][:3], "70", *PEOPLE[-1][4:]]]
    old, new = (extract(study, tmp_path / name, twice, PULSES) for name in ("old", "new"))
    assert list(compare_extracts(study, old, new)) == [
        Drift("keys", "demog", "SUBJ", "", "records share these keys; the first is compared")
    ]


def test_a_study_folder_stands_for_its_raw_folder(study: Study, tmp_path: Path) -> None:
    findings = Findings()
    shutil.copytree(study.root / "specs", tmp_path / "old" / "specs")
    extract(study, tmp_path / "old" / "raw", PEOPLE, PULSES)
    found = read_extract(study, tmp_path / "old", findings)
    assert [str(finding) for finding in findings] == []
    assert "demog.csv" in found.files
