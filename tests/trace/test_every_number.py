"""Every number of the reference trial: its sets end at raw lines or constants, and the ends give the number.

All 665 results are recomputed from the records in their sets. Rebuilding the study from nothing but the raw cells that
a chain names takes seconds, so in every run it is done for each output, and for some results by themselves;
``CRF2TLF_ALL_CHAINS=1`` does it for all results, once for each distinct set of raw cells.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from tests.trace import recomputed
from tests.trace.rebuilt import ROOT, Cells, RawFolder, rebuilt, traced

from crf2tlf.analysis.results import Result
from crf2tlf.trace.chain import Chains
from crf2tlf.trace.model import RecordsBehind, Statistic

pytestmark = pytest.mark.slow

CHOSEN = 6
"""How many results by themselves are rebuilt in every run."""


REFUSED = ("table-3/response/",)
"""Rows by category: where other subjects are without their lines, one of them is in no category that a row counts, and
the whole table is refused. The lines of all rows together give its numbers."""


@pytest.fixture(scope="module")
def chains() -> Chains:
    """The chains of the reference trial."""
    return Chains(traced(ROOT))


@cache
def _two_stage(analysis: str, constants: tuple[tuple[str, float], ...]) -> dict[str, float]:
    return recomputed.design(analysis, dict(constants))


def _statistics(chains: Chains) -> list[tuple[Result, Statistic]]:
    return [(result, chains.statistic(result)) for result in chains.tracing.results.results]


def _behind(statistic: Statistic) -> list[RecordsBehind]:
    assert statistic.numerator is not None
    assert statistic.denominator is not None
    return [statistic.numerator, statistic.denominator]


def test_all_sets_end_at_raw_lines_or_constants(chains: Chains) -> None:
    found = _statistics(chains)
    assert len(found) == 665
    empty = 0
    for result, statistic in found:
        for behind in _behind(statistic):
            if behind.constants:
                assert all(constant.place.startswith("specs/study.yaml:") for constant in behind.constants), result.id
            elif behind.numbers:
                ends = [record for record in behind.chain if record.kind in ("raw", "design")]
                assert ends, result.id
                made = [record for record in behind.chain if record.kind in ("adam", "sdtm")]
                assert all(record.sources or record.table.startswith("study.") for record in made), result.id
                assert {record.subject for record in ends if record.kind == "raw"} >= set(behind.subjects), result.id
            else:
                empty += 1
                assert result.value in (0, None) or result.statistic in ("lower", "upper", "N"), result.id
    assert 0 < empty < 100


def _values(chains: Chains, result: Result) -> tuple[pd.DataFrame, pd.DataFrame]:
    frames = []
    for name in (result.numerator, result.denominator):
        dataset, positions = chains.tracing.set_positions(name)
        frames.append(chains.tracing.build.datasets[dataset].frame.iloc[positions])
    return frames[0], frames[1]


def _recomputed(chains: Chains, result: Result, siblings: set[str]) -> float | str | None:
    """Return a result's value by other code, from the values of the records in its sets."""
    if chains.tracing.sets.dataset(str(result.numerator)) == "study":
        constants = tuple((str(n), float(v)) for n, v in chains.tracing.sets.constants(str(result.numerator)))
        return _two_stage(result.analysis, constants)[result.statistic]
    numerator, denominator = _values(chains, result)
    name = result.statistic
    if result.analysis == "bar" or name.isdigit():
        return float(numerator["AVAL"].iloc[0])
    if result.analysis == "lane":
        return recomputed.place(name, result.group.split("/")[1], numerator.iloc[0])
    if result.analysis == "paired":
        return recomputed.paired(name, denominator)
    if result.analysis in ("pfs", "os", "curve"):
        return recomputed.survival(name, denominator)
    if result.analysis == "not-evaluable":
        return len(numerator)
    if result.analysis == "enrolment":
        days = denominator["ENRLDT"] if name == "n" else numerator["ENRLDT"]
        return int(days.notna().sum()) if name == "n" else f"{days.iloc[0]:%Y-%m-%d}"
    if result.analysis == "response-time":
        return int(denominator["AVAL"].notna().sum())
    if "pct" in siblings:
        return recomputed.share(name, numerator, denominator, 0.90 if result.analysis == "ci90" else 0.95)
    return recomputed.summary(name, denominator[result.variable])


