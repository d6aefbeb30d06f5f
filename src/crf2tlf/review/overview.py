"""The overview, the first page of the site: what the study is, its outputs, and the state of its review."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from crf2tlf.analysis.reconcile import ReconciliationRow
from crf2tlf.analysis.results import Output
from crf2tlf.build.ledger import LedgerEntry
from crf2tlf.conform import Conformance
from crf2tlf.findings import Severity
from crf2tlf.review.model import Review
from crf2tlf.review.pieces import Site

KINDS: tuple[Literal["table", "figure", "listing"], ...] = ("table", "figure", "listing")
FATES = ("mapped", "looked up", "left out", "unused")


@dataclass(frozen=True)
class Agreement:
    """How many published numbers there are, how many agree, and how many of the others have a note."""

    published: int
    agree: int
    explained: int

    @property
    def unexplained(self) -> int:
        """The differences that no note explains."""
        return self.published - self.agree - self.explained


@dataclass(frozen=True)
class Checked:
    """A conformance check in numbers; ``ran`` are the rules that applied."""

    engines: tuple[str, ...]
    ran: int
    passed: int
    findings: int
    unexplained: int


@dataclass(frozen=True)
class FormFates:
    """A form's records by what became of them, in the order of ``FATES``."""

    form: str
    label: str
    records: int
    counts: tuple[int, ...]


def write(review: Review, site: Site) -> None:
    """Write ``index.html``; it loads no piece, so that it opens at once for a study of any size."""
    forms = list(_fates(review))
    site.page(
        "index.html",
        "overview.html",
        section="overview",
        title="site.overview",
        spec=review.build.study.spec,
        counts=_counts(review, sum(form.records for form in forms)),
        outputs=_outputs(review),
        agreements=_agreements(review),
        agreement=_agreement(review.reconciliation),
        severities=Counter(finding.severity.value for finding in review.findings),
        severity_order=[severity.value for severity in Severity],
        checked=_checked(review.conformance),
        forms=forms,
        fates=FATES,
        pages={file for _, file in site.navigation},
    )


def _counts(review: Review, raw_records: int) -> list[tuple[str, int, str]]:
    """Return what there is how many of: key of the text, number, page."""
    build = review.build
    subjects = build.datasets.get(build.study.spec.subject_dataset)
    of = {sdtm: sum(d.sdtm is sdtm and d.spec.output for d in build.datasets.values()) for sdtm in (True, False)}
    return [
        ("subjects", subjects.size if subjects else 0, "patients.html"),
        ("forms", len(build.study.forms), "datasets.html#kind-raw"),
        ("raw_records", raw_records, "datasets.html#kind-raw"),
        ("sdtm", of[True], "datasets.html#kind-sdtm"),
        ("adam", of[False], "datasets.html#kind-adam"),
        ("outputs", len(review.results.outputs), "outputs.html"),
    ]


def _outputs(review: Review) -> list[tuple[str, list[Output]]]:
    found = [(kind, [output for output in review.results.outputs if output.kind == kind]) for kind in KINDS]
    return [(kind, outputs) for kind, outputs in found if outputs]


def _agreements(review: Review) -> dict[str, Agreement]:
    """Return for each output with published numbers how they agree: the output of the cell they are compared with."""
    rows: dict[str, list[ReconciliationRow]] = defaultdict(list)
    for row in review.reconciliation:
        rows[row.cell.partition("/")[0] or row.output].append(row)
    return {output: _agreement(found) for output, found in rows.items()}


def _agreement(rows: Sequence[ReconciliationRow]) -> Agreement:
    agree = sum(row.agrees for row in rows)
    return Agreement(len(rows), agree, sum(bool(row.note) and not row.agrees for row in rows))


def _checked(conformance: Conformance | None) -> Checked | None:
    if conformance is None:
        return None
    ran = [rule for rule in conformance.rules if rule.status in ("passed", "findings")]
    engines = tuple(" ".join(filter(None, engine)) for engine in conformance.engines)
    passed = sum(rule.status == "passed" for rule in ran)
    return Checked(engines, len(ran), passed, len(conformance.findings), len(conformance.unexplained))


def _fates(review: Review) -> Iterator[FormFates]:
    entries: dict[str, list[LedgerEntry]] = defaultdict(list)
    for entry in review.build.ledger:
        entries[entry.form].append(entry)
    for form in review.build.study.forms.values():
        counts = tuple(sum(e.count for e in entries[form.form] if e.fate == fate) for fate in FATES)
        yield FormFates(f"raw.{form.form}", form.label or form.form, sum(e.count for e in entries[form.form]), counts)
