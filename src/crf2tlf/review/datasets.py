"""The pages of datasets: the list of all tables with their lineage, and the page that shows a table's records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crf2tlf.build import BuildResult
from crf2tlf.build.tables import FormTable
from crf2tlf.review.lineage import lineage_piece
from crf2tlf.review.model import Review
from crf2tlf.review.pieces import Site


@dataclass(frozen=True)
class Entry:
    """A table in the list: what it is, one record for what, and where its file is.

    ``records`` are all, in a form also the ``left_out``; a ``helper`` is built and not submitted.
    """

    name: str
    label: str
    structure: str
    keys: tuple[str, ...]
    columns: int
    records: int
    file: str
    left_out: int = 0
    helper: bool = False


def write(review: Review, site: Site) -> None:
    """Write ``datasets.html``, ``dataset.html`` and the piece ``lineage``."""
    groups = [(kind, entries) for kind, entries in _groups(review) if entries]
    site.page("datasets.html", "datasets.html", section="datasets", title="datasets.title", groups=groups)
    site.page("dataset.html", "dataset.html", section="datasets", title="dataset.title")
    site.piece("lineage", lineage_piece(review))


def _groups(review: Review) -> Iterator[tuple[str, list[Entry]]]:
    build = review.build
    yield "raw", list(_forms(build))
    yield "design", list(_design(build))
    structures = {d.name: d.structure for submission in review.submissions for d in submission.datasets}
    for kind, sdtm in (("sdtm", True), ("adam", False)):
        yield kind, list(_datasets(build, structures, sdtm=sdtm))


def _forms(build: BuildResult) -> Iterator[Entry]:
    for form in build.study.forms.values():
        name = f"raw.{form.form}"
        kept = build.tables[name]
        out = sum(entry.count for entry in build.ledger if entry.form == form.form and entry.fate == "left out")
        label, columns = form.label or form.form, len(form.columns)
        file = kept.file if isinstance(kept, FormTable) else form.file
        yield Entry(name, label, "", (), columns, kept.size + out, file, left_out=out)


def _design(build: BuildResult) -> Iterator[Entry]:
    for name, table in build.tables.items():
        if isinstance(table, FormTable) and name.startswith("study."):
            yield Entry(name, name.removeprefix("study."), "", (), len(table.columns), table.size, table.file)


def _datasets(build: BuildResult, structures: dict[str, str], *, sdtm: bool) -> Iterator[Entry]:
    folder = "sdtm" if sdtm else "adam"
    for dataset in sorted(build.datasets.values(), key=lambda dataset: dataset.name):
        if dataset.sdtm is not sdtm:
            continue
        helper = not dataset.spec.output
        shown = {variable.name for variable in dataset.variables}
        yield Entry(
            dataset.name,
            dataset.label,
            structures.get(dataset.name, ""),
            tuple(key for key in dataset.keys if key in shown),
            len(shown),
            dataset.size,
            "" if helper else f"{folder}/{dataset.name.lower()}.xpt",
            helper=helper,
        )
