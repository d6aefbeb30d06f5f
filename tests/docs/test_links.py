"""Links between the pages lead somewhere, and what the pages say of files and codes is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crf2tlf.findings import CODES

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "raw" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?://)([^)#\s]*)(?:#([^)\s]+))?\)")


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        there = (page.parent / target).resolve() if target else page
        assert there.exists(), f"{target} does not exist"
        if anchor:
            assert anchor in anchors(there), f"{target}#{anchor} does not exist"


def test_every_finding_code_is_used() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py") if path.name != "findings.py"]
    used = set(re.findall(r"\"([A-Z]+(?:_[A-Z0-9]+)*)\"", "\n".join(sources)))
    assert set(CODES) - used == set()


def test_finding_codes_named_in_the_pages_exist() -> None:
    known = "|".join(sorted({code.split("_")[0] for code in CODES if "_" in code}))
    for page in PAGES:
        named = set(re.findall(rf"\b(?:{known})_[A-Z0-9_]+\b", page.read_text(encoding="utf-8")))
        assert named - set(CODES) == set(), page


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_lists_begin_after_a_blank_line(page: Path) -> None:
    """The site's Markdown takes a list for text otherwise."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    run_on = re.findall(r"^(?![ #>|-]|\d+\. ).*\S\n(?:- |1\. ).*", text, flags=re.MULTILINE)
    assert run_on == []
