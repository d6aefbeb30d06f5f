"""The reference trial's conformance: the project's rules, and CDISC CORE where it is at hand."""

from __future__ import annotations

import os

import pytest

from crf2tlf import workflow
from crf2tlf.conform.check import check
from crf2tlf.conform.core import VARIABLE
from crf2tlf.findings import Findings

from .conftest import ROOT


def test_the_projects_own_rules_find_nothing(reference: workflow.Outcome) -> None:
    findings = Findings()
    checked = check(reference.build, findings)
    assert [(f.rule, f.dataset, f.message) for f in checked.findings] == []
    assert [rule.rule for rule in checked.rules if rule.status == "not applicable"] == []


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get(VARIABLE), reason=f"{VARIABLE} does not name a CDISC CORE engine")
def test_what_core_finds_is_explained_and_every_rule_runs() -> None:
    findings = Findings()
    outcome = workflow.conformance(ROOT, None, os.environ[VARIABLE], lambda _text: None, findings)
    assert outcome.conformance is not None
    assert [(f.rule, f.dataset, f.message) for f in outcome.conformance.unexplained] == []
    assert [(rule.rule, rule.reason) for rule in outcome.conformance.rules if rule.status == "not run"] == []
    assert any(f.engine == "CDISC CORE" for f in outcome.conformance.findings)  # it did run
    assert [f.code for f in findings] == [
        "CHECK_FAILED"
    ]  # the one deliberate disagreement; no explanation without a finding
