"""What the CORE engine writes, as findings: JSON lines, or the JSON report of its own command line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crf2tlf.conform.model import ConformanceFinding, Engine, RuleOutcome
from crf2tlf.conform.rule import SHOWN_RECORDS, SHOWN_VALUES
from crf2tlf.findings import Severity

ENGINE: Engine = "CDISC CORE"
_LONGEST = 200
_NOT_THERE = "Not in dataset"


@dataclass(frozen=True)
class CoreReport:
    """What an engine found, what became of its rules as far as it says so, and its version (empty if it does not)."""

    version: str
    rules: tuple[RuleOutcome, ...]
    findings: tuple[ConformanceFinding, ...]


@dataclass(frozen=True)
class _Entry:
    """An entry of an engine's output: a finding in a record or dataset, a rule that was not run, or a rule's status.

    ``values`` are sorted by name: the engine gives them in an order that changes from run to run.
    """

    rule: str
    dataset: str = ""
    message: str = ""
    source: str = ""
    row: int | None = None
    values: tuple[tuple[str, str], ...] = ()
    not_run: str = ""
    status: str = ""

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables of the dataset that the finding is about; what the engine computed begins with ``$``."""
        return tuple(name for name, _ in self.values if not name.startswith("$"))


def read_report(text: str) -> CoreReport:
    """Read an engine's output.

    A JSON line has ``rule`` and ``dataset`` with ``message``, ``row`` (from 1; null for the dataset as a whole) and
    ``values`` by variable, or with ``not run`` (the reason). Optional: ``source``; a line with ``rule`` and ``status``
    only, for a rule that ran; a line with ``version``. Raises ``ValueError`` for anything else.
    """
    stripped = text.strip()
    whole = _as_object(stripped)
    if "Issue_Details" in whole:
        details = whole.get("Conformance_Details") or {}
        return _report(str(details.get("CORE_Engine_Version") or ""), list(_of_engine(whole)))
    version, entries = "", []
    for number, line in enumerate(stripped.splitlines(), 1):
        if line.strip():
            parsed = _parsed(line, number)
            version = str(parsed.get("version") or version)
            if "rule" in parsed:
                entries.append(_of_line(parsed, number))
            elif "version" not in parsed:
                raise ValueError(f"line {number} names no rule")
    return _report(version, entries)


def _as_object(text: str) -> dict[str, Any]:
    try:
        whole = json.loads(text)
    except ValueError:
        return {}
    return whole if isinstance(whole, dict) else {}


def _parsed(line: str, number: int) -> dict[str, Any]:
    try:
        parsed = json.loads(line)
    except ValueError as error:
        raise ValueError(f"line {number} is no JSON") from error
    if not isinstance(parsed, dict):
        raise ValueError(f"line {number} is no JSON object")
    return parsed


def _of_line(line: Mapping[str, Any], number: int) -> _Entry:
    for key in ("rule", "dataset", "message", "not run", "status"):
        if not isinstance(line.get(key) or "", str):
            raise ValueError(f"in line {number}, {key!r} is no text")
    if not line["rule"] or not {"message", "not run", "status"} & set(line):
        raise ValueError(f"line {number} has no rule, or none of 'message', 'not run' and 'status'")
    values = line.get("values")
    return _Entry(
        rule=line["rule"],
        dataset=_dataset(line.get("dataset")),
        message=str(line.get("message") or ""),
        source=str(line.get("source") or ""),
        row=_row(line.get("row")),
        values=tuple(sorted(_shown(values))) if isinstance(values, Mapping) else (),
        not_run=str(line.get("not run") or ""),
        status=str(line.get("status") or ""),
    )


