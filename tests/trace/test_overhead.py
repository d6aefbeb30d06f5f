"""What tracing costs: seconds of the processor on top of a build's, and memory that grows linearly with the data."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benchmarks.replicate import replicate
from tests.trace.rebuilt import ROOT

from crf2tlf.build import build_datasets
from crf2tlf.build.readings import Readings
from crf2tlf.findings import Findings
from crf2tlf.rules.reading import Reading
from crf2tlf.spec import Study, load_study

pytestmark = pytest.mark.slow


def _replicated(subjects: int, folder: Path) -> Study:
    study = load_study(ROOT, None, Findings())
    assert study is not None
    folder.mkdir()
    return replace(study, raw=replicate(study, subjects, folder))


def _seconds(study: Study, readings: Readings | None) -> float:
    start = time.process_time()
    build_datasets(study, Findings(study.spec.severity), readings=readings)
    return time.process_time() - start


def _all(readings: Readings) -> Iterable[Reading]:
    for kept in (*readings.variables.values(), *readings.rows.values()):
        yield from kept


def size(readings: Readings) -> int:
    """Return how many bytes readings hold; arrays that several share count once."""
    arrays = {
        id(array): array.nbytes
        for reading in _all(readings)
        for array in (reading.left, reading.left_group, reading.right, reading.right_group)
        if isinstance(array, np.ndarray)
    }
    return sum(arrays.values())


def test_time_on_top_of_a_build(tmp_path: Path) -> None:
    """At most 30 % by design (see benchmarks); here there is room for the noise of a busy machine."""
    study = _replicated(900, tmp_path / "raw")
    plain, tracing = [], []
    for _ in range(3):
        plain.append(_seconds(study, None))
        tracing.append(_seconds(study, Readings()))
    assert min(tracing) < 1.45 * min(plain), (plain, tracing)


def test_memory_grows_linearly(tmp_path: Path) -> None:
    sizes = []
    for subjects in (90, 360):
        readings = Readings()
        _seconds(_replicated(subjects, tmp_path / str(subjects)), readings)
        sizes.append(size(readings))
    assert sizes[1] < 4.4 * sizes[0], sizes
