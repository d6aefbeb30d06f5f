"""Listings: order, repeated values, several variables in a cell, the record behind each row."""

from __future__ import annotations

from tests.analysis.conftest import AnalyseSmall

from crf2tlf.analysis.results import Table

AE = """
USUBJID AESEQ:n TERM       STDT:d     STDY:n WEIGHT:n
02      1       Headache   2017-01-04 4      51.25
01      1       Nausea     2017-01-09 9      .
01      2       Nausea     2017-01-02 2      60.5
01      3       =HYPERLINK .          .      61
09      1       Stranger   2017-01-01 1      70
"""

LISTING = """\
id: listing-1
title: "Listing 1. Events of {{ N }} subjects"
population: ALL
listing:
  from: ADAE
  where: TERM != "Fall"
  order: [USUBJID, STDT]
  columns:
    - {label: Subject, value: USUBJID, group: true}
    - {label: Term, value: TERM, group: true}
    - {label: Start, show: "{STDT:%d %b %Y} (day {STDY:0})"}
    - {label: Weight, value: WEIGHT, decimals: 1, align: right}
    - {label: Arm, value: ADSL.ARM}
orientation: landscape
"""


def test_a_listing_shows_records_in_order(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(LISTING, ADAE=AE)
    # Missing dates first; a group value is shown where it, or one left of it, changes; 09 is not of the population.
    assert made.rows("listing-1") == [
        "01 | =HYPERLINK |  | 61.0 | A",
        " | Nausea | 02 Jan 2017 (day 2) | 60.5 | A",
        " |  | 09 Jan 2017 (day 9) |  | A",
        "02 | Headache | 04 Jan 2017 (day 4) | 51.3 | A",
    ]
    assert made["listing-1"].title == "Listing 1. Events of 7 subjects"
    body = made["listing-1"].body
    assert isinstance(body, Table)
    assert (body.dataset, body.keys) == ("ADAE", ("USUBJID", "AESEQ"))
    assert [row.record for row in body.rows] == [("01", 3), ("01", 2), ("01", 1), ("02", 1)]
    assert [row.rule_above for row in body.rows] == [False, False, False, True]
    weight = body.rows[3].cells[3]
    assert (weight.number, weight.decimals) == (51.25, 1)


def test_a_listing_without_records_has_no_rows(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(LISTING.replace('"Fall"', '"Fall" and TERM == "Fall"'), ADAE=AE)
    assert made.rows("listing-1") == []
    assert not made.problems


def test_a_format_that_does_not_fit_is_a_finding(analyse_small: AnalyseSmall) -> None:
    made = analyse_small(LISTING.replace("{STDT:%d %b %Y}", "{TERM:1}"), ADAE=AE)
    assert made.problems == [
        "specs/tlf/0.yaml:11: error: TEMPLATE: listing-1: {TERM:1}: 1 is for numbers or dates, the value is the text "
        "'=HYPERLINK'"
    ]


def test_a_page_of_a_listing_begins_with_its_group_values(analyse_small: AnalyseSmall) -> None:
    spec = LISTING.replace("orientation: landscape", "page_rows: 3").replace("TERM, group: true", "TERM")
    more = AE + "01      4       Fever      2017-01-20 20     61\n"
    made = analyse_small(spec, ADAE=more)
    assert [row.split(" | ")[0] for row in made.rows("listing-1")] == ["01", "", "", "01", "02"]
    body = made["listing-1"].body
    assert isinstance(body, Table)
    assert body.page_rows == 3
