"""The specs of a study as a workbook."""

from __future__ import annotations

from pathlib import Path

from crf2tlf.findings import Findings, StudyError
from crf2tlf.spec import load_study
from crf2tlf.workbook.digests import add_digests
from crf2tlf.workbook.importing import read_specs
from crf2tlf.workbook.information import inform
from crf2tlf.workbook.unfold import unfold
from crf2tlf.workbook.write import write_book


def export_specs(root: Path, workbook: Path, findings: Findings) -> Path:
    """Write the specs of a study folder as a workbook and return its path; the same specs, the same bytes.

    No raw data are needed. Raises :class:`StudyError` when the specs cannot be loaded.
    """
    study = load_study(root, None, findings)
    if study is None:
        raise StudyError(findings.items)
    book = unfold(read_specs(root, findings))
    inform(book, study)
    add_digests(book)
    return write_book(book, study.spec.study, study.spec.release_timestamp.isoformat(), workbook)
