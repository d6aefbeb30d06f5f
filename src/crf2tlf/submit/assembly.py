"""Putting a package together: data, metadata, documents and programs in their places, checked and listed."""

from __future__ import annotations

import re
import shutil
from importlib.metadata import version
from pathlib import Path

from crf2tlf.build import write_datasets, written_datasets
from crf2tlf.conform.workbook import conformance_workbook
from crf2tlf.define import write_define
from crf2tlf.documents.acrf import write_acrf
from crf2tlf.documents.fonts import FONT_FILES
from crf2tlf.documents.guides import write_guides
from crf2tlf.findings import Findings, Severity
from crf2tlf.metadata.model import Standard, Submission
from crf2tlf.spec import Study
from crf2tlf.submit.check import check_package
from crf2tlf.submit.layout import Layout, layout_of
from crf2tlf.submit.manifest import Entry, entries, write_manifest
from crf2tlf.submit.package import Package
from crf2tlf.submit.programs import SPEC_TYPES, listing_files, write_programs

PROGRAM = "crf2tlf"
_LINK = re.compile(rb"""(href|src)=(["'])(?![a-z]+:|/|#)([^"']+)\2""")


def write_package(package: Package, folder: Path, findings: Findings) -> list[Path]:
    """Write a package as :func:`crf2tlf.submit.package.assemble` says."""
    study = package.build.study.spec
    layout = layout_of(study.study, folder, findings)
    sdtm, adam = package.parts
    for submission in (sdtm, adam) if adam else (sdtm,):
        _write_data(package, submission, layout)
        _write_define(package, submission, layout, findings)
    _write_documents(package, layout, findings)
    write_programs(package.build, sdtm, adam, layout, findings, draft=package.draft)
    check_package(layout, study.study, findings, largest=study.transport.split_above)
    write_manifest(folder, _facts(package, findings))
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _write_data(package: Package, submission: Submission, layout: Layout) -> None:
    """Write the data; of a dataset without records there is no file, and the define file says so (def:HasNoData)."""
    folder = layout.datasets(sdtm=submission.sdtm)
    folder.mkdir(parents=True)
    datasets = [dataset for dataset in written_datasets(package.build, sdtm=submission.sdtm) if dataset.size]
    written = write_datasets(package.build, datasets, folder, draft=package.draft, dataset_json=package.dataset_json)
    beside = layout.dataset_json(sdtm=submission.sdtm)
    for path in (path for path in written if path.suffix != ".xpt"):
        beside.mkdir(parents=True, exist_ok=True)
        path.rename(beside / path.name)


def _write_define(package: Package, submission: Submission, layout: Layout, findings: Findings) -> None:
    """Write the define file and its stylesheet beside the data, and the page for browsers outside ``m5``."""
    folder = layout.datasets(sdtm=submission.sdtm)
    for path in write_define(submission, folder, findings):
        if path.suffix == ".html":
            layout.review.mkdir(exist_ok=True)
            page = layout.review / f"define-{'sdtm' if submission.sdtm else 'adam'}.html"
            page.write_bytes(moved_links(path.read_bytes(), folder.relative_to(layout.root).as_posix()))
            path.unlink()
        elif package.dataset_json:
            shutil.copyfile(path, layout.dataset_json(sdtm=submission.sdtm) / path.name)


def moved_links(page: bytes, folder: str) -> bytes:
    """Return an HTML page whose relative links lead to ``folder`` from a folder beside it."""
    return _LINK.sub(rb"\1=\2../" + folder.encode() + rb"/\3\2", page)


def _write_documents(package: Package, layout: Layout, findings: Findings) -> None:
    """Write annotated CRF and guides, the PDF files beside the data; outside ``m5`` the Word files and the findings."""
    sdtm, adam = package.parts
    build, listings = package.build, listing_files(package.build.study)
    write_acrf(sdtm, build, findings, layout.tabulations / "acrf.pdf")
    layout.editable.mkdir()
    for path in write_guides(build, sdtm, adam, package.conformance, findings, layout.editable, listings):
        if path.suffix == ".pdf":
            path.rename(layout.datasets(sdtm=path.stem == "csdrg") / path.name)
    conformance_workbook(package.conformance, build.study.spec, layout.review / "conformance.xlsx")


def _facts(package: Package, findings: Findings) -> dict[str, object]:
    """Return what ``manifest.json`` says beside the files: what they were made from, by what, and how they conform."""
    study, checked = package.build.study, package.conformance
    types = SPEC_TYPES | FONT_FILES
    specs = [path for path in (study.root / "specs").rglob("*") if path.suffix.lower() in types and path.is_file()]
    inputs = {
        **{f"specs/{entry.path}": entry for entry in entries(study.root / "specs", specs)},
        **_raw_inputs(study),
    }
    return {
        "study": study.spec.study,
        "draft": package.draft,
        "release": study.spec.release_timestamp.isoformat(),
        "program": {"name": PROGRAM, "version": version(PROGRAM)},
        "standards": list(dict.fromkeys(_named(part) for given in package.submissions for part in given.standards)),
        "conformance": {
            "engines": [f"{name} {number}".strip() for name, number in checked.engines],
            "findings": len(checked.findings),
            "unexplained": len(checked.unexplained),
        },
        "run": {str(severity): sum(f.severity is severity for f in findings) for severity in Severity},
        "inputs": [{"path": path, "size": e.size, "sha256": e.sha256} for path, e in sorted(inputs.items())],
    }


def _raw_inputs(study: Study) -> dict[str, Entry]:
    """Return the entries of the forms' files, each once, or of the archive in which they are."""
    if study.raw.is_file():
        return {entry.path: entry for entry in entries(study.raw.parent, [study.raw])}
    files = dict.fromkeys(study.raw / form.file for form in study.forms.values())
    return {f"raw/{entry.path}": entry for entry in entries(study.raw, [path for path in files if path.is_file()])}


def _named(standard: Standard) -> str:
    return " ".join(part for part in (standard.name, standard.publishing_set, standard.version) if part)
