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
    findings = Findings()
    if hasattr(workflow, "review"):
        workflow.review(study, None, "submission", lambda _text: None, findings, against=against)
        return study / "review"
    return _before_the_workflow(study, findings)


def address(site: Path, name: str = "index.html") -> str:
    """Return the address of a page of a site; a query may follow the name."""
    return f"{site.resolve().as_uri()}/{name}"


def _before_the_workflow(study: Path, findings: Findings) -> Path:
    import inspect

    from crf2tlf.review.model import Review
    from crf2tlf.review.site import write_site

    outcome = workflow.compute(study, None, "tlf", lambda _text: None, findings)
    outcome = workflow._with_conformance(outcome, None, lambda _text: None)
    values = {
        "build": outcome.build,
        "submissions": outcome.submissions,
        "results": outcome.results,
        "reconciliation": outcome.reconciliation,
        "conformance": outcome.conformance,
        "findings": findings,
        "tracing": None,
        "language": "en",
    }
    known = inspect.signature(Review).parameters
    review = Review(**{name: value for name, value in values.items() if name in known})
    folder = study / "review"
    folder.mkdir(exist_ok=True)
    write_site(review, folder)
    return folder
