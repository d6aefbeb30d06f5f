"""Results beside a publication: each published number matched to the cell that the spec names by id."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from crf2tlf.analysis.results import Cell, Column, Output, Results, Row, Table
from crf2tlf.analysis.texts import Texts
from crf2tlf.findings import Findings, Place, nearest
from crf2tlf.spec import Study
from crf2tlf.spec.analysis import PublishedOutput, ReconciliationSpec

COPIED = ("output", "section", "row", "column", "published")
COLUMNS = (*COPIED, "generated", "agrees", "note")
PLACE = Place("specs/reconciliation.yaml")


@dataclass(frozen=True)
class ReconciliationRow:
    """A published number and the text of the cell it is compared with; ``cell`` is the cell's id."""

    output: str
    section: str
    row: str
    column: str
    published: str
    cell: str
    generated: str
    agrees: bool
    note: str

    @property
    def label(self) -> str:
        """Where the number stands in the publication."""
        return " / ".join(part for part in (self.output, self.section, self.row, self.column) if part)


def reconcile(results: Results, study: Study, findings: Findings) -> list[ReconciliationRow]:
    """Compare each published number with the cell that ``specs/reconciliation.yaml`` names for it.

    Findings: a published number without a cell, a cell or row that does not exist (RECONCILE_UNMATCHED), and a
    difference without a note (RECONCILE_DIFFERENT) or with one (RECONCILE_EXPLAINED). Without that file: no rows.
    """
    spec = study.reconciliation
    if spec is None:
        return []
    published = _read(study, spec, findings)
    cells = {cell.id: cell.text for cell in _cells(results) if cell.id}
    _check_ids(spec, published, cells, findings)
    notes = _notes(spec, Texts(study, findings))
    return [_compare(record, place, spec, cells, notes, findings) for record, place in published]


