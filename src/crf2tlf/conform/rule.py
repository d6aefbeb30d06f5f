"""Conformance rules: what a rule says, where that is written, and the function that finds what breaks it.

A rule is a function under ``@dataset_rule`` (called for every dataset it applies to) or ``@study_rule`` (called once).
It is in the catalogue by being there. Its docstring says what should hold, then cites where that is written.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from crf2tlf.conform.model import ConformanceFinding, RuleOutcome, Status
from crf2tlf.conform.submitted import Mask, Submitted, SubmittedStudy
from crf2tlf.findings import Severity
from crf2tlf.methods.catalogue import Integers

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE

SHOWN_RECORDS, SHOWN_VALUES = 100, 10


@dataclass(frozen=True)
class Problem:
    """Records of a dataset that break a rule in the same way.

    ``where`` chooses the records: a mask that chooses none is no problem, None is about the dataset itself.
    ``variables`` are shown with their values. ``dataset`` is for rules about the study.
    """

    message: str
    variables: tuple[str, ...] = ()
    where: Mask | None = None
    dataset: str = ""


Applies = Callable[[Submitted], bool]
Test = Callable[[Submitted, SubmittedStudy], Iterable[Problem]]
StudyTest = Callable[[SubmittedStudy], Iterable[Problem]]


@dataclass(frozen=True)
class ConformanceRule:
    """A rule of the catalogue; ``applies`` is None for a rule about the study as a whole.

    ``needs`` are the variables without which the rule is not applicable to a dataset.
    """

    code: str
    topic: str
    severity: Severity
    text: str
    source: str
    applies: Applies | None
    needs: tuple[str, ...]
    test: Test

    def concerned(self, study: SubmittedStudy) -> list[Submitted]:
        """Return the datasets that the rule is about."""
        return [d for d in study if self.applies and self.applies(d) and d.has(*self.needs)]


RULES: dict[str, ConformanceRule] = {}
"""All rules by code; filled by the topic files, see :mod:`crf2tlf.conform.catalogue`."""


def dataset_rule(
    code: str, severity: Severity, *, applies: Applies, needs: tuple[str, ...] = ()
) -> Callable[[Test], Test]:
    """Put a function into the catalogue as a rule about single datasets; its docstring is the rule."""

    def register(test: Test) -> Test:
        _add(code, severity, applies, needs, test, test)
        return test

    return register


def study_rule(code: str, severity: Severity) -> Callable[[StudyTest], StudyTest]:
    """Put a function into the catalogue as a rule about the study as a whole; it names the dataset of each problem."""

    def register(test: StudyTest) -> StudyTest:
        _add(code, severity, None, (), lambda _, study: test(study), test)
        return test

    return register


def _add(
    code: str,
    severity: Severity,
    applies: Applies | None,
    needs: tuple[str, ...],
    test: Test,
    described: Callable[..., object],
) -> None:
    """Add a rule: its text is the docstring before ``Source:``, its source what follows."""
    assert code not in RULES, f"two rules have the code {code}"
    words = " ".join((inspect.getdoc(described) or "").split())
    text, source = (part.strip() for part in words.split("Source:"))
    topic = described.__module__.rpartition(".")[2]
    RULES[code] = ConformanceRule(code, topic, severity, text, source.removesuffix("."), applies, needs, test)


def apply_rule(rule: ConformanceRule, study: SubmittedStudy) -> tuple[RuleOutcome, list[ConformanceFinding]]:
    """Apply a rule to a study: what became of it, and what it found."""
    concerned = rule.concerned(study)
    found: list[ConformanceFinding] = []
    if rule.applies is None:
        everything = next(iter(study), None)
        if everything is not None:
            found = [_finding(rule, study.datasets.get(p.dataset), p) for p in rule.test(everything, study)]
    for dataset in concerned:
        problems = rule.test(dataset, study)
        found += [_finding(rule, dataset, p) for p in problems if p.where is None or p.where.any()]
    status: Status = "findings" if found else "passed" if concerned or rule.applies is None else "not applicable"
    return RuleOutcome("crf2tlf", rule.code, rule.text, rule.source, status, len(found)), found


def _finding(rule: ConformanceRule, dataset: Submitted | None, problem: Problem) -> ConformanceFinding:
    at = np.flatnonzero(problem.where) if problem.where is not None else np.array([], dtype=np.int64)
    variables = tuple(dataset.named(v) for v in problem.variables) if dataset else problem.variables
    return ConformanceFinding(
        engine="crf2tlf",
        rule=rule.code,
        source=rule.source,
        severity=rule.severity,
        dataset=dataset.name if dataset else problem.dataset,
        variables=variables,
        message=problem.message,
        count=len(at) if problem.where is not None else 1,
        records=tuple(int(position) + 1 for position in at[:SHOWN_RECORDS]),
        values=tuple(_shown(dataset, variables, at)) if dataset and len(at) else (),
    )


def _shown(dataset: Submitted, variables: tuple[str, ...], at: Integers) -> Iterator[str]:
    """Yield the first different combinations of values as ``AESTDTC=2019-02, AEENDTC=2019-01``; missing ones blank."""
    present = [name for name in variables if name in dataset.names]
    if not present:
        return
    texts = {name: dataset.text(name).iloc[at].fillna("") for name in present}
    rows = dict.fromkeys(zip(*texts.values(), strict=True))
    for row in list(rows)[:SHOWN_VALUES]:
        yield ", ".join(f"{name}={value}" for name, value in zip(present, row, strict=True))


# Which datasets a rule is about


def tabulations(dataset: Submitted) -> bool:
    """All tabulation datasets."""
    return dataset.sdtm


def domains(dataset: Submitted) -> bool:
    """Datasets of the general observation classes."""
    return dataset.observation_class in ("Interventions", "Events", "Findings", "Findings About")


def findings_domains(dataset: Submitted) -> bool:
    """Findings domains."""
    return dataset.observation_class in ("Findings", "Findings About")


def analyses(dataset: Submitted) -> bool:
    """All analysis datasets."""
    return not dataset.sdtm


def parameters(dataset: Submitted) -> bool:
    """Datasets with the structure of BDS, time to event among them."""
    return dataset.structure in ("BDS", "TTE")


def occurrences(dataset: Submitted) -> bool:
    """Occurrence datasets."""
    return dataset.structure == "OCCDS"


def every(_: Submitted) -> bool:
    """All datasets."""
    return True


def named(*names: str) -> Applies:
    """Return the choice of the datasets with these names."""
    return lambda dataset: dataset.name in names


def starting(prefix: str) -> Applies:
    """Return the choice of the datasets whose names begin so."""
    return lambda dataset: dataset.sdtm and dataset.name.startswith(prefix)
