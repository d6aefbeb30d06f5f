"""Pieces of tables: columns as grids load them, what a column is, and raw records with the places where they went."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crf2tlf import workflow
from crf2tlf.findings import Findings
from crf2tlf.review.records import Coded, ReviewTable, coded, review_tables, subject_index
from crf2tlf.review.rules import rules_of
from crf2tlf.review.tables import packed, study_piece
from tests.conftest import BuildStudy, WriteStudy, form
from tests.review.sites import ROOT, TWO_ARM

SPECS = {
    "specs/raw/f.yaml": """\
        form: f
        label: A form
        file: f.csv
        subject: SUBJ
        duplicates: {by: [SUBJ, DAY, N]}
        leave_out: [{where: NOTE == "test", reason: A test record}]
        columns:
          SUBJ: Subject
          DAY: {label: Day, formats: [DD-MON-YYYY]}
          N: {label: Number, type: number}
          SEX: {label: Sex, codes: {1: Male, 2: Female}}
          NOTE: Note
        """,
    "raw/f.csv": """\
        SUBJ,DAY,N,SEX,NOTE
        2,02-JAN-2020,10,1,<script>alert(1)</script>
        1,03-FEB-2019,9,2,
        1,03-FEB-2019,9,2,again
        1,01-JAN-2020,,2,test
        """,
    "specs/sdtm/dm.yaml": """\
        dataset: DM
        keys: [USUBJID]
        rows: [{from: raw.f, group: USUBJID}]
        variables: {USUBJID: USUBJID}
        """,
    "specs/adam/ax.yaml": """\
        dataset: AX
        keys: [USUBJID, DT]
        rows: [{from: raw.f}]
        variables:
          USUBJID: USUBJID
          DT: {rule: date(iso8601(DAY)), label: Day}
          AVAL: {rule: number(N), label: Number}
          HALF: {rule: number(N) / 4, label: Half}
        """,
}


def tables(build_small: BuildStudy) -> dict[str, ReviewTable]:
    built = build_small(SPECS)
    assert built.build is not None
    assert built.codes == []
    return review_tables(built.build, subject_index(built.build))


def unpacked(piece: dict[str, Any]) -> list[Any]:
    """What review.js makes of a stored column: little-endian codes, the largest is missing."""
    kind = {1: "<u1", 2: "<u2", 4: "<u4"}[piece["width"]]
    codes = np.frombuffer(base64.b64decode(piece["codes"]), dtype=kind)
    missing = np.iinfo(codes.dtype).max
    return [None if code == missing else piece["values"][code] for code in codes.tolist()]


def values(column: Coded) -> list[Any]:
    return [None if code < 0 else column.values[code] for code in column.codes]


def test_raw_tables_have_the_records_that_were_left_out(build_small: BuildStudy) -> None:
    raw = tables(build_small)["raw.f"]
    assert raw.fates is not None
    assert list(zip(raw.numbers.tolist(), values(raw.fates), strict=True)) == [
        (2, "mapped to AX, DM"),
        (3, "mapped to AX, DM"),
        (4, "left out: entered twice (same SUBJ, DAY, N); the first is kept"),
        (5, "left out: A test record"),
    ]
    assert raw.subjects.tolist() == [1, 0, 0, 0]  # TST-1 is the first subject of DM
    assert values(raw.columns["NOTE"]) == ["<script>alert(1)</script>", None, "again", "test"]


def test_raw_cells_are_collected_texts_in_the_order_of_what_they_mean(build_small: BuildStudy) -> None:
    raw = tables(build_small)["raw.f"]
    assert raw.columns["N"].values == ["9", "10"]
    assert raw.columns["DAY"].values == ["03-FEB-2019", "01-JAN-2020", "02-JAN-2020"]
    assert values(raw.columns["N"]) == ["10", "9", "9", None]


def test_values_of_datasets(build_small: BuildStudy) -> None:
    ax = tables(build_small)["AX"]
    assert values(ax.columns["DT"]) == ["2019-02-03", "2020-01-02"]
    assert values(ax.columns["AVAL"]) == [9, 10]
    assert [type(value) for value in ax.columns["AVAL"].values] == [int, int]
    assert values(ax.columns["HALF"]) == [2.25, 2.5]


@pytest.mark.parametrize(
    ("size", "width"),
    [
        (0, 1),
        (255, 1),  # code 255 is missing
        (256, 2),
        (65535, 2),
        (65536, 4),
    ],
)
def test_codes_are_as_wide_as_they_must_be(size: int, width: int) -> None:
    given = pd.Series([None, *range(size), None], dtype="float64")
    stored = packed(coded(given))
    assert stored["width"] == width
    assert unpacked(stored) == [None, *range(size), None]


def test_numbers_that_json_cannot_hold_are_texts() -> None:
    assert coded(pd.Series([float("inf"), 1.0])).values == [1, "inf"]


def test_what_a_column_is(study_folder: WriteStudy) -> None:
    outcome = workflow.compute(study_folder(SPECS), None, "tlf", lambda _: None, Findings())
    assert outcome.results is not None
    found = review_tables(outcome.build, subject_index(outcome.build))
    piece = study_piece(outcome.build, outcome.submissions, outcome.results, found, rules_of(outcome.build), {})
    described = {table["name"]: table for table in piece["tables"]}
    assert [described[name]["kind"] for name in ("raw.f", "DM", "AX")] == ["raw", "sdtm", "adam"]
    assert described["raw.f"]["size"] == 4
    columns = {c["name"]: c for c in described["AX"]["columns"]}
    half = columns["HALF"]
    assert (half["type"], half["origin"], half["rules"]) == (
        "number",
        "Derived",
        [["raw.f", "number(N) / 4", "specs/adam/ax.yaml:8"]],
    )
    assert half["uses"] == ["raw.f.N"]
    assert columns["DT"]["type"] == "date"
    sex = next(c for c in described["raw.f"]["columns"] if c["name"] == "SEX")
    assert piece["codelists"][sex["codelist"]]["terms"] == [["1", "Male"], ["2", "Female"]]


def test_a_subject_that_only_a_form_has_comes_last(build_small: BuildStudy) -> None:
    files = {**SPECS, **form("g", "SUBJ X"), "raw/g.csv": "SUBJ,X\n0,a\n", "specs/adam/ay.yaml": AY}
    built = build_small(files)
    assert built.build is not None
    assert subject_index(built.build).tolist() == ["TST-1", "TST-2", "TST-0"]


AY = """\
    dataset: AY
    keys: [USUBJID]
    rows: [{from: raw.g}]
    variables: {USUBJID: USUBJID, X: {rule: X, label: X}}
    """


@pytest.mark.slow
@pytest.mark.parametrize("study", [ROOT, TWO_ARM], ids=["reference", "two-arm"])
def test_stored_columns_are_the_datasets(study: Path) -> None:
    build = workflow.compute(study, None, "adam", lambda _: None, Findings()).build
    found = review_tables(build, subject_index(build))
    for name, dataset in build.datasets.items():
        for variable, column in found[name].columns.items():
            frame = dataset.frame[variable]
            there = frame.notna().to_numpy()
            stored = unpacked(packed(column))
            assert [value is not None for value in stored] == there.tolist()
            kept = frame[there]
            texts = kept.dt.strftime("%Y-%m-%d") if kept.dtype.kind == "M" else kept
            assert [value for value in stored if value is not None] == texts.tolist(), f"{name}.{variable}"
    for form_ in build.study.forms:
        entries = [entry for entry in build.ledger if entry.form == form_]
        assert found[f"raw.{form_}"].size == sum(entry.count for entry in entries)
