"""How much of a mapping that people wrote is proposed: the CDISC pilot study, the reference study, the example."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crf2tlf.findings import Findings
from crf2tlf.propose import propose

from .by_hand import proposed_pairs, written_pairs

ROOT = Path(__file__).parents[2]
EXTRACTS = os.environ.get("CRF2TLF_PILOT", "")


def rates(study: Path, raw: Path) -> tuple[float, float]:
    """Which share of the pairs written by hand is proposed, and which share of the proposals is written so."""
    written = written_pairs(study)
    proposed = proposed_pairs(propose(raw, Findings()), guesses=True)
    return len(written & proposed) / len(written), len(written & proposed) / len(proposed)


@pytest.mark.skipif(not EXTRACTS, reason="CRF2TLF_PILOT names the folder with the pilot study's extracts")
def test_the_pilot_study() -> None:
    recall, precision = rates(ROOT / "tests" / "studies" / "pilot", Path(EXTRACTS))
    assert recall >= 0.9  # 66 of 70 when this was written
    assert precision >= 0.95


@pytest.mark.parametrize(
    ("study", "least"),
    # Names and codes of their own, several variables from one column, and EC where EX is proposed
    [(ROOT, 0.3), (ROOT / "examples" / "two-arm", 0.45)],
    ids=["reference", "two-arm"],
)
def test_studies_with_names_of_their_own(study: Path, least: float) -> None:
    recall, precision = rates(study, study / "raw")
    assert recall >= least
    assert precision >= 0.8
