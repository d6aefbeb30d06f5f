"""Codelists: which are in the define file, with which terms; values that they lack are findings."""

from __future__ import annotations

from tests.conftest import BuildStudy
from tests.metadata.small import analysis, codelist_of, described, item_of, study

CODELISTS = "specs/codelists.yaml"


def test_a_whole_list_is_cut_down_to_what_there_may_be(build_small: BuildStudy) -> None:
    """VSRESU has more units than the data and the map give; C64387 and the others are NCI's codes."""
    variables = "LBTESTCD: TEST\nLBORRESU: {rule: UNIT, map: {mmol/L: mmol/L, U/L: U/L, mg: mg}, codelist: UNIT}\n"
    submission, findings = described(build_small(study(variables)))
    units = codelist_of(submission, "UNIT")
    assert {term.value: term.code for term in units.terms} == {"mg": "C28253", "mmol/L": "C64387", "U/L": "C67456"}
    assert (units.code, units.standard) == ("C71620", "SDTM CT")
    assert [s.id for s in submission.standards] == ["SDTMIG", "SDTM CT"]
    assert list(findings) == []


def test_terms_that_the_spec_lists_are_all_there(build_small: BuildStudy) -> None:
    lists = "codelists: {FASTING: {label: Fasting status, terms: {FASTED: Fasted, FED: Fed, U: Unknown}}}\n"
    built = build_small(study("LBTESTCD: TEST\nLBCAT: {rule: KIND, codelist: FASTING}\n", **{CODELISTS: lists}))
    found = codelist_of(described(built)[0], "FASTING")
    assert [(term.value, term.decode) for term in found.terms] == [
        ("FASTED", "Fasted"),
        ("FED", "Fed"),
        ("U", "Unknown"),
    ]
    assert (found.name, found.code, found.standard) == ("Fasting status", None, None)


def test_terms_of_the_study_are_extended(build_small: BuildStudy) -> None:
    lists = "codelists: {UNIT: {from: UNIT, add: {FASTED: Fasted, FED: Fed}}}\n"
    built = build_small(study("LBTESTCD: TEST\nLBCAT: {rule: KIND, codelist: UNIT}\n", **{CODELISTS: lists}))
    submission, findings = described(built)
    terms = codelist_of(submission, "UNIT").terms
    assert [(term.value, term.extended) for term in terms] == [("FASTED", True), ("FED", True)]
    assert list(findings) == []


def test_a_value_that_the_list_lacks_is_a_finding(build_small: BuildStudy) -> None:
    """An extensible list may have values of the study's own, but they have to be put on record."""
    built = build_small(study("LBTESTCD: TEST\nLBCAT: {rule: KIND, codelist: UNIT}\n"))
    assert built.codes == ["CODELIST_EXTENDED"] * 2
    submission, findings = described(built)
    assert [term.value for term in codelist_of(submission, "UNIT").terms] == ["FASTED", "FED"]  # for a draft
    assert [str(finding) for finding in findings] == [
        "raw/lab.csv:2: error: DEFINE_VALUE: LB.LBCAT: 'FASTED' is not in the codelist UNIT of the define file; "
        "correct it, or put it on record with `add` in codelists.yaml if the list may be extended "
        "(rule: specs/sdtm/lb.yaml:11)",
        "raw/lab.csv:4: error: DEFINE_VALUE: LB.LBCAT: 'FED' is not in the codelist UNIT of the define file; "
        "correct it, or put it on record with `add` in codelists.yaml if the list may be extended "
        "(rule: specs/sdtm/lb.yaml:11)",
    ]


def test_a_qualifier_with_a_value_that_its_list_lacks(build_small: BuildStudy) -> None:
    files = study("LBTESTCD: TEST\n", **{CODELISTS: "codelists: {UNIT: {from: UNIT}}\n"})
    files["specs/sdtm/lb.yaml"] += "supplemental:\n  LBKIND: {rule: KIND, label: Kind of sample, codelist: UNIT}\n"
    _, findings = described(build_small(files))
    assert [(finding.code, str(finding.place)) for finding in findings] == [
        ("DEFINE_VALUE", "raw/lab.csv:2"),
        ("DEFINE_VALUE", "raw/lab.csv:4"),
    ]


def test_a_variable_that_is_made_of_one_that_does_not_exist(build_small: BuildStudy) -> None:
    """A draft has metadata as far as there are any."""
    variables = (
        "LBTESTCD: TEST\nHELP: {rule: NOSUCH, output: false}\nLBCAT: upper(HELP)\nLBDY: {by: NO, cases: {A: 1}}\n"
    )
    built = build_small(study(variables))
    assert "RULE_NAME" in built.codes
    submission, _ = described(built)
    assert item_of(submission, "LB.LBCAT").origin is not None
    assert item_of(submission, "LB.LBDY").origin is not None


