"""The check of a finished package, by reading its files back."""

from __future__ import annotations

from pathlib import Path

import pyreadstat
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from crf2tlf.findings import Findings
from crf2tlf.submit.define_links import check_define_links
from crf2tlf.submit.layout import FILE_TYPES, Layout, check_names
from crf2tlf.submit.rejection import check_rejection_criteria

LARGEST = 5_000_000_000
"""The size of a transport file, in bytes, above which it is to be split as well.

Source: FDA Study Data Technical Conformance Guide, section 3.3.2 (5 GB).
"""
TABULATION_DOCUMENTS = ("acrf.pdf", "csdrg.pdf")
ANALYSIS_DOCUMENTS = ("adrg.pdf",)


def check_package(layout: Layout, study: str, findings: Findings, *, largest: int = LARGEST) -> None:
    """Report all that is wrong with the files under ``m5``; ``study`` is STUDYID.

    Findings: SUBMIT_1734 and SUBMIT_1736 (FDA's rejection criteria), SUBMIT_STUDY, SUBMIT_DEFINE, SUBMIT_NAME, and
    SUBMIT_FILE: files in no place for their kind, empty, unreadable, too large and not split, programs that are not
    ASCII, and documents that are missing or without bookmarks.
    """
    check_rejection_criteria(layout, study, findings)
    check_names(layout, findings)
    for path in sorted(path for path in layout.m5.rglob("*") if path.is_file()):
        problem = _problem(layout, path, largest)
        if problem:
            findings.add("SUBMIT_FILE", layout.place(path), problem)
    for folder, documents in ((layout.tabulations, TABULATION_DOCUMENTS), (layout.analysis, ANALYSIS_DOCUMENTS)):
        if folder.is_dir() and any(folder.iterdir()):
            check_define_links(layout, folder, study, findings)
            for name in documents:
                if not (folder / name).is_file():
                    findings.add("SUBMIT_FILE", layout.place(folder / name), "is missing")


def _problem(layout: Layout, path: Path, largest: int) -> str:
    """Return what is wrong with a file by itself; an empty text where nothing is."""
    kind = layout.kind(path)
    if kind is None:
        return "is in no folder that agencies prescribe for study data"
    if path.suffix not in FILE_TYPES[kind]:
        return f"has no place here; the folder takes {', '.join(sorted(FILE_TYPES[kind]))}"
    size = path.stat().st_size
    if size == 0:
        return "is empty"
    if path.suffix == ".xpt" and size > largest:
        return _split_problem(path, kind, size, largest)
    return {".xpt": _transport_problem, ".pdf": _pdf_problem, ".txt": _program_problem}.get(path.suffix, _none)(path)


def _none(_path: Path) -> str:
    return ""


def _split_problem(path: Path, kind: str, size: int, largest: int) -> str:
    if kind == "split":
        return (
            f"has {size} bytes although a piece has at most {largest}: not even one record fits; "
            "raise split_above under transport in specs/study.yaml"
        )
    if any((path.parent / "split").glob(f"{path.stem}*.xpt")):
        return _transport_problem(path)
    return f"has {size} bytes, more than {largest}, and there are no pieces of it in split/"


def _transport_problem(path: Path) -> str:
    try:
        pyreadstat.read_xport(path, metadataonly=True)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError) as error:
        return f"cannot be read as a SAS transport file (version 5): {error}"
    odd = path.stat().st_size % 80
    return f"ends within a record: its size is no multiple of 80 bytes ({odd} over)" if odd else ""


def _pdf_problem(path: Path) -> str:
    """Source: FDA Portable Document Format Specifications: no security, bookmarks for navigation."""
    try:
        reader = PdfReader(path)
        if reader.is_encrypted:
            return "is encrypted; agencies take no PDF with security settings"
        return "" if len(reader.pages) and reader.outline else "has no pages or no bookmarks"
    except (PyPdfError, ValueError, KeyError, TypeError, OSError) as error:
        return f"cannot be read as a PDF: {error}"


def _program_problem(path: Path) -> str:
    """Source: FDA Study Data Technical Conformance Guide, section 4.1.2.10 (ASCII text)."""
    return "" if path.read_bytes().isascii() else "is not ASCII text"
