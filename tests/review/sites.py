"""Review sites for the tests: a study folder in, the folder of its site out."""

from __future__ import annotations

import shutil
from pathlib import Path

from crf2tlf import workflow
from crf2tlf.findings import Findings

ROOT = Path(__file__).resolve().parents[2]
TWO_ARM = ROOT / "examples" / "two-arm"


def copied(study: Path, folder: Path) -> Path:
    """Copy what a study is made of, its specs and its raw data, to an empty folder."""
    for name in ("specs", "raw"):
        shutil.copytree(study / name, folder / name)
    return folder


def written(study: Path, against: Path | None = None) -> Path:
    """Write the review site of a study as the command does, and return its folder; ``against``: an older extract."""
    workflow.review(study, None, "en", against, None, lambda _text: None, Findings())
    return study / workflow.REVIEW


def address(site: Path, name: str = "index.html") -> str:
    """Return the address of a page of a site; a query may follow the name."""
    return f"{site.resolve().as_uri()}/{name}"
