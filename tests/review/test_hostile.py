"""Raw cells that try to be HTML, scripts, formulas: the site shows them as the texts that they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.review import hostile
from tests.review.sites import address, every_page, kinds, settled, visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WHOLE_AE = [text for (file, _, _), text in hostile.CELLS.items() if file == "ae.csv"]


def shown_text(page: Page) -> str:
    return str(page.evaluate("document.getElementById('main').textContent"))


def open_panels(page: Page) -> None:
    """Open what is folded away; a page fills it then."""
    page.evaluate("document.querySelectorAll('main details').forEach(panel => { panel.open = true; })")
    settled(page)


def test_nothing_runs_on_any_page(hostile_site: Path, page: Page) -> None:
    """Scripts that ran would open dialogs, which fail the test; so would requests for the picture."""
    for name in every_page(hostile_site):
        visit(page, hostile_site, name)
        open_panels(page)
        assert page.locator("img[src='x'], svg[onload], main script").count() == 0, name


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("patient.html?subject=UMIN000015984-01-001", WHOLE_AE),
        ("dataset.html?name=raw.ae", [hostile.SCRIPT, hostile.PICTURE, hostile.TEMPLATE, hostile.FORMULA]),
        ("output-listing-5.html", [hostile.PICTURE, hostile.TEMPLATE.upper()]),
    ],
)
def test_cells_are_shown_as_text(hostile_site: Path, page: Page, name: str, texts: list[str]) -> None:
    visit(page, hostile_site, name)
    open_panels(page)
    shown = shown_text(page).casefold()
    assert [text for text in texts if text.casefold() not in shown] == []


def test_long_texts_do_not_widen_pages_on_a_phone(hostile_site: Path, phone: Page) -> None:
    wide = {}
    for name in kinds(hostile_site):
        visit(phone, hostile_site, name)
        width = phone.evaluate("document.documentElement.scrollWidth")
        if width > 390:
            wide[name] = width
    assert wide == {}


def test_a_subject_that_is_no_subject_is_shown_as_text(hostile_site: Path, page: Page) -> None:
    """An address can be sent by anybody."""
    page.goto(address(hostile_site, "patient.html?subject=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E"))
    settled(page)
    assert page.locator("img").count() == 0
    assert "<img src=x" in shown_text(page)
