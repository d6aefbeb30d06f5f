"""The pages of the annotated CRF: known before it is drawn, so that origins can name them.

Page 1 is the cover with its notes, then comes the list of forms, then each form on pages of its own.
"""

from __future__ import annotations

from math import ceil

from crf2tlf.spec import Study

COVER_PAGES = 1
FORMS_A_PAGE = 40
"""Forms that the list of forms shows on a page."""
FIELDS_A_PAGE = 18
"""Fields of a form that a page shows."""


def crf_pages(study: Study) -> dict[str, tuple[int, ...]]:
    """Return the pages of each form of a study, counted from 1, in the order of the specs."""
    pages = {}
    first = COVER_PAGES + index_pages(study) + 1
    for name, form in study.forms.items():
        count = max(ceil(len(form.columns) / FIELDS_A_PAGE), 1)
        pages[name] = tuple(range(first, first + count))
        first += count
    return pages


def index_pages(study: Study) -> int:
    """Return how many pages the list of forms takes."""
    return ceil(len(study.forms) / FORMS_A_PAGE)
