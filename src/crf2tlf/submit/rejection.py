"""The criteria by which FDA's gateway rejects study data, as far as a package alone can meet or miss them.

Source: FDA, Technical Rejection Criteria for Study Data; the numbers are those of FDA's Specifications for eCTD
Validation Criteria. 1734: a trial summary with the study's start date. 1736: DM and define.xml for SDTM, ADSL and
define.xml for ADaM. 1735 and 1789 are about the study tagging file, which the publishing tool makes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat

from crf2tlf.findings import Findings, Severity
from crf2tlf.submit.layout import Layout, folder_name

TRIAL_SUMMARY, DEMOGRAPHICS, SUBJECT_LEVEL, DEFINE = "ts.xpt", "dm.xpt", "adsl.xpt", "define.xml"
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?))?")
NOT_APPLICABLE = "NA"
"""TSVALNF of a start date that does not exist, as in FDA's example of a simplified ts.xpt."""


@dataclass(frozen=True)
class Criteria:
    """What the criteria are checked on: the files of a package, and the identifier that they must have."""

    layout: Layout
    study: str
    findings: Findings

    def failed(self, code: str, path: Path, message: str) -> None:
        """Add a finding about a file of the package."""
        self.findings.add(code, self.layout.place(path), message)

    def read(self, code: str, path: Path, what: str) -> pd.DataFrame | None:
        """Return the records of a transport file; a finding and None where there is no readable file with records."""
        if not _is_file(path):
            others = sorted(p.name for p in path.parent.glob("*") if p.name.lower().startswith(path.stem))
            self.failed(code, path, f"{_no_file(others)}: {what}")
            return None
        frame = read_transport(path)
        if frame is None:
            self.failed(code, path, "cannot be read as a SAS transport file (version 5)")
        elif frame.empty:
            self.failed(code, path, f"has no records: {what}")
        return None if frame is None or frame.empty else frame


def check_rejection_criteria(layout: Layout, study: str, findings: Findings) -> None:
    """Check a finished package against the criteria 1734 and 1736, reading the files back.

    ``study`` is STUDYID. Findings: SUBMIT_1734, SUBMIT_1736; SUBMIT_STUDY where the folder's name, TS, DM and ADSL do
    not agree on the study. A package without analysis datasets is a warning: 1736 is about ADaM only where it is there.
    """
    criteria = Criteria(layout, study, findings)
    _check_folder(criteria)
    _check_trial_summary(criteria)
    _check_present(criteria)


def read_transport(path: Path) -> pd.DataFrame | None:
    """Return the records of a SAS transport file; None where it cannot be read."""
    try:
        frame, _ = pyreadstat.read_xport(path, disable_datetime_conversion=True)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError):
        return None
    return frame if path.stat().st_size % 80 == 0 else None


def _is_file(path: Path) -> bool:
    """Whether there is a file of exactly this name, whatever the disk thinks of case."""
    return path.parent.is_dir() and path.name in {found.name for found in path.parent.iterdir() if found.is_file()}


def _no_file(others: list[str]) -> str:
    named = f" (there is {', '.join(others)})" if others else ""
    return f"there is no file of exactly this name{named}"


def _check_folder(criteria: Criteria) -> None:
    home = criteria.layout.home
    if home.name != folder_name(criteria.study) or not home.is_dir():
        message = f"the study {criteria.study!r} has its files in a folder named {folder_name(criteria.study)!r}"
        criteria.failed("SUBMIT_STUDY", home, message)


# 1734


def _check_trial_summary(criteria: Criteria) -> None:
    """Source: criterion 1734; SDTMIG 3.4, section 7.4.2 (TS)."""
    path = criteria.layout.tabulations / TRIAL_SUMMARY
    what = "FDA takes no study without a trial summary; write specs/sdtm/ts.yaml"
    frame = criteria.read("SUBMIT_1734", path, what)
    if frame is None:
        return
    missing = [name for name in ("STUDYID", "TSPARMCD", "TSVAL") if name not in frame]
    if missing:
        criteria.failed("SUBMIT_1734", path, f"lacks {' and '.join(missing)}")
        return
    _check_identifier(criteria, "SUBMIT_1734", path, frame)
    started = frame[frame["TSPARMCD"] == "SSTDTC"]
    if started.empty:
        criteria.failed("SUBMIT_1734", path, "has no record with TSPARMCD SSTDTC, the study's start date")
    elif len(started) > 1:
        criteria.failed("SUBMIT_1734", path, f"has {len(started)} records with TSPARMCD SSTDTC; a study starts once")
    else:
        _check_start(criteria, path, started.iloc[0])


def _check_start(criteria: Criteria, path: Path, record: pd.Series[Any]) -> None:
    value, flavor = _cell(record, "TSVAL"), _cell(record, "TSVALNF")
    if value == "":
        if flavor != NOT_APPLICABLE:
            message = f"SSTDTC has no TSVAL; give the date, or TSVALNF {NOT_APPLICABLE} where there is none"
            criteria.failed("SUBMIT_1734", path, message)
    elif not is_complete_date(value):
        criteria.failed("SUBMIT_1734", path, f"SSTDTC is {value!r}, not a complete date in ISO 8601 (YYYY-MM-DD)")


def _cell(record: pd.Series[Any], name: str) -> str:
    value = record.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def is_complete_date(text: str) -> bool:
    """Whether a text is a day of the calendar in the extended form of ISO 8601, with or without a time."""
    found = _DATE.fullmatch(text)
    if not found:
        return False
    try:
        date.fromisoformat(found[1])
        time.fromisoformat(found[2] or "00:00")
    except ValueError:
        return False
    return True


def _check_identifier(criteria: Criteria, code: str, path: Path, frame: pd.DataFrame) -> None:
    """Report another STUDYID than the study's: the study tagging file and the data would name two studies."""
    found = sorted({str(value) for value in frame["STUDYID"].unique()} if "STUDYID" in frame else set())
    if found != [criteria.study]:
        shown = ", ".join(map(repr, found)) or "missing"
        criteria.failed(code, path, f"STUDYID is {shown}, not {criteria.study!r} as in specs/study.yaml")


# 1736


def _check_present(criteria: Criteria) -> None:
    """Source: criterion 1736."""
    layout = criteria.layout
    _check_part(criteria, layout.tabulations / DEMOGRAPHICS, "SDTM needs the demographics; write specs/sdtm/dm.yaml")
    if layout.analysis.is_dir() and any(layout.analysis.iterdir()):
        _check_part(criteria, layout.analysis / SUBJECT_LEVEL, "ADaM needs ADSL; write specs/adam/adsl.yaml")
        return
    message = "there are no analysis datasets: a package of SDTM alone is right only where no ADaM is due"
    criteria.findings.add("SUBMIT_1736", layout.place(layout.analysis), message, severity=Severity.WARNING)


def _check_part(criteria: Criteria, path: Path, what: str) -> None:
    frame = criteria.read("SUBMIT_1736", path, what)
    if frame is not None:
        _check_identifier(criteria, "SUBMIT_STUDY", path, frame)
    define = path.parent / DEFINE
    if not _is_file(define):
        others = sorted(p.name for p in path.parent.glob("*") if p.suffix.lower() == ".xml")
        criteria.failed("SUBMIT_1736", define, f"{_no_file(others)}: a reviewer needs the metadata beside the data")
