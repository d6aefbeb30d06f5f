"""What a package is made from, and the way in to making one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from crf2tlf.build import BuildResult
from crf2tlf.conform.model import Conformance
from crf2tlf.findings import Findings
from crf2tlf.metadata.model import Submission


@dataclass(frozen=True)
class Package:
    """What a package is made from; ``submissions`` are the metadata of SDTM, then of ADaM, as far as there are data.

    ``draft``: everything that can says DRAFT. ``dataset_json``: Dataset-JSON stands beside ``m5``, with the define file
    that it refers to.
    """

    build: BuildResult
    submissions: tuple[Submission, ...]
    conformance: Conformance
    draft: bool = False
    dataset_json: bool = False

    @property
    def parts(self) -> tuple[Submission, Submission | None]:
        """The metadata of SDTM and, where there are analysis datasets, of ADaM."""
        marked = [replace(given, draft=self.draft) for given in self.submissions]
        sdtm = next(given for given in marked if given.sdtm)
        return sdtm, next((given for given in marked if not given.sdtm and given.datasets), None)


def assemble(package: Package, folder: Path, findings: Findings) -> list[Path]:
    """Write a package into an empty folder, read it back and check it; return the paths of all files.

    What is wrong with it is among the findings; the caller decides whether the folder is kept. Findings: those of
    :func:`crf2tlf.submit.check.check_package`, of the define files and of the documents.
    """
    # What reads and writes PDF files, Word files and fonts takes a while to import: only a package pays for it.
    from crf2tlf.submit.assembly import write_package

    return write_package(package, folder, findings)
