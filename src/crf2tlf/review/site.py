"""Writing the review site: what a page shows is in the page's own file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from crf2tlf.review import changes_page, datasets, findings_page, outputs, overview, subjects
from crf2tlf.review.model import Review
from crf2tlf.review.pieces import Site
from crf2tlf.review.workbook import FILE, write_review_workbook

Write = Callable[[Review, Site], None]

PAGES: tuple[tuple[str, str, Write], ...] = (
    ("overview", "index.html", overview.write),
    ("outputs", "outputs.html", outputs.write),
    ("patients", "patients.html", subjects.write),
    ("datasets", "datasets.html", datasets.write),
    ("findings", "findings.html", findings_page.write),
    ("changes", "changes.html", changes_page.write),
)
"""The pages of the navigation: name, file, and what writes the page and all that belongs to it."""

OTHERS: tuple[Write, ...] = ()
"""What writes data that several pages load."""


def write_site(review: Review, folder: Path) -> list[Path]:
    """Write the review site to a folder and return the paths of its files: the same review gives the same bytes.

    Raises OSError where a file cannot be written.
    """
    site = Site(review, folder, [(name, file) for name, file, _ in PAGES])
    for write in (*(write for _, _, write in PAGES), *OTHERS):
        write(review, site)
    return [*site.written, write_review_workbook(review, folder / FILE)]
