"""Shards: every record is in exactly one, with its sources, what its rules read, and the sets that it is in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crf2tlf import workflow
from crf2tlf.analysis.collect import key_values
from crf2tlf.build import written_datasets
from crf2tlf.build.lineage import lineage
from crf2tlf.findings import Finding, Findings, Place
from crf2tlf.review.model import Review
from crf2tlf.review.records import review_tables, subject_index
from crf2tlf.review.rules import rules_of
from crf2tlf.review.sets import cells_of_sets
from crf2tlf.review.shards import NOBODY, Shards, readings_of, relations_of
from crf2tlf.review.subjects import findings_of_subjects, subjects_piece
from crf2tlf.trace import Tracing
from tests.conftest import WriteStudy, form
from tests.review.sites import ROOT, TWO_ARM

SMALL = {
    **form("dm", "SUBJ AGE"),
    "raw/dm.csv": "SUBJ,AGE\n2,70\n1,60\n",
    **form("f", "SUBJ N"),
    "raw/f.csv": "SUBJ,N\n1,5\n2,3\n2,4\n,9\n",
    "specs/sdtm/dm.yaml": """\
        dataset: DM
        keys: [USUBJID]
        rows: [{from: raw.dm}]
        variables: {USUBJID: USUBJID, AGE: number(AGE)}
        """,
    "specs/adam/ax.yaml": """\
        dataset: AX
        keys: [USUBJID, N]
        rows: [{from: raw.f}]
        variables:
          USUBJID: USUBJID
          N: {rule: number(N), label: N}
          AGE: {rule: DM.AGE, label: Age}
        """,
    "specs/adam/ay.yaml": """\
        dataset: AY
        keys: [USUBJID]
        rows: [{from: AX, where: USUBJID is not None, group: USUBJID}]
        variables: {USUBJID: USUBJID, N: {rule: sum(source.N), label: N}}
        """,
}


def reviewed(study: Path) -> Review:
    findings = Findings()
    outcome = workflow.compute(study, None, "tlf", lambda _: None, findings, tracing=True)
    assert outcome.results is not None
    tracing = Tracing(outcome.build, outcome.results)
    rows = outcome.reconciliation
    return Review(outcome.build, outcome.submissions, outcome.results, rows, None, findings, tracing)


def shards_of(review: Review) -> Shards:
    subjects = subject_index(review.build)
    tables = review_tables(review.build, subjects)
    return Shards(tables, relations_of(review, tables, rules_of(review.build), readings_of(review)), subjects.tolist())


def every_shard(shards: Shards) -> Iterator[tuple[int, dict[str, Any]]]:
    for subject in range(NOBODY, len(shards.subjects)):
        yield subject, shards.of(subject)


def test_a_subject_has_its_records_with_their_ways(study_folder: WriteStudy) -> None:
    shards = shards_of(reviewed(study_folder(SMALL)))
    second = shards.of(1)
    assert second["subject"] == "TST-2"
    assert second["tables"]["raw.f"]["numbers"] == [3, 4]
    assert second["tables"]["raw.f"]["rows"] == [["2", "3"], ["2", "4"]]
    assert second["tables"]["raw.f"]["fates"] == ["mapped to AX", "mapped to AX"]
    ax = second["tables"]["AX"]
    assert (ax["numbers"], ax["rows"]) == ([3, 4], [["TST-2", 3, 70], ["TST-2", 4, 70]])
    assert ax["sources"] == [[("raw.f", 3)], [("raw.f", 4)]]
    assert ax["reads"] == {"AGE": [[("DM", 2)], [("DM", 2)]]}
    assert second["tables"]["AY"]["sources"] == [[("AX", 3), ("AX", 4)]]
    assert second["tables"]["DM"]["sources"] == [[("raw.dm", 2)]]


def test_records_without_a_subject_are_shared(study_folder: WriteStudy) -> None:
    nobody = shards_of(reviewed(study_folder(SMALL))).of(NOBODY)
    assert nobody["subject"] is None
    assert nobody["tables"]["raw.f"] == {"numbers": [5], "rows": [[None, "9"]], "fates": ["mapped to AX"]}
    assert nobody["tables"]["AX"]["sources"] == [[("raw.f", 5)]]


def test_findings_are_counted_by_the_subjects_of_their_raw_lines(study_folder: WriteStudy) -> None:
    build = reviewed(study_folder(SMALL)).build
    tables = review_tables(build, subject_index(build))
    findings = [
        Finding("RAW_RANGE", Place("raw/f.csv", 2), "of the first subject"),
        Finding("RAW_RANGE", Place("raw/f.csv", 3), "of both", records=(Place("raw/f.csv", 4), Place("raw/dm.csv", 3))),
        Finding("RAW_RANGE", Place("raw/f.csv", 5), "of nobody"),
        Finding("RAW_RANGE", Place("raw/f.csv"), "of the file"),
        Finding("SPEC_MODEL", Place("specs/raw/f.yaml", 2), "of a spec"),
    ]
    assert findings_of_subjects(tables, findings, 2).tolist() == [2, 1]


@pytest.mark.slow
@pytest.mark.parametrize("study", [ROOT, TWO_ARM], ids=["reference", "two-arm"])
def test_whole_studies(study: Path) -> None:
    review = reviewed(study)
    build, shards = review.build, shards_of(review)
    found: dict[str, dict[int, tuple[int, list[Any], list[Any], list[int]]]] = defaultdict(dict)
    for subject, shard in every_shard(shards):
        for name, held in shard["tables"].items():
            empty: list[list[Any]] = [[] for _ in held["numbers"]]
            parts = zip(
                held["numbers"],
                held["rows"],
                held.get("sources", empty),
                held.get("sets", empty),
                strict=True,
            )
            for number, row, sources, sets in parts:
                assert number not in found[name], f"{name} {number} is in two shards"
                found[name][number] = (subject, row, sources, sets)
    _has_every_record(review, found)
    _has_the_written_lineage(review, found)
    _has_the_sets(review, found)
    assert len(
        subjects_piece(review_tables(build, subject_index(build)), subject_index(build), review.findings)["rows"]
    )


Found = dict[str, dict[int, tuple[int, list[Any], list[Any], list[int]]]]


def _has_every_record(review: Review, found: Found) -> None:
    subjects = subject_index(review.build).tolist()
    for name, dataset in review.build.datasets.items():
        assert sorted(found[name]) == list(range(1, dataset.size + 1))
        if "USUBJID" in dataset.frame:
            of = [subjects[found[name][n][0]] if found[name][n][0] >= 0 else None for n in sorted(found[name])]
            assert of == [value if isinstance(value, str) else None for value in dataset.frame["USUBJID"]]
    for entry in review.build.ledger:
        assert set(entry.lines) <= set(found[f"raw.{entry.form}"])


def _has_the_written_lineage(review: Review, found: Found) -> None:
    build = review.build
    datasets = [*written_datasets(build, sdtm=True), *written_datasets(build, sdtm=False)]
    for name, known in lineage(build, datasets).items():
        for at in range(build.datasets[name].size):
            wanted = {
                (table, source)
                for table, link in known["records"].items()
                for source in link["sources"][link["offsets"][at] : link["offsets"][at + 1]]
            }
            assert {tuple(source) for source in found[name][at + 1][2]} == wanted, f"{name} {at + 1}"


def _has_the_sets(review: Review, found: Found) -> None:
    """The records of a set, found through the shards, have the keys that the results give."""
    members: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for name, shown in found.items():
        for number, (_, _, _, sets) in shown.items():
            for set_ in sets:
                members[set_].append((name, number))
    for number, records in enumerate(review.results.record_sets.values()):
        if records.dataset == "study":
            assert number not in members
            continue
        frame = review.build.datasets[records.dataset].frame
        keys = list(zip(*(key_values(frame[key]) for key in records.keys), strict=True))
        assert {name for name, _ in members[number]} <= {records.dataset}
        assert sorted(keys[n - 1] for _, n in members[number]) == sorted(records.records)
    assert len(cells_of_sets(review.results)) == len(review.results.record_sets)


@pytest.mark.slow
def test_cells_of_sets_name_outputs_and_cells() -> None:
    review = reviewed(ROOT)
    outputs = {output.id for output in review.results.outputs}
    shown = [entry for cells in cells_of_sets(review.results) for entry in cells]
    assert {output for output, _, _ in shown} <= outputs
    assert all(cell is None or cell.startswith(f"{output}/") for output, cell, _ in shown)
