"""Conformance of what was generated: the rules of the project itself, and those of CDISC CORE as a separate process."""

from crf2tlf.conform.catalogue import check_conformance
from crf2tlf.conform.check import check, report
from crf2tlf.conform.core import VARIABLE, run_core
from crf2tlf.conform.model import Conformance, ConformanceFinding, RuleOutcome
from crf2tlf.conform.tables import findings_table, rules_table, summary_table
from crf2tlf.conform.workbook import conformance_workbook

__all__ = [
    "VARIABLE",
    "Conformance",
    "ConformanceFinding",
    "RuleOutcome",
    "check",
    "check_conformance",
    "conformance_workbook",
    "findings_table",
    "report",
    "rules_table",
    "run_core",
    "summary_table",
]
