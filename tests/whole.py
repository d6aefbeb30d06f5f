"""Whole studies, each computed once in a process for all tests that look at what comes out of it.

A build of them takes seconds. Tests read what they get here and never change it.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from crf2tlf import workflow
from crf2tlf.findings import Findings

ROOT = Path(__file__).parents[1]
PILOT = Path(__file__).parent / "studies" / "pilot"
TWO_ARM = ROOT / "examples" / "two-arm"
EXTRACTS = os.environ.get("CRF2TLF_PILOT", "")
"""The folder with the pilot study's extracts, where they are at hand."""


def computed(root: Path, raw: Path | None = None) -> workflow.Outcome:
    """Compute a study up to its results; writes nothing."""
    return workflow.compute(root, raw, "tlf", lambda _: None, Findings())


@cache
def reference() -> workflow.Outcome:
    """The reference trial as it is committed."""
    return computed(ROOT)


@cache
def two_arm() -> workflow.Outcome:
    """The example with two arms."""
    return computed(TWO_ARM)


@cache
def pilot() -> workflow.Outcome:
    """The pilot study; skips the test where its extracts are not at hand."""
    if not EXTRACTS:
        pytest.skip("CRF2TLF_PILOT is not set: it names the folder with the pilot study's extracts")
    return computed(PILOT, Path(EXTRACTS))
