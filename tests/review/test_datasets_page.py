"""The list of tables, their lineage, and the grid of a table's records, in a browser."""

from __future__ import annotations

import base64
import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.review import hostile
from tests.review.sites import piece, settled, visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect.set_options(timeout=30_000)  # a busy machine is no fault of the page


def cells(page: Page, field: str) -> list[str]:
    """A column of the records shown, from top to bottom."""
    return [text.strip() for text in page.locator(f'.tabulator-cell[tabulator-field="{field}"]').all_inner_texts()]


def count(page: Page) -> str:
    settled(page)
    return page.locator("#count").inner_text()


def typed(page: Page, selector: str, text: str) -> None:
    """Type into a field and wait for what it looks for; fields wait a moment for more to come."""
    page.locator(selector).fill(text)
    page.locator(selector).press("End")
    page.wait_for_timeout(450)
    settled(page)


def filtered(page: Page, column: str, text: str) -> str:
    typed(page, f'.head-filter[data-column="{column}"]', text)
    return count(page)


def values(site: Path, name: str, column: str) -> list[object]:
    """A column of all records of a small table, from its piece; None is missing."""
    stored = piece(site, f"columns/{name}/{column}")
    assert stored["width"] == 1
    return [None if code == 255 else stored["values"][code] for code in base64.b64decode(stored["codes"])]


def columns(site: Path, name: str) -> dict[str, list[object]]:
    """The columns of a small dataset."""
    table = next(table for table in piece(site, "study")["tables"] if table["name"] == name)
    return {column["name"]: values(site, name, column["name"]) for column in table["columns"]}


def holding(site: Path, name: str, word: str) -> list[str]:
    """The numbers of the records of a dataset that have a word in any column."""
    records = zip(*columns(site, name).values(), strict=True)
    found = [any(word in str(value).lower() for value in record if value is not None) for record in records]
    assert 0 < sum(found) < len(found)
    return [str(at) for at, holds in enumerate(found, 1) if holds]


def partly_missing(site: Path, page: Page, name: str) -> tuple[str, int]:
    """A column that is shown and has no value in some records, and in how many."""
    shown = shown_columns(page)
    counts = {column: cells.count(None) for column, cells in columns(site, name).items() if column in shown}
    return next((column, missing) for column, missing in counts.items() if 0 < missing < 9)


# Search, filters, sorting


def test_search_in_adae(site: Path, page: Page) -> None:
    visit(page, site, "dataset.html?name=ADAE")
    assert count(page) == "55 records"
    typed(page, "#search", "nausea")
    found = cells(page, "@number")
    assert found == holding(site, "ADAE", "nausea")
    assert count(page) == f"{len(found)} of 55 records"
    typed(page, "#search", "nausea 02-002")  # all words, in any columns
    assert set(cells(page, "SUBJID")) == {"02-002"}
    typed(page, "#search", "no such words")
    assert page.locator(".tabulator-placeholder").inner_text() == "No record has all this."
    page.locator("#clear").click()
    assert count(page) == "55 records"
    typed(page, "#search", "nausea")
    filtered(page, "SUBJID", "01-")
    page.locator("#clear").click()
    assert count(page) == "55 records"
    assert page.locator(".head-filter[data-column='SUBJID']").input_value() == ""


@pytest.mark.parametrize(
    ("text", "keeps"),
    [
        ("=3", lambda grade: grade == "3"),
        (">=3", lambda grade: float(grade) >= 3),
        ("<2", lambda grade: float(grade) < 2),
        ("!=1", lambda grade: grade != "1"),
        ("=2|=4", lambda grade: grade in ("2", "4")),
    ],
)
def test_a_column_is_filtered(site: Path, page: Page, text: str, keeps: object) -> None:
    visit(page, site, "dataset.html?name=ADAE")
    everything = cells(page, "ATOXGRN") + next_page(page, "ATOXGRN")
    page.locator('.tabulator-page[data-page="first"]').click()
    shown = filtered(page, "ATOXGRN", text)
    wanted = sum(map(keeps, everything))  # type: ignore[arg-type]
    assert 0 < wanted < 55
    assert shown == f"{wanted} of 55 records"
    assert all(map(keeps, cells(page, "ATOXGRN")))  # type: ignore[arg-type]


