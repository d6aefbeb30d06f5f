"""Query lists: what became of each query on the next extract, and lists with faults."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from crf2tlf.analysis.results import Cell, Column, Output, Results, Row, Table
from crf2tlf.cli.console import Chosen
from crf2tlf.cli.queries import check_command, print_followed
from crf2tlf.findings import Findings
from crf2tlf.review.queries import Extract, extract_of, follow_up
from crf2tlf.review.query_list import COLUMNS, FOLLOWED, guarded, read_queries, unguarded, write_queries
from crf2tlf.review.query_outcome import outcome_columns
from tests.conftest import BuildStudy, form

DM = """
dataset: DM
keys: [STUDYID, USUBJID]
rows: [{from: raw.dm}]
variables: {STUDYID: study.STUDYID, DOMAIN: {value: DM}, USUBJID: USUBJID, AGE: {rule: number(AGE)}}
"""
AE = """
dataset: AE
keys: [STUDYID, USUBJID, AETERM]
rows: [{from: raw.ae}]
variables: {STUDYID: study.STUDYID, DOMAIN: {value: AE}, USUBJID: USUBJID, AETERM: TERM, AESEQ: sequence()}
"""
SPECS = {
    **form("dm", "SUBJ AGE"),
    **form("ae", "SUBJ TERM DAY GRADE REL", more="duplicates: {by: [SUBJ, TERM, DAY]}"),
    "specs/sdtm/dm.yaml": DM,
    "specs/sdtm/ae.yaml": AE,
}
HEADER = "SUBJ,TERM,DAY,GRADE,REL"
OLD = ["1,Nausea,3,1,N", "1,Rash,5,2,Y", "2,Nausea,4,1,N"]


def extract(build_small: BuildStudy, records: list[str], shown: str = "3 (33)") -> Extract:
    """The extract with these adverse events; the table's only cell shows a text."""
    raw = {"raw/dm.csv": "SUBJ,AGE\n1,60\n2,70\n", "raw/ae.csv": "\n".join([HEADER, *records]) + "\n"}
    build = build_small({**SPECS, **raw}).build
    assert build is not None
    table = Table(columns=(Column(label="N"),), rows=(Row(cells=(Cell(text=shown, id="t/n"),)),))
    output = Output(id="t", kind="table", title="T", body=table)
    stamp = "2026-01-01T00:00:00"
    results = Results(study="TST", title="T", release_timestamp=stamp, outputs=(output,), results=(), record_sets={})
    return extract_of(build, results, {"F-1": "still wrong"})


def written(path: Path, rows: list[dict[str, str]], columns: tuple[str, ...] = COLUMNS) -> Path:
    """Write a query list, as CSV or as a workbook."""
    cells = [list(columns), *([row.get(name, "") for name in columns] for row in rows)]
    if path.suffix == ".xlsx":
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = "Queries"
        for line in cells:
            sheet.append(line)
        book.save(path)
        return path
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([guarded(text) for text in line] for line in cells)
    return path


def query(subject: str, record: str, column: str = "", table: str = "ae") -> dict[str, str]:
    """A query on a record of the old extract, with all that the browser keeps of it."""
    values = dict(zip(HEADER.split(","), record.split(","), strict=True))
    keys = {name: values[name] for name in ("SUBJ", "TERM", "DAY")}
    about = {"SUBJECT": f"TST-{subject}", "FORM": table, "COLUMN": column, "VALUE": values.get(column, ""), "LINE": "9"}
    return {"QUERYID": "Q-1", "TEXT": "Please check", **about, "KEYS": json.dumps(keys), "RECORD": json.dumps(values)}


