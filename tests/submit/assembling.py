"""Assemble a package from a study folder, as the workflow does, whatever is found on the way."""

from __future__ import annotations

from pathlib import Path

from crf2tlf.build import build_study
from crf2tlf.conform import check
from crf2tlf.findings import Findings
from crf2tlf.metadata.describe import describe_submission
from crf2tlf.submit import Package, assemble


def assembled(
    root: Path, folder: Path, *, raw: Path | None = None, draft: bool = False, dataset_json: bool = False
) -> Findings:
    """Build a study and write its package into a folder; return everything that was found."""
    findings = Findings()
    build = build_study(root, raw, findings)
    assert build is not None, [str(f) for f in findings]
    submissions = tuple(describe_submission(build, findings, sdtm=sdtm) for sdtm in (True, False))
    folder.mkdir(parents=True)
    assemble(Package(build, submissions, check(build, findings), draft, dataset_json), folder, findings)
    return findings