def next_page(page: Page, field: str) -> list[str]:
    page.locator('.tabulator-page[data-page="next"]').click()
    settled(page)
    return cells(page, field)


def test_missing_values_can_be_asked_for(site: Path, page: Page) -> None:
    visit(page, site, "dataset.html?name=ADSL")
    column, missing = partly_missing(site, page, "ADSL")
    assert filtered(page, column, "=") == f"{missing} of 9 records"
    assert set(cells(page, column)) == {""}
    assert filtered(page, column, "!=") == f"{9 - missing} of 9 records"


def shown_columns(page: Page) -> list[str]:
    return page.locator(".tabulator-col:visible .head-name").all_inner_texts()


def test_sort_in_adae_by_one_column_and_by_two(site: Path, page: Page) -> None:
    visit(page, site, "dataset.html?name=ADAE")
    page.locator(".tabulator-page-size").select_option("100")
    settled(page)
    header = page.locator('.tabulator-col[tabulator-field="ATOXGRN"]')
    header.locator(".head-sort").click()
    settled(page)
    grades = [float(grade) for grade in cells(page, "ATOXGRN")]
    assert grades == sorted(grades)
    expect(header).to_have_attribute("aria-sort", "ascending")
    page.locator('.tabulator-col[tabulator-field="AEDECOD"] .head-sort').click(modifiers=["Shift"])
    settled(page)
    pairs = list(zip(map(float, cells(page, "ATOXGRN")), cells(page, "AEDECOD"), strict=True))
    assert len(pairs) == 55
    assert pairs == sorted(pairs)


def test_missing_values_stand_last_both_ways(site: Path, page: Page) -> None:
    visit(page, site, "dataset.html?name=ADSL")
    column, missing = partly_missing(site, page, "ADSL")
    button = page.locator(f'.tabulator-col[tabulator-field="{column}"] .head-sort')
    for _ in range(2):
        button.click()
        settled(page)
        blanks = [value == "" for value in cells(page, column)]
        assert blanks == sorted(blanks)
        assert sum(blanks) == missing


def test_pages_of_records(site: Path, page: Page) -> None:
    visit(page, site, "dataset.html?name=ADRS")
    assert page.locator(".counter").inner_text() == "1 to 50 of 376"
    page.locator(".tabulator-page-size").select_option("25")
    settled(page)
    assert len(cells(page, "@number")) == 25
    page.locator('.tabulator-page[data-page="last"]').click()
    settled(page)
    assert page.locator(".counter").inner_text() == "376 to 376 of 376"
    assert cells(page, "@number") == ["376"]


# Which columns


def test_columns_are_chosen_and_stay_chosen(site: Path, page: Page) -> None:
    visit(page, site, "dataset.html?name=AE")
    assert "STUDYID" not in shown_columns(page)
    assert "AETERM" in shown_columns(page)
    page.locator("#chooser summary").click()
    page.locator("#chooser li", has_text="STUDYID").locator("input").check()
    page.locator("#chooser li", has_text="AETERM").locator("input").uncheck()
    page.keyboard.press("Escape")
    settled(page)
    assert not page.locator(".menu-panel").is_visible()
    assert set(cells(page, "STUDYID")) == {"UMIN000015984"}
    assert "AETERM" not in shown_columns(page)
    page.reload()
    settled(page)
    assert "STUDYID" in shown_columns(page)
    assert "AETERM" not in shown_columns(page)


# What a column is


def test_the_panel_of_a_column_has_its_rule_and_its_codelist(site: Path, page: Page) -> None:
    visit(page, site, "dataset.html?name=ADAE")
    page.locator('.tabulator-col[tabulator-field="AEOUT"] .head-info').click()
    panel = page.locator("dialog#variable")
    settled(page)
    assert "ADAE.AEOUT" in panel.locator("h2").inner_text()
    assert "specs/adam/adae.yaml:" in panel.inner_text()
    terms = {row[0]: int(row[-1]) for row in rows(panel.locator("#variable-values tbody tr").all_inner_texts())}
    assert sum(terms.values()) == 55
    assert terms["RECOVERED/RESOLVED"] > 0
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    assert "AEOUT" in page.evaluate("document.activeElement.getAttribute('aria-label')")


def rows(texts: list[str]) -> list[list[str]]:
    return [text.split("\t") for text in texts]


