"""What a review shows: everything a run made, found and traced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crf2tlf.analysis.reconcile import ReconciliationRow
from crf2tlf.analysis.results import Results
from crf2tlf.build import BuildResult
from crf2tlf.conform import Conformance
from crf2tlf.findings import Findings
from crf2tlf.metadata.model import Submission
from crf2tlf.review.changes import Changes
from crf2tlf.review.texts import Language

if TYPE_CHECKING:
    from crf2tlf.trace import Tracing


@dataclass(frozen=True)
class Review:
    """A finished run of a study (built, analysed, checked, traced), and the language the site opens in.

    ``submissions`` describe the tabulations, then the analysis datasets. ``conformance`` is None where no check ran.
    ``changes`` is what differs from an older cut, None where none was given.
    """

    build: BuildResult
    submissions: tuple[Submission, ...]
    results: Results
    reconciliation: tuple[ReconciliationRow, ...]
    conformance: Conformance | None
    findings: Findings
    tracing: Tracing
    language: Language = "en"
    changes: Changes | None = None

    @property
    def draft(self) -> bool:
        """Whether errors make everything a draft."""
        return self.results.draft or bool(self.findings.errors)
