"""Methods: the rules of derived variables in words. What a catalogue method means is its documentation's summary."""

from __future__ import annotations

import pytest
from tests.conftest import BuildStudy
from tests.metadata.small import analysis, described, item_of, method_of, study

from crf2tlf.methods import CATALOGUE


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ('KIND + "!"', 'KIND of form lab + "!"'),
        ('"A" if number(RES) > study.LIMIT else "B"', '"A" if number(RES of form lab) > 3 (LIMIT), otherwise "B"'),
        ('flag(KIND in ["a", "b"])', 'flag(KIND of form lab is one of "a", "b")'),
        (
            "yn(not (RES is None) or KIND != RES)",
            "yn(not (RES of form lab is missing) or KIND of form lab is not RES of form lab)",
        ),
        ("text(number(FLAG) * (2 + 1))", "text(number(FLAG of form lab) x (2 + 1))"),
        ("max(DM.RFSTDTC)", "max(DM.RFSTDTC) over the subject's records"),
        ("max(DM.RFSTDTC, by=[STUDYID])", "max(DM.RFSTDTC) over records with the same STUDYID"),
        (
            'first(DM.RFSTDTC, order=[DM.RFSTDTC], where=DM.RFSTDTC != "x")',
            'first(DM.RFSTDTC) over the subject\'s records where DM.RFSTDTC is not "x" in the order of DM.RFSTDTC',
        ),
        (
            "text(sequence(by=[USUBJID, LBTESTCD]))",
            "text(sequence() within USUBJID, LBTESTCD in the order of STUDYID, USUBJID, LBSEQ)",
        ),
        ("DM.RFSTDTC", "a copy of DM.RFSTDTC"),
        ('lookup(DM.RFSTDTC, where=DM.DOMAIN == "DM")', 'DM.RFSTDTC of the subject\'s record where DM.DOMAIN = "DM"'),
        ("lookup(DM.RFSTDTC, by=[STUDYID])", "DM.RFSTDTC of the record with the same STUDYID"),
        ("yn(exists(DM))", "yn(there is a record in DM for the subject)"),
        (
            'yn(count(DM, where=DM.DOMAIN == "DM") == 1 and KIND is None)',
            'yn((count(DM) over the subject\'s records where DM.DOMAIN = "DM") = 1 and KIND of form lab is missing)',
        ),
        ("text(count(DM, by=[]))", "text(count(DM) over all records)"),
        (
            'text(count(study.arms, where=study.arms.ARMCD == "A"))',
            'text(count(arms) over all records where arms.ARMCD = "A")',
        ),
        ("text(sequence(order=[]))", "text(sequence() within USUBJID in the order in which they are read)"),
        ("text(duration(DAY, DAY))", 'text(duration(DAY of form lab, DAY of form lab, unit="days", both_ends=true))'),
    ],
)
def test_words(build_small: BuildStudy, rule: str, words: str) -> None:
    built = build_small(study(f"LBTESTCD: TEST\nLBCAT: {{rule: {_quoted(rule)}, scope: study}}\n"))
    submission, _ = described(built)
    method = method_of(submission, item_of(submission, "LB.LBCAT"))
    assert method.description.startswith(f"LBCAT is {words}.")
    assert method.rule == rule


def _quoted(rule: str) -> str:
    return "'" + rule.replace("'", "''") + "'"


def test_what_the_methods_mean_is_told_once(build_small: BuildStudy) -> None:
    built = build_small(study("LBTESTCD: TEST\nLBDY: study_day(DAY, DM.RFSTDTC) + 0 * study_day(DAY, DAY)\n"))
    submission, _ = described(built)
    description = method_of(submission, item_of(submission, "LB.LBDY")).description
    assert description.count(CATALOGUE["study_day"].summary.rstrip(".")) == 1


def test_an_option_is_explained_where_it_is_given(build_small: BuildStudy) -> None:
    variables = "PARAMCD: LBTESTCD\nADT: {rule: 'date(LBDTC, impute=\"first\")'}\nASTDT: date(LBDTC)\n"
    submission, _ = described(build_small(analysis(variables)), sdtm=False)
    imputed, plain = (method_of(submission, item_of(submission, f"ADX.{name}")) for name in ("ADT", "ASTDT"))
    assert (imputed.type, plain.type) == ("Imputation", "Computation")
    assert "the first day of the month" in imputed.description
    assert "the first day of the month" not in plain.description


