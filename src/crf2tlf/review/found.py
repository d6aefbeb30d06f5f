"""Everything a reviewer has to know, in one list: findings of the build and of data checks, conformance, reconciliation
with the publication, and the ledger of raw records."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from crf2tlf.analysis.reconcile import ReconciliationRow
from crf2tlf.build import BuildResult
from crf2tlf.build.ledger import LedgerEntry
from crf2tlf.conform import Conformance
from crf2tlf.conform.model import ConformanceFinding
from crf2tlf.findings import Finding, Findings, Place, Severity
from crf2tlf.review.found_checks import FailedCheck, failed_checks
from crf2tlf.review.records import ReviewTable, review_tables, subject_index

KINDS = ("check", "data", "build", "conformance", "reconciliation", "ledger")
"""Data checks of the specs; findings at raw records; findings elsewhere; and the three reports."""
RECORDS = 100
"""The records that one row leads to; more are counted only."""
LEFT_OUT_SINGLY = 1000
"""Left-out records are listed one by one where a rule left out at most so many."""
_OF_REPORTS = {"CONFORM_FINDING", "RECONCILE_DIFFERENT", "RECONCILE_EXPLAINED"}


@dataclass(frozen=True)
class Found:
    """One thing that was found: what, how it stands, and the records or the cell it is about.

    ``id`` is made from the content, so that it is the same in the next extract if the same is found; ``topic`` is that
    of a data check; ``domain`` a dataset, form or output; ``value`` what is there and ``expected`` what should be;
    ``records`` are tables with record numbers (of ``count``, the first few); ``place`` is a line of a spec or file.
    """

    kind: str
    code: str
    severity: str
    state: str
    domain: str
    message: str
    id: str = ""
    topic: str = ""
    source: str = ""
    subjects: tuple[str, ...] = ()
    value: str = ""
    expected: str = ""
    note: str = ""
    count: int = 1
    records: tuple[tuple[str, int], ...] = ()
    output: str = ""
    cell: str = ""
    place: str = ""


def all_found(
    build: BuildResult,
    findings: Findings,
    conformance: Conformance | None,
    reconciliation: Sequence[ReconciliationRow],
    tables: Mapping[str, ReviewTable] | None = None,
) -> list[Found]:
    """Return everything that was found in a run, kind by kind; ``tables`` are those of the run, if they are at hand."""
    subjects = subject_index(build)
    of = _Subjects(review_tables(build, subjects) if tables is None else tables, [str(name) for name in subjects])
    failed = list(failed_checks(build))
    found = [_of_check(one, of) for one in failed]
    left = _OF_REPORTS if conformance is not None else set()
    left = (left | {"CHECK_FAILED"}) if failed else left
    found += [_of_finding(one, of) for one in findings if one.code not in left]
    found += [_of_conformance(one, of) for one in (conformance.findings if conformance else ())]
    found += [_of_reconciliation(row) for row in reconciliation]
    found += [one for entry in build.ledger for one in _of_ledger(entry, of)]
    return _identified(found)


class _Subjects:
    """Who records are of."""

    def __init__(self, tables: Mapping[str, ReviewTable], names: Sequence[str]) -> None:
        self.tables, self.names = tables, names
        self.by_file: dict[str, list[ReviewTable]] = {}
        for table in tables.values():
            if table.kind == "raw":
                self.by_file.setdefault(table.file, []).append(table)

    def of(self, records: Iterable[tuple[str, int]]) -> tuple[str, ...]:
        """Return the subjects of records, each once."""
        found: dict[str, None] = {}
        for name, number in records:
            table = self.tables[name]
            at = int(np.searchsorted(table.numbers, number))
            if at < table.size and table.numbers[at] == number and table.subjects[at] >= 0:
                found[self.names[table.subjects[at]]] = None
        return tuple(found)

    def record(self, place: Place) -> tuple[str, int] | None:
        """Return the raw record at a line of a file, None if there is none."""
        for table in self.by_file.get(place.file, ()):
            at = int(np.searchsorted(table.numbers, place.line))
            if at < table.size and table.numbers[at] == place.line:
                return table.name, place.line
        return None


def _of_check(failed: FailedCheck, of: _Subjects) -> Found:
    check = failed.check
    record = (failed.dataset, failed.number)
    return Found(
        "check",
        "CHECK_FAILED",
        failed.severity.value,
        "open",
        failed.dataset,
        check.message,
        id="\x1f".join((str(check.that), *failed.keys)),
        topic=check.topic,
        subjects=of.of([record]),
        value=failed.value,
        expected=failed.expected,
        records=(record, *failed.origins),
        place=str(check.that.place),
    )


def _of_finding(finding: Finding, of: _Subjects) -> Found:
    places = [finding.place, *finding.records]
    records = tuple(dict.fromkeys(record for place in places if (record := of.record(place)) is not None))[:RECORDS]
    raw = bool(records) or finding.place.file in of.by_file
    domain = records[0][0].removeprefix("raw.") if records else finding.place.file.rpartition("/")[2].partition(".")[0]
    return Found(
        "data" if raw else "build",
        finding.code,
        finding.severity.value,
        "explained" if finding.severity is Severity.NOTE and finding.code.endswith("EXPLAINED") else "open",
        domain,
        finding.message,
        subjects=of.of(records),
        count=finding.count,
        records=records,
        place=str(finding.place),
    )


def _of_conformance(finding: ConformanceFinding, of: _Subjects) -> Found:
    known = finding.dataset in of.tables
    records = tuple((finding.dataset, number) for number in finding.records[:RECORDS]) if known else ()
    return Found(
        "conformance",
        finding.rule,
        finding.severity.value,
        "open" if finding.explanation is None else "explained",
        finding.dataset,
        finding.message,
        source=f"{finding.engine}: {finding.source}" if finding.source else finding.engine,
        subjects=of.of(records),
        value="; ".join(finding.values),
        note=finding.explanation or "",
        count=finding.count,
        records=records,
        place=", ".join(finding.variables),
    )


def _of_reconciliation(row: ReconciliationRow) -> Found:
    state = "agrees" if row.agrees else "explained" if row.note else "differs"
    code = {"agrees": "", "explained": "RECONCILE_EXPLAINED", "differs": "RECONCILE_DIFFERENT"}[state]
    code = code if row.generated else "RECONCILE_UNMATCHED"
    severity = {"agrees": "", "explained": "note", "differs": "error"}[state]
    told = " · ".join(part for part in (row.section, row.row, row.column) if part)
    output = row.cell.partition("/")[0] or row.output
    return Found(
        "reconciliation",
        code,
        severity,
        state,
        output,
        told,
        value=row.generated,
        expected=row.published,
        note=row.note,
        output=output,
        cell=row.cell,
    )


def _of_ledger(entry: LedgerEntry, of: _Subjects) -> Iterator[Found]:
    """Yield a row for the records with a fate; left-out records come one by one, where they are not many."""
    name = f"raw.{entry.form}"
    message = entry.detail if entry.fate == "left out" else f"{entry.fate} {entry.detail}".strip()
    one = Found("ledger", "", "", entry.fate, entry.form, message, count=entry.count)
    if entry.fate == "left out" and entry.count <= LEFT_OUT_SINGLY:
        for line in entry.lines:
            record = (name, line)
            place = f"{of.tables[name].file}:{line}"
            yield replace(one, count=1, subjects=of.of([record]), records=(record,), place=place)
        return
    yield replace(one, records=tuple((name, line) for line in entry.lines[:RECORDS]), place=ranges(entry.lines))


def ranges(numbers: Sequence[int], most: int = 40) -> str:
    """Return numbers as a short text: ``2-5, 7``; of many ranges the first, and how many numbers follow."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    shown = [str(first) if first == last else f"{first}-{last}" for first, last in parts[:most]]
    rest = sum(last - first + 1 for first, last in parts[most:])
    return ", ".join(shown) + (f" … and {rest} more" if rest else "")


def _identified(found: Iterable[Found]) -> list[Found]:
    """Give each thing found its identifier; of those that say the same, the later ones get a number."""
    told: Counter[str] = Counter()
    result = []
    for one in found:
        content = one.id or "\x1f".join((one.message, one.expected if one.kind == "reconciliation" else "", one.cell))
        text = "\x1f".join((one.kind, one.code, one.domain, *one.subjects[:5], content))
        made = "F-" + hashlib.sha256(text.encode()).hexdigest()[:10]
        told[made] += 1
        result.append(replace(one, id=made if told[made] == 1 else f"{made}-{told[made]}"))
    return result
