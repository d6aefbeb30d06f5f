"""Explanations: the reasons in ``specs/conformance.yaml`` put to the findings that they are for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from crf2tlf.conform.model import ConformanceFinding, Engine
from crf2tlf.conform.rule import RULES
from crf2tlf.findings import Findings, nearest
from crf2tlf.spec import Study
from crf2tlf.spec.conformance import ExplanationSpec

_ENGINES: dict[str, Engine] = {"core": "CDISC CORE", "crf2tlf": "crf2tlf"}


def explain(
    study: Study,
    found: Iterable[ConformanceFinding],
    ran: Collection[Engine],
    datasets: Collection[str],
    findings: Findings,
) -> Iterator[ConformanceFinding]:
    """Yield the findings with the reasons of the explanations that fit them; of several the first counts.

    Explanations for rules or datasets that do not exist are findings CONFORM_RULE; those that fit no finding, although
    their engine is among those that ``ran``, are findings CONFORM_EXPLANATION.
    """
    explanations = [(e, _engine(e)) for e in study.conformance.explanations if _is_known(e, datasets, findings)]
    used: set[int] = set()
    for finding in found:
        fitting = (at for at, (e, engine) in enumerate(explanations) if engine == finding.engine and _fits(e, finding))
        first = next(fitting, None)
        if first is None:
            yield finding
        else:
            used.add(first)
            yield replace(finding, explanation=" ".join(explanations[first][0].reason.split()))
    for at, (explanation, engine) in enumerate(explanations):
        if at not in used and engine in ran:
            about = f" in {', '.join(explanation.dataset)}" if explanation.dataset else ""
            message = f"{explanation.rule}{about}: nothing was found that this explains; take it out"
            findings.add("CONFORM_EXPLANATION", explanation.place, message)


def _engine(explanation: ExplanationSpec) -> Engine:
    if explanation.engine:
        return _ENGINES[explanation.engine]
    return "CDISC CORE" if explanation.rule.startswith("CORE-") else "crf2tlf"


def _is_known(explanation: ExplanationSpec, datasets: Collection[str], findings: Findings) -> bool:
    known = True
    if _engine(explanation) == "crf2tlf" and explanation.rule not in RULES:
        guess = nearest(explanation.rule, RULES)
        findings.add("CONFORM_RULE", explanation.place, f"there is no conformance rule {explanation.rule}{guess}")
        known = False
    for name in explanation.dataset:
        if name not in datasets:
            message = f"{explanation.rule}: there is no dataset {name}{nearest(name, datasets)}"
            findings.add("CONFORM_RULE", explanation.place, message)
            known = False
    return known


def _fits(explanation: ExplanationSpec, finding: ConformanceFinding) -> bool:
    return (
        explanation.rule == finding.rule
        and (not explanation.dataset or finding.dataset in explanation.dataset)
        and set(explanation.variables) <= set(finding.variables)
        and (explanation.message or "") in finding.message
    )
