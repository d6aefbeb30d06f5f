"""What a conformance check says: which rules ran, and what they found, explained or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from crf2tlf.findings import Severity

Engine = Literal["crf2tlf", "CDISC CORE"]
Status = Literal["passed", "findings", "not applicable", "not run"]


@dataclass(frozen=True)
class RuleOutcome:
    """A conformance rule and what became of it; ``source`` cites the clause of the standard or guide."""

    engine: Engine
    rule: str
    text: str
    source: str
    status: Status
    findings: int = 0
    reason: str = ""


@dataclass(frozen=True)
class ConformanceFinding:
    """What a rule found in a dataset: one entry for all records with the same message.

    ``records`` are record numbers in the transport file, from 1 (at most the first 100; ``count`` is of all).
    ``explanation`` is the reason in ``specs/conformance.yaml``, None where there is none.
    """

    engine: Engine
    rule: str
    source: str
    severity: Severity
    dataset: str
    variables: tuple[str, ...]
    message: str
    count: int
    records: tuple[int, ...] = ()
    values: tuple[str, ...] = ()
    explanation: str | None = None


@dataclass(frozen=True)
class Conformance:
    """The outcome of a conformance check; ``engines`` are the engines that ran, with their versions."""

    engines: tuple[tuple[Engine, str], ...]
    rules: tuple[RuleOutcome, ...]
    findings: tuple[ConformanceFinding, ...]

    @property
    def unexplained(self) -> tuple[ConformanceFinding, ...]:
        """The findings that ``specs/conformance.yaml`` does not explain."""
        return tuple(finding for finding in self.findings if finding.explanation is None)
