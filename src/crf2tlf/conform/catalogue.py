"""All conformance rules, and their application to a build."""

from __future__ import annotations

from crf2tlf.build import BuildResult
from crf2tlf.conform import (  # noqa: F401 (a rule is in the catalogue when its file is imported)
    adam_bds,
    adam_occurrences,
    adam_structure,
    adam_subject_level,
    adam_time_to_event,
    design,
    occurrences,
    relationships,
    results,
    structure,
    subjects,
    terminology,
    timing,
    traceability,
)
from crf2tlf.conform.model import ConformanceFinding, RuleOutcome
from crf2tlf.conform.rule import RULES, apply_rule
from crf2tlf.conform.submitted import SubmittedStudy, submitted_study

TOPICS = {
    "structure": "Datasets and variables",
    "terminology": "Controlled terminology",
    "subjects": "Subjects",
    "timing": "Dates, study days, epochs and visits",
    "results": "Results of findings",
    "occurrences": "Interventions and events",
    "relationships": "Relationships",
    "design": "Trial design",
    "adam_structure": "Analysis datasets",
    "adam_subject_level": "ADSL",
    "adam_bds": "Basic data structure",
    "adam_time_to_event": "Time to event",
    "adam_occurrences": "Occurrence data",
    "traceability": "Traceability",
}
"""The topic files in the order in which rules are listed, and their titles."""

IN_ORDER = tuple(sorted(RULES.values(), key=lambda rule: list(TOPICS).index(rule.topic)))
"""All rules, by topic."""


def check_conformance(build: BuildResult) -> tuple[list[RuleOutcome], list[ConformanceFinding]]:
    """Apply all rules of the project to the datasets of a build: what became of each rule, and what they found.

    Only what is written counts: datasets and variables without ``output: false``.
    """
    return check_study(submitted_study(build))


def check_study(study: SubmittedStudy) -> tuple[list[RuleOutcome], list[ConformanceFinding]]:
    """Apply all rules to submitted datasets."""
    outcomes, found = [], []
    for rule in IN_ORDER:
        outcome, findings = apply_rule(rule, study)
        outcomes.append(outcome)
        found += findings
    return outcomes, found