def test_comment_and_map_and_rounding(build_small: BuildStudy) -> None:
    variables = (
        "LBTESTCD: TEST\nLBCAT: {rule: DM.RFSTDTC, map: {2020-01-01: early, 2020-01-02: }, comment: By the start}\n"
    )
    variables += "LBSTRESN: {rule: \"number(RES) / 3 if TEST != 'ALB' else None\", decimals: 1}\n"
    submission, _ = described(build_small(study(variables)))
    mapped, rounded = (method_of(submission, item_of(submission, f"LB.{name}")) for name in ("LBCAT", "LBSTRESN"))
    assert (
        mapped.description == "LBCAT is DM.RFSTDTC, recoded: 2020-01-01 to early; 2020-01-02 to missing. By the start."
    )
    assert "rounded half up to 1 decimals." in rounded.description


def test_variables_in_no_file_are_told_with_those_that_use_them(build_small: BuildStudy) -> None:
    variables = (
        "LBTESTCD: TEST\nHALF: {rule: LIMITED + 1, output: false}\nLIMITED: {rule: study.LIMIT * 2, output: false}\n"
    )
    submission, _ = described(build_small(study(f"{variables}LBDY: HALF\n")))
    description = method_of(submission, item_of(submission, "LB.LBDY")).description
    assert description == "LBDY is a copy of HALF. Here: HALF is LIMITED + 1. Here: LIMITED is 3 (LIMIT) x 2."


def test_equal_rules_share_a_method(build_small: BuildStudy) -> None:
    rows = "- from: raw.lab\n  where: TEST == 'ALT'\n  set: {LBDY: 'study_day(DAY, DM.RFSTDTC)'}\n"
    rows += "- from: raw.lab\n  where: TEST != 'ALT'\n  set: {LBDY: 'study_day(DAY, DM.RFSTDTC)'}\n"
    submission, _ = described(build_small(study("LBTESTCD: TEST\nLBDY:\n", rows)))
    item = item_of(submission, "LB.LBDY")
    assert item.method == "LB.LBDY"
    assert item.values == ()


def test_a_method_of_several_variables_has_none_of_their_names(build_small: BuildStudy) -> None:
    submission, _ = described(build_small(analysis("PARAMCD: LBTESTCD\nSAFFL: ADSL.SAFFL\nADT: date(DM.RFSTDTC)\n")))
    shared, own = (method_of(submission, item_of(submission, name)) for name in ("LB.USUBJID", "LB.LBSEQ"))
    assert (shared.name, own.name) == ("Derivation of USUBJID", "Derivation of LB.LBSEQ")


def test_row_sources_that_nothing_tells_apart_are_cases(build_small: BuildStudy) -> None:
    rows = "- from: raw.lab\n  where: FLAG == '1'\n  set: {LBDY: number(FLAG) + 1}\n"
    rows += "- from: raw.lab\n  where: FLAG == '0'\n  set: {LBDY: number(FLAG) + 2}\n"
    submission, _ = described(build_small(study("LBTESTCD: {value: GLUC}\nLBDY:\n", rows)))
    item = item_of(submission, "LB.LBDY")
    assert item.values == ()
    description = method_of(submission, item).description
    assert description.startswith(
        'Records from form lab where FLAG of form lab = "1": LBDY is number(FLAG of form lab) + 1. '
        'Records from form lab where FLAG of form lab = "0": LBDY is number(FLAG of form lab) + 2. '
    )


TTE = """\
- from: ADSL
  parameter: {PARAMCD: TT, PARAM: Time to test}
  time_to_event:
    start: TRTSDT
    events: [{from: ADSL, where: SAFFL == "Y", date: TRTSDT, description: Start}]
    censor: [{from: ADSL, date: TRTSDT, description: Last seen, CNSR: 2}]
    new_therapy: {date: TRTSDT}
    missed_assessments: {days: study.LIMIT}
    unit: weeks
"""


def test_time_to_event(build_small: BuildStudy) -> None:
    built = build_small(analysis("PARAMCD:\nPARAM:\nAVAL:\nSRCDOM:\n", TTE, "TTE"))
    submission, _ = described(built, sdtm=False)
    description = method_of(submission, item_of(submission, "ADX.AVAL")).description
    for words in (
        "Origin: ADSL.TRTSDT.",
        'Event: the earliest of Start: ADSL.TRTSDT where ADSL.SAFFL = "Y".',
        "censoring at the latest of Last seen: ADSL.TRTSDT, CNSR 2.",
        "New anticancer therapy, CNSR 1",
        "more than 3 days after the last assessment",
        "Times are in weeks",
    ):
        assert words in description
    short = method_of(submission, item_of(submission, "ADX.SRCDOM")).description
    assert short == "The dataset of the record that gives the date."
