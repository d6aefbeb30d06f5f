"""The main job: raw → SDTM → ADaM → results → displays. Files are replaced only when all of them are complete."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Literal

from crf2tlf.analysis import analyse
from crf2tlf.analysis.reconcile import ReconciliationRow, reconcile, reconciliation_csv, reconciliation_output
from crf2tlf.analysis.results import Results
from crf2tlf.build import BuildResult, build_datasets
from crf2tlf.build.ledger import LedgerEntry
from crf2tlf.build.lineage import lineage
from crf2tlf.build.readings import Readings
from crf2tlf.build.write import write_datasets, written_datasets
from crf2tlf.conform import Conformance, check, report
from crf2tlf.define import write_define
from crf2tlf.display import render
from crf2tlf.files.atomic import STAGING, staged
from crf2tlf.files.json import json_text
from crf2tlf.findings import Findings, Place, StudyError
from crf2tlf.metadata.describe import describe_submission
from crf2tlf.metadata.model import Submission
from crf2tlf.metadata.qualifier_origins import with_qualifier_origins
from crf2tlf.methods.own import enter_own_methods
from crf2tlf.review.texts import Language
from crf2tlf.spec import Study, load_study
from crf2tlf.submit.layout import FOLDER as PACKAGE
from crf2tlf.submit.package import Package, assemble
from crf2tlf.trace import Tracing

Stop = Literal["sdtm", "adam", "tlf"]
Mode = Literal["submission", "draft"]
Progress = Callable[[str], None]
REVIEW = "review"
"""The folder of the review site."""

GENERATED = {".xpt", ".json", ".ndjson", ".xml", ".xsl", ".html", ".csv", ".docx", ".xlsx", ".png", ".svg"}


@dataclass(frozen=True)
class Outcome:
    """What a run made, and everything found on the way.

    Datasets, their metadata (those of SDTM, then of ADaM), results, and the comparison with the publication.
    """

    findings: Findings
    build: BuildResult
    submissions: tuple[Submission, ...]
    results: Results | None = None
    reconciliation: tuple[ReconciliationRow, ...] = ()
    conformance: Conformance | None = None
    written: tuple[Path, ...] = ()


def build(
    root: Path,
    raw: Path | None,
    stop: Stop,
    mode: Mode,
    progress: Progress,
    findings: Findings,
    *,
    own_methods: bool = False,
) -> Outcome:
    """Build a study up to a stop and write its files; ``own_methods``: its ``specs/methods.py`` may run.

    Raises :class:`StudyError`, with nothing written, when specs cannot be read, when an output cannot be written, or,
    in submission mode, when a finding is an error. In draft mode the outputs are marked DRAFT instead.
    """
    outcome = compute(root, raw, stop, progress, findings, own_methods=own_methods)
    if mode == "submission":
        findings.stop_on_errors()
    progress("writing files")
    with writing(root, findings):
        return replace(outcome, written=tuple(write(outcome, root, stop, draft=bool(findings.errors))))


def package(
    root: Path,
    raw: Path | None,
    mode: Mode,
    core: str | None,
    progress: Progress,
    findings: Findings,
    *,
    dataset_json: bool = False,
    own_methods: bool = False,
) -> Outcome:
    """Build a study, check its conformance and write the package for the gateway to ``submission/``.

    ``core`` is the command of the CDISC CORE engine, None: the project's own rules only. In draft mode everything says
    DRAFT. Raises :class:`StudyError`, with the last package untouched, as :func:`build` does; in submission mode also
    for what is wrong with the package.
    """
    outcome = compute(root, raw, "tlf", progress, findings, own_methods=own_methods)
    if mode == "submission":
        findings.stop_on_errors()
    outcome = _with_conformance(outcome, core, progress)
    if mode == "submission":
        findings.stop_on_errors()
    progress("writing the package")
    assert outcome.conformance is not None
    with writing(root, findings), staged(root / PACKAGE, lambda _: False) as folder:
        made = Package(outcome.build, outcome.submissions, outcome.conformance, mode == "draft", dataset_json)
        written = assemble(made, folder, findings)
        if mode == "submission":
            findings.stop_on_errors()
    return replace(outcome, written=tuple(root / PACKAGE / path.relative_to(folder) for path in written))


def conformance(
    root: Path,
    raw: Path | None,
    core: str | None,
    progress: Progress,
    findings: Findings,
    *,
    own_methods: bool = False,
) -> Outcome:
    """Build a study in memory and check its conformance; what no explanation covers is among the findings.

    Raises :class:`StudyError` for errors of the build: the rules would find little else than what follows from them.
    """
    outcome = compute(root, raw, "tlf", progress, findings, own_methods=own_methods)
    findings.stop_on_errors()
    return _with_conformance(outcome, core, progress)


def _with_conformance(outcome: Outcome, core: str | None, progress: Progress) -> Outcome:
    progress("checking conformance")
    checked = _conformance(outcome, core)
    report(checked, outcome.build, outcome.findings)
    return replace(outcome, conformance=checked)


def _conformance(outcome: Outcome, core: str | None) -> Conformance:
    """Run the rules; CORE reads the tabulations and their define file from a folder that is gone afterwards."""
    build, findings = outcome.build, outcome.findings
    if core is None:
        return check(build, findings)
    with TemporaryDirectory() as scratch:
        folder, tabulations = Path(scratch), outcome.submissions[0]
        draft = bool(findings.errors)
        write_datasets(build, written_datasets(build, sdtm=True), folder, draft=draft, dataset_json=False)
        define = write_define(replace(tabulations, draft=draft), folder, findings)[0]
        return check(build, findings, core=core, folder=folder, define=define)


@contextmanager
def writing(root: Path, findings: Findings) -> Iterator[None]:
    """Make a file that cannot be written a finding, and raise :class:`StudyError`."""
    try:
        yield
    except OSError as error:
        message = f"cannot be written: {error.strerror or error}; make the place free, and one that you may write to"
        findings.add("OUTPUT_FILE", Place(_output(root, error.filename2 or error.filename)), message)
        raise StudyError(findings.items) from error


def _output(root: Path, file: str | None) -> str:
    """Return the path of an output inside the study's folder; of a folder where it is made, that of its final place."""
    path, root = Path(file or root).resolve(), root.resolve()
    inside = path.relative_to(root) if path.is_relative_to(root) else Path(path.name)
    first, *rest = inside.parts or (".",)
    return Path(STAGING.sub(r"\1", first), *rest).as_posix()


