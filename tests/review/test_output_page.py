"""In a browser: from a number, or an element of a figure, to patients, records and the raw lines; and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.review.sites import address, settled, visit

pytestmark = pytest.mark.browser

ELEVATION = "table-4/event/AST-ALT-elevation/grade3"


def cell(page: Page, id_: str) -> Locator:
    return page.locator(f'button[data-cell="{id_}"]')


def panel(page: Page) -> Locator:
    return page.locator("#chain")


def opened(page: Page, site: Path, output: str, id_: str) -> Locator:
    visit(page, site, f"output-{output}.html")
    cell(page, id_).click()
    expect(panel(page)).to_be_visible()
    return panel(page)


def raw_line(number: int) -> str:
    """A line of the reference trial's adverse events as it was collected."""
    return (Path(__file__).parents[2] / "raw" / "ae.csv").read_text(encoding="utf-8").splitlines()[number - 1]


# A number of a table


def test_from_a_number_to_the_raw_line(site: Path, page: Page) -> None:
    """Table 4, AST/ALT elevation, grade 3 or more: one patient, two events of ADAE, two of AE, lines 15 and 16."""
    chain = opened(page, site, "table-4", ELEVATION)
    expect(chain.locator("h2")).to_contain_text("AST/ALT elevation, Grade ≥ 3")
    expect(chain).to_contain_text("1 (11)")
    expect(chain.locator(".rules")).to_contain_text("ATOXGRN >= 3 specs/tlf/table-4.yaml:10")
    expect(chain).to_contain_text("Records of ADAE: 2. Patients: 1.")
    expect(chain).to_contain_text("Records of ADSL: 9. Patients: 9.")
    chain.get_by_role("button", name="UMIN000015984-01-002").click()
    title = chain.locator('.record[data-record="ADAE 14"] > .record-title')
    expect(title).to_contain_text("· AESEQ 2")  # a bare 2 would read as a grade
    for analysis, tabulation, line in (("ADAE 14", "AE 13", 16), ("ADAE 15", "AE 14", 15)):
        record = chain.locator(f'.record[data-record="{analysis}"]')
        expect(record.locator(f'.record[data-record="{tabulation}"]')).to_be_visible()
        raw = record.locator(f'.record[data-record="raw.ae {line}"]')
        expect(raw).to_contain_text(f"raw/ae.csv:{line}")
        collected = [shown.strip() for shown in raw.locator("td .value").all_inner_texts()]
        assert collected
        assert [text for text in collected if text not in raw_line(line)] == []


def test_each_value_has_its_rule_and_what_it_read(site: Path, page: Page) -> None:
    chain = opened(page, site, "table-4", ELEVATION)
    chain.get_by_role("button", name="UMIN000015984-01-002").click()
    record = chain.locator('.record[data-record="ADAE 14"]')
    expect(record).to_contain_text("number(AETOXGR) specs/adam/adae.yaml:88")
    record.get_by_text("read from ADSL 2").first.click()
    expect(record.locator('.record[data-record="ADSL 2"]').first).to_be_visible()


def test_all_values_of_a_record_can_be_seen(site: Path, page: Page) -> None:
    chain = opened(page, site, "table-4", ELEVATION)
    chain.get_by_role("button", name="UMIN000015984-01-002").click()
    raw = chain.locator('.record[data-record="raw.ae 16"]')
    raw.get_by_text("All variables (20)").click()
    assert raw.locator(".all-values tbody tr").count() == 20


def test_those_who_are_not_counted(site: Path, page: Page) -> None:
    chain = opened(page, site, "table-4", ELEVATION)
    chain.get_by_text("Patients in the denominator who are not in the numerator: 8").click()
    others = chain.locator(".others").get_by_role("button", name="UMIN")
    expect(others).to_have_count(8)
    others.first.click()
    expect(chain.locator(".record").first).to_contain_text("ADSL")


def test_an_empty_numerator_is_said(site: Path, page: Page) -> None:
    chain = opened(page, site, "table-4", "table-4/event/Fever/grade3")
    expect(chain).to_contain_text("No record of ADAE is counted: the numerator is empty.")
    expect(chain).to_contain_text("Patients in the denominator who are not in the numerator: 9")


def test_constants_of_the_design(site: Path, page: Page) -> None:
    chain = opened(page, site, "table-design", "table-design/minimax/alpha")
    row = chain.get_by_role("row", name="study.NULL_RESPONSE_RATE")
    expect(row).to_contain_text("0.15")
    expect(row).to_contain_text("specs/study.yaml:21")


def test_a_number_stated_in_a_note(site: Path, page: Page) -> None:
    chain = opened(page, site, "figure-2a", "figure-2a/pfs/range")
    expect(chain).to_contain_text("2.2 (1.0–14.5)")
    expect(chain).to_contain_text("Records of ADTTE: 9. Patients: 9.")
    expect(chain.get_by_role("heading", name="Records behind the number")).to_be_visible()
    expect(chain).not_to_contain_text("umerator")


