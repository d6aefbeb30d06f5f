"""The conformance check: the project's rules, the CORE engine where a command is named, and the explanations."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from crf2tlf.build import BuildResult, write_datasets, written_datasets
from crf2tlf.build.metadata import declared
from crf2tlf.conform.catalogue import check_conformance
from crf2tlf.conform.core import run_core
from crf2tlf.conform.core_report import CoreReport
from crf2tlf.conform.explain import explain
from crf2tlf.conform.model import Conformance, ConformanceFinding, Engine
from crf2tlf.findings import Findings, Place


def check(
    build: BuildResult,
    findings: Findings,
    *,
    core: str | None = None,
    folder: Path | None = None,
    define: Path | None = None,
    own: bool = True,
) -> Conformance:
    """Check the conformance of a build's datasets.

    ``core`` is the command of the CORE engine (see :mod:`crf2tlf.conform.core`), None: only the project's own rules;
    ``own`` False leaves these out. ``folder`` holds the transport files of the tabulation datasets, which are written
    into a temporary folder if it is not given; ``define`` is their define.xml. What is wrong with the engine or with
    ``specs/conformance.yaml`` becomes findings; what the rules found is in the result only, see :func:`report`.
    """
    outcomes, found = check_conformance(build) if own else ([], [])
    engines: list[tuple[Engine, str]] = [("crf2tlf", version("crf2tlf"))] if own else []
    engine = _run_engine(build, core, folder, define, findings) if core is not None else None
    if engine is not None:
        engines.append(("CDISC CORE", engine.version))
        outcomes += engine.rules
        found += engine.findings
    ran = [name for name, _ in engines]
    datasets = {*(n for n, dataset in build.datasets.items() if dataset.spec.output), *(f.dataset for f in found)}
    explained = tuple(explain(build.study, found, ran, datasets, findings))
    return Conformance(tuple(engines), tuple(outcomes), explained)


def _run_engine(
    build: BuildResult, core: str, folder: Path | None, define: Path | None, findings: Findings
) -> CoreReport | None:
    with _transport_files(build, folder) as files:
        return run_core(core, files, define, findings)


@contextmanager
def _transport_files(build: BuildResult, folder: Path | None) -> Iterator[Path]:
    """Give the folder of the tabulation datasets' transport files: the one named, or a temporary one with them."""
    if folder is not None:
        yield folder
        return
    with tempfile.TemporaryDirectory() as scratch:
        draft = bool(build.findings.errors)
        datasets = written_datasets(build, sdtm=True)
        write_datasets(build, datasets, Path(scratch), draft=draft, dataset_json=False)
        yield Path(scratch)


def report(conformance: Conformance, build: BuildResult, findings: Findings) -> None:
    """Put each finding without an explanation among the findings of a run, as CONFORM_FINDING.

    Its place is the spec of its first variable that has one, else its dataset's; where there is no such dataset, the
    file in which its spec would be.
    """
    for finding in conformance.unexplained:
        message = f"{finding.rule}: {finding.dataset}: {finding.message}"
        place = _place(finding, build)
        findings.add("CONFORM_FINDING", place, message, severity=finding.severity, count=finding.count)


def _place(finding: ConformanceFinding, build: BuildResult) -> Place:
    dataset = build.datasets.get(finding.dataset)
    if dataset is None:
        folder = "adam" if finding.dataset.startswith("AD") else "sdtm"
        return Place(f"specs/{folder}/{finding.dataset.lower()}.yaml" if finding.dataset else finding.engine)
    specs = (declared(dataset.spec, name) for name in finding.variables)
    return next((spec.place for spec in specs if spec.place.file), dataset.spec.place)
