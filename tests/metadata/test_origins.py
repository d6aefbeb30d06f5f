"""Origins: read from rules. The words are those of Define-XML 2.1, section 5.3.11.3."""

from __future__ import annotations

import pytest
from tests.conftest import BuildStudy
from tests.metadata.small import analysis, described, item_of, method_of, study

LIST = "specs/codelists.yaml"
MAPS = "maps: {YN: {1: Y, 0: N}}\n"


@pytest.mark.parametrize(
    ("rule", "origin"),
    [
        ("KIND", "Collected Investigator lab"),
        ("upper(squish(KIND))", "Collected Investigator lab"),  # written in another way
        ("{rule: FLAG, map: YN}", "Collected Investigator lab"),  # recoded
        ("text(number(FLAG))", "Collected Investigator lab"),
        ("coalesce(KIND, FLAG)", "Collected Investigator lab"),
        ("raw.subjects.START", "Collected Investigator subjects"),  # of another form
        ("coalesce(KIND, raw.subjects.START)", "Collected Investigator lab,subjects"),
        ("""'"Y" if FLAG == "1" else None'""", "Collected Investigator lab"),  # a box that was ticked
        ("""'"Y" if FLAG == "1" else "N"'""", "Derived Sponsor"),
        ("""'"mmol/L" if RES is not None else None'""", "Assigned Sponsor"),  # goes with the result
        ("{value: GLUCOSE}", "Assigned Sponsor"),
        ("{rule: '\"1\"', map: YN}", "Assigned Sponsor"),
        ("text(study.LIMIT)", "Protocol Sponsor"),
        ('lookup(study.arms.ARM, where=study.arms.ARMCD == "A")', "Protocol Sponsor"),
        ("DM.RFSTDTC", "Derived Sponsor"),  # of another domain
        ('KIND + "!"', "Derived Sponsor"),
        ("text(count(raw.lab))", "Derived Sponsor"),
        ("{rule: None}", "Not Available"),
        ("{rule: KIND, origin: Assigned}", "Assigned Sponsor"),  # what the spec says goes before
        ("LBCAT", "Collected Investigator lab"),  # as the variable that it is a copy of
    ],
)
def test_tabulation(build_small: BuildStudy, rule: str, origin: str) -> None:
    built = build_small(study(f"LBTESTCD: TEST\nLBCAT: KIND\nLBMETHOD: {rule}\n", **{LIST: MAPS}))
    submission, _ = described(built)
    found = item_of(submission, "LB.LBMETHOD").origin
    assert found is not None
    assert " ".join(filter(None, [found.type, found.source, ",".join(found.forms)])) == origin


@pytest.mark.parametrize(
    ("rule", "origin"),
    [
        ("LBTESTCD", "Predecessor LB.LBTESTCD"),
        ("source.LBTESTCD", "Predecessor LB.LBTESTCD"),
        ("DM.RFSTDTC", "Predecessor DM.RFSTDTC"),
        ("ADSL.SAFFL", "Predecessor ADSL.SAFFL"),
        ("PARAMCD", "Predecessor LB.LBTESTCD"),  # a copy of a copy
        ("upper(LBTESTCD)", "Derived"),
        ('LBTESTCD if LBTESTCD != "ALT" else None', "Derived"),
        ("{rule: LBTESTCD, map: {GLUC: a, ALT: b, ALB: c}}", "Derived"),
        ("{rule: PARAMCD, map: {GLUC: a, ALT: b, ALB: c}}", "Assigned"),  # what the parameter is called
        ('{rule: \'"a" if PARAMCD == "ALT" else "b"\'}', "Assigned"),
        ("{value: a}", "Assigned"),
        ("study.STUDYID", "Assigned"),
    ],
)
def test_analysis(build_small: BuildStudy, rule: str, origin: str) -> None:
    built = build_small(analysis(f"PARAMCD: LBTESTCD\nPARCAT1: {rule}\n"))
    submission, _ = described(built, sdtm=False)
    found = item_of(submission, "ADX.PARCAT1").origin
    assert found is not None
    assert f"{found.type} {found.description}".strip() == origin


def test_a_form_says_who_records_it(build_small: BuildStudy) -> None:
    files = study("LBTESTCD: TEST\n")
    files["specs/raw/lab.yaml"] += "source: Vendor\n"
    submission, _ = described(build_small(files))
    origin = item_of(submission, "LB.LBTESTCD").origin
    assert origin is not None
    assert (origin.type, origin.source) == ("Collected", "Vendor")


def test_a_coded_term_is_assigned(build_small: BuildStudy) -> None:
    """The term of a dictionary is chosen for what was collected; a grade is given by the investigator."""
    spec = "dataset: AE\nkeys: [USUBJID, AESEQ]\nrows: [{from: raw.lab}]\nvariables:\n  USUBJID: USUBJID\n"
    spec += "  AESEQ: sequence(order=[RECORD])\n  RECORD: {rule: source.RECORD, output: false}\n  AETERM: TEST\n"
    spec += "  AEDECOD: {rule: TEST, dictionary: MedDRA}\n  AETOXGR: {rule: FLAG, dictionary: MedDRA}\n"
    submission, _ = described(build_small(study("LBTESTCD: TEST\n", **{"specs/sdtm/ae.yaml": spec})))
    types = {name: item_of(submission, f"AE.{name}").origin.type for name in ("AETERM", "AEDECOD", "AETOXGR")}  # type: ignore[union-attr]
    assert types == {"AETERM": "Collected", "AEDECOD": "Assigned", "AETOXGR": "Collected"}


def test_usubjid_is_made_by_the_rule_of_the_study(build_small: BuildStudy) -> None:
    submission, _ = described(build_small(study("LBTESTCD: TEST\n")))
    methods = [method_of(submission, item_of(submission, f"{name}.USUBJID")) for name in ("DM", "LB")]
    assert methods[0] == methods[1]
    assert methods[0].rule == '"TST-" + SUBJECT'
    assert methods[0].place == "specs/study.yaml:3"
