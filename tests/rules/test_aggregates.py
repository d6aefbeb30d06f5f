"""Aggregates: values from the records of another table that a record joins, and from the dataset's own records."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.conftest import Built, form

from crf2tlf.rules.scope import Ref

BuildSmall = Callable[[dict[str, str]], Built]

CURRENT = """\
    SUBJ,DAY,VISIT
    1,2020-01-05,1
    1,2020-01-10,2
    2,2020-01-05,1
    3,2020-01-05,
    ,2020-01-05,1
    """
JOINED = """\
    SUBJ,DOSE,DAY,VISIT,TXT
    1,10,2020-01-01,1,b
    1,20,2020-01-07,2,a
    1,,2020-01-08,2,
    2,30,2020-01-06,1,c
    ,40,2020-01-01,1,z
    """


def study(rule: str) -> dict[str, str]:
    """AX has the records of CURRENT and a variable V made by the rule; R has the records of JOINED."""
    return {
        "specs/study.yaml": """\
            study: TST
            title: A test study
            usubjid: '"TST-" + SUBJECT'
            release_timestamp: 2026-01-01T00:00:00
            tables:
              visits: [{VISIT: "1", NAME: Baseline}, {VISIT: "2", NAME: Week 1}]
            """,
        **form("f", "SUBJ DAY VISIT"),
        "raw/f.csv": CURRENT,
        **form("g", "SUBJ DOSE DAY VISIT TXT"),
        "raw/g.csv": JOINED,
        "specs/adam/ax.yaml": f"""\
            dataset: AX
            keys: [ROW]
            rows: [{{from: raw.f}}]
            variables:
              USUBJID: USUBJID
              ROW: {{rule: RECORD, label: Row}}
              DAY: {{rule: DAY, label: Day}}
              VISIT: {{rule: VISIT, label: Visit}}
              V: {{rule: {rule!r}, label: Value, scope: study}}
            """,
        "specs/adam/rr.yaml": """\
            dataset: RR
            keys: [ROW]
            rows: [{from: raw.g}]
            variables:
              USUBJID: USUBJID
              ROW: {rule: RECORD, label: Row}
              N: {rule: number(DOSE), label: Dose}
              DAY: {rule: DAY, label: Day}
              ADT: date(DAY)
              VISIT: {rule: VISIT, label: Visit}
              TXT: {rule: TXT, label: Text}
            """,
    }


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        # the order decides; missing values come first, and last where the order descends
        ("first(RR.N, order=[RR.DAY])", [10, 10, 30, None, None]),
        ("last(RR.N, order=[RR.DAY])", [None, None, 30, None, None]),  # the last record's value is missing
        ("last(RR.N, order=[RR.DAY], where=RR.N is not None)", [20, 20, 30, None, None]),
        ("first(RR.DAY, order=[RR.N])", ["2020-01-08", "2020-01-08", "2020-01-06", None, None]),
        ("first(RR.DAY, order=[desc(RR.N)])", ["2020-01-07", "2020-01-07", "2020-01-06", None, None]),
        ("last(RR.DAY, order=desc(RR.N))", ["2020-01-08", "2020-01-08", "2020-01-06", None, None]),
        ("first(RR.N, order=[desc(RR.VISIT), RR.DAY])", [20, 20, 30, None, None]),  # several keys
        ("first(RR.N, order=[RR.VISIT, desc(RR.DAY)])", [10, 10, 30, None, None]),
        ("last(RR.ROW)", [3, 3, 4, None, None]),  # without an order: as the records stand
        # extremes, sums, counts
        ("min(RR.N)", [10, 10, 30, None, None]),
        ("max(RR.N)", [20, 20, 30, None, None]),
        ("min(RR.TXT)", ["a", "a", "c", None, None]),  # text by alphabet
        ('yn(max(RR.ADT) == "2020-01-08")', ["Y", "Y", "N", None, None]),
        ("sum(RR.N)", [30, 30, 30, None, None]),  # missing values left out; nothing to add is missing
        ("mean(RR.N)", [15, 15, 30, None, None]),
        ("count(RR)", [3, 3, 1, 0, 0]),  # no record is 0, not missing
        ("count(RR.N)", [3, 3, 1, 0, 0]),  # counts records, whatever they hold
        ("yn(exists(RR))", ["Y", "Y", "Y", "N", "N"]),
        ("yn(any(RR.N > 15))", ["Y", "Y", "Y", "N", "N"]),
        ("yn(all(RR.N > 5))", ["N", "N", "Y", "Y", "Y"]),  # unknown is not true; true without records
        ("join_text(RR.TXT)", ["b, a", "b, a", "c", None, None]),
        ('join_text(RR.TXT, sep="/", order=[RR.TXT])', ["a/b", "a/b", "c", None, None]),
        ('lookup(RR.N, where=RR.VISIT == "1")', [10, 10, 30, None, None]),
        # where: unknown is not selected; qualified names are the joined record's, bare ones the current record's
        ("count(RR, where=RR.N > 5)", [2, 2, 1, 0, 0]),
        ('count(RR, where=RR.TXT == "nothing")', [0, 0, 0, 0, 0]),
        ('sum(RR.N, where=RR.TXT == "nothing")', [None] * 5),
        ("count(RR, where=RR.DAY <= DAY)", [1, 3, 0, 0, 0]),
        ("last(RR.N, order=[RR.DAY], where=RR.DAY <= DAY and RR.N is not None)", [10, 20, None, None, None]),
        ("count(RR, where=RR.VISIT == VISIT or RR.N == 20)", [2, 2, 1, 0, 0]),
        ("sum(RR.N * ROW)", [30, 60, 90, None, None]),  # an argument may need both records
        ("count(1, by=[USUBJID])", [2, 2, 1, 1, 1]),  # no table named: the dataset's own records
        # by
        ("count(RR, by=[USUBJID, VISIT])", [1, 2, 1, 0, 0]),
        ("count(RR, by=VISIT)", [3, 2, 3, 0, 3]),  # a missing key joins nothing, here the fourth record's VISIT
        ("sum(RR.N, by=[])", [100] * 5),
        ("count(RR, by=[], where=RR.VISIT == VISIT)", [3, 2, 3, 0, 3]),
        # forms and design tables are joined like datasets; a table without subjects joins every record
        ("count(raw.g)", [3, 3, 1, 0, 0]),
        ("first(raw.g.TXT, order=[raw.g.DAY])", ["b", "b", "c", None, None]),
        ("count(study.visits)", [2] * 5),
        ("lookup(study.visits.NAME, by=[VISIT])", ["Baseline", "Week 1", "Baseline", None, "Baseline"]),
        (
            "lookup(study.visits.NAME, where=study.visits.VISIT == VISIT)",
            ["Baseline", "Week 1", "Baseline", None, "Baseline"],
        ),
        # inside conditions each side sees its own records only
        ('count(RR) if VISIT == "1" else -1', [3, -1, 1, None, 0]),
        ("sum(RR.N, where=RR.DAY <= DAY) if ROW > 1 else 0", [0, 30, None, None, None]),
    ],
)
def test_another_table(build_small: BuildSmall, rule: str, expected: list[object]) -> None:
    built = build_small(study(rule))
    assert built.codes == []
    assert built.values("AX", "V") == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("max(ROW)", [2, 2, 3, 4, 5]),  # every record gets the value of its subject
        ("max(ROW, by=[])", [5] * 5),
        ("min(DAY, by=[USUBJID])", ["2020-01-05"] * 5),
        ("count(1, by=[VISIT])", [3, 1, 3, 1, 3]),  # own records without a value are a group
        ('sum(ROW, by=[], where=VISIT == "1")', [9] * 5),  # where: which records count, not which get the value
        (
            "first(DAY, by=[VISIT], order=[desc(ROW)])",
            ["2020-01-05", "2020-01-10", "2020-01-05", "2020-01-05", "2020-01-05"],
        ),
        ("max(ROW, by=[]) if ROW > 2 else 0", [0, 0, 5, 5, 5]),  # of all records, also inside a condition
        ("ROW - min(ROW)", [0, 1, 0, 0, 0]),
    ],
)
def test_own_records(build_small: BuildSmall, rule: str, expected: list[object]) -> None:
    built = build_small(study(rule))
    assert built.codes == []
    assert built.values("AX", "V") == expected


@pytest.mark.parametrize(
    ("rule", "findings"),
    [
        ("lookup(RR.N)", ["LOOKUP_MANY raw/f.csv:2 raw/f.csv:3"]),
        ('lookup(RR.N, expect="at most one")', ["LOOKUP_MANY raw/f.csv:2 raw/f.csv:3"]),
        ('lookup(RR.N, expect="any")', []),
        ('lookup(RR.N, expect="one")', ["LOOKUP_MANY raw/f.csv:2 raw/f.csv:3", "LOOKUP_NONE raw/f.csv:5 raw/f.csv:6"]),
        ('count(RR, expect="at most one")', ["LOOKUP_MANY raw/f.csv:2 raw/f.csv:3"]),
        (
            'lookup(RR.N, where=RR.DAY > DAY, expect="one")',
            ["LOOKUP_MANY raw/f.csv:2", "LOOKUP_NONE raw/f.csv:3 raw/f.csv:5 raw/f.csv:6"],
        ),
        # the side of a condition that is not taken is not looked up
        ('lookup(RR.N, expect="one") if ROW == 3 else 0', []),
        # what a method says about a joined record is reported at that record's line
        ("max(number(raw.g.TXT))", [f"RAW_NUMBER raw/g.csv:{n}" for n in (2, 3, 5)]),
        (
            "max(number(raw.g.TXT), where=raw.g.DAY <= DAY)",
            ["RAW_NUMBER raw/f.csv:2 raw/f.csv:3", "RAW_NUMBER raw/f.csv:3"],
        ),
    ],
)
def test_findings_name_the_lines(build_small: BuildSmall, rule: str, findings: list[str]) -> None:
    built = build_small(study(rule))
    assert [" ".join(map(str, (f.code, f.place, *f.records))) for f in built.findings] == findings


@pytest.mark.parametrize(
    ("rule", "code", "message"),
    [
        ("first(RR.N + raw.g.RECORD)", "RULE_ARGUMENT", "joins one table, not RR and raw.g"),
        ("first(RR.NN)", "RULE_NAME", "unknown name RR.NN (did you mean N?)"),
        ("first(RX.N)", "RULE_NAME", "unknown name RX.N"),
        ('lookup(RR.N, expect="two")', "RULE_ARGUMENT", 'expect is "one", "at most one" or "any"'),
        ("count(RR, by=[DAY, TXT])", "RULE_NAME", "unknown name TXT"),
        ("count(RR, by=[ROW + 1])", "RULE_ARGUMENT", "by takes names"),
        ("count(raw.g, by=[ROW])", "RULE_NAME", "unknown name raw.g.ROW"),
        ("max(max(RR.N))", "RULE_ARGUMENT", "cannot stand inside another aggregate"),
        ("max(previous(RR.N))", "RULE_ARGUMENT", "cannot stand inside another aggregate"),
        ("count(RR, where=RR.N)", "RULE_TYPE", "where takes a truth value"),
        ("count(RR, where=RR.N > 1, where=RR.N > 2)", "RULE_SYNTAX", "count gets where twice"),
        ("sum(RR.TXT)", "RULE_TYPE", "takes number"),
        ("first(RR.N, order=[desc(RR.N, RR.DAY)])", "RULE_ARGUMENT", "desc takes one value"),
    ],
)
def test_mistake(build_small: BuildSmall, rule: str, code: str, message: str) -> None:
    built = build_small(study(rule))
    assert code in built.codes, [str(f) for f in built.findings]
    assert message in built.messages(code)[0]


def test_trial_design_says_how_it_joins_subjects(build_small: BuildSmall) -> None:
    files = study("1")
    files["specs/sdtm/ta.yaml"] = """\
        dataset: TV
        keys: [VISITNUM]
        rows: [{from: study.visits}]
        variables:
          STUDYID: study.STUDYID
          DOMAIN: {value: TV}
          VISITNUM: number(VISIT)
          TVSTRL: 'text(count(RR))'
        """
    built = build_small(files)
    assert ["say by=[…]" in m for m in built.messages("RULE_ARGUMENT")] == [True]
    files["specs/sdtm/ta.yaml"] = files["specs/sdtm/ta.yaml"].replace("count(RR)", "count(RR, by=[])")
    assert build_small(files).values("TV", "TVSTRL") == ["5", "5"]


@pytest.mark.parametrize("empty", ["raw/f.csv", "raw/g.csv"])
def test_tables_without_records(build_small: BuildSmall, empty: str) -> None:
    files = study("count(RR, where=RR.DAY <= DAY) + count(RR, by=[])")
    files[empty] = files[empty].split("\n")[0] + "\n"
    built = build_small(files)
    assert built.values("AX", "V") == ([] if empty == "raw/f.csv" else [0] * 5)
    assert built.codes == ["RAW_FILE_EMPTY"]


@pytest.mark.parametrize(
    ("rule", "scope"),
    [
        ("max(ROW)", "subject"),
        ("max(ROW, by=[USUBJID, VISIT])", "subject"),
        ("sequence()", "subject"),
        ("max(ROW, by=[])", "study"),
        ("sequence(by=[VISIT])", "study"),
        ("count(RR, by=[VISIT])", "study"),
        ("max(ROW, by=[]) if ROW > 2 else 0", "study"),
        ("lookup(study.visits.NAME, by=[VISIT])", "subject"),  # a design table has no subjects to look across
    ],
)
def test_scope(build_small: BuildSmall, rule: str, scope: str) -> None:
    """A rule that looks across subjects must say so; whether it does follows from the rule itself."""
    files = study(rule)
    built = build_small(files)
    assert built.build is not None
    assert built.build.plan.variables[Ref("AX", "V")].scope == scope
    files["specs/adam/ax.yaml"] = files["specs/adam/ax.yaml"].replace(", scope: study", "")
    assert ("RULE_SCOPE" in build_small(files).codes) == (scope == "study")
