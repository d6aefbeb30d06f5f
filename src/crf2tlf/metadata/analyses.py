"""Analyses that outputs show: Analysis Results Metadata 1.0."""

from __future__ import annotations

from crf2tlf.build.result import BuildResult
from crf2tlf.metadata.model import AnalysisDisplay


def displays_of(_build: BuildResult) -> tuple[AnalysisDisplay, ...]:
    """Return the tables and figures of a study with their analyses."""
    return ()
