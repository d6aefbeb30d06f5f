"""Every page of the review site in a browser: it opens, its links lead somewhere, everyone can use it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Page

from crf2tlf.review.texts import interface_text
from tests.review import axe
from tests.review.sites import every_page, kinds, settled, subjects, visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LINKS = "[...document.querySelectorAll('a[href]')].map(a => new URL(a.getAttribute('href'), location.href).href)"
TABS = ("comments",)
FRAME = """() => ({
    headings: document.querySelectorAll('h1').length,
    heading: (document.querySelector('h1') || {}).innerText,
    title: document.title,
    language: document.documentElement.lang,
    navigation: document.querySelectorAll('header nav[aria-label] a').length,
    main: document.querySelectorAll('main#main').length,
    problems: document.getElementById('problems').innerText,
})"""


def listed(wrong: Mapping[str, object]) -> str:
    """What is wrong, a page a line."""
    return "\n".join(f"{name}: {found}" for name, found in wrong.items())


def faults(frame: dict[str, Any]) -> list[str]:
    """What is wrong with the frame of a page."""
    checks = {
        "one h1": frame["headings"] == 1 and bool(frame["heading"].strip()),
        "title": frame["title"].partition(" · ")[0].strip() != "",
        "language": frame["language"] == "en",
        "navigation": frame["navigation"] >= 6,
        "main": frame["main"] == 1,
        "no problem": frame["problems"] == "",
    }
    return [name for name, sound in checks.items() if not sound]


def test_every_page_opens_and_every_link_leads_somewhere(site: Path, page: Page) -> None:
    wrong: dict[str, list[str]] = {}
    links: dict[str, str] = {}
    anchors: dict[str, set[str]] = {}
    for name in every_page(site):
        visit(page, site, name)
        if found := faults(page.evaluate(FRAME)):
            wrong[name] = found
        links |= dict.fromkeys(page.evaluate(LINKS), name)
        anchors[unquote(name)] = set(page.evaluate("[...document.querySelectorAll('[id]')].map(node => node.id)"))
    assert not wrong, listed(wrong)
    dead = dead_links(site, links, anchors)
    assert not dead, listed(dead)


def dead_links(site: Path, links: dict[str, str], anchors: dict[str, set[str]]) -> dict[str, str]:
    """Links to files or anchors that do not exist, with a page that has them.

    Anchors are looked up on pages that are whole when they open; those of records come with the data, and tabs are
    scripts' own.
    """
    home, dead = f"{site.resolve().as_uri()}/", {}
    for link, page in links.items():
        parts = urlsplit(link)
        target = unquote(link.removeprefix(home).partition("?")[0].partition("#")[0])
        whole = target in anchors and not parts.query and parts.fragment not in TABS
        lost = whole and bool(parts.fragment) and unquote(parts.fragment) not in anchors[target]
        if not link.startswith(home) or not (site / target).is_file() or lost:
            dead[link] = page
    return dead


def test_links_to_records_open_the_record(site: Path, page: Page) -> None:
    """A raw line, a record of SDTM, and one of ADaM."""
    for anchor in ("raw_ae-3", "AE-5", "ADAE-2"):
        visit(page, site, f"patient.html?subject={subjects(site)[0]}#{anchor}")
        page.locator(f"[id='{anchor}']").wait_for()


def test_navigation_works(site: Path, page: Page) -> None:
    visit(page, site, "index.html")
    names = page.locator("header nav a").all_inner_texts()
    assert names == ["Overview", "Outputs", "Patients", "Datasets", "Findings", "Changes"]
    for name in names:
        page.locator("header nav a", has_text=name).click()
        settled(page)
        assert page.locator("header nav a[aria-current='page']").all_inner_texts() == [name]


# Languages

TEXTS = """() => [
    ...[...document.querySelectorAll('[data-text]')].map(
        node => [node.dataset.text, node.dataset.values || '{}', node.textContent, node.checkVisibility()]),
    ...['aria-label', 'placeholder', 'title'].flatMap(name =>
        [...document.querySelectorAll(`[data-text-${name}]`)].map(
            node => [node.getAttribute(`data-text-${name}`), '{}', node.getAttribute(name), true])),
]"""


def left_in_english(page: Page) -> list[tuple[str, str]]:
    """Texts of the interface that are not what the Japanese file has for their keys."""
    return [
        (key, shown)
        for key, values, shown, _ in page.evaluate(TEXTS)
        if _plain(shown) != _plain(interface_text("ja", key, **json.loads(values)))
    ]


def _plain(text: str) -> str:
    return " ".join(text.split())


def test_the_language_can_be_switched_on_every_kind_of_page(site: Path, page: Page) -> None:
    for name in kinds(site):
        visit(page, site, name)
        before = page.locator("body").inner_text()
        page.locator("[data-action='language']").click()
        settled(page)
        assert page.locator("html").get_attribute("lang") == "ja"
        assert left_in_english(page) == [], name
        page.locator("[data-action='language']").click()
        settled(page)
        assert page.locator("body").inner_text() == before, name


def test_the_language_stays_on_the_next_page(site: Path, page: Page) -> None:
    visit(page, site, "index.html")
    page.locator("[data-action='language']").click()
    visit(page, site, "changes.html")
    assert page.locator("html").get_attribute("lang") == "ja"
    assert page.locator("h1").inner_text() == interface_text("ja", "changes.title")


# Paper


def test_pages_print_without_navigation_and_with_open_panels(site: Path, page: Page) -> None:
    for name in kinds(site):
        visit(page, site, name)
        unopened = page.evaluate(
            """() => {
                const panels = [...document.querySelectorAll('main details')];
                window.dispatchEvent(new Event('beforeprint'));
                return panels.filter(panel => !panel.open).length;
            }"""
        )
        assert unopened == 0, name
        page.emulate_media(media="print")
        assert page.locator("header nav").is_hidden(), name
        assert page.locator("main h1").is_visible(), name
        page.emulate_media(media="screen")
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert page.locator("main details[data-printed]").count() == 0, name
    assert page.pdf().startswith(b"%PDF")


# The keyboard

STOPS = 25
FOCUSED = """previous => {
    const node = document.activeElement;
    const box = node.getBoundingClientRect();
    const style = getComputedStyle(node);
    const last = window.lastFocused;
    window.lastFocused = node;
    return {
        name: `${node.tagName}#${node.id}.${node.getAttribute('class')}`,
        atEnd: node === document.body,
        seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0,
        marked: (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none',
        after: !last || Boolean(last.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING),
    };
}"""


def test_tab_walks_through_each_page_in_its_order_with_visible_focus(site: Path, page: Page) -> None:
    wrong: dict[str, list[str]] = {}
    for name in kinds(site):
        visit(page, site, name)
        for _ in range(STOPS):
            page.keyboard.press("Tab")
            stop = page.evaluate(FOCUSED)
            if stop["atEnd"]:
                break
            missing = [what for what in ("seen", "marked", "after") if not stop[what]]
            if missing:
                wrong.setdefault(name, []).append(f"{stop['name']}: not {' '.join(missing)}")
    assert not wrong, listed(wrong)


def test_the_first_stop_skips_to_the_content(site: Path, page: Page) -> None:
    visit(page, site, "index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


# Accessibility


def test_axe_is_as_published() -> None:
    assert hashlib.sha256(axe.FILE.read_bytes()).hexdigest() == axe.SHA256


def all_violations(page: Page, site: Path) -> dict[str, list[str]]:
    """What axe finds on each kind of page, as it opens and with its panels open."""
    wrong: dict[str, list[str]] = {}
    for name in kinds(site):
        visit(page, site, name)
        found = axe.violations(page)
        panels = page.locator("main details:not([open])").count()
        if panels:
            page.evaluate("document.querySelectorAll('main details').forEach(panel => { panel.open = true; })")
            settled(page)
            found = list(dict.fromkeys([*found, *axe.violations(page)]))
        if found:
            wrong[name] = found
    return wrong


def test_no_violations_of_wcag_on_a_desk(site: Path, page: Page) -> None:
    wrong = all_violations(page, site)
    assert not wrong, listed(wrong)


def test_no_violations_of_wcag_on_a_phone(site: Path, phone: Page) -> None:
    wrong = all_violations(phone, site)
    assert not wrong, listed(wrong)


def test_pages_do_not_scroll_sideways_on_a_phone(site: Path, phone: Page) -> None:
    widths = {}
    for name in kinds(site):
        visit(phone, site, name)
        phone.evaluate("document.querySelectorAll('main details').forEach(panel => { panel.open = true; })")
        settled(phone)
        widths[name] = phone.evaluate("document.documentElement.scrollWidth")
    assert {name: width for name, width in widths.items() if width > 390} == {}
