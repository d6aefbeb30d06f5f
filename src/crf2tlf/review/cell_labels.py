"""What cells are called: the labels of row and column, and words for numbers that texts state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crf2tlf.analysis.results import Cell, Output, Results, Table
from crf2tlf.display.headers import headers
from crf2tlf.spec import Study


@dataclass(frozen=True)
class LabelledCell:
    """A cell that shows results, with the labels of its row (and those it is under) and of its column."""

    cell: Cell
    row: str
    column: str

    @property
    def id(self) -> str:
        """The cell's id."""
        assert self.cell.id is not None
        return self.cell.id


def labelled_cells(study: Study, output: Output) -> Iterator[LabelledCell]:
    """Yield the cells of an output that show results, in reading order, then the numbers that its texts state."""
    if isinstance(output.body, Table):
        columns = column_labels(output.body)
        for row, label in zip(output.body.rows, row_labels(output.body), strict=True):
            for cell, column in zip(row.cells, columns, strict=True):
                if cell.id is not None:
                    yield LabelledCell(cell, label, column)
    for cell in output.cells:
        if cell.id is not None:
            yield LabelledCell(cell, stated_label(study, output.id, cell.id), "")


def labels_of_cells(study: Study, results: Results) -> dict[str, dict[str, list[str]]]:
    """Return by output and cell the labels of the cell's row and column, for links to the cell."""
    return {
        output.id: {found.id: [label for label in (found.row, found.column) if label] for found in labelled}
        for output in results.outputs
        if (labelled := list(labelled_cells(study, output)))
    }


def stated_label(study: Study, output: str, cell: str) -> str:
    """Return what a number is called that a text of an output states: ``PFS: range``, ``related deaths``.

    That is the label of its row where the spec gives one (a template is none), else the words of its id, of which the
    study's abbreviations are written as such.
    """
    row, *further = cell.removeprefix(f"{output}/").split("/")
    spec = study.outputs.get(output)
    known = {word.lower(): word for word in study.analysis.abbreviations}

    def words(id_: str) -> str:
        return " ".join(known.get(word.lower(), word) for word in id_.replace("_", "-").split("-"))

    stated = next((number for number in spec.numbers if number.id == row), None) if spec is not None else None
    label = str(stated.label.text) if stated is not None and stated.label is not None else ""
    return ": ".join([label if label and "{{" not in label else words(row), *map(words, further)])


def column_labels(table: Table) -> list[str]:
    """Return each column's label after the headers that span it, in one line."""
    return [" / ".join(" ".join(t.split()) for t in (*headers(c), c.label) if t.strip()) for c in table.columns]


def row_labels(table: Table) -> list[str]:
    """Return each row's label after those of the rows that it is under, and the line of its page."""
    pages = {page.first: page.subtitle for page in table.pages}
    above: list[tuple[int, str]] = []
    page, found = "", []
    for at, row in enumerate(table.rows):
        if at in pages:
            page, above = pages[at], []
        above = [(indent, label) for indent, label in above if indent < row.indent]
        own = " ".join(row.cells[0].text.split())
        found.append(" / ".join(text for text in (page, *(label for _, label in above), own) if text))
        above.append((row.indent, own))
    return found