def test_who_is_analysed_and_not_behind_the_number(site: Path, page: Page) -> None:
    """The first and the last month of enrolment are those of one patient each, found among all nine."""
    chain = opened(page, site, "table-text", "table-text/enrolment")
    expect(chain.get_by_role("heading", name="Analysed")).to_have_count(2)
    expect(chain.get_by_text("Patients analysed who are not among them: 8")).to_have_count(2)
    expect(chain).not_to_contain_text("enominator")


def test_a_published_number_is_marked_in_place(site: Path, page: Page) -> None:
    chain = opened(page, site, "table-4", ELEVATION)
    mark = page.locator(f'[data-cell="{ELEVATION}"] ~ .reconciled')
    assert mark.get_attribute("aria-label") == "agrees with the publication"
    assert mark.inner_text() == "✓"
    expect(chain.locator(".published")).to_contain_text("agrees with the publication")
    expect(chain.locator(".published")).to_contain_text("1 (11)")


def test_a_note_of_the_comparison(site: Path, page: Page) -> None:
    """From the page of the comparison: the p of figure 1b is reproduced, and what the paper says of it is not."""
    visit(page, site, "output-reconciliation.html")
    page.get_by_role("row", name="0.0411").get_by_role("link").click()
    page.wait_for_url("**/output-figure-1b.html?cell=figure-1b%2Fpaired")
    expect(panel(page).locator(".published")).to_contain_text("agrees with the publication, see the note")
    expect(panel(page).locator(".published")).to_contain_text("A paired t-test compares the mean durations")


# The panel


def test_keyboard_escape_and_focus(site: Path, page: Page) -> None:
    visit(page, site, "output-table-4.html")
    cell(page, ELEVATION).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#chain-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel(page)).to_be_hidden()
    expect(cell(page, ELEVATION)).to_be_focused()


def test_back_and_forward(site: Path, page: Page) -> None:
    chain = opened(page, site, "table-4", ELEVATION)
    chain.get_by_role("button", name="UMIN000015984-01-002").click()
    expect(chain.locator(".record").first).to_be_visible()
    page.go_back()
    expect(chain).to_contain_text("Records of ADAE: 2")
    page.go_back()
    expect(chain).to_be_hidden()
    page.go_forward()
    expect(chain).to_contain_text("Records of ADAE: 2")


def test_closing_leaves_all_steps(site: Path, page: Page) -> None:
    chain = opened(page, site, "table-4", ELEVATION)
    chain.get_by_role("button", name="UMIN000015984-01-002").click()
    expect(chain.locator(".record").first).to_be_visible()
    chain.get_by_role("button", name="Close").click()
    expect(chain).to_be_hidden()
    assert page.url.endswith("output-table-4.html")


@pytest.mark.parametrize("way", ["?", "#"])
def test_an_address_opens_a_chain(site: Path, page: Page, way: str) -> None:
    page.goto(address(site, f"output-table-4.html{way}cell=table-4%2Fevent%2FAST-ALT-elevation%2Fgrade3"))
    expect(panel(page)).to_contain_text("Records of ADAE: 2")
    expect(page.locator("table.display tr.open")).to_contain_text("AST/ALT elevation")
    page.keyboard.press("Escape")
    expect(panel(page)).to_be_hidden()
    expect(page.locator("#output .open")).to_have_count(0)


def test_an_unknown_cell_opens_nothing(site: Path, page: Page) -> None:
    visit(page, site, "output-table-4.html?cell=%3Cscript%3E")
    settled(page)
    expect(panel(page)).to_be_hidden()


def test_the_language_of_the_panel(site: Path, page: Page) -> None:
    chain = opened(page, site, "table-4", ELEVATION)
    page.locator(".site-header").get_by_role("button", name="日本語").click(timeout=5000)  # the panel leaves it free
    expect(chain).to_contain_text("分子")
    expect(chain).to_contain_text("ADAE の 2 レコード、1 例")


def test_on_a_phone_the_panel_covers_the_page(site: Path, phone: Page) -> None:
    visit(phone, site, "output-table-4.html")
    cell(phone, ELEVATION).click()
    expect(panel(phone)).to_be_visible()
    box = panel(phone).bounding_box()
    assert box is not None
    assert box["width"] == 390
    assert phone.locator(".site-header").evaluate("node => node.inert")
    expect(panel(phone).get_by_role("button", name="Print")).to_be_visible()
    assert phone.locator("#output").evaluate("node => node.inert")
    panel(phone).get_by_role("button", name="UMIN000015984-01-002").click()
    expect(panel(phone).locator(".record").first).to_be_visible()
    assert panel(phone).evaluate("node => node.scrollWidth <= node.clientWidth")