def review(
    root: Path,
    raw: Path | None,
    language: Language,
    older: Path | None,
    core: str | None,
    progress: Progress,
    findings: Findings,
    *,
    own_methods: bool = False,
) -> Outcome:
    """Build a study and write the review site to ``review/``; errors are shown there, and everything says DRAFT.

    ``older`` is the raw data of an older cut, built with the same specs to show what changed since. Raises
    :class:`StudyError` when specs cannot be read, when the older cut cannot be built, or when nothing can be written.
    """
    from crf2tlf.review.changes import changes_between
    from crf2tlf.review.model import Review
    from crf2tlf.review.site import write_site

    outcome = compute(root, raw, "tlf", progress, findings, own_methods=own_methods, tracing=True)
    changes = None
    if older is not None:
        progress("building the older cut")
        before = compute(root, older, "tlf", progress, Findings(findings.policy), own_methods=own_methods)
        changes = changes_between(before.build, _results(before), outcome.build, _results(outcome))
    if not findings.errors:
        outcome = _with_conformance(outcome, core, progress)
    progress("writing the review site")
    with writing(root, findings), staged(root / REVIEW, lambda _: False) as folder:
        shown = Review(
            outcome.build,
            outcome.submissions,
            _results(outcome),
            outcome.reconciliation,
            outcome.conformance,
            findings,
            Tracing(outcome.build, _results(outcome)),
            language,
            changes,
        )
        written = write_site(shown, folder)
    return replace(outcome, written=tuple(root / REVIEW / path.relative_to(folder) for path in written))


def trace(
    root: Path, raw: Path | None, progress: Progress, findings: Findings, *, own_methods: bool = False
) -> Tracing:
    """Build a study in memory and return the lineage of its values and results.

    Raises :class:`StudyError` when specs cannot be read.
    """
    outcome = compute(root, raw, "tlf", progress, findings, own_methods=own_methods, tracing=True)
    return Tracing(outcome.build, _results(outcome))


