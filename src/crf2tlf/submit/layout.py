"""Where each file of a package is: the folders under ``m5`` that agencies prescribe, and what stands beside them.

Source: FDA Study Data Technical Conformance Guide, section 7 (folders for study datasets); PMDA Technical Conformance
Guide on Electronic Study Data Submissions, section 3.5, has the same folders for SDTM and ADaM. Names: ICH eCTD
Specification 3.2.2, appendix 2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from crf2tlf.findings import Findings, Place, Severity

FOLDER = "submission"
"""The folder of a study that a package is written to."""

LONGEST_NAME = 64
LONGEST_PATH = 230
SEQUENCE = "0000/"
"""Stands for the folder of the eCTD sequence, which the length of a path counts."""

NAME = re.compile(r"[a-z0-9][a-z0-9-]*(\.[a-z0-9]+)?")
FILE_TYPES = {
    "data": frozenset({".xpt", ".xml", ".xsl", ".pdf"}),
    "split": frozenset({".xpt"}),
    "programs": frozenset({".txt"}),
}
"""What may be in a folder: of the formats that FDA takes in module 5, those that a package has a use for."""


@dataclass(frozen=True)
class Layout:
    """The folders of a package, inside the folder ``root``; ``study`` is the name of the study's folder."""

    root: Path
    study: str

    @property
    def m5(self) -> Path:
        """What goes to the gateway."""
        return self.root / "m5"

    @property
    def home(self) -> Path:
        """The study's datasets."""
        return self.m5 / "datasets" / self.study

    @property
    def tabulations(self) -> Path:
        """SDTM: data, define.xml with its stylesheet, annotated CRF, reviewer's guide."""
        return self.home / "tabulations" / "sdtm"

    @property
    def analysis(self) -> Path:
        """ADaM: data, define.xml with its stylesheet, reviewer's guide."""
        return self.home / "analysis" / "adam" / "datasets"

    @property
    def programs(self) -> Path:
        """The specs, and a listing of each dataset's and each output's program."""
        return self.home / "analysis" / "adam" / "programs"

    @property
    def editable(self) -> Path:
        """Beside ``m5``: the guides as Word documents."""
        return self.root / "editable"

    @property
    def review(self) -> Path:
        """Beside ``m5``: what people read before they submit, such as the define files as HTML."""
        return self.root / "review"

    def dataset_json(self, *, sdtm: bool) -> Path:
        """Beside ``m5``: Dataset-JSON of the tabulations or of the analysis datasets."""
        return self.root / "dataset-json" / ("sdtm" if sdtm else "adam")

    def datasets(self, *, sdtm: bool) -> Path:
        """The folder of the tabulations, or of the analysis datasets."""
        return self.tabulations if sdtm else self.analysis

    def kind(self, path: Path) -> str | None:
        """Return what a file's folder is for (a key of ``FILE_TYPES``); None for a place that the layout lacks."""
        for folder in (self.tabulations, self.analysis):
            if path.parent == folder:
                return "data"
            if path.parent == folder / "split":
                return "split"
        return "programs" if path.parent == self.programs else None

    def place(self, path: Path) -> Place:
        """Return the place that a finding about a file of the package has."""
        return Place(f"{FOLDER}/{path.relative_to(self.root).as_posix()}".removesuffix("/."))


def portable_name(name: str) -> str:
    """Return a name in lower case letters, digits and hyphens; other characters become a hyphen."""
    return re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")


def folder_name(study: str) -> str:
    """Return the name of a study's folder: its identifier as a portable name, cut to what an eCTD takes."""
    return portable_name(study)[:LONGEST_NAME].strip("-") or "study"


def layout_of(study: str, root: Path, findings: Findings) -> Layout:
    """Return the layout for a study's identifier.

    The identifier in lower case is the folder's name. A finding says where that needs other characters than the
    identifier has, since people look for the study by its identifier; a name that is too long is cut.
    """
    name = folder_name(study)
    if name != study.lower():
        message = (
            f"the study {study!r} has the folder {name!r}: names in an eCTD are at most {LONGEST_NAME} lower case "
            "letters, digits and hyphens. The study tagging file takes the identifier as it is"
        )
        findings.add("SUBMIT_NAME", Place("specs/study.yaml"), message, severity=Severity.WARNING)
    return Layout(root, name)


def unique_names(files: Iterable[tuple[str, str]], folder: Place, findings: Findings) -> dict[str, str]:
    """Return the portable name of each file by the name it has now; ``files`` gives both.

    Two files of the same portable name are a finding, and only the first one is kept.
    """
    names: dict[str, str] = {}
    takers: dict[str, str] = {}
    for now, portable in files:
        if portable in takers:
            message = f"{takers[portable]} and {now} would both be {portable}; rename one of them"
            findings.add("SUBMIT_NAME", folder, message)
            continue
        takers[portable] = now
        names[now] = portable
    return names


def check_names(layout: Layout, findings: Findings) -> None:
    """Report every file or folder under ``m5`` whose name or path an eCTD does not take.

    Source: ICH eCTD Specification 3.2.2, appendix 2 (lower case letters, digits, hyphens; 64 characters a name, 230 a
    path); FDA eCTD validation criterion 1085 (230 characters a path).
    """
    for path in sorted(layout.m5.rglob("*")):
        inside = path.relative_to(layout.root).as_posix()
        if not NAME.fullmatch(path.name):
            message = "a name in an eCTD has lower case letters, digits and hyphens, and one point before the extension"
            findings.add("SUBMIT_NAME", layout.place(path), message)
        if len(path.name) > LONGEST_NAME:
            message = f"the name has {len(path.name)} characters, an eCTD takes {LONGEST_NAME}"
            findings.add("SUBMIT_NAME", layout.place(path), message)
        if len(SEQUENCE + inside) > LONGEST_PATH:
            message = (
                f"the path has {len(SEQUENCE + inside)} characters with the folder of the sequence, an eCTD takes "
                f"{LONGEST_PATH}; a shorter study identifier makes it shorter"
            )
            findings.add("SUBMIT_NAME", layout.place(path), message)
