"""What a review shows: everything a run made, found and traced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from crf2tlf.analysis.reconcile import ReconciliationRow
from crf2tlf.analysis.results import Results
from crf2tlf.build import BuildResult
from crf2tlf.conform import Conformance
from crf2tlf.findings import Findings
from crf2tlf.metadata.model import Submission
from crf2tlf.review.changes import Changes
from crf2tlf.review.records import ReviewTable, review_tables, subject_index
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

    @cached_property
    def subjects(self) -> pd.Index[Any]:
        """The subjects in the order of their numbers."""
        return subject_index(self.build)

    @cached_property
    def tables(self) -> Mapping[str, ReviewTable]:
        """All tables as pages show them."""
        return review_tables(self.build, self.subjects)

    @property
    def draft(self) -> bool:
        """Whether errors make everything a draft."""
        return self.results.draft or bool(self.findings.errors)
