"""One engine for SDTM and ADaM: plan from the rules, take the steps, finish and check the datasets."""

from __future__ import annotations

from pathlib import Path

from crf2tlf.build.checks import run_checks
from crf2tlf.build.finish import finish
from crf2tlf.build.ledger import LedgerEntry, make_ledger
from crf2tlf.build.plan import plan
from crf2tlf.build.raw import read_forms
from crf2tlf.build.readings import Readings
from crf2tlf.build.result import BuildResult, Dataset
from crf2tlf.build.run import Progress, design_tables, run
from crf2tlf.build.tables import Tables
from crf2tlf.build.transport import check_transport
from crf2tlf.build.write import write_datasets, written_datasets
from crf2tlf.findings import Findings
from crf2tlf.spec import Study, load_study

__all__ = [
    "BuildResult",
    "Dataset",
    "LedgerEntry",
    "build_datasets",
    "build_study",
    "write_datasets",
    "written_datasets",
]


def _quiet(_dataset: str) -> None:
    """Show no progress."""


def build_study(
    root: Path, raw: Path | None = None, findings: Findings | None = None, progress: Progress = _quiet
) -> BuildResult | None:
    """Load a study folder's specs and build its datasets in memory; None where the specs cannot be used."""
    findings = findings if findings is not None else Findings()
    study = load_study(root, raw, findings)
    return build_datasets(study, findings, progress) if study else None


def build_datasets(
    study: Study, findings: Findings, progress: Progress = _quiet, readings: Readings | None = None
) -> BuildResult:
    """Build all SDTM and ADaM datasets of a study in memory; everything that is wrong becomes a finding.

    ``readings`` keeps what every rule read, where it is given.
    """
    planned = plan(study, findings)
    raw = read_forms(study, findings)
    tables = Tables(design_tables(study))
    tables.update({form.name: form for form in raw.forms.values()})
    run(planned, tables, findings, progress, readings)
    datasets = finish(study, planned, tables, findings)
    ledger = make_ledger(planned, raw, tables, findings)
    build = BuildResult(study, planned, tables, datasets, ledger, findings, tuple(raw.left_out), readings)
    run_checks(build)
    check_transport(build, findings)
    return build
