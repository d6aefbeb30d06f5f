"""The overview, the first page of the site: what the study is, its outputs, and the state of its review."""

from __future__ import annotations

from crf2tlf.review.model import Review
from crf2tlf.review.pieces import Site


def write(review: Review, site: Site) -> None:
    """Write ``index.html``; it loads no piece, so that it opens at once for a study of any size."""
    site.page("index.html", "overview.html", section="overview", title="site.overview", review=review)
