"""The review site of a randomised study: other forms, other outputs, the same pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.review import axe
from tests.review.sites import every_page, kinds, visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_every_page_opens(two_arm_site: Path, page: Page) -> None:
    """A page for each output and table, and of the first patients."""
    names = every_page(two_arm_site)
    patients = [name for name in names if name.startswith("patient.html")]
    problems = {}
    for name in [name for name in names if name not in patients[5:]]:
        visit(page, two_arm_site, name)
        if shown := page.locator("#problems").inner_text():
            problems[name] = shown
        assert page.locator("h1").count() == 1, name
    assert problems == {}


def test_no_violations_of_wcag(two_arm_site: Path, page: Page) -> None:
    wrong = {}
    for name in kinds(two_arm_site):
        visit(page, two_arm_site, name)
        if found := axe.violations(page):
            wrong[name] = found
    assert wrong == {}
