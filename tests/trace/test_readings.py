"""What a rule reads, and what it only looks at, for each shape that a rule can have."""

from __future__ import annotations

from textwrap import indent

import pytest
from tests.conftest import form
from tests.trace.conftest import TraceStudy

STUDY = """\
    study: TST
    title: A test study
    usubjid: '"T-" + SUBJECT'
    release_timestamp: 2026-01-01T00:00:00
    constants: {LIMIT: 3}
    tables:
      periods:
        - {PERIOD: SCREENING, LO: "0", HI: "1"}
        - {PERIOD: TREATMENT, LO: "2", HI: "9"}
"""
F = """\
    SUBJ,VISIT,TEST,VAL,DAY
    1,1,A,5,2020-01-01
    1,1,B,6,2020-01-02
    1,2,A,7,2020-01-08
    2,1,A,8,2020-01-02
"""
G = """\
    SUBJ,VISIT,RES,DAY
    1,1,x,2020-01-01
    1,2,y,2020-01-05
    3,1,z,2020-01-01
"""


def study(variable: str = "", rows: str = "- from: raw.f", **more: str) -> dict[str, str]:
    """AX has the records of form f in the order of their lines (2 to 5), and the variable given; AG those of form g."""
    variables = f"USUBJID: USUBJID\nROW: {{rule: RECORD, label: Row}}\n{variable}"
    return {
        "specs/study.yaml": STUDY,
        **form("f", "SUBJ VISIT TEST VAL DAY"),
        "raw/f.csv": F,
        **form("g", "SUBJ VISIT RES DAY"),
        "raw/g.csv": G,
        "specs/adam/ag.yaml": (
            "dataset: AG\nkeys: [USUBJID, VISIT]\nrows: [{from: raw.g}]\nvariables:\n  USUBJID: USUBJID\n"
            "  VISIT: {rule: VISIT, label: Visit}\n  RES: {rule: RES, label: Result}\n"
            "  DAY: {rule: date(DAY), label: Day}\n"
        ),
        "specs/adam/ax.yaml": (
            f"dataset: AX\nkeys: [ROW]\nrows:\n{indent(rows, '  ')}\nvariables:\n{indent(variables, '  ')}\n"
        ),
        **more,
    }


def x(rule: str, more: str = "") -> str:
    """The variable X with a rule."""
    return f"X: {{rule: '{rule}', label: X{more}}}\n"


CASES = "X: {by: KIND, cases: {A: VAL}, else: DAY, label: X}\nKIND: {rule: TEST, label: Kind}\n"
V = "V: {rule: number(VAL), label: V}\nVISIT: {rule: VISIT, label: Visit}\n"


@pytest.mark.parametrize(
    ("variable", "number", "reads"),
    [
        (x("VAL"), 1, {"source.VAL"}),
        (V + x("V + 1"), 1, {"own.V"}),
        (V + x("V + number(source.VAL)"), 1, {"own.V", "source.VAL"}),
        (x('"constant"'), 1, set()),
        # only the side that is taken, and the condition
        (V + x('VAL if VISIT == "1" else TEST'), 1, {"own.VISIT", "source.VAL"}),
        (V + x('VAL if VISIT == "1" else TEST'), 3, {"own.VISIT", "source.TEST"}),
        (CASES, 1, {"own.KIND", "source.VAL"}),
        (CASES, 2, {"own.KIND", "source.DAY"}),
        # records of other tables that are taken
        (x('lookup(AG.RES, where=AG.VISIT == "2")'), 1, {"AG.RES 2", "AG.VISIT 2"}),
        (x("first(AG.RES, order=[AG.DAY])"), 1, {"AG.RES 1", "AG.DAY 1", "AG.RES 2", "AG.DAY 2"}),
        (x("max(AG.DAY)"), 4, set()),  # a subject without such a record
        (V + x("lookup(AG.RES, by=[USUBJID, VISIT])"), 3, {"AG.RES 2", "own.VISIT"}),
        # a condition that needs the current record
        (V + x("lookup(AG.RES, where=AG.VISIT == VISIT)"), 3, {"AG.RES 2", "AG.VISIT 2", "own.VISIT"}),
        (x("count(raw.g)"), 1, set()),  # records themselves have no variable
        # design tables
        (
            x("within(number(VISIT), study.periods.PERIOD, number(study.periods.LO), number(study.periods.HI))"),
            3,
            {"source.VISIT", "study.periods.PERIOD 9", "study.periods.LO 9", "study.periods.HI 9"},
        ),
        # along the dataset's own records
        (
            V + x("previous(V, by=[USUBJID], order=[ROW])"),
            2,
            {f"own.{n}{at}" for n in ("V", "ROW") for at in (" 1", "", " 3")},
        ),
        (V + x('max(V, by=[USUBJID], where=VISIT == "1")'), 3, {"own.V 1", "own.VISIT 1", "own.V 2", "own.VISIT 2"}),
    ],
)
def test_what_is_taken(trace_small: TraceStudy, variable: str, number: int, reads: set[str]) -> None:
    found = trace_small(study(variable)).reads("AX", "X", number)
    subject = {name for name in found if name.split()[0] in ("own.USUBJID", "source.USUBJID", "AG.USUBJID")}
    assert found - subject == reads