def test_codes_have_their_names_as_decodes(build_small: BuildStudy) -> None:
    variables = "LBTESTCD: {rule: TEST, codelist: LBTESTCD}\nLBTEST: {rule: 'decode(LBTESTCD, \"LBTESTCD\")'}\n"
    submission, _ = described(build_small(study(variables)))
    assert {term.value: term.decode for term in codelist_of(submission, "LBTESTCD").terms} == {
        "ALB": "Albumin",
        "ALT": "Alanine Aminotransferase",
        "GLUC": "Glucose",
    }
    assert [term.decode for term in codelist_of(submission, "LBTEST").terms if term.value == "Albumin"] != [None]


def test_parameters_and_numbers_that_stand_for_texts(build_small: BuildStudy) -> None:
    variables = (
        "PARAM: LBTESTCD + ' (unit)'\nPARAMCD: LBTESTCD\nPARAMN: {rule: PARAMCD, map: {GLUC: 2, ALT: 1, ALB: 3}}\n"
    )
    variables += (
        "AVISITN: {value: 1}\nAVISIT: {value: DAY 1}\nAVALN: {rule: ASEQ, label: A}\nAVAL: ASEQ\nASEQ: sequence()\n"
    )
    submission, _ = described(build_small(analysis(variables)), sdtm=False)
    names = {"ADX.PARAMCD": "PARAMCD", "ADX.PARAMN": "PARAMN", "ADX.AVISITN": "AVISITN"}
    for id, name in names.items():
        assert item_of(submission, f"ADX.{name}").codelist == id
    assert [(t.value, t.decode) for t in codelist_of(submission, "ADX.PARAMN").terms] == [
        ("1", "ALT (unit)"),
        ("2", "GLUC (unit)"),
        ("3", "ALB (unit)"),
    ]
    assert item_of(submission, "ADX.AVALN").codelist is None  # AVAL is no text
    assert item_of(submission, "ADSL.SAFFL").codelist == "NY"


def test_results_that_are_numbers_are_in_no_list(build_small: BuildStudy) -> None:
    submission, findings = described(build_small(study("LBTESTCD: TEST\nLBSTRESC: {rule: RES, codelist: LBSTRESC}\n")))
    lists = {"/".join(v.where[0].values): v.codelist for v in item_of(submission, "LB.LBSTRESC").values}
    assert lists == {"ALT": None, "GLUC": None, "ALB": "LBSTRESC"}
    assert list(findings) == []


def test_dictionaries(build_small: BuildStudy) -> None:
    variables = "LBTESTCD: TEST\nLBCAT: {rule: KIND, dictionary: MedDRA}\nLBSCAT: {rule: KIND, dictionary: MedDAR}\n"
    submission, findings = described(build_small(study(variables)))
    known = codelist_of(submission, "MedDRA")
    assert (known.dictionary, known.version, known.terms) == ("MedDRA", "26.1", ())
    assert [str(finding) for finding in findings] == [
        "specs/sdtm/lb.yaml:12: error: SPEC_REFERENCE: study.yaml does not tell the version of the dictionary MedDAR "
        "(did you mean MedDRA?); add it under dictionaries"
    ]


def test_lists_of_the_standard_have_their_names_in_words(build_small: BuildStudy) -> None:
    """The study's own selection has its own name beside it, so that two of one list differ."""
    lists = "codelists: {FASTING: {from: EVAL, terms: {FASTED: , FED: }}}\n"
    variables = (
        "LBTESTCD: TEST\nLBCAT: {rule: KIND, codelist: FASTING}\nLBBLFL: {rule: flag(FLAG == '1'), codelist: NY}\n"
    )
    submission, _ = described(build_small(study(variables, **{CODELISTS: lists})))
    names = {id: codelist_of(submission, id).name for id in ("NY", "FASTING")}
    assert names == {"NY": "No Yes Response", "FASTING": "Evaluator (FASTING)"}


def test_parameters_are_in_their_order(build_small: BuildStudy) -> None:
    """The records come in the order of the form: GLUC, ALT, ALB."""
    variables = "PARAMCD: LBTESTCD\nPARAM: {rule: PARAMCD, map: {GLUC: Glucose, ALT: Alanine, ALB: Albumin}}\n"
    variables += "PARAMN: {rule: PARAMCD, map: {GLUC: 3, ALT: 2, ALB: 1}, type: number}\n"
    submission, _ = described(build_small(analysis(variables)), sdtm=False)
    assert [term.value for term in codelist_of(submission, "ADX.PARAMCD").terms] == ["ALB", "ALT", "GLUC"]