def test_what_a_rule_uses_leads_on(site: Path, page: Page) -> None:
    visit(page, site, "dataset.html?name=ADAE")
    page.locator("#tab-variables").click()
    row = page.locator("#variables tr", has=page.locator("button", has_text="AEOUT"))
    row.get_by_role("link", name="AE.AEOUT").click()
    expect(page.locator("h1")).to_have_text("AE")
    expect(page.locator("dialog h2")).to_have_text("AE.AEOUT")


# Ways in and out


def test_a_record_leads_to_its_patient(site: Path, page: Page) -> None:
    visit(page, site, "dataset.html?name=ADAE")
    subject = cells(page, "USUBJID")[0]
    page.locator('.tabulator-cell[tabulator-field="@number"] a').first.click()
    page.wait_for_url(f"**/patient.html?subject={subject}#ADAE-1")
    settled(page)


def test_only_the_records_behind_a_number(site: Path, page: Page) -> None:
    output = piece(site, "output/table-4")
    number, held = next(
        (n, s) for n, s in output["sets"].items() if s.get("dataset") == "ADAE" and len(s["records"]) > 1
    )
    visit(page, site, f"dataset.html?name=ADAE&output=table-4&set={number}")
    wanted, at = [], 0
    for step in held["records"]:
        at += step
        wanted.append(str(at))
    assert cells(page, "@number") == wanted[:50]
    page.locator(".chip button").click()
    assert count(page) == "55 records"


def test_only_a_record_and_only_a_subject(site: Path, page: Page) -> None:
    visit(page, site, "dataset.html?name=raw.ae&record=17,19")
    assert cells(page, "@number") == ["17", "19"]
    visit(page, site, "dataset.html?name=AE&subject=UMIN000015984-02-001")
    assert set(cells(page, "USUBJID")) == {"UMIN000015984-02-001"}


def test_raw_records_say_where_they_went(site: Path, page: Page) -> None:
    visit(page, site, "dataset.html?name=raw.ae")
    assert count(page) == "57 records"
    filtered(page, "@fate", "left out")
    assert len(cells(page, "@fate")) == 2


def test_the_rows_found_are_downloaded(site: Path, page: Page) -> None:
    visit(page, site, "dataset.html?name=ADAE&search=nausea")
    shown = cells(page, "@number")
    with page.expect_download() as download:
        page.locator("#csv").click()
    assert download.value.suggested_filename == "ADAE.csv"
    content = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(content)))
    assert [line["Record"] for line in lines] == shown == holding(site, "ADAE", "nausea")
    assert list(lines[0]) == ["Record", *shown_columns(page)[1:]]
    assert [line["AETERM"] for line in lines] == cells(page, "AETERM")


def test_a_table_that_is_none(site: Path, page: Page) -> None:
    visit(page, site, "dataset.html?name=%3Cb%3EAE%3C%2Fb%3E")
    assert page.locator("h1").inner_text() == "There is no table “<b>AE</b>”."
    assert page.locator("h1 b").count() == 0


def test_raw_text_is_text_in_the_grid_its_filters_and_the_download(hostile_site: Path, page: Page) -> None:
    visit(page, hostile_site, "dataset.html?name=raw.ae")
    assert cells(page, "AETERM")[0] == hostile.SCRIPT
    page.locator('.tabulator-col[tabulator-field="AETERM"] .head-info').click()
    settled(page)
    assert hostile.SCRIPT in page.locator("dialog").inner_text()
    page.keyboard.press("Escape")
    with page.expect_download() as download:
        page.locator("#csv").click()
    content = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert "'" + hostile.FORMULA in content  # no formula in a spreadsheet
    assert page.locator("main script, main img").count() == 0


def test_the_records_shown_are_printed_as_a_plain_table(site: Path, page: Page) -> None:
    visit(page, site, "dataset.html?name=AE&subject=UMIN000015984-02-001")
    shown = cells(page, "AETERM")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert not page.locator(".tabulator").is_visible()
    heads = page.locator("#printed th[scope='col']").all_inner_texts()
    at = heads.index("Reported Term for the Adverse Event")
    assert page.locator(f"#printed tbody tr :nth-child({at + 1})").all_inner_texts() == shown


# The keyboard alone


