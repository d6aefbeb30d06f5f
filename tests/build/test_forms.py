"""Forms: what their specs leave out, the ledger of what became of every record, and lines of findings."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest
from tests.conftest import STUDY, Built

BuildSmall = Callable[[dict[str, str]], Built]

RAW = """\
SUBJ,TERM,DAY,DONE
1,a,2020-01-01,Y
1,a,2020-01-01,N
2,b,2020-04-01,Y
2,c,2020-03,Y
2,c,2020,N
3,,,Y
"""


def study(more: str = "", raw: str = RAW, dataset: str = "{from: raw.f}", extra: str = "") -> dict[str, str]:
    return {
        "specs/study.yaml": dedent(STUDY) + "data_cutoff: 2020-03-31\n",
        "specs/raw/f.yaml": dedent(
            """\
            form: f
            file: f.csv
            subject: SUBJ
            columns:
              SUBJ: Subject
              TERM: Term
              DAY: {label: Day, formats: [YYYY-MM-DD]}
              DONE: Done
            """
        )
        + dedent(more),
        "raw/f.csv": raw,
        "specs/adam/ax.yaml": f"""\
            dataset: AX
            keys: [ROW]
            rows: [{dataset}]
            variables:
              USUBJID: USUBJID
              ROW: {{rule: RECORD, label: Row}}
              {extra}
            """,
    }


def ledger(built: Built) -> list[tuple[str, str, tuple[int, ...]]]:
    assert built.build is not None
    assert all(entry.count == len(entry.lines) for entry in built.build.ledger)
    return [(entry.fate, entry.detail, entry.lines) for entry in built.build.ledger]


@pytest.mark.parametrize(
    ("more", "kept", "reason"),
    [
        ("duplicates: {by: [SUBJ, TERM]}", [1, 3, 4, 6], "entered twice (same SUBJ, TERM); the first is kept"),
        (
            "duplicates: {by: [SUBJ, TERM], keep: last}",
            [2, 3, 5, 6],
            "entered twice (same SUBJ, TERM); the last is kept",
        ),
        ("cutoff: DAY", [1, 2, 4, 5, 6], "after the data cut-off (DAY > 2020-03-31)"),  # 2020-03 may be before it
        ("leave_out: [{where: DONE == 'N', reason: Not done}]", [1, 3, 4, 6], "Not done"),
        ("leave_out: [{where: TERM != 'a', reason: Other}]", [1, 2, 6], "Other"),  # unknown stays
        ("leave_out: [{where: number(SUBJECT) > 1 and RECORD < 6, reason: Late}]", [1, 2, 6], "Late"),
    ],
)
def test_what_a_form_leaves_out_is_counted(build_small: BuildSmall, more: str, kept: list[int], reason: str) -> None:
    built = build_small(study(more))
    assert built.codes == []
    assert built.values("AX", "ROW") == kept
    out = tuple(n + 1 for n in range(1, 7) if n not in kept)
    assert ledger(built) == [("mapped", "to AX", tuple(n + 1 for n in kept)), ("left out", reason, out)]


def test_a_record_is_left_out_once(build_small: BuildSmall) -> None:
    more = """\
        duplicates: {by: [SUBJ, TERM]}
        leave_out: [{where: DONE == "N", reason: Not done}, {where: 'TERM == "b"', reason: b}]
        """
    built = build_small(study(more))
    assert [(fate, lines) for fate, _, lines in ledger(built)] == [
        ("mapped", (2, 5, 7)),
        ("left out", (3, 6)),
        ("left out", (4,)),
    ]


def test_a_day_with_a_time_is_not_after_its_own_day(build_small: BuildSmall) -> None:
    files = study("cutoff: DAY", "SUBJ,TERM,DAY,DONE\n1,a,2020-03-31T23:59,Y\n1,b,2020-04-01T00:00,Y\n")
    files["specs/raw/f.yaml"] = files["specs/raw/f.yaml"].replace("[YYYY-MM-DD]", '["YYYY-MM-DDThh:mm"]')
    assert build_small(files).values("AX", "ROW") == [1]


def test_cells_of_records_left_out_are_not_checked(build_small: BuildSmall) -> None:
    raw = "SUBJ,TERM,DAY,DONE\n1,a,2020-01-01,Y\n1,b,2020-02-31,N\n1,c,2020-02-30,Y\n"
    built = build_small(study("leave_out: [{where: DONE == 'N', reason: Not done}]", raw))
    assert [str(f.place) for f in built.findings] == ["raw/f.csv:4"]
    assert built.codes == ["RAW_DATE"]


@pytest.mark.parametrize(
    ("dataset", "extra", "expected"),
    [
        ("{from: raw.f}", "", [("mapped", "to AX", (2, 3, 4, 5, 6, 7))]),
        (
            "{from: raw.f, where: SUBJECT == '1'}",
            "",
            [("mapped", "to AX", (2, 3)), ("unused", "", (4, 5, 6, 7))],
        ),
        (
            "{from: raw.f, group: [USUBJID], set: {ROW: {rule: first(source.RECORD), label: R}}}",
            "",
            [("mapped", "to AX", (2, 3, 4, 5, 6, 7))],
        ),
        (
            "{from: study.t}",
            "N: {rule: 'count(raw.f, by=[])', label: N, scope: study}",
            [("looked up", "by AX.N", (2, 3, 4, 5, 6, 7))],
        ),
        (
            "{from: study.t, where: 'exists(raw.f, by=[])'}",
            "",
            [("looked up", "by the rows of AX", (2, 3, 4, 5, 6, 7))],
        ),
    ],
)
def test_ledger(build_small: BuildSmall, dataset: str, extra: str, expected: list[object]) -> None:
    files = study(dataset=dataset, extra=extra)
    files["specs/study.yaml"] += 'tables: {t: [{USUBJID: "TST-1", RECORD: "1"}]}\n'
    if "study.t" in dataset:
        files["specs/adam/ax.yaml"] = files["specs/adam/ax.yaml"].replace("rule: RECORD", "rule: number(RECORD)")
    built = build_small(files)
    assert ledger(built) == expected
    assert built.codes == (["RAW_UNUSED"] if len(expected) > 1 else [])


def test_unused_records_are_findings_at_their_lines(build_small: BuildSmall) -> None:
    built = build_small(study(dataset="{from: raw.f, where: RECORD < 5}"))
    assert built.messages("RAW_UNUSED") == [
        "raw/f.csv:6: error: RAW_UNUSED: f: the record reached no dataset and no rule left it out; map it, or add "
        "leave_out [raw/f.csv:7]"
    ]


def test_ledger_of_records_in_several_datasets(build_small: BuildSmall) -> None:
    files = study(dataset="{from: raw.f, where: RECORD < 4}")
    files["specs/adam/ay.yaml"] = """\
        dataset: AY
        keys: [USUBJID]
        rows: [{from: raw.f, where: RECORD > 2}, {from: AY, where: False}]
        variables: {USUBJID: USUBJID}
        """
    built = build_small(files)
    assert ledger(built) == [
        ("mapped", "to AX", (2, 3)),
        ("mapped", "to AX, AY", (4,)),
        ("mapped", "to AY", (5, 6, 7)),
    ]


def test_findings_name_the_line_where_the_record_begins(build_small: BuildSmall) -> None:
    """Quoted line breaks, lines without characters and records left out do not shift the lines."""
    raw = 'SUBJ,TERM,DAY,DONE\n1,"a\nb",2020-01-01,Y\n\n1,x,2020-01-01,N\n1,3x,2020-01-01,Y\n'
    files = study("leave_out: [{where: DONE == 'N', reason: Not done}]", raw, extra="N: {rule: number(TERM), label: N}")
    built = build_small(files)
    assert [str(f.place) for f in built.findings] == ["raw/f.csv:2", "raw/f.csv:6"]
    assert ledger(built) == [("mapped", "to AX", (2, 6)), ("left out", "Not done", (5,))]


@pytest.mark.parametrize(
    ("more", "code", "message"),
    [
        ("leave_out: [{where: TERMS == 'a', reason: x}]", "RULE_NAME", "unknown column TERMS (did you mean TERM?)"),
        ("leave_out: [{where: TERM, reason: x}]", "RULE_TYPE", "where takes a condition, 'TERM' is text"),
        ("leave_out: [{where: DM.X == 'a', reason: x}]", "RULE_NAME", "unknown name DM.X"),
        ("leave_out: [{where: 'matches(TERM, \"(\")', reason: x}]", "RULE_ARGUMENT", "no regular expression"),
        ("leave_out: [{where: source_dataset() == 'a', reason: x}]", "RULE_METHOD", "is not for forms"),
        ("duplicates: {by: [TERMS]}", "SPEC_MODEL", "TERMS is not declared under columns"),
        ("cutoff: TERM", "SPEC_MODEL", "TERM needs formats"),
    ],
)
def test_mistake(build_small: BuildSmall, more: str, code: str, message: str) -> None:
    found = build_small(study(more)).messages(code)
    assert [message in text for text in found] == [True]
    assert found[0].startswith("specs/raw/f.yaml:9:")


def test_usubjid_is_text(build_small: BuildSmall) -> None:
    files = study()
    files["specs/study.yaml"] = files["specs/study.yaml"].replace("""'"TST-" + SUBJECT'""", "number(SUBJECT)")
    built = build_small(files)
    assert ["usubjid takes text, its rule gives number" in m for m in built.messages("RULE_TYPE")] == [True]


def test_forms_without_records_build_empty_datasets(build_small: BuildSmall) -> None:
    built = build_small(study("cutoff: DAY\nduplicates: {by: [SUBJ]}", "SUBJ,TERM,DAY,DONE\n"))
    assert built.values("AX", "ROW") == []
    assert built.codes == ["RAW_FILE_EMPTY"]
    assert ledger(built) == []