@pytest.mark.parametrize(
    ("variable", "number", "looks"),
    [
        (x('lookup(AG.RES, where=AG.VISIT == "2")'), 1, {"AG.RES 1", "AG.VISIT 1", "AG.RES 2", "AG.VISIT 2"}),
        (x('lookup(AG.RES, where=AG.VISIT == "2")'), 4, set()),  # subject 2 has no record
        # with another visit the other record could be taken
        (V + x("lookup(AG.RES, by=[USUBJID, VISIT])"), 3, {"AG.RES 2", "AG.VISIT 1", "AG.VISIT 2"}),
        # the record of the other visit, which another value of the key would bring into the group
        (V + x("max(V, by=[USUBJID, VISIT])"), 3, {"own.VISIT", "own.VISIT 1", "own.VISIT 2"}),
    ],
)
def test_what_is_looked_at(trace_small: TraceStudy, variable: str, number: int, looks: set[str]) -> None:
    found = trace_small(study(variable)).reads("AX", "X", number, chosen=False)
    assert {name for name in found if "USUBJID" not in name} == looks


def test_value_of_the_one_record_of_the_subject(trace_small: TraceStudy) -> None:
    dm = "dataset: DM\nkeys: [USUBJID]\nrows: [{from: raw.d}]\nvariables:\n  USUBJID: USUBJID\n  SEX: SEX\n"
    more = {**form("d", "SUBJ SEX"), "raw/d.csv": "SUBJ,SEX\n2,F\n1,M\n", "specs/sdtm/dm.yaml": dm}
    traced = trace_small(study(x("DM.SEX"), **more))
    assert traced.reads("AX", "X", 1) == {"DM.SEX 1", "own.USUBJID"}
    assert traced.made("AX", 4, "X") >= {"raw/d.csv:2 SEX"}
    assert "AX 4 X" in traced.reached("raw.d", 2, "SEX")
    assert "AX 1 X" not in traced.reached("raw.d", 2, "SEX")


def test_members_of_a_group(trace_small: TraceStudy) -> None:
    """A record a subject; all lines of the subject are behind the maximum, the first behind the rest."""
    files = study(
        x("max(source.VAL)") + x("first(source.TEST, order=[source.RECORD])").replace("X", "T"),
        "- {from: raw.f, group: [USUBJID]}",
    )
    files["specs/adam/ax.yaml"] = files["specs/adam/ax.yaml"].replace("rule: RECORD", "rule: min(source.RECORD)")
    traced = trace_small(files)
    assert traced.reads("AX", "X", 1) == {"raw.f.VAL 2", "raw.f.VAL 3", "raw.f.VAL 4"}
    assert {end.split()[0] for end in traced.made("AX", 1, "X")} == {"raw/f.csv:2", "raw/f.csv:3", "raw/f.csv:4"}
    assert "AX 1 X" in traced.reached("raw.f", 3, "VAL")
    assert "AX 2 X" not in traced.reached("raw.f", 3, "VAL")


def test_each_kind_of_record_has_its_own_rule(trace_small: TraceStudy) -> None:
    rows = (
        "- from: raw.f\n  each:\n"
        '    - {where: TEST == "A", set: {X: {rule: VAL}}}\n'
        '    - {where: TEST == "B", set: {X: {rule: DAY}}}'
    )
    traced = trace_small(study("X: {label: X}\n", rows))
    assert traced.reads("AX", "X", 1) == {"source.VAL"}
    assert traced.reads("AX", "X", 2) == {"source.DAY"}
    # a record exists because of the condition, and might come or go with it
    assert traced.made("AX", 2, "X") >= {"raw/f.csv:3 DAY", "raw/f.csv:3 TEST"}
    touched = traced.touched("raw.f", 3, "TEST")
    assert [record.exists for record in touched.records if record.place == "AX 2"] == [True]
    assert touched.may_appear == ("AX",)


def test_stages_are_one_dataset(trace_small: TraceStudy) -> None:
    """The last record is taken from the rows above it, which are an earlier stage."""
    rows = (
        "- {from: raw.f, set: {X: {rule: VAL}, KIND: {value: R}}}\n"
        "- from: AX\n  where: ROW == 3\n"
        "  set: {X: {rule: max(AX.X)}, KIND: {value: S}, ROW: {rule: source.ROW + 6}}"
    )
    files = study("X: {label: X}\nKIND: {label: Kind}\n", rows)
    files["specs/adam/ax.yaml"] = files["specs/adam/ax.yaml"].replace("keys: [ROW]", "keys: [ROW, KIND]")
    traced = trace_small(files)
    assert {end for end in traced.made("AX", 5, "X") if "VAL" in end} == {f"raw/f.csv:{line} VAL" for line in (2, 3, 4)}
    assert {"AX 1 X", "AX 5 X"} <= traced.reached("raw.f", 2, "VAL")
    assert "AX 5 X" not in traced.reached("raw.f", 5, "VAL")