def _results(outcome: Outcome) -> Results:
    assert outcome.results is not None
    return outcome.results


def compute(
    root: Path,
    raw: Path | None,
    stop: Stop,
    progress: Progress,
    findings: Findings,
    *,
    own_methods: bool = False,
    tracing: bool = False,
) -> Outcome:
    """Build a study in memory up to a stop; writes nothing. With ``tracing`` the build keeps what its rules read."""
    study = load_study(root, raw, findings)
    if study is None:
        raise StudyError(findings.items)
    enter_own_methods(root, study.spec.methods, study.spec.place, findings, allowed=own_methods)
    findings.stop_on_errors()
    readings = Readings() if tracing else None
    built = build_datasets(_until(study, stop), findings, lambda name: progress(f"building {name}"), readings)
    datasets = with_qualifier_origins(built)
    submissions = tuple(
        describe_submission(datasets, findings, sdtm=sdtm) for sdtm in (True, False) if sdtm or stop != "sdtm"
    )
    if stop != "tlf":
        return Outcome(findings, datasets, submissions)
    progress("analysing")
    results = analyse(datasets, findings)
    # Errors before this make differences of their own: then the comparison is shown, and its findings are left out.
    rows = tuple(reconcile(results, study, Findings(findings.policy) if findings.errors else findings))
    if rows:
        results = results.model_copy(update={"outputs": (*results.outputs, reconciliation_output(rows, study))})
    if findings.errors:
        results = results.model_copy(update={"draft": True})
    return Outcome(findings, datasets, submissions, results, rows)


def _until(study: Study, stop: Stop) -> Study:
    return replace(study, adam=MappingProxyType({})) if stop == "sdtm" else study


def write(outcome: Outcome, root: Path, stop: Stop, *, draft: bool) -> Iterable[Path]:
    """Write the files of a run; yields their paths. All folders are replaced at the end, or none."""
    with ExitStack() as stack:
        folders = {name: stack.enter_context(staged(root / name, _not_generated)) for name in _folders(stop)}
        written = [
            _write_datasets(outcome, submission, folders["sdtm" if submission.sdtm else "adam"], draft=draft)
            for submission in outcome.submissions
        ]
        if outcome.results is not None:
            written.append(_write_displays(outcome, folders["tlf"]))
        if not draft:
            outcome.findings.stop_on_errors()
    by_staging = {staging: root / name for name, staging in folders.items()}
    for path in (path for paths in written for path in paths):
        home = next(staging for staging in by_staging if path.is_relative_to(staging))
        yield by_staging[home] / path.relative_to(home)


def _folders(stop: Stop) -> tuple[str, ...]:
    return ("sdtm", "adam", "tlf")[: ("sdtm", "adam", "tlf").index(stop) + 1]


def _not_generated(path: Path) -> bool:
    return path.suffix not in GENERATED


def _write_datasets(outcome: Outcome, submission: Submission, folder: Path, *, draft: bool) -> list[Path]:
    build = outcome.build
    datasets = written_datasets(build, sdtm=submission.sdtm)
    written = write_datasets(build, datasets, folder, draft=draft)
    written += write_define(replace(submission, draft=draft), folder, outcome.findings)
    written.append(_write_text(folder / "lineage.json", json_text(lineage(build, datasets))))
    if submission.sdtm:
        written.append(_write_text(folder / "ledger.csv", ledger_csv(build.ledger)))
    return written


def _write_displays(outcome: Outcome, folder: Path) -> list[Path]:
    assert outcome.results is not None
    written = [_write_text(folder / "results.json", json_text(outcome.results.model_dump(mode="json")))]
    if outcome.reconciliation:
        written.append(_write_text(folder / "reconciliation.csv", reconciliation_csv(outcome.reconciliation)))
    return [*written, *render(outcome.results, folder)]


def _write_text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def ledger_csv(ledger: Iterable[LedgerEntry]) -> str:
    """Return the ledger of raw records as CSV: form, fate, detail, how many, and their lines in the form's file."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["form", "fate", "detail", "records", "lines"])
    for entry in ledger:
        lines = " ".join(map(str, entry.lines))
        writer.writerow([entry.form, entry.fate, entry.detail, entry.count, lines])
    return buffer.getvalue()
