"""Every rule accepts a small study that is right, and finds the records of one that is wrong."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from crf2tlf.conform.catalogue import IN_ORDER, RULES, TOPICS
from crf2tlf.conform.rule import ConformanceRule, apply_rule
from crf2tlf.conform.submitted import Submitted, SubmittedStudy

from .cases import Case
from .cases_adam import ADAM
from .cases_domains import DOMAINS
from .cases_structure import STRUCTURE
from .tables import study

CASES = [*STRUCTURE, *DOMAINS, *ADAM]


@pytest.mark.parametrize("case", [case for case in CASES if not case.found], ids=str)
def test_what_is_right_passes(case: Case) -> None:
    outcome, found = apply_rule(RULES[case.rule], study(case.tables))
    assert [f"{f.dataset} {f.records}: {f.message}" for f in found] == []
    assert outcome.status == "passed"


@pytest.mark.parametrize("case", [case for case in CASES if case.found], ids=str)
def test_what_is_wrong_is_found(case: Case) -> None:
    outcome, found = apply_rule(RULES[case.rule], study(case.tables))
    said = {" ".join([f.dataset, *map(str, f.records)]) for f in found if case.words in f.message}
    assert said == set(case.found.split(", ")), [f"{f.dataset} {f.records}: {f.message}" for f in found]
    assert outcome.status == "findings"


def test_every_rule_has_a_table_that_passes_and_one_that_fails() -> None:
    assert {case.rule for case in CASES if not case.found} == set(RULES)
    assert {case.rule for case in CASES if case.found} == set(RULES)


@pytest.mark.parametrize("rule", IN_ORDER, ids=lambda rule: rule.code)
def test_every_rule_says_what_it_is_and_cites_its_source(rule: ConformanceRule) -> None:
    assert re.fullmatch(r"[A-Z][A-Z0-9_]+", rule.code)
    assert rule.text.endswith(".")
    assert re.search(r"SDTM|ADaM|OCCDS|FDA|PMDA", rule.source)
    assert rule.topic in TOPICS


@pytest.mark.parametrize("rule", IN_ORDER, ids=lambda rule: rule.code)
def test_a_dataset_without_records_is_no_trouble(rule: ConformanceRule) -> None:
    """No rule falls over a study whose datasets are all empty."""
    tables = {
        "DM": "USUBJID RFSTDTC ARMCD ARM;",
        "AE": "USUBJID AESEQ AETERM AESTDTC AEENDTC;",
        "VS": "USUBJID VSSEQ VSTESTCD VSTEST VSORRES VSSTRESC VSSTRESN VSLOBXFL VSDTC VISITNUM VISIT;",
        "SUPPAE": "RDOMAIN USUBJID IDVAR IDVARVAL QNAM QLABEL QVAL QORIG;",
        "RELREC": "RDOMAIN USUBJID IDVAR IDVARVAL RELTYPE RELID;",
        "TS": "TSSEQ TSPARMCD TSPARM TSVAL TSVALNF TSVALCD TSVCDREF TSVCDVER;",
        "SE": "USUBJID SESEQ ETCD ELEMENT SESTDTC SEENDTC;",
        "ADSL": "USUBJID AGE SAFFL TRTSDT TRTEDT TRT01P;",
        "ADVS": "USUBJID PARAMCD PARAM AVAL BASE CHG ABLFL ADT ADY SRCDOM SRCVAR SRCSEQ;",
        "ADTTE": "USUBJID PARAMCD AVAL CNSR STARTDT ADT EVNTDESC SRCDOM SRCVAR SRCSEQ;",
        "ADAE": "USUBJID AESEQ AETERM ASTDT AENDT ASTDY ADURN ADURU;",
    }
    apply_rule(rule, study(tables))


KINDS = {
    "numbers": lambda size: pd.Series(np.arange(size), dtype="float64"),
    "dates": lambda size: pd.Series(["2020-01-01"] * size).astype("datetime64[s]"),
    "other texts": lambda size: pd.Series((["", "é", None, "2020-13"] * size)[:size], dtype="str"),
    "nothing": lambda size: pd.Series([None] * size, dtype="str"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rule", IN_ORDER, ids=lambda rule: rule.code)
def test_columns_of_any_kind_are_no_trouble(rule: ConformanceRule, kind: str) -> None:
    """A draft may hold numbers where texts belong, and the other way round: a rule finds that wrong or nothing."""
    case = next(case for case in CASES if case.rule == rule.code and not case.found)
    right = study(case.tables)
    for variable in {name for dataset in right for name in dataset.names}:
        wrong = {d.name: _with(d, variable, KINDS[kind](d.size)) if d.has(variable) else d for d in right}
        apply_rule(rule, SubmittedStudy(right.study, wrong))


def _with(dataset: Submitted, variable: str, values: object) -> Submitted:
    return replace(dataset, frame=dataset.frame.assign(**{variable: values}))


def test_records_are_numbered_as_in_the_file_and_values_shown() -> None:
    tables = {"AE": "USUBJID AESEQ AESTDTC AEENDTC; 01 1 2020-01-02 2020-01-05; 01 2 2020-02-02 2020-01"}
    _, (found,) = apply_rule(RULES["DATE_ORDER"], study(tables))
    assert (found.records, found.count) == ((2,), 1)
    assert found.values == ("USUBJID=01, AESTDTC=2020-02-02, AEENDTC=2020-01",)
    assert found.variables == ("USUBJID", "AESTDTC", "AEENDTC")


def test_at_most_a_hundred_records_are_listed_and_all_are_counted() -> None:
    lines = "; ".join("01 1" for _ in range(250))
    _, (found,) = apply_rule(RULES["SEQUENCE"], study({"AE": f"USUBJID AESEQ; {lines}"}))
    assert (len(found.records), found.count) == (100, 250)


def test_a_rule_without_its_variables_is_not_applicable() -> None:
    outcome, found = apply_rule(RULES["SEQUENCE"], study({"AE": "USUBJID AETERM; 01 PAIN"}))
    assert (outcome.status, found) == ("not applicable", [])