def _read(study: Study, spec: ReconciliationSpec, findings: Findings) -> list[tuple[dict[str, str], Place]]:
    """Return the published numbers with their lines."""
    name = f"specs/{spec.published}"
    try:
        text = (study.root / name).read_text(encoding="utf-8-sig")
        reader = csv.DictReader(io.StringIO(text), strict=True)
        absent = [column for column in COPIED if column not in (reader.fieldnames or ())]
        if absent:
            findings.add("RECONCILE_UNMATCHED", Place(name, 1), f"lacks the columns {', '.join(absent)}")
            return []
        return [({c: record[c] or "" for c in COPIED}, Place(name, reader.line_num)) for record in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        findings.add("RECONCILE_UNMATCHED", Place(name), f"cannot be read: {error}")
        return []


def _cells(results: Results) -> Iterator[Cell]:
    for output in results.outputs:
        yield from output.cells
        if isinstance(output.body, Table):
            for row in output.body.rows:
                yield from row.cells


def _row_ids(published: PublishedOutput) -> dict[tuple[str, str], str]:
    """Return the row id of each published section and row."""
    ids = {}
    for section, rows in published.rows.items():
        inner = rows if isinstance(rows, Mapping) else {"": rows}
        ids.update({(section, row): id_ for row, id_ in inner.items()})
    return ids


def _cell_id(name: str, published: PublishedOutput, row_id: str, column: str) -> str:
    return "/".join(part for part in (published.output or name, row_id, published.columns.get(column, "")) if part)


def _check_ids(
    spec: ReconciliationSpec,
    published: Iterable[tuple[Mapping[str, str], Place]],
    cells: Mapping[str, str],
    findings: Findings,
) -> None:
    """Report what reconciliation.yaml names and the publication or the results do not have."""
    asked = {(record["output"], record["section"], record["row"]) for record, _ in published}
    ids = set(cells)
    for name, output in spec.outputs.items():
        for (section, row), row_id in _row_ids(output).items():
            if (name, section, row) not in asked:
                message = f"{spec.published} has no row {name} / {section} / {row}"
                findings.add("RECONCILE_UNMATCHED", output.place, message)
            for column in output.columns or {"": ""}:
                id_ = _cell_id(name, output, row_id, column)
                if id_ not in ids:
                    findings.add("RECONCILE_UNMATCHED", output.place, f"there is no cell {id_}{nearest(id_, ids)}")
    for note in spec.notes:
        for id_ in (id_ for id_ in note.cells if id_ not in ids):
            findings.add("RECONCILE_UNMATCHED", note.place, f"there is no cell {id_}{nearest(id_, ids)}")


def _notes(spec: ReconciliationSpec, texts: Texts) -> dict[str, str]:
    notes: dict[str, str] = {}
    for note in spec.notes:
        text = texts.render(note.text)
        notes.update({id_: f"{notes[id_]} {text}" if id_ in notes else text for id_ in note.cells})
    return notes


def _compare(
    record: Mapping[str, str],
    place: Place,
    spec: ReconciliationSpec,
    cells: Mapping[str, str],
    notes: Mapping[str, str],
    findings: Findings,
) -> ReconciliationRow:
    id_, generated = "", ""
    output = spec.outputs.get(record["output"])
    row_id = _row_ids(output).get((record["section"], record["row"])) if output else None
    if output is None or row_id is None or (output.columns and record["column"] not in output.columns):
        findings.add("RECONCILE_UNMATCHED", place, f"no cell is named for it in {PLACE}")
    else:
        id_ = _cell_id(record["output"], output, row_id, record["column"])
        generated = cells.get(id_, "")
    agrees = bool(generated) and _normal(generated) == _normal(record["published"])
    found = ReconciliationRow(**record, cell=id_, generated=generated, agrees=agrees, note=notes.get(id_, ""))
    if generated and not agrees:
        message = f"{found.label}: published {found.published!r}, {id_} is {generated!r}"
        if found.note:
            findings.add("RECONCILE_EXPLAINED", place, f"{message}: {found.note}")
        else:
            findings.add("RECONCILE_DIFFERENT", place, f"{message}; correct the data or specs, or explain it in a note")
    return found


def _normal(text: str) -> str:
    """Return a text as it is compared: blanks and dashes of all kinds are one."""
    return re.sub(r"[‐‑‒–—−]", "-", " ".join(text.split()))


def reconciliation_csv(rows: Iterable[ReconciliationRow]) -> str:
    """Return the comparison as CSV, its first five columns as in the file of published numbers."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_as_shown(getattr(row, column)) for column in COLUMNS])
    return buffer.getvalue()


def _as_shown(value: str | bool) -> str:
    return value if isinstance(value, str) else ("yes" if value else "no")


def reconciliation_output(rows: Iterable[ReconciliationRow], study: Study) -> Output:
    """Return the page that shows the comparison, with general notes below it."""
    spec = study.reconciliation
    assert spec is not None
    rows, texts = list(rows), Texts(study, Findings())  # reconcile has reported mistakes in the notes
    numbers = list(dict.fromkeys(row.note for row in rows if row.note))
    labels = {"Output": 1.1, "Section": 2.4, "Row": 2.4, "Column": 1.6, "Published": 1.6, "Generated": 1.6}
    columns = [Column(label=label, width=width) for label, width in labels.items()]
    columns.append(Column(label="Agrees", align="center", width=1.0))
    general = [texts.render(note.text) for note in spec.notes if not note.cells]
    agree = sum(row.agrees for row in rows)
    return Output(
        id="reconciliation",
        kind="table",
        title=texts.render(spec.title),
        population=f"{agree} of {len(rows)} published numbers agree.",
        footnotes=(
            *(f"[{number}] {note}" for number, note in enumerate(numbers, start=1)),
            *general,
            *study.spec.footnotes,
        ),
        orientation="landscape",
        body=Table(columns=tuple(columns), rows=tuple(_page_rows(rows, numbers))),
    )


def _page_rows(rows: Iterable[ReconciliationRow], notes: list[str]) -> Iterator[Row]:
    before = ("", "")
    for row in rows:
        new_output, new_section = row.output != before[0], (row.output, row.section) != before
        mark = f" [{notes.index(row.note) + 1}]" if row.note else ""
        texts = (
            row.output if new_output else "",
            row.section if new_section else "",
            *(row.row, row.column, row.published, row.generated),
            _as_shown(row.agrees) + mark,
        )
        yield Row(cells=tuple(Cell(text=text) for text in texts), rule_above=new_output and bool(before[0]))
        before = (row.output, row.section)