# What is asked of the record "1,Rash,5,2,Y" (or nothing else), the next extract, and what became of it
RECORDS = {
    "unchanged": ("GRADE", OLD, "still open", "2", "2", ""),
    "value changed": ("GRADE", [OLD[0], "1,Rash,5,3,Y", OLD[2]], "answered", "2", "3", ""),
    "line moved": ("GRADE", [OLD[2], "1,Cough,1,1,N", OLD[0], OLD[1]], "still open", "2", "2", ""),
    "line moved and value changed": ("GRADE", [OLD[2], OLD[0], "1,Rash,5,3,Y"], "answered", "2", "3", ""),
    "another column changed": ("GRADE", [OLD[0], "1,Rash,5,2,N", OLD[2]], "changed", "2", "2", "REL: Y → N"),
    "both changed": ("GRADE", [OLD[0], "1,Rash,5,3,N", OLD[2]], "answered", "2", "3", "REL: Y → N"),
    "value made blank": ("GRADE", [OLD[0], "1,Rash,5,,Y", OLD[2]], "answered", "2", "", ""),
    "record gone": ("GRADE", [OLD[0], OLD[2]], "gone", "2", "", ""),
    "subject gone": ("GRADE", [OLD[2]], "gone", "2", "", ""),
    "the value is a key": ("TERM", [OLD[0], "1,Rash NOS,5,2,Y", OLD[2]], "answered", "Rash", "Rash NOS", ""),
    "a key and more changed": ("TERM", [OLD[0], "1,Hives,5,2,N", OLD[2]], "answered", "Rash", "Hives", "REL: Y → N"),
    "the whole record": ("", OLD, "still open", "", "", ""),
    "the whole record, changed": ("", [OLD[0], "1,Rash,5,3,Y", OLD[2]], "answered", "", "", "GRADE: 2 → 3"),
    "entered twice": ("GRADE", [*OLD, "1,Rash,5,2,Y"], "still open", "2", "2", ""),
    "entered twice, differently": ("GRADE", [OLD[0], "1,Rash,5,3,Y", "1,Rash,5,4,N"], "answered", "2", "3", ""),
    "two records with other keys fit": ("TERM", ["1,Hives,5,2,Y", "1,Itch,5,2,Y"], "ambiguous", "Rash", "", ""),
}


def test_a_query_is_printed_as_lines_that_fit_a_narrow_terminal(
    tmp_path: Path, build_small: BuildStudy, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = read_queries(written(tmp_path / "list.csv", [query("1", OLD[1], "GRADE")]), Findings())
    assert listed is not None
    followed = follow_up(listed, extract(build_small, [OLD[0], "1,Rash,5,3,N", OLD[2]]), Findings())
    print_followed(list(followed.values()))
    assert capsys.readouterr().out.splitlines() == [
        "Q-1 · TST-1 · ae:9 GRADE",
        "  answered: 2 → 3",
        "  asked: Please check",
        "  what else: REL: Y → N",
        "  where now: raw/ae.csv:3",
        "queries: 1 (1 answered)",
    ]


def test_the_command_that_shows_the_errors_names_the_raw_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Chosen, "study", Path())
    monkeypatch.setattr(Chosen, "own_methods", False)
    assert check_command(Path("../next")) == "crf2tlf --raw ../next check"
    assert check_command(None) == "crf2tlf check"


@pytest.mark.parametrize(("column", "records", "outcome", "was", "now", "changed"), RECORDS.values(), ids=RECORDS)
def test_what_became_of_a_query_on_a_record(
    tmp_path: Path,
    build_small: BuildStudy,
    column: str,
    records: list[str],
    outcome: str,
    was: str,
    now: str,
    changed: str,
) -> None:
    listed = read_queries(written(tmp_path / "list.csv", [query("1", OLD[1], column)]), Findings())
    assert listed is not None
    findings = Findings()
    followed = follow_up(listed, extract(build_small, records), findings)[0]
    assert (followed.outcome.value, followed.was, followed.now, followed.columns["CHANGED"]) == (
        outcome,
        was,
        now,
        changed,
    )
    assert [finding.code for finding in findings] == (["QUERY_AMBIGUOUS"] if outcome == "ambiguous" else [])


CELLS = {
    "unchanged": ("3 (33)", "still open"),
    "another number": ("4 (44)", "answered"),
}


@pytest.mark.parametrize(("shown", "outcome"), CELLS.values(), ids=CELLS)
def test_a_query_on_a_cell_shows_its_old_and_new_text(
    tmp_path: Path, build_small: BuildStudy, shown: str, outcome: str
) -> None:
    row = {"QUERYID": "Q-1", "OUTPUT": "t", "CELL": "t/n", "VALUE": "3 (33)", "TEXT": "Is that so?"}
    listed = read_queries(written(tmp_path / "list.csv", [row]), Findings())
    assert listed is not None
    followed = follow_up(listed, extract(build_small, OLD, shown), Findings())[0]
    assert (followed.outcome.value, followed.was, followed.now) == (outcome, "3 (33)", shown)