def test_statistics_recomputed_from_the_records_in_their_sets(chains: Chains) -> None:
    results = chains.tracing.results.results
    siblings: dict[str, set[str]] = {}
    for result in results:
        siblings.setdefault(result.id.removesuffix(f"/{result.statistic}"), set()).add(result.statistic)
    wrong = []
    for result in results:
        value = _recomputed(chains, result, siblings[result.id.removesuffix(f"/{result.statistic}")])
        if value != result.value and value != pytest.approx(result.value, rel=1e-10, abs=1e-10):
            wrong.append(f"{result.id}: {result.value}, recomputed {value}")
    assert not wrong


# The ends of the chains give the numbers


def _cells(statistics: Iterable[Statistic]) -> Cells:
    """Return the raw cells that chains name: by form and line the columns."""
    found: dict[tuple[str, int], set[str]] = {}
    for statistic in statistics:
        for behind in _behind(statistic):
            for record in behind.chain:
                if record.kind == "raw":
                    names = {value.name for value in record.values}
                    found.setdefault((record.table.removeprefix("raw."), record.number), set()).update(names)
    return {key: frozenset(names) for key, names in found.items()}


def _wrong(chains: Chains, raw: Path, results: Iterable[Result]) -> list[str]:
    """Return the results that a build from other raw data gives otherwise."""
    now = {result.id: result for result in rebuilt(chains.tracing.build.study, raw).results.results}
    return [
        f"{result.id}: {result.value}, from its chain {now[result.id].value if result.id in now else 'nothing'}"
        for result in results
        if result.id not in now or (now[result.id].value, now[result.id].text) != (result.value, result.text)
    ]


@pytest.fixture(scope="module")
def folder(chains: Chains, tmp_path_factory: pytest.TempPathFactory) -> RawFolder:
    """The raw folder that chains are rebuilt from."""
    return RawFolder(chains.tracing.build.study, tmp_path_factory.mktemp("chains") / "raw")


def test_outputs_rebuilt_from_the_raw_cells_of_their_chains(chains: Chains, folder: RawFolder) -> None:
    wrong = []
    by_output: dict[str, list[tuple[Result, Statistic]]] = {}
    for result, statistic in _statistics(chains):
        by_output.setdefault(result.output, []).append((result, statistic))
    for found in by_output.values():
        cells = _cells((statistic for _, statistic in found))
        wrong += _wrong(chains, folder.with_cells(cells), [result for result, _ in found])
    assert not wrong


def test_results_rebuilt_from_the_raw_cells_of_their_chains(chains: Chains, folder: RawFolder) -> None:
    """A seeded choice of the distinct sets of raw cells, or all of them where CRF2TLF_ALL_CHAINS is set."""
    distinct: dict[frozenset[tuple[tuple[str, int], frozenset[str]]], list[Result]] = {}
    for result, statistic in _statistics(chains):
        distinct.setdefault(frozenset(_cells([statistic]).items()), []).append(result)
    chosen = list(distinct)
    if not os.environ.get("CRF2TLF_ALL_CHAINS"):
        chosen = random.Random(2026).sample(chosen, CHOSEN)
    wrong: list[str] = []
    for cells in chosen:
        found = _wrong(chains, folder.with_cells(dict(cells)), distinct[cells])
        wrong += [each for each in found if not (each.endswith("nothing") and each.startswith(REFUSED))]
    assert not wrong, f"{len(wrong)} results of {len(chosen)} of {len(distinct)} sets of raw cells"