QUALIFIERS = """\
    dataset: AE
    keys: [USUBJID, AETERM]
    rows: [{from: raw.f}]
    variables:
      STUDYID: {value: TST}
      DOMAIN: {value: AE}
      USUBJID: USUBJID
      AESEQ: sequence()
      AETERM: TEST + VISIT
    supplemental:
      AEVAL: {rule: VAL, label: Value}
"""


def test_supplemental_qualifiers_are_values_of_their_record(trace_small: TraceStudy) -> None:
    traced = trace_small(
        study(x("lookup(AE.AEVAL, where=AE.AETERM == TEST + VISIT)"), **{"specs/sdtm/ae.yaml": QUALIFIERS})
    )
    assert {"AE 1 AEVAL", "AX 1 X"} <= traced.reached("raw.f", 2, "VAL")
    assert "raw/f.csv:2 VAL" in traced.made("AX", 1, "X")


METHODS = """\
    dataset: ATT
    keys: [USUBJID]
    rows:
      - from: AD
        time_to_event:
          start: START
          events: [{from: AG, where: RES == "y", date: DAY, description: Event}]
          censor: [{from: AG, where: RES != "y", date: DAY, description: Last}]
    variables: {USUBJID: USUBJID, ADT: , AVAL: , CNSR: , EVNTDESC: , CNSDTDSC: }
"""
AD = """\
    dataset: AD
    keys: [USUBJID]
    rows: [{from: raw.f, group: [USUBJID]}]
    variables:
      USUBJID: USUBJID
      START: {rule: date(min(source.DAY)), label: Start}
"""


def test_time_to_event_takes_one_record_and_looks_at_all(trace_small: TraceStudy) -> None:
    traced = trace_small(study(**{"specs/adam/ad.yaml": AD, "specs/adam/att.yaml": METHODS}))
    ends = traced.made("ATT", 1, "AVAL")
    assert {"raw/g.csv:3 DAY", "raw/g.csv:3 RES"} <= ends
    assert not {end for end in ends if end.startswith("raw/g.csv:2")}  # another date of the same subject
    assert "ATT 1 AVAL" in traced.reached("raw.g", 2, "DAY")  # … which could have been taken
    assert "ATT 2 AVAL" not in traced.reached("raw.g", 2, "DAY")


RESPONSES = """\
    dataset: ABR
    keys: [USUBJID]
    rows:
      - from: AD
        best_overall_response:
          responses: {from: AG, response: RES, date: DAY}
          start: START
          confirm_days: 0
          missing: NE
    variables: {USUBJID: USUBJID, AVALC: , ADT: }
"""


def test_best_overall_response_depends_on_every_assessment(trace_small: TraceStudy) -> None:
    files = study(**{"specs/adam/ad.yaml": AD, "specs/adam/abr.yaml": RESPONSES})
    files["raw/g.csv"] = "SUBJ,VISIT,RES,DAY\n1,1,SD,2020-03-01\n1,2,PR,2020-04-05\n2,1,PD,2020-03-01\n"
    traced = trace_small(files)
    assert {end for end in traced.made("ABR", 1, "AVALC") if "RES" in end} == {"raw/g.csv:2 RES", "raw/g.csv:3 RES"}
    assert "ABR 1 AVALC" in traced.reached("raw.g", 2, "RES")
    assert "ABR 1 AVALC" not in traced.reached("raw.g", 4, "RES")


def test_intervals_of_other_records(trace_small: TraceStudy) -> None:
    rule = x("interval(date(DAY), AG.RES, AG.DAY, AG.END)")
    files = study(rule)
    files["specs/adam/ag.yaml"] += "  END: {rule: DAY + 4, label: End}\n"
    traced = trace_small(files)
    found = {name for name in traced.reads("AX", "X", 3) if name.startswith("AG")}
    assert found == {"AG.RES 2", "AG.DAY 2", "AG.END 2"}  # 8 January lies in the second
    looked = {name for name in traced.reads("AX", "X", 3, chosen=False) if name.startswith("AG.DAY")}
    assert looked == {"AG.DAY 1", "AG.DAY 2"}
    assert "AX 4 X" not in traced.reached("raw.g", 2, "DAY")  # of another subject


def test_a_condition_on_another_table(trace_small: TraceStudy) -> None:
    """Records exist because of records of another form."""
    traced = trace_small(study("", "- {from: raw.f, where: 'exists(AG, where=AG.RES == \"y\")'}"))
    assert {end.split()[0] for end in traced.made("AX", 1)} == {"raw/f.csv:2", "raw/g.csv:3"}
    touched = traced.touched("raw.g", 4, "RES")  # subject 3 has no records that could come
    assert touched.records[0].place == "AG 3"
    assert touched.may_appear == ()
    assert {"AX 1", "AX 2", "AX 3"} <= {
        record.place for record in traced.touched("raw.g", 3, "RES").records if record.exists
    }
