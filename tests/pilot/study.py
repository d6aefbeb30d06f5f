"""The pilot study: where its specs and extracts are, and its datasets, built once for all tests."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from crf2tlf.build import BuildResult, build_study

STUDY = Path(__file__).parents[1] / "studies" / "pilot"
EXTRACTS = os.environ.get("CRF2TLF_PILOT", "")


@cache
def built_pilot() -> BuildResult:
    """Build the pilot study's datasets in memory; skip the test where its extracts are not at hand."""
    if not EXTRACTS:
        pytest.skip("CRF2TLF_PILOT is not set: it names the folder with the pilot study's extracts")
    build = build_study(STUDY, raw=Path(EXTRACTS))
    assert build is not None
    return build


def written(build: BuildResult, name: str) -> pd.DataFrame:
    """Return a dataset with the variables that are written to its file."""
    dataset = build.datasets[name]
    return dataset.frame[[variable.name for variable in dataset.variables]]
