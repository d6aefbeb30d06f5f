"""A value that an output asks for and that is nowhere is reported, not counted as nobody."""

from __future__ import annotations

import pytest
from tests.analysis.conftest import AnalyseSmall

ADSL = "USUBJID SEX ARM\n01 F A\n02 M B\n"
TTE = "USUBJID SEQ:n PARAMCD AVAL:n ANL01FL\n01 1 PFS 2 N\n01 2 OS 3 N\n"
SPECS = {
    "specs/adam/adsl.yaml": """\
dataset: ADSL
structure: ADSL
keys: [USUBJID]
rows: [{from: DM}]
variables:
  USUBJID: USUBJID
  SEX: SEX
  ARM: {rule: ARM, map: {1: A, 2: B, 3: C}}
""",
    "specs/adam/adtte.yaml": """\
dataset: ADTTE
structure: TTE
keys: [USUBJID, PARAMCD]
rows: [{from: ADSL, parameter: {PARAMCD: TTR, PARAM: Time to response}}]
variables: {USUBJID: USUBJID, PARAMCD: , PARAM: , AVAL: , ANL01FL: }
""",
}
TABLE = "id: t\ntitle: T\npopulation: ALL\nrows:\n  - {id: n, label: N, count: {%s}}\n"


def problems(analyse_small: AnalyseSmall, count: str) -> list[str]:
    return analyse_small(TABLE % count, more=SPECS, ADSL=ADSL, ADTTE=TTE).problems


def test_a_mistyped_value_of_a_condition(analyse_small: AnalyseSmall) -> None:
    assert problems(analyse_small, 'from: ADTTE, where: PARAMCD == "PFSS"') == [
        "specs/tlf/0.yaml:5: warning: VALUE_ABSENT: no record of ADTTE has PARAMCD 'PFSS' (did you mean PFS?), and no "
        "codelist or spec of a dataset has it, so nothing is counted. There are OS, PFS."
    ]


@pytest.mark.parametrize(
    ("count", "absent"),
    [
        ('from: ADTTE, where: \'PARAMCD in ["PFS", "OSS"]\'', "ADTTE has PARAMCD 'OSS' (did you mean OS?)"),
        ('from: ADTTE, where: AVAL > 1 and PARAMCD != "PSF"', "ADTTE has PARAMCD 'PSF' (did you mean PFS?)"),
        ('from: ADTTE, where: ADSL.SEX == "Male"', "ADSL has SEX 'Male'"),
        ('denominator: {from: ADTTE, where: PARAMCD == "PFSS"}', "ADTTE has PARAMCD 'PFSS'"),
        ("by: ARM, others: ignore, values: {A: A, b: B}", "ADSL has ARM 'b'"),
        ("by: ARM, others: ignore, values: {X: {label: Both, of: [A, Q]}}", "ADSL has ARM 'Q'"),
        # no mistakes: in the data, in CDISC's codelist, in a map or a parameter of a spec, a flag nobody has
        ("where: ARM == 'B'", ""),
        ("by: SEX, values: {F: Female, M: Male, U: Unknown}", ""),
        ("by: ARM, values: {A: A, B: B, C: C}", ""),
        ("from: ADTTE, where: PARAMCD == 'TTR'", ""),
        ("from: ADTTE, where: ANL01FL == 'Y'", ""),
        ("where: USUBJID + '-x' == '01-x'", ""),
        ("from: ADTTE, where: AVAL == 99", ""),  # numbers have no codelists
    ],
)
def test_what_is_asked_for(analyse_small: AnalyseSmall, count: str, absent: str) -> None:
    found = problems(analyse_small, count)
    assert len(found) == bool(absent), found
    assert not absent or f"no record of {absent}" in found[0]


def test_columns_and_blocks_are_looked_at(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(
        """\
        id: t
        title: T
        population: ALL
        columns: [{by: ARM, values: {A: A, BB: B}}]
        rows:
          - for_each: {from: ADTTE, by: PARAMCD, values: {OS: Survival, PSF: Progression}}
            rows: [{id: n, label: N, summary: {of: AVAL}, show: "{n}"}]
        """,
        more=SPECS,
        ADSL=ADSL,
        ADTTE=TTE,
    )
    assert [problem.partition(",")[0] for problem in made.problems] == [
        "specs/tlf/0.yaml:4: warning: VALUE_ABSENT: no record of ADSL has ARM 'BB' (did you mean B?)",
        "specs/tlf/0.yaml:6: warning: VALUE_ABSENT: no record of ADTTE has PARAMCD 'PSF' (did you mean PFS?)",
    ]
