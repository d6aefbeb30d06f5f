"""The outcome of a conformance check as tables of texts and numbers: for the terminal, the workbook and the guides."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from crf2tlf.conform.model import Conformance, ConformanceFinding, Engine, Status
from crf2tlf.findings import Severity

STATUSES: tuple[Status, ...] = ("passed", "findings", "not applicable", "not run")
Value = str | int

_VALUES = 4
"""How many different values a cell shows."""


@dataclass(frozen=True)
class ConformanceTable:
    """A table: its title, headings, and rows; widths are in characters."""

    title: str
    headings: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[Value, ...], ...]


def summary_table(conformance: Conformance) -> ConformanceTable:
    """Return for each engine how many rules ended how, and how many findings there are, explained and not.

    A dash stands for what an engine does not tell: its version, or the rules in which it found nothing.
    """
    rows: list[tuple[Value, ...]] = []
    for engine, version in conformance.engines:
        rules = Counter(rule.status for rule in conformance.rules if rule.engine == engine)
        silent = not (rules["passed"] or rules["not applicable"])
        counts = ["–" if silent and status in ("passed", "not applicable") else rules[status] for status in STATUSES]
        found = [finding for finding in conformance.findings if finding.engine == engine]
        explained = sum(finding.explanation is not None for finding in found)
        rows.append((engine, version or "–", *counts, len(found), explained, len(found) - explained))
    headings = ("Engine", "Version", *(f"Rules: {status}" for status in STATUSES), "Findings", "Explained", "Open")
    return ConformanceTable("Summary", headings, (14, 12, 13, 13, 19, 13, 11, 11, 11), tuple(rows))


def findings_table(conformance: Conformance) -> ConformanceTable:
    """Return all findings: those without an explanation first, then by weight, engine, dataset and rule."""
    headings = (
        *("Severity", "Engine", "Rule", "Dataset", "Records", "Message", "Variables", "First records", "Values"),
        *("Source", "Explanation"),
    )
    rows = tuple(_row(finding) for finding in sorted(conformance.findings, key=_weight))
    return ConformanceTable("Findings", headings, (10, 12, 24, 10, 9, 48, 24, 20, 48, 40, 60), rows)


def rules_table(conformance: Conformance) -> ConformanceTable:
    """Return all rules that an engine names, with their sources and what became of them."""
    headings = ("Engine", "Rule", "Status", "Findings", "Text", "Source", "Reason")
    rows = tuple((r.engine, r.rule, r.status, r.findings, r.text, r.source, r.reason) for r in conformance.rules)
    return ConformanceTable("Rules", headings, (12, 28, 14, 10, 70, 60, 50), rows)


def _weight(finding: ConformanceFinding) -> tuple[bool, int, Engine, str, str, str]:
    heavy = list(Severity).index(finding.severity)
    return (finding.explanation is not None, heavy, finding.engine, finding.dataset, finding.rule, finding.message)


def _row(finding: ConformanceFinding) -> tuple[Value, ...]:
    records = ", ".join(map(str, finding.records[:10])) + (" …" if finding.count > 10 and finding.records else "")
    return (
        str(finding.severity),
        finding.engine,
        finding.rule,
        finding.dataset,
        finding.count,
        finding.message,
        ", ".join(finding.variables),
        records,
        "\n".join(finding.values[:_VALUES]),
        finding.source,
        finding.explanation or "",
    )