def test_the_chain_is_printed(site: Path, page: Page) -> None:
    chain = opened(page, site, "table-4", ELEVATION)
    page.emulate_media(media="print")
    expect(chain).to_be_visible()
    assert chain.evaluate("node => getComputedStyle(node).position") == "static"
    assert page.locator("table.display").is_visible()


def test_what_is_opened_can_be_read_on_paper(site: Path, page: Page) -> None:
    """Paper has no backgrounds: the cell has a frame. Panels that nobody opened stay closed; none is empty."""
    chain = opened(page, site, "table-4", ELEVATION)
    page.emulate_media(media="print")
    style = "node => { const s = getComputedStyle(node); return [s.color, s.outlineStyle]; }"
    expect(cell(page, ELEVATION)).to_have_css("color", "rgb(27, 39, 51)")
    assert cell(page, ELEVATION).evaluate(style) == ["rgb(27, 39, 51)", "solid"]
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(chain.locator(".others").get_by_role("button", name="UMIN")).to_have_count(8)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(chain.locator(".others[open]")).to_have_count(0)
    page.emulate_media(media="screen")
    chain.get_by_role("button", name="UMIN000015984-01-002").click()
    chain.locator(".all-values summary").first.click()
    expect(chain.locator(".all-values[open] table")).to_have_count(1)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(chain.locator(".all-values[open]")).to_have_count(1)
    expect(chain.locator("details[data-lazy][open]")).to_have_count(0)


# Figures


def test_a_step_leads_to_its_patient(site: Path, page: Page) -> None:
    """Figure 2a, the step of the median: one patient progressed at 2.2 months."""
    visit(page, site, "output-figure-2a.html")
    step = page.locator('.place[data-mark="step-0-5"]')
    assert step.get_attribute("aria-label") == "step at 2.20: survival 44.4%, patients with the event: 1"
    step.click()
    expect(panel(page)).to_contain_text("Records of ADTTE: 1. Patients: 1.")
    panel(page).get_by_role("button", name="UMIN000015984-04-001").click()
    expect(panel(page).locator('.record[data-record^="ADTTE"]')).to_contain_text("2.20")
    panel(page).get_by_role("link", name="Page of this patient").click()
    page.wait_for_url("**/patient.html?subject=UMIN000015984-04-001")
    expect(page.locator("h1")).to_contain_text("UMIN000015984-04-001")


def test_a_bar_by_keyboard(site: Path, page: Page) -> None:
    visit(page, site, "output-figure-1a.html")
    bar = page.locator('.place[data-mark="bar-0"]')
    assert bar.get_attribute("aria-label") == "05-001: 29.8 % (PD)"
    bar.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/patient.html?subject=UMIN000015984-05-001*")


def test_places_are_reached_in_order_with_the_tab_key(site: Path, page: Page) -> None:
    visit(page, site, "output-figure-2a.html")
    page.locator('.place[data-mark="step-0-1"]').focus()
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.dataset.mark")
    assert focused == "step-0-2"
    page.keyboard.press("Space")
    expect(panel(page)).to_be_visible()


def test_numbers_at_risk_and_the_list_of_elements(site: Path, page: Page) -> None:
    visit(page, site, "output-figure-2a.html")
    page.locator('.place[data-mark="at_risk-0-1"]').click()
    expect(panel(page)).to_contain_text("Records of ADTTE: 3. Patients: 3.")
    page.keyboard.press("Escape")
    page.locator("#elements").get_by_role("button", name="median").click()
    expect(panel(page)).to_contain_text("figure-2a/curve/median")


@pytest.mark.slow
def test_elements_of_other_figures(two_arm_site: Path, page: Page) -> None:
    """A line of a forest plot, and a point of a line plot, have their numbers and patients."""
    for output, mark, told in (
        ("figure-14-2-3", "line-2", "Records of ADTTE: 36. Patients: 36."),
        ("figure-14-3-1", "point-0-2", "Records of ADVS: 27. Patients: 27."),
    ):
        visit(page, two_arm_site, f"output-{output}.html")
        page.locator(f'.place[data-mark="{mark}"]').click()
        expect(panel(page)).to_contain_text(told)


# Listings


def test_a_long_listing_a_page_at_a_time(site: Path, page: Page) -> None:
    visit(page, site, "output-listing-4.html")
    rows = page.locator("table.listing tbody tr")
    expect(rows).to_have_count(100)
    page.get_by_role("button", name="Next page").click()
    expect(rows).to_have_count(29)
    expect(page.get_by_text("101–129 of 129")).to_be_visible()
    rows.last.locator("a").click()
    page.wait_for_url("**/patient.html?subject=*#ADTR-*")
