"""The pilot study: where its specs and extracts are, and its datasets."""

from __future__ import annotations

import pandas as pd
from tests import whole
from tests.whole import EXTRACTS
from tests.whole import PILOT as STUDY

from crf2tlf.build import BuildResult

__all__ = ["EXTRACTS", "STUDY", "built_pilot", "written"]


def built_pilot() -> BuildResult:
    """Return the pilot study's datasets; skip the test where its extracts are not at hand."""
    return whole.pilot().build


def written(build: BuildResult, name: str) -> pd.DataFrame:
    """Return a dataset with the variables that are written to its file."""
    dataset = build.datasets[name]
    return dataset.frame[[variable.name for variable in dataset.variables]]
