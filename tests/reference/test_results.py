"""The reference trial's results: the publication, and the records behind every number."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from crf2tlf import workflow
from crf2tlf.analysis.reconcile import ReconciliationRow
from crf2tlf.analysis.results import Cell, Result, Results, Table
from crf2tlf.build import BuildResult

pytestmark = pytest.mark.slow


@pytest.fixture
def results(reference: workflow.Outcome) -> Results:
    assert reference.results is not None
    return reference.results


@pytest.fixture
def build(reference: workflow.Outcome) -> BuildResult:
    return reference.build


@pytest.fixture
def reconciled(reference: workflow.Outcome) -> tuple[ReconciliationRow, ...]:
    return reference.reconciliation


def test_nothing_is_wrong_with_the_outputs(reference: workflow.Outcome) -> None:
    places = ("specs/tlf", "specs/analysis.yaml", "specs/reconciliation.yaml", "specs/published.csv")
    assert [str(finding) for finding in reference.findings if finding.place.file.startswith(places)] == []


def cells(results: Results) -> Iterator[Cell]:
    """The cells of tables' columns (not their stubs), and the numbers that figures and notes state."""
    for output in results.outputs:
        yield from output.cells
        if output.kind == "table" and output.id != "reconciliation" and isinstance(output.body, Table):
            yield from (cell for row in output.body.rows for cell in row.cells[1:])


def test_every_published_number_agrees(reconciled: tuple[ReconciliationRow, ...]) -> None:
    assert len(reconciled) == 90
    assert [row.label for row in reconciled if not row.agrees] == []
    assert 0 < sum(bool(row.note) for row in reconciled) <= 3


def test_each_published_number_has_a_cell_of_its_own(reconciled: tuple[ReconciliationRow, ...]) -> None:
    assert len({row.cell for row in reconciled}) == len(reconciled)


def test_every_cell_with_a_number_has_results_with_record_sets(results: Results) -> None:
    by_id = {result.id: result for result in results.results}
    shown = [cell for cell in cells(results) if re.search(r"\d", cell.text)]
    assert len(shown) > 100
    for cell in shown:
        assert cell.id, cell
        assert cell.results, cell
        for name in cell.results:
            assert by_id[name].numerator in results.record_sets, name
            assert by_id[name].denominator in results.record_sets, name


def test_every_listed_record_names_itself(build: BuildResult, results: Results) -> None:
    for output in results.outputs:
        if output.kind == "listing":
            assert isinstance(output.body, Table)
            assert output.body.dataset in build.datasets
            assert all(len(row.record) == len(output.body.keys) for row in output.body.rows)


def test_records_behind_numbers_are_records_of_the_datasets(build: BuildResult, results: Results) -> None:
    known = {}
    for records in results.record_sets.values():
        if records.dataset == "study":
            assert all(name.startswith("study.") for name, _ in records.records)
            continue
        if records.dataset not in known:
            frame = build.datasets[records.dataset].frame[list(records.keys)]
            texts = [
                column.dt.strftime("%Y-%m-%d") if column.dtype.kind == "M" else column for _, column in frame.items()
            ]
            rows = zip(*[column.astype(object).where(column.notna(), "") for column in texts], strict=True)
            known[records.dataset] = set(rows)
        assert set(records.records) <= known[records.dataset], records.dataset
        assert len(set(records.records)) == len(records.records)


def test_equal_sets_of_records_are_kept_once(results: Results) -> None:
    sets = [(s.dataset, s.records) for s in results.record_sets.values()]
    assert len(set(sets)) == len(sets)
    used = {name for r in results.results for name in (r.numerator, r.denominator)}
    assert used == set(results.record_sets)


def test_counts_are_the_subjects_behind_them(results: Results) -> None:
    counts = [r for r in results.results if r.statistic == "n" and r.output.startswith("table") and "/" not in r.text]
    checked = 0
    for result in counts:
        records = results.record_sets[result.numerator or ""]
        if "USUBJID" in records.keys:
            at = records.keys.index("USUBJID")
            subjects = {record[at] for record in records.records}
            if isinstance(result.value, float) and not _is_of_values(result, results):
                assert result.value == len(subjects), result.id
                checked += 1
    assert checked > 60


def _is_of_values(result: Result, results: Results) -> bool:
    """Whether the n is that of a summary, which counts values, not subjects."""
    prefix = result.id.rpartition("/")[0]
    return any(other.id == f"{prefix}/median" for other in results.results)


def test_percentages_follow_from_counts(results: Results) -> None:
    by_id = {result.id: result for result in results.results}
    for result in results.results:
        if result.statistic == "pct" and result.value is not None:
            n, size = (by_id[f"{result.id.rpartition('/')[0]}/{name}"].value for name in ("n", "N"))
            assert isinstance(n, float)
            assert isinstance(size, float)
            assert result.value == pytest.approx(100 * n / size, rel=1e-11)


def test_the_plotted_medians_are_the_tabulated_ones(results: Results) -> None:
    by_id = {result.id: result for result in results.results}
    assert by_id["figure-2a/curve/median"].value == by_id["figure-2a/pfs/median"].value
    assert by_id["figure-2b/curve/median"].value == by_id["figure-2b/os/median"].value


def test_every_output_says_that_its_data_are_synthetic(build: BuildResult, results: Results) -> None:
    for output in results.outputs:
        assert output.footnotes[-1:] == build.study.spec.footnotes[-1:], output.id
