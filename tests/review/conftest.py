"""A real Chromium, review sites of real studies, and pages that fail the test when the browser complains.

Fixtures for tests of the review site (mark them ``browser``):

``site``, ``two_arm_site``, ``hostile_site``
    The folder of a written site: the reference trial, examples/two-arm, and the reference trial with raw cells that try
    to be HTML, formulas, or too long. A site is written once in a run of the tests.
``page``, ``phone``
    A new page 1440 × 900 or 390 × 844 pixels large. ``page.goto(address(site, "output-table-4.html"))``. When the test
    is over, console errors and warnings (violations of the content security policy are errors of the console), errors
    in scripts, failed requests, and requests that left the folder of the site fail it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from crf2tlf import workflow
from tests.review import hostile
from tests.review.sites import ROOT, TWO_ARM, copied, written

Change = Callable[[Path], None]
"""What is changed in a copied study before its site is written."""
COMMANDS = ("chromium", "chromium-browser", "google-chrome")
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
NOISY = ("error", "warning")


def _installed(own: str) -> str | None:
    """Return the Chromium to run: the one that CRF2TLF_CHROMIUM names, one on the path, else playwright's own."""
    named = os.environ.get("CRF2TLF_CHROMIUM")
    found = [named] if named else [path for name in COMMANDS if (path := shutil.which(name))]
    return next((path for path in [*found, own] if Path(path).is_file()), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium without a window; the test is skipped, or with CRF2TLF_BROWSER=required fails, where there is none."""
    with sync_playwright() as playwright:
        path = _installed(playwright.chromium.executable_path)
        if path is None:
            reason = (
                "browser tests did not run: no Chromium; install chromium, set CRF2TLF_CHROMIUM to its path, "
                "or run `playwright install chromium`"
            )
            if os.environ.get("CRF2TLF_BROWSER") == "required":
                pytest.fail(reason)
            pytest.skip(reason)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def once(factory: pytest.TempPathFactory, name: str, study: Path, change: Change = lambda _study: None) -> Path:
    """Return the review site of a copy of a study, written once in a run, whichever worker is the first to ask."""
    shared = factory.getbasetemp().parent if os.environ.get("PYTEST_XDIST_WORKER") else factory.getbasetemp()
    folder, done = shared / f"site-{name}", shared / f"site-{name}.done"
    with (shared / f"site-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)  # what a worker began that was stopped
            folder.mkdir()
            change(copied(study, folder))
            written(folder)
            done.touch()
    return folder / workflow.REVIEW


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The review site of the reference trial."""
    return once(tmp_path_factory, "reference", ROOT)


@pytest.fixture(scope="session")
def two_arm_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The review site of the two-arm example."""
    return once(tmp_path_factory, "two-arm", TWO_ARM)


@pytest.fixture(scope="session")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The review site of the reference trial with raw cells that nobody should trust."""
    return once(tmp_path_factory, "hostile", ROOT, lambda study: hostile.write_cells(study / "raw"))


def _watched(browser: Browser, viewport: dict[str, int]) -> Iterator[Page]:
    context = browser.new_context(viewport=viewport, accept_downloads=True)
    page = context.new_page()
    complaints: list[str] = []
    requested: list[str] = []
    page.on("console", lambda m: complaints.append(f"{_name(page)}: {m.text}") if m.type in NOISY else None)
    page.on("pageerror", lambda error: complaints.append(f"{_name(page)}: {error}"))
    page.on("dialog", lambda dialog: complaints.append(f"{_name(page)}: dialog {dialog.message}"))
    page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
    page.on("request", lambda request: requested.append(request.url))
    yield page
    context.close()
    assert complaints == []
    assert _outside(requested) == []


def _name(page: Page) -> str:
    return page.url.rpartition("/")[2]


def _outside(requested: list[str]) -> list[str]:
    """Return the requests that are not for files in the folder of the first page."""
    files = [url for url in requested if urlsplit(url).scheme not in ("data", "blob", "about")]
    home = files[0].rpartition("/")[0] + "/" if files else ""
    return [url for url in files if not (url.startswith("file://") and url.startswith(home))]


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page as wide as a desk's screen, watched."""
    yield from _watched(chromium, DESKTOP)


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """A page as wide as a phone's screen, watched."""
    yield from _watched(chromium, PHONE)