def test_a_query_on_a_finding_is_answered_when_it_is_no_longer_made(tmp_path: Path, build_small: BuildStudy) -> None:
    rows = [{"QUERYID": f"Q-{n}", "FINDING": f"F-{n}", "TEXT": "Why?"} for n in (1, 2)]
    listed = read_queries(written(tmp_path / "list.csv", rows), Findings())
    assert listed is not None
    followed = follow_up(listed, extract(build_small, OLD), Findings())
    assert [one.outcome.value for one in followed.values()] == ["still open", "answered"]


def test_a_query_on_a_dataset_is_followed_by_the_keys_of_the_dataset(tmp_path: Path, build_small: BuildStudy) -> None:
    keys = {"STUDYID": "TST", "USUBJID": "TST-1", "AETERM": "Rash"}
    record = {**keys, "DOMAIN": "AE", "AESEQ": 2}
    row = {"SUBJECT": "TST-1", "FORM": "AE", "LINE": "2", "COLUMN": "AESEQ", "VALUE": "2", "TEXT": "Right?"}
    row |= {"KEYS": json.dumps(keys), "RECORD": json.dumps(record)}
    listed = read_queries(written(tmp_path / "list.csv", [row]), Findings())
    assert listed is not None
    followed = follow_up(listed, extract(build_small, ["1,Rash,5,2,Y"]), Findings())[0]
    assert (followed.outcome.value, followed.was, followed.now, followed.place) == ("answered", "2", "1", "AE:1")


# A query that somebody typed, without KEYS and RECORD
BY_HAND = {
    "the only record of the subject": ({"SUBJECT": "TST-2", "COLUMN": "GRADE", "VALUE": "1"}, "still open"),
    "the subject as collected": ({"SUBJECT": "2", "COLUMN": "GRADE", "VALUE": "9"}, "answered"),
    "the record at the line": ({"SUBJECT": "1", "LINE": "3", "COLUMN": "GRADE", "VALUE": "2"}, "still open"),
    "the record with the value": ({"SUBJECT": "1", "COLUMN": "TERM", "VALUE": "Rash"}, "still open"),
    "none of the two has the value": ({"SUBJECT": "1", "COLUMN": "TERM", "VALUE": "Fever"}, "ambiguous"),
}


@pytest.mark.parametrize(("given", "outcome"), BY_HAND.values(), ids=BY_HAND)
def test_queries_typed_by_hand(tmp_path: Path, build_small: BuildStudy, given: dict[str, str], outcome: str) -> None:
    path = written(tmp_path / "list.xlsx", [{"FORM": "ae", "TEXT": "?", **given}])
    listed = read_queries(path, Findings())
    assert listed is not None
    assert follow_up(listed, extract(build_small, OLD), Findings())[0].outcome.value == outcome
    assert listed.queries[0].id.startswith("Q-")


# A row, and the finding it is; rows are numbered as in the file
FAULTS = {
    "about nothing": ({"TEXT": "?"}, "2: error: QUERY_ROW: none of FORM, OUTPUT and FINDING"),
    "unknown status": ({"FORM": "ae", "STATUS": "opne", "TEXT": "?"}, "STATUS is 'opne' (did you mean open?)"),
    "an output without a cell": ({"OUTPUT": "t", "TEXT": "?"}, "OUTPUT is 't' but CELL is blank"),
    "spoilt keys": ({"FORM": "ae", "KEYS": "SUBJ=1", "TEXT": "?"}, "KEYS cannot be read"),
    "keys that are a list": ({"FORM": "ae", "KEYS": "[1]", "TEXT": "?"}, "KEYS is no JSON object"),
    "unknown form": ({"FORM": "aee", "TEXT": "?"}, "there is no form or dataset aee (did you mean ae?)"),
    "unknown column": ({"FORM": "ae", "COLUMN": "GRAD", "TEXT": "?"}, "ae has no column GRAD (did you mean GRADE?)"),
    "unknown output": ({"OUTPUT": "u", "CELL": "u/n", "TEXT": "?"}, "there is no output u"),
}


@pytest.mark.parametrize(("row", "message"), FAULTS.values(), ids=FAULTS)
def test_faulty_rows_are_findings(tmp_path: Path, build_small: BuildStudy, row: dict[str, str], message: str) -> None:
    findings = Findings()
    listed = read_queries(written(tmp_path / "list.csv", [row]), findings)
    assert listed is not None
    follow_up(listed, extract(build_small, OLD), findings)
    assert [finding.code for finding in findings] == ["QUERY_ROW"]
    assert message in str(findings.items[0])