def _of_engine(report: Mapping[str, Any]) -> Iterator[_Entry]:
    """Yield the entries of the report that the engine's command line writes with ``--output-format JSON``."""
    for rule in report.get("Rules_Report") or ():
        cited = [rule.get("cdisc_rule_id"), rule.get("fda_rule_id")]
        source = ", ".join(str(part) for part in cited if part)
        code, status = str(rule.get("core_id") or ""), str(rule.get("status") or "").casefold()
        message = str(rule.get("message") or "")
        if "error" in status:
            yield _Entry(code, message=message, source=source, not_run=message or status)
        else:
            yield _Entry(code, message=message, source=source, status=status)
    for issue in report.get("Issue_Details") or ():
        variables, values = issue.get("variables"), issue.get("values")
        if isinstance(variables, list) and isinstance(values, list):
            pairs = dict(zip(map(str, variables), values, strict=False))
            yield _Entry(
                rule=str(issue.get("core_id") or ""),
                dataset=_dataset(issue.get("dataset")),
                message=str(issue.get("message") or ""),
                row=_row(issue.get("row")),
                values=tuple(sorted(_shown(pairs))),
            )


def _dataset(name: object) -> str:
    return str(name or "").removesuffix(".xpt").upper()


def _row(row: object) -> int | None:
    return int(row) if isinstance(row, (int, str)) and str(row).isdigit() else None


def _shown(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield values as texts; of two lists that the engine compared, what only one of them has."""
    lists = {name: value for name, value in values.items() if isinstance(value, list)}
    for name, value in values.items():
        others = [other for other_name, other in lists.items() if other_name != name]
        if isinstance(value, list) and len(others) == 1:
            kept = [str(item) for item in value if item not in others[0]]
            yield name, f"only here: {', '.join(kept)}"[:_LONGEST] if kept else ""
        elif isinstance(value, list):
            yield name, ", ".join("" if item is None else str(item) for item in value)[:_LONGEST]
        elif value != _NOT_THERE:
            yield name, "" if value is None else str(value)[:_LONGEST]


def _report(version: str, entries: list[_Entry]) -> CoreReport:
    found = [entry for entry in entries if not entry.not_run and not entry.status]
    sources = {entry.rule: entry.source for entry in entries if entry.source}
    groups: dict[tuple[str, str, str, tuple[str, ...]], list[_Entry]] = {}
    for entry in found:
        groups.setdefault((entry.rule, entry.dataset, entry.message, entry.variables), []).append(entry)
    findings = tuple(_finding(group, sources.get(group[0].rule, "")) for group in groups.values())
    return CoreReport(version, tuple(_outcomes(entries, findings, sources)), findings)


def _finding(entries: list[_Entry], source: str) -> ConformanceFinding:
    first = entries[0]
    shown = dict.fromkeys(", ".join(f"{n}={v}" for n, v in entry.values if v or n[0] != "$") for entry in entries)
    return ConformanceFinding(
        engine=ENGINE,
        rule=first.rule,
        source=source,
        severity=Severity.WARNING,  # the engine does not weigh its findings
        dataset=first.dataset,
        variables=first.variables,
        message=" ".join(first.message.split()),
        count=len(entries),
        records=tuple(entry.row for entry in entries if entry.row is not None)[:SHOWN_RECORDS],
        values=tuple(text for text in shown if text)[:SHOWN_VALUES],
    )


def _outcomes(
    entries: Iterable[_Entry], findings: Iterable[ConformanceFinding], sources: Mapping[str, str]
) -> Iterator[RuleOutcome]:
    """Yield what became of each rule that the output names, in the order of their codes."""
    by_rule: dict[str, list[_Entry]] = {}
    for entry in entries:
        by_rule.setdefault(entry.rule, []).append(entry)
    counts: dict[str, int] = {}
    for finding in findings:
        counts[finding.rule] = counts.get(finding.rule, 0) + 1
    for rule, said in sorted(by_rule.items()):
        reason = next((" ".join(entry.not_run.split()) for entry in said if entry.not_run), "")
        text = next((" ".join(entry.message.split()) for entry in said if entry.message), "")
        if rule in counts:
            yield RuleOutcome(ENGINE, rule, text, sources.get(rule, ""), "findings", counts[rule], reason)
        elif reason:
            yield RuleOutcome(ENGINE, rule, text, sources.get(rule, ""), "not run", 0, reason)
        else:
            skipped = any("skip" in entry.status.casefold() for entry in said)
            yield RuleOutcome(ENGINE, rule, text, sources.get(rule, ""), "not applicable" if skipped else "passed")
