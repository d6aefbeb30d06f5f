"""Two-stage designs from the study's constants."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.analysis.data import AnalysisError, Constants
from crf2tlf.analysis.scope import Scope
from crf2tlf.analysis.statistic import Method, Part, Statistic, Statistics
from crf2tlf.findings import nearest
from crf2tlf.rules.columns import Constant
from crf2tlf.rules.compile import compile_rule
from crf2tlf.rules.node import Column, Node
from crf2tlf.rules.parse import RuleError, dotted, parse
from crf2tlf.rules.scope import Ref
from crf2tlf.rules.scope import Scope as RuleScope
from crf2tlf.spec import Study
from crf2tlf.spec.model import Rule
from crf2tlf.spec.statistic import TwoStage
from crf2tlf.statistics import TwoStageDesign, minimax_design, operating_characteristics, optimal_design

_PARAMETERS = ("p0", "p1", "alpha", "beta", "n", "n1", "r1", "r")


def two_stage(spec: TwoStage, scope: Scope, _parts: Sequence[Part]) -> list[Statistics]:
    """Give a design, searched for or as given, and what it does at p0 and p1."""
    study = scope.data.study
    given = {name: getattr(spec, name) for name in _PARAMETERS if getattr(spec, name) is not None}
    numbers = {name: constant(rule, study) for name, rule in given.items()}
    try:
        design = _design(spec, numbers)
        does = operating_characteristics(design, numbers["p0"], numbers["p1"])
    except ValueError as error:
        raise AnalysisError("ANALYSIS", spec.place, str(error)) from None
    values: dict[str, float] = {
        "n": design.n,
        "n1": design.n1,
        "r": design.r,
        "r1": design.r1,
        "alpha": does.alpha,
        "power": does.power,
        "pet_p0": does.pet_p0,
        "pet_p1": does.pet_p1,
        "en_p0": does.expected_n_p0,
        "en_p1": does.expected_n_p1,
    }
    behind = Constants(tuple(item for name, rule in given.items() for item in _behind(name, rule, numbers, study)))
    return [{name: Statistic(value, behind, behind) for name, value in values.items()}]


def _design(spec: TwoStage, numbers: dict[str, float]) -> TwoStageDesign:
    p0, p1, alpha, beta = (numbers[name] for name in ("p0", "p1", "alpha", "beta"))
    if spec.search is not None:
        return _searched(spec.search, p0, p1, alpha, beta)
    n, n1, r1 = (_whole(name, numbers[name]) for name in ("n", "n1", "r1"))
    if "r" in numbers:
        return TwoStageDesign(r1, n1, _whole("r", numbers["r"]), n)
    for r in range(r1, n):
        design = TwoStageDesign(r1, n1, r, n)
        if design.rejection(p0) <= alpha:
            return design
    raise ValueError(f"no r below n = {n} keeps α = {alpha:g}")


@lru_cache
def _searched(kind: str, p0: float, p1: float, alpha: float, beta: float) -> TwoStageDesign:
    return (minimax_design if kind == "minimax" else optimal_design)(p0, p1, alpha, beta)


def _whole(name: str, number: float) -> int:
    if not float(number).is_integer():
        raise ValueError(f"{name} = {number:g} is no whole number")
    return int(number)


def _behind(name: str, rule: Rule, numbers: dict[str, float], study: Study) -> list[tuple[str, str | float]]:
    """Return the constants that a rule names; the number itself under the parameter's name where it names none."""
    named = [parts[1] for node in ast.walk(parse(rule)) if isinstance(node, ast.Attribute) and (parts := dotted(node))]
    constants = study.constants
    return [(f"study.{constant}", constants[constant]) for constant in named] or [(name, numbers[name])]


def constant(rule: Rule, study: Study) -> float:
    """Return the number of a rule that uses constants only."""
    try:
        value = compile_rule(rule, ConstantNames(study)).evaluate(RuleScope(1, _none, _none, {}, _ignore))
    except RuleError as error:
        raise AnalysisError(error.code, rule.place, str(error)) from None
    one = value.iloc[0] if isinstance(value, pd.Series) else value
    if not isinstance(one, (int, float, np.floating)) or isinstance(one, bool):
        raise AnalysisError("RULE_TYPE", rule.place, f"{rule.text!r} is no number but {one!r}")
    return float(one)


def _none(name: str) -> pd.Series[Any]:
    raise AssertionError(f"{name} is no constant")


def _ignore(*_arguments: object) -> None:
    """Constants have no records to report."""


class ConstantNames:
    """Names in rules that may use constants of study.yaml only."""

    dataset = ""
    default_order: tuple[str, ...] = ()
    grouped = False

    def __init__(self, study: Study) -> None:
        self.constants = study.constants

    def bare(self, name: str) -> Column:
        hint = nearest(name, self.constants)
        raise RuleError("RULE_NAME", f"unknown name {name}: only constants, study.NAME, stand here{hint}")

    def source(self, name: str) -> Column:
        return self.bare(name)

    def table(self, parts: tuple[str, ...]) -> str | None:  # noqa: ARG002
        return None

    def member(self, table: str, variable: str) -> Column:
        return self.bare(f"{table}.{variable}")

    def tables(self) -> tuple[str, ...]:
        return ()

    def records(self, table: str) -> frozenset[Ref]:  # noqa: ARG002
        return frozenset()

    def decodes(self, codelist: str) -> dict[str, str | None]:
        raise RuleError("RULE_METHOD", f"decode has no value to look up in {codelist}")

    def codelists(self, variable: str) -> tuple[str | None, dict[str | None, str]]:
        raise RuleError("RULE_METHOD", f"nci_code has no value to look up for {variable}")

    def nci_codes(self, codelist: str) -> dict[str, str]:
        raise RuleError("RULE_METHOD", f"nci_code has no value to look up in {codelist}")

    def constant(self, name: str) -> Constant:
        if name not in self.constants:
            raise RuleError("RULE_NAME", f"unknown constant study.{name}{nearest(name, self.constants)}")
        value: Constant = self.constants[name]
        return value

    def source_fact(self, fact: str, variable: str | None) -> Node:  # noqa: ARG002
        raise RuleError("RULE_METHOD", f"{fact} has no record to ask")


TWO_STAGE = Method("{r1}/{n1}, {r}/{n}", two_stage, lambda _spec: "two-stage design")
