"""The reviewer's guides as files: PDF for the agency, Word for those who edit them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from crf2tlf.build.result import BuildResult
from crf2tlf.conform.model import Conformance
from crf2tlf.documents.adrg import adrg
from crf2tlf.documents.authored import (
    authored_places,
    report_unknown_guides,
    with_authored_text,
    with_empty_sections_marked,
)
from crf2tlf.documents.csdrg import csdrg
from crf2tlf.documents.fonts import report_missing, study_fonts
from crf2tlf.documents.guide_parts import with_acronyms
from crf2tlf.documents.guide_pdf import write_pdf
from crf2tlf.documents.guide_word import write_word
from crf2tlf.documents.model import Document, texts
from crf2tlf.findings import Findings, Place
from crf2tlf.metadata.model import Submission


def guides(
    build: BuildResult,
    sdtm: Submission,
    adam: Submission | None,
    conformance: Conformance,
    findings: Findings,
    programs: Mapping[str, str] | None = None,
) -> dict[str, Document]:
    """Return the guides as documents by file name (``csdrg``, and ``adrg`` where there are analysis datasets).

    ``programs`` names the files with the program listings of datasets and outputs. Authored text comes from
    ``specs/guides``; text that fits nowhere, or has characters that no font has, is a finding.
    """
    root = build.study.root
    report_unknown_guides(root, findings)
    made = {"csdrg": csdrg(build, sdtm, conformance)}
    if adam is not None and adam.datasets:
        made["adrg"] = adrg(build, adam, conformance, programs or {})
    fonts = study_fonts(root, findings)
    complete = {
        name: with_acronyms(
            with_empty_sections_marked(with_authored_text(document, root, name, findings), name, findings)
        )
        for name, document in made.items()
    }
    for name, document in complete.items():
        authored, elsewhere = authored_places(root, name), Place(f"{name}.pdf")
        report_missing({text: authored.get(text, elsewhere) for text in texts(document)}, fonts, findings)
    return complete


def write_guides(
    build: BuildResult,
    sdtm: Submission,
    adam: Submission | None,
    conformance: Conformance,
    findings: Findings,
    folder: Path,
    programs: Mapping[str, str] | None = None,
) -> list[Path]:
    """Write ``csdrg.pdf``, ``csdrg.docx``, ``adrg.pdf`` and ``adrg.docx`` into a folder; return their paths."""
    fonts = study_fonts(build.study.root, findings)
    written = []
    for name, document in guides(build, sdtm, adam, conformance, findings, programs).items():
        written.append(write_pdf(document, folder / f"{name}.pdf", fonts))
        written.append(write_word(document, folder / f"{name}.docx"))
    return written