def test_a_query_has_an_identifier_of_its_own(tmp_path: Path) -> None:
    findings = Findings()
    rows = [{"QUERYID": "Q-1", "FORM": "ae", "TEXT": text} for text in ("one", "two")]
    read_queries(written(tmp_path / "list.csv", rows), findings)
    assert ["QUERYID Q-1 is also that of row 2" in str(finding) for finding in findings] == [True]


# The bytes of a file, and what is wrong with it
FILES = {
    "another encoding": ("list.csv", "FORM,TEXT\nae,グレード\n".encode("cp932"), "not in the stated encoding utf-8"),
    "no list": ("list.csv", b"A,B\n1,2\n", "no column of FORM, OUTPUT, FINDING"),
    "no text": ("list.csv", b"FORM,TXT\nae,x\n", "the column TEXT is missing (did you mean TXT?)"),
    "empty": ("list.csv", b"", "no header"),
    "no workbook": ("list.xlsx", b"FORM,TEXT\n", "list.xlsx"),
    "a row too long": ("list.csv", b"FORM,TEXT\nae,x,y\n", "the record has 3 cells"),
}


@pytest.mark.parametrize(("name", "content", "message"), FILES.values(), ids=FILES)
def test_files_that_are_no_query_lists(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    findings = Findings()
    (tmp_path / name).write_bytes(content)
    read_queries(tmp_path / name, findings)
    assert {finding.code for finding in findings} == {"QUERY_LIST"}
    assert message in str(findings.items[0])


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_spreadsheets_part_cells_in_several_ways(tmp_path: Path, delimiter: str) -> None:
    (tmp_path / "list.csv").write_text(f"FORM{delimiter}TEXT\nae{delimiter}x\n", encoding="utf-8")
    listed = read_queries(tmp_path / "list.csv", Findings())
    assert listed is not None
    assert listed.queries[0].text == "x"


def test_an_empty_list_is_no_fault(tmp_path: Path) -> None:
    findings = Findings()
    listed = read_queries(written(tmp_path / "list.csv", []), findings)
    assert listed is not None
    assert not listed.queries
    assert not findings.items


@pytest.mark.parametrize("text", ["=1+1", "-1.5", "- 1", "+x", "@x", "'=1", "''=1", "'x", "x", "", "-", "\tx"])
def test_texts_in_csv_are_no_formulas_and_come_back_as_they_were(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert text == "-1.5" or not guarded(text).startswith(("=", "+", "-", "@", "\t"))


@pytest.mark.parametrize("name", ["followed.csv", "followed.xlsx"])
def test_the_list_comes_back_with_what_became_of_it(tmp_path: Path, build_small: BuildStudy, name: str) -> None:
    rows = [query("1", OLD[1], "GRADE"), {"QUERYID": "Q-2", "TEXT": "about nothing", "SITE": "=1+1"}]
    rows[0]["STATUS"] = "open"
    listed = read_queries(written(tmp_path / "list.csv", rows, (*COLUMNS, "SITE")), Findings())
    assert listed is not None
    followed = follow_up(listed, extract(build_small, [OLD[0], "1,Rash,5,3,Y"]), Findings())
    write_queries(listed, outcome_columns(listed, followed), tmp_path / name)
    again = read_queries(tmp_path / name, Findings())
    assert again is not None
    assert again.columns == (*COLUMNS, "SITE", *FOLLOWED)
    told = [(row["STATUS"], row["OUTCOME"], row["WAS"], row["NOW"], row["SITE"]) for row in again.rows]
    assert told == [("answered", "answered", "2", "3", ""), ("", "faulty", "", "", "=1+1")]
    assert follow_up(again, extract(build_small, OLD), Findings())[0].outcome.value == "still open"


def test_the_same_list_gives_the_same_workbook(tmp_path: Path) -> None:
    listed = read_queries(written(tmp_path / "list.csv", [query("1", OLD[1], "GRADE")]), Findings())
    assert listed is not None
    for name in ("a.xlsx", "b.xlsx"):
        write_queries(listed, {}, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    sheet = load_workbook(tmp_path / "a.xlsx")["Queries"]
    assert [rule.formula1 for rule in sheet.data_validations.dataValidation] == ['"open,answered,closed"']