def test_the_grid_is_sorted_and_filtered_by_keys(site: Path, page: Page) -> None:
    visit(page, site, "dataset.html?name=ADAE")
    page.locator('.tabulator-col[tabulator-field="USUBJID"] .head-sort').focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    settled(page)
    expect(page.locator('.tabulator-col[tabulator-field="USUBJID"]')).to_have_attribute("aria-sort", "descending")
    assert cells(page, "USUBJID") == sorted(cells(page, "USUBJID"), reverse=True)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "head-info"
    page.keyboard.press("Tab")
    page.keyboard.type("02-002")
    page.wait_for_timeout(450)
    settled(page)
    assert set(cells(page, "SUBJID")) == {"02-002"}
    assert page.evaluate("document.activeElement.dataset.column") == "USUBJID"  # typing goes on where it was


def test_tabs_by_arrow_keys(site: Path, page: Page) -> None:
    visit(page, site, "dataset.html?name=AE")
    page.locator("#tab-records").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#variables").is_visible()
    assert not page.locator("#records").is_visible()


# The list of tables and their lineage


def test_the_list_is_searched_down_to_columns(site: Path, page: Page) -> None:
    visit(page, site, "datasets.html")
    typed(page, "#search", "aestdtc")
    assert page.locator(".tables tbody tr:visible th").all_inner_texts() == ["AE"]
    page.get_by_role("link", name="AESTDTC").click()
    expect(page.locator("dialog h2")).to_have_text("AE.AESTDTC")


def test_lineage_lights_the_path_of_a_table(site: Path, page: Page) -> None:
    visit(page, site, "datasets.html")
    node = page.locator("#graph a", has_text="ADAE")
    node.hover()
    lit = page.evaluate("[...document.querySelectorAll('#graph .node.on')].map(node => node.getAttribute('href'))")
    pages = {"dataset.html?name=raw.ae", "dataset.html?name=AE", "dataset.html?name=ADAE", "output-table-4.html"}
    assert pages < set(lit)
    assert "dataset.html?name=raw.target" not in lit


def test_lineage_is_walked_by_keys(site: Path, page: Page) -> None:
    visit(page, site, "datasets.html")
    page.locator("#graph a[tabindex='0']").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
    assert page.locator("#graph a[tabindex='0']").count() == 1
    assert "Made from:" in page.locator("#announcements").inner_text()
    target = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{target}")


def test_lineage_of_one_table_only_and_as_a_table(site: Path, page: Page) -> None:
    visit(page, site, "datasets.html?lineage=ADAE")
    assert page.locator("#graph .node").count() < 30
    page.locator("#lineage-table summary").click()
    line = page.locator("#lineage-table tr", has=page.get_by_role("link", name="ADAE", exact=True)).first
    row = page.locator("#lineage-table tbody tr").filter(has=page.locator("th", has_text="ADAE"))
    assert row.locator("td").nth(1).inner_text() == "AE"
    assert line.is_visible()


def test_filtering_and_sorting_stay_at_the_column(site: Path, page: Page) -> None:
    visit(page, site, "dataset.html?name=AE")
    last = page.locator(".head-filter:visible").last
    across = page.locator(".tabulator-tableholder")
    before = across.evaluate("node => { node.scrollLeft = node.scrollWidth; return node.scrollLeft; }")
    assert before > 500
    column = last.get_attribute("data-column") or ""
    filtered(page, column, "1")
    assert across.evaluate("node => node.scrollLeft") == before
    page.locator(f'.tabulator-col[tabulator-field="{column}"] .head-sort').click()
    settled(page)
    assert across.evaluate("node => node.scrollLeft") == before


def test_filters_that_are_on_stand_above_the_grid(site: Path, page: Page) -> None:
    visit(page, site, "dataset.html?name=AE")
    every = count(page)
    filtered(page, "AETOXGR", ">2")
    some = filtered(page, "AESER", "=Y")
    chips = page.get_by_role("group", name="Filters of columns that are on")
    expect(chips).to_have_text("AETOXGR >2 ×AESER =Y ×")
    chips.get_by_role("button", name="Clear the filter of AESER").click()
    expect(chips).to_have_text("AETOXGR >2 ×")
    assert count(page) not in (every, some)
    chips.get_by_role("button", name="Clear the filter of AETOXGR").click()
    expect(page.locator("#filters .chip")).to_have_count(0)
    assert count(page) == every
