"""Review sites for the tests: a study folder in, the folder of its site out."""

from __future__ import annotations

import base64
import gzip
import json
import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Page

from crf2tlf import workflow
from crf2tlf.findings import Findings

ROOT = Path(__file__).resolve().parents[2]
TWO_ARM = ROOT / "examples" / "two-arm"


def copied(study: Path, folder: Path) -> Path:
    """Copy what a study is made of, its specs and its raw data, to an empty folder."""
    for name in ("specs", "raw"):
        shutil.copytree(study / name, folder / name)
    return folder


def written(study: Path, against: Path | None = None) -> Path:
    """Write the review site of a study as the command does, and return its folder; ``against``: an older extract."""
    workflow.review(study, None, "en", against, None, lambda _text: None, Findings())
    return study / workflow.REVIEW


def address(site: Path, name: str = "index.html") -> str:
    """Return the address of a page of a site; a query may follow the name."""
    return f"{site.resolve().as_uri()}/{name}"


def visit(page: Page, site: Path, name: str) -> None:
    """Open a page of a site and wait until it shows its data."""
    page.goto(address(site, name))
    settled(page)


def settled(page: Page) -> None:
    """Wait until a page has loaded what it asked for.

    Waits of playwright that take a script (``wait_for_function``) do not work: the pages' policy forbids to evaluate.
    """
    page.evaluate("new Promise(done => setTimeout(done, 20))")  # what just happened reaches the page's scripts
    page.locator("main:not([aria-busy])").wait_for()


def kinds(site: Path) -> list[str]:
    """Return the name of a page of each kind: every page without a query, of outputs the first of a kind."""
    files = sorted(path.name for path in site.glob("*.html"))
    outputs = {name.split("-")[1]: name for name in reversed(files) if name.startswith("output-")}
    plain = [name for name in files if not name.startswith(("output-", "patient.", "dataset."))]
    of_subjects = [f"patient.html?subject={subjects(site)[0]}"]
    return [*plain, *outputs.values(), *of_subjects, "dataset.html?name=AE", "dataset.html?name=raw.ae"]


def subjects(site: Path) -> list[str]:
    """Return the subjects of a site."""
    return [row[0] for row in piece(site, "subjects")["rows"]]


def every_page(site: Path) -> list[str]:
    """Return the names of all pages of a site, those of every subject and table too."""
    tables = [table["name"] for table in piece(site, "study")["tables"]]
    return [
        *sorted(path.name for path in site.glob("*.html") if path.name not in ("patient.html", "dataset.html")),
        *(f"patient.html?subject={quote(subject)}" for subject in subjects(site)),
        *(f"dataset.html?name={quote(name)}" for name in tables),
    ]


def piece(site: Path, name: str) -> Any:
    """Return the data of a piece, whose name has no characters that a file's may not have."""
    packed = re.search(r'"([A-Za-z0-9+/=]*)"\);', (site / "data" / f"{name}.js").read_text(encoding="utf-8"))
    assert packed is not None
    return json.loads(gzip.decompress(base64.b64decode(packed[1])))
