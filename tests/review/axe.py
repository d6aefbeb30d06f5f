"""Accessibility checked with axe-core, which is in ``vendor`` as it was published (Mozilla Public License 2.0)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

FILE = Path(__file__).parent / "vendor" / "axe-core-4.14.1" / "axe.min.js"
SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
"""Rules of WCAG 2.1, levels A and AA."""


def violations(page: Page) -> list[str]:
    """Return what is wrong with a page as it is now: the rule, and the first element with its fault."""
    page.evaluate(FILE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations'], preload: false})", list(RULES)
    )
    return [_said(violation) for violation in found["violations"]]


def _said(violation: dict[str, Any]) -> str:
    nodes = violation["nodes"]
    where = " ".join(map(str, nodes[0]["target"]))
    return f"{violation['id']}: {where} ({len(nodes)}): {nodes[0]['failureSummary']}"
