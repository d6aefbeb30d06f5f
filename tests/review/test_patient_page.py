"""The patients' pages: the story on the timeline, the way from a raw line to a table cell and back, the keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.review import axe
from tests.review.sites import address, piece, settled, visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FIRST = "UMIN000015984-01-001"
DEAD = "UMIN000015984-01-002"


def open_patient(page: Page, site: Path, subject: str, anchor: str = "") -> None:
    visit(page, site, f"patient.html?subject={subject}{anchor}")


def group(page: Page, title: str) -> Locator:
    """A group of rows of the timeline."""
    return page.locator("#timeline").get_by_role("region", name=title)


def details(page: Page, anchor: str) -> Locator:
    """What is told of a record, under its row."""
    return page.locator(f"tr#{anchor} + tr.record-below")


def shard(site: Path, subject: str) -> dict[str, Any]:
    """The data of a subject in the site."""
    study = piece(site, "study")
    number = next(n for n, row in enumerate(piece(site, "subjects")["rows"]) if row[0] == subject)
    found: dict[str, Any] = piece(site, f"subjects/{number // study['shard']}")[number % study["shard"]]
    return found


def test_the_timeline_tells_the_story(site: Path, page: Page) -> None:
    open_patient(page, site, DEAD)
    expect(page.locator("h1")).to_have_text(DEAD)
    expect(page.locator("#patient-story")).to_contain_text("died 2019-04-18 (day 862)")
    for title in ("Course of the study", "Study treatment", "Response and status", "Adverse events"):
        expect(group(page, title)).to_be_visible()
    expect(group(page, "Course of the study").locator("a.death")).to_have_count(1)
    doses = group(page, "Study treatment").locator("a.mark")
    assert doses.count() == len(shard(site, DEAD)["tables"]["EX"]["numbers"])
    assert "250 mg BID" in (doses.first.get_attribute("aria-label") or "")


def test_events_are_coloured_and_labelled_by_grade(site: Path, page: Page) -> None:
    open_patient(page, site, FIRST)
    marks = group(page, "Adverse events").locator("a.mark")
    events = shard(site, FIRST)["tables"]["AE"]
    columns = [c["name"] for t in piece(site, "study")["tables"] if t["name"] == "AE" for c in t["columns"]]
    grades = {n: row[columns.index("AETOXGR")] for n, row in zip(events["numbers"], events["rows"], strict=True)}
    assert marks.count() == len(grades)
    for mark in marks.all():
        number = int((mark.get_attribute("href") or "").rpartition("-")[2])
        assert f"grade-{grades[number]}" in (mark.get_attribute("class") or "")
        assert f"grade {grades[number]}" in (mark.get_attribute("aria-label") or "")


def test_partial_dates_are_uncertain_and_what_goes_on_says_so(site: Path, page: Page) -> None:
    """Constipation began some day of 2017 and is not over; dysgeusia began in August 2016."""
    open_patient(page, site, FIRST)
    events = group(page, "Adverse events")
    for text in ("Constipation · grade 1, NOT RECOVERED/NOT RESOLVED · 2017 · ongoing", "Dysgeusia · grade 1"):
        mark = events.locator(f'a.mark[aria-label*="{text}"]')
        expect(mark).to_have_count(1)
        assert "date partly known" in (mark.get_attribute("aria-label") or "")
        assert mark.locator('rect[fill="url(#hatch)"]').count() == 1


def test_the_same_as_a_table(site: Path, page: Page) -> None:
    open_patient(page, site, FIRST)
    marks = page.locator("#timeline a.mark")
    expect(page.locator("#timeline .timeline-table tbody tr")).to_have_count(marks.count())
    tumours = shard(site, FIRST)["tables"]["TR"]
    columns = [c["name"] for t in piece(site, "study")["tables"] if t["name"] == "TR" for c in t["columns"]]
    numbers = [row for row in tumours["rows"] if row[columns.index("TRSTRESN")] is not None]
    expect(page.locator("#curves-table tbody tr")).to_have_count(len(numbers))


def test_other_results_can_be_chosen(two_arm_site: Path, page: Page) -> None:
    study = piece(two_arm_site, "study")
    open_patient(page, two_arm_site, piece(two_arm_site, "subjects")["rows"][0][0])
    choice = page.locator("#curves-choice")
    percent = choice.locator("option", has_text="ADTR").first.get_attribute("value")
    assert percent is not None
    choice.select_option(percent)
    page.locator("#curves-measure").select_option("PCHG")
    expect(page.locator("#curves-table th").nth(3)).to_have_text("Change from baseline (%)")
    assert page.locator("#curves-table tbody tr").count() > 0
    assert any(table["name"] == "ADTR" for table in study["tables"])


def test_an_address_leads_to_a_record(site: Path, page: Page) -> None:
    open_patient(page, site, FIRST, "#ADTTE-7")
    row = page.locator("#ADTTE-7")
    expect(row).to_have_class("highlighted")
    expect(row).to_be_in_viewport()
    expect(row.locator("button")).to_be_focused()
    expect(details(page, "ADTTE-7")).to_contain_text("ADSL 1")


def test_from_a_raw_line_to_a_cell_and_back(site: Path, page: Page) -> None:
    open_patient(page, site, FIRST, "#raw_ae-2")
    line = details(page, "raw_ae-2")
    cell = line.get_by_role("link", name="Flashing lights · Any grade, N (%)")
    expect(cell).to_have_attribute("href", "output-table-4.html?cell=table-4%2Fevent%2FFlashing-lights%2Fany")
    line.get_by_role("link", name="AE 8", exact=True).click()
    tabulation = details(page, "AE-8")
    tabulation.get_by_role("link", name="ADAE 1", exact=True).click()
    analysis = details(page, "ADAE-1")
    expect(analysis.get_by_role("link", name="raw.ae:2")).to_be_visible()
    analysis.get_by_role("link", name="Flashing lights · Any grade, N (%)").click()
    settled(page)
    assert page.url.partition("?")[0] == address(site, "output-table-4.html")


def test_a_value_shows_its_rule_and_what_was_looked_up(site: Path, page: Page) -> None:
    open_patient(page, site, FIRST, "#AE-8")
    day = details(page, "AE-8").locator("tr", has=page.get_by_role("rowheader", name="AESTDY"))
    expect(day).to_contain_text("study_day(AESTDTC, DM.RFSTDTC)")
    expect(day.get_by_role("link", name="DM 1")).to_have_attribute("href", "#DM-1")


def test_of_several_rules_the_one_that_made_the_value_is_shown(site: Path, page: Page) -> None:
    open_patient(page, site, FIRST, "#ADTTE-1")
    parameter = details(page, "ADTTE-1").locator("tr", has=page.get_by_role("rowheader", name="PARAMCD"))
    assert parameter.locator("code").all_inner_texts() == ['"PFS"']


def test_records_that_were_left_out_are_there(site: Path, page: Page) -> None:
    for row in piece(site, "subjects")["rows"]:
        held = shard(site, row[0])["tables"]["raw.ae"]
        twice = [n for n, fate in zip(held["numbers"], held["fates"], strict=True) if "entered twice" in fate]
        if twice:
            break
    open_patient(page, site, row[0], f"#raw_ae-{twice[0]}")
    expect(page.locator(f"#raw_ae-{twice[0]}")).to_contain_text("left out: entered twice")
    expect(details(page, f"raw_ae-{twice[0]}")).to_contain_text("nothing is made of this record")


def test_the_patient_says_which_raw_records_are_left_out(site: Path, page: Page) -> None:
    """Of the first patient: nine visits without a new lesion, and a contact after the cut-off of 2020-03-31."""
    open_patient(page, site, FIRST)
    told = page.locator("#patient-left-out")
    expect(told).to_contain_text("Raw records of this patient that are left out of the data: 10")
    expect(told).to_contain_text("after the data cut-off (SSDAT > 2020-03-31): raw/survival.csv:7")
    told.get_by_role("link", name="2-10").click()
    fate = page.locator("#raw_newlesion-2 .fate")
    expect(fate).to_have_text("left out: No new lesion at this visit")
    assert fate.evaluate("node => node.scrollWidth <= node.parentElement.clientWidth")


def test_what_ends_without_censoring_is_not_called_an_event(site: Path, page: Page) -> None:
    """The follow-up of a living patient has CNSR 0 and ends with the last contact; survival is censored there."""
    open_patient(page, site, FIRST)
    endpoints = page.locator("#patient-endpoints")
    expect(endpoints.get_by_role("link", name="42.6 (Last contact)", exact=True)).to_be_visible()
    expect(endpoints.get_by_role("link", name="42.6+ (censored: Last contact)", exact=True)).to_be_visible()


def test_on_paper_the_drawings_are_as_wide_as_the_page(site: Path, page: Page) -> None:
    open_patient(page, site, DEAD)
    drawn = page.locator("#timeline svg.timeline-rows").first
    wide = drawn.get_attribute("width")
    page.set_viewport_size({"width": 760, "height": 1000})
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for drawing in (drawn, page.locator("#curves canvas").first):
        box = drawing.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 760
    assert drawn.get_attribute("viewBox") == f"0 0 860 {drawn.get_attribute('height')}"
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(drawn).to_have_attribute("width", wide or "")


def test_with_the_keyboard(site: Path, page: Page) -> None:
    open_patient(page, site, FIRST)
    marks = group(page, "Adverse events").locator("a.mark")
    marks.first.focus()
    page.keyboard.press("ArrowRight")
    expect(marks.nth(1)).to_be_focused()
    expect(page.locator("#timeline-status")).to_have_text(marks.nth(1).get_attribute("aria-label") or "")
    page.keyboard.press("End")
    expect(marks.last).to_be_focused()
    target = (marks.last.get_attribute("href") or "")[1:]
    page.keyboard.press("Enter")
    expect(page.locator(f"#{target} button")).to_be_focused()
    page.keyboard.press("Enter")  # closes what is told of the record
    expect(details(page, target)).to_have_count(0)
    assert page.locator('#timeline a.mark[tabindex="0"]').count() == page.locator(".timeline-rows").count()


def test_a_text_is_found_in_all_records(site: Path, page: Page) -> None:
    open_patient(page, site, FIRST)
    page.locator("#records-filter").fill("flashing")
    expect(page.locator("#announcements")).to_contain_text("records have this text")
    shown = page.locator(".table-panel:visible")
    assert {panel.get_attribute("id") for panel in shown.all()} == {"raw_ae", "AE", "ADAE"}
    assert page.locator("#AE tbody tr:visible").count() == 1


def test_the_list_is_searched_sorted_and_opened(site: Path, page: Page) -> None:
    visit(page, site, "patients.html")
    rows = page.locator(".tabulator-row")
    expect(rows).to_have_count(9)
    page.locator("#patients-sort").select_option(label="AGE – Age")
    page.locator("#patients-direction").click()
    ages = [row[3] for row in piece(site, "subjects")["rows"]]
    expect(rows.first).to_contain_text(str(max(ages)))
    page.locator("#patients-search").fill("04-001")
    expect(page.locator("#patients-count")).to_have_text("1 of 9 subjects")
    rows.first.get_by_role("link").click()
    settled(page)
    expect(page.locator("h1")).to_have_text("UMIN000015984-04-001")


def test_a_subject_that_is_not_there(site: Path, page: Page) -> None:
    open_patient(page, site, "nobody")
    expect(page.locator("#problems")).to_contain_text("There is no subject “nobody”")


def test_on_a_phone(site: Path, phone: Page) -> None:
    for name in ("patients.html", f"patient.html?subject={FIRST}#AE-8"):
        visit(phone, site, name)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390, name
    expect(phone.locator("#timeline .row-label").first).to_be_visible()


def test_no_violations_of_wcag(site: Path, page: Page) -> None:
    """With a record opened, as a reviewer has it."""
    for name in ("patients.html", f"patient.html?subject={DEAD}#ADAE-1"):
        visit(page, site, name)
        assert axe.violations(page) == [], name


def test_in_japanese(site: Path, page: Page) -> None:
    open_patient(page, site, DEAD)
    page.locator('[data-action="language"]').click()
    expect(page.locator("#patient-story")).to_contain_text("死亡")
    expect(group(page, "試験治療")).to_be_visible()
