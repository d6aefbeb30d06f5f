"""Data checks written in specs, and the checks that hold for every study: they look at finished datasets."""

from __future__ import annotations

from typing import Any

import numpy as np

from crf2tlf.build.result import BuildResult, Dataset
from crf2tlf.build.run import report_records
from crf2tlf.findings import nearest
from crf2tlf.methods.catalogue import Integers
from crf2tlf.rules.parse import RuleError
from crf2tlf.spec.dataset import CheckSpec


def run_checks(build: BuildResult) -> None:
    """Run every `checks` entry of the dataset specs, and look for subjects that the subject dataset lacks."""
    for dataset in build.datasets.values():
        if dataset.name in build.study.datasets:
            for check in dataset.spec.checks:
                _run(build, dataset, check)
    _check_subjects(build)


def failures(build: BuildResult, dataset: Dataset, check: CheckSpec) -> Integers:
    """Return the positions of the records that a check reports: those for which it is false; unknown is not reported.

    Raises :class:`RuleError` for a mistake in a rule of the check.
    """
    holds = build.evaluate(dataset.name, check.that)
    concerned = build.where(dataset.name, check.where)
    if holds.dtype != "boolean":
        raise RuleError("RULE_TYPE", f"{dataset.name}: a check takes a condition: {check.that}")
    return np.flatnonzero((holds.fillna(True) == False).to_numpy(dtype=bool) & concerned)  # noqa: E712


def _run(build: BuildResult, dataset: Dataset, check: CheckSpec) -> None:
    try:
        fails = failures(build, dataset, check)
    except RuleError as error:
        build.findings.add(error.code, check.that.place, str(error))
        return
    if not len(fails):
        return
    places = build.tables.places(dataset.name, dataset.positions[fails])
    subjects: Any = dataset.frame["USUBJID"].iloc[fails].dropna().unique() if "USUBJID" in dataset.frame else []
    message = f"{dataset.name}: {check.message} ({', '.join(map(str, subjects[:10]))}; rule: {check.that.place})"
    build.findings.add(
        "CHECK_FAILED",
        places[0] if places else check.that.place,
        message,
        severity=check.severity,
        records=places[1:],
        count=len(fails),
    )


def _check_subjects(build: BuildResult) -> None:
    study = build.study
    home = build.datasets.get(study.spec.subject_dataset)
    if home is None and "subject_dataset" in study.spec.model_fields_set:
        message = f"subject_dataset: there is no dataset {study.spec.subject_dataset}"
        guess = nearest(study.spec.subject_dataset, build.datasets)
        build.findings.add("SPEC_REFERENCE", study.spec.place, message + guess)
    if home is None or "USUBJID" not in home.frame:
        return
    known = set(home.frame["USUBJID"].dropna())
    for name in study.forms:
        table = build.tables[f"raw.{name}"]
        strangers = np.flatnonzero(~table.column("USUBJID").isin(known))
        if len(strangers):
            subjects = table.column("SUBJECT").iloc[strangers].fillna("blank").unique()
            message = f"{', '.join(subjects[:5])}: not a subject of {home.name}"
            rule = study.forms[name].place
            report_records(build.tables, table.name, strangers, "RAW_SUBJECT", message, rule, build.findings)
