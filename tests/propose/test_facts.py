"""What is told of files and columns: encodings, delimiters, dates, codes, names."""

from __future__ import annotations

from pathlib import Path

import pytest

from crf2tlf.findings import Findings
from crf2tlf.propose.dates import dates_of
from crf2tlf.propose.extract import delimiter_of, encoding_of, read_extracts
from crf2tlf.propose.facts import column_names, facts_of


@pytest.mark.parametrize(
    ("values", "formats", "others"),
    [
        (["2024-01-31", "2024-02-01"], ("YYYY-MM-DD",), ()),
        (["31-JAN-2024", "un-feb-2024"], ("DD-MON-YYYY",), ()),
        (["01/31/2024", "02/01/2024"], ("MM/DD/YYYY",), ()),
        (["31/01/2024", "02/01/2024"], ("DD/MM/YYYY",), ()),
        (["03/04/2024", "05/06/2024"], ("MM/DD/YYYY",), ("DD/MM/YYYY",)),  # nothing tells
        (["04/04/2024", "05/05/2024"], ("MM/DD/YYYY",), ()),  # both read the same days
        ([f"01/{day:02d}/2024" for day in range(10, 31)] + ["2023"], ("MM/DD/YYYY", "YYYY"), ()),
        (["2024/01/31", "31-JAN-2024", "2024/02/01", "01-FEB-2024"], ("YYYY/MM/DD", "DD-MON-YYYY"), ()),
        (["20240131", "20240201"], ("YYYYMMDD",), ()),
        (["2024-01-31T10:15", "2024-02-01T08:00"], ("YYYY-MM-DDThh:mm",), ()),
        (["10:15", "08:00"], ("hh:mm",), ()),
    ],
)
def test_date_formats(values: list[str], formats: tuple[str, ...], others: tuple[str, ...]) -> None:
    guess = dates_of(values)
    assert guess is not None
    assert (guess.formats, guess.others) == (formats, others)


@pytest.mark.parametrize(
    "values",
    [
        ["1", "2"],
        ["63.0", "71.5"],
        ["01", "02"],
        ["701-1015"],
        ["Mild", "Severe"],
        ["2024"],
        ["12345678"],
        ["99999999"],
    ],
)
def test_no_dates(values: list[str]) -> None:
    assert dates_of(values) is None


def test_what_a_date_column_lacks_is_counted() -> None:
    guess = dates_of([*(f"2024-01-{day:02d}" for day in range(1, 21)), "soon"])
    assert guess is not None
    assert (guess.formats, guess.unread) == (("YYYY-MM-DD",), 1)


@pytest.mark.parametrize(
    ("text", "encoding", "told"),
    [
        ("SUBJID,AETERM\n1,Headache\n", "ascii", "utf-8"),
        ("SUBJID,AETERM\n1,頭痛\n", "utf-8", "utf-8"),
        ("SUBJID,AETERM\n1,頭痛と吐き気\n", "cp932", "cp932"),
        ("SUBJID,AETERM\n1,Übelkeit, Müdigkeit\n", "cp1252", "cp1252"),
        ("SUBJID,AETERM\n1,頭痛\n", "utf-16", "utf-16"),
    ],
)
def test_encodings(text: str, encoding: str, told: str) -> None:
    assert encoding_of(text.encode(encoding)) == told


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("A,B\n1,2\n", ","),
        ("A;B;C\n1,5;2;3\n", ";"),
        ("A\tB\n1\t2\n", "\t"),
        ("A|B\n1|2\n", "|"),
        ('A,B\n"x;y;z",2\n', ","),
        ("A\n1\n", ","),
    ],
)
def test_delimiters(text: str, delimiter: str) -> None:
    assert delimiter_of(text) == delimiter


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("AETERM", "AETERM"),
        ("IT.AETERM", "AETERM"),
        ("Diameter (mm)", "DIAMETER_MM"),
        ("2nd visit", "C_2ND_VISIT"),
        ("SUBJECT", "SUBJECT_"),  # a name that the program makes for every form
        ("性別", "COLUMN_1"),
        ("and", "AND"),
    ],
)
def test_names_for_rules(header: str, name: str) -> None:
    assert column_names([header]) == {header: name}


def test_names_differ() -> None:
    assert column_names(["AETERM", "IT.AETERM"]) == {"AETERM": "AETERM", "IT.AETERM": "AETERM_2"}


def test_day_and_month_are_told_by_another_column(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("SUBJID,D1,D2\n1,03/04/2024,31/01/2024\n2,05/06/2024,01/02/2024\n", "utf-8")
    (extract,) = read_extracts(tmp_path, Findings())
    assert [(c.dates.formats, c.ambiguous) for c in facts_of(extract) if c.dates] == [(("DD/MM/YYYY",), False)] * 2


def test_code_lists(tmp_path: Path) -> None:
    rows = "".join(f"{n},{'Mild' if n % 2 else 'mild'},{'Severe' if n % 3 else 'Mild'},x{n}\n" for n in range(12))
    (tmp_path / "a.csv").write_text("SUBJID,ONE,TWO,MANY\n" + rows, "utf-8")
    (extract,) = read_extracts(tmp_path, Findings())
    codes = {column.name: column.codes for column in facts_of(extract)}
    assert codes == {"SUBJID": (), "ONE": (), "TWO": ("Mild", "Severe"), "MANY": ()}
