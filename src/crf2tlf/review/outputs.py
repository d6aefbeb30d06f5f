"""The pages of tables, figures and listings: each output as rendered, where every number opens its chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from crf2tlf.analysis.results import Output, Result, Results, Table
from crf2tlf.display.text import printable
from crf2tlf.review.addresses import cell_anchor, output_page, patient_page
from crf2tlf.review.cell_labels import labels_of_cells, stated_label
from crf2tlf.review.figure_marks import Mark, figure_marks
from crf2tlf.review.figure_svg import Place, inlined
from crf2tlf.review.listing_rows import IN_A_PAGE, IN_A_PIECE, Listing
from crf2tlf.review.model import Review
from crf2tlf.review.output_piece import STATUSES, OutputPieces, reconciled
from crf2tlf.review.output_tables import blocks, header_rows
from crf2tlf.review.pieces import ASSETS, Site
from crf2tlf.review.records import subject_index
from crf2tlf.review.texts import interface_text

KINDS = ("table", "figure", "listing")


def write(review: Review, site: Site) -> None:
    """Write the index of outputs, and a page and a piece of data for each of them."""
    results = review.results
    of: dict[str, list[Result]] = {output.id: [] for output in results.outputs}
    for result in results.results:
        of[result.output].append(result)
    statuses = {id_: found["status"] for id_, found in reconciled(review.reconciliation).items()}
    site.page("outputs.html", "outputs.html", section="outputs", title="site.outputs", kinds=_index(results, statuses))
    site.piece("cells", labels_of_cells(review.build.study, results))
    pieces = OutputPieces(review, subject_index(review.build))
    for at, output in enumerate(results.outputs):
        marks: Sequence[Mark] = ()
        if not isinstance(output.body, Table):
            marks = figure_marks(review.build, review.tracing.sets, output, of[output.id])
        site.piece(f"output/{output.id}", pieces.piece(output, of[output.id], marks))
        beside = {"before": results.outputs[at - 1] if at else None, "after": None}
        if at + 1 < len(results.outputs):
            beside["after"] = results.outputs[at + 1]
        _page(review, site, output, marks, statuses, beside)


def _index(results: Results, statuses: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the outputs by kind, each with how many numbers it has and how they agree with the publication."""
    found = []
    for kind in KINDS:
        outputs = [output for output in results.outputs if output.kind == kind]
        lines = [{"output": output, "page": output_page(output.id), **_counts(output, statuses)} for output in outputs]
        if lines:
            found.append({"kind": kind, "outputs": lines})
    return found


def _counts(output: Output, statuses: Mapping[str, str]) -> dict[str, Any]:
    ids = [cell.id for cell in output.cells if cell.id is not None]
    if isinstance(output.body, Table):
        ids += [cell.id for row in output.body.rows for cell in row.cells if cell.id is not None]
    compared = [statuses[id_] for id_ in dict.fromkeys(ids) if id_ in statuses]
    agree = {status: compared.count(status) for status in STATUSES}
    return {"numbers": len(ids), "rows": len(output.body.rows) if isinstance(output.body, Table) else 0, **agree}


def _page(
    review: Review,
    site: Site,
    output: Output,
    marks: Sequence[Mark],
    statuses: Mapping[str, str],
    beside: Mapping[str, Output | None],
) -> None:
    shown = _shown(review.results, output)
    values: dict[str, Any] = {"output": shown, "beside": beside, "stated": _stated(review, shown, statuses)}
    values |= {"table": None, "listing": None, "figure": None, "links": {}}
    if not isinstance(output.body, Table):
        values["figure"] = _figure(review, site, shown, marks)
    elif output.kind == "listing" and output.body.dataset is not None:
        values["listing"] = _listing(review, site, shown, output.body)
    else:
        assert isinstance(shown.body, Table)
        values["table"] = {"header": header_rows(shown.body), "blocks": blocks(shown.body, statuses)}
        values["links"] = _links(review, output)
    site.page(f"output-{output.id}.html", "output.html", section="outputs", title_text=output.title, **values)


def _shown(results: Results, output: Output) -> Output:
    """Return the output with texts as displays have them; the rows of a listing are left out."""
    if output.kind == "listing" and isinstance(output.body, Table):
        output = output.model_copy(update={"body": output.body.model_copy(update={"rows": ()})})
    alone = results.model_copy(update={"outputs": (output,), "results": (), "record_sets": {}})
    return printable(alone).outputs[0]


def _stated(review: Review, output: Output, statuses: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the numbers that a title, a note or a footnote states."""
    return [
        {
            "id": cell.id,
            "anchor": cell_anchor(cell.id),
            "label": stated_label(review.build.study, output.id, cell.id),
            "text": cell.text,
            "status": statuses.get(cell.id, ""),
        }
        for cell in output.cells
        if cell.id is not None
    ]


def _links(review: Review, output: Output) -> dict[int, str]:
    """Return, for the page that compares results with a publication, the address of each row's cell."""
    rows = review.reconciliation
    if output.id != "reconciliation" or not isinstance(output.body, Table) or len(output.body.rows) != len(rows):
        return {}
    return {at: output_page(row.cell.split("/")[0], row.cell) for at, row in enumerate(rows) if row.cell}


def _listing(review: Review, site: Site, shown: Output, body: Table) -> dict[str, Any]:
    listing = Listing(body, review.tracing)
    if listing.long:
        for number, rows in enumerate(listing.pieces()):
            site.piece(f"listing/{shown.id}/{number}", rows)
    assert isinstance(shown.body, Table)
    return {
        "header": header_rows(shown.body),
        "rows": list(listing.rows(0, IN_A_PAGE)),
        "dataset": listing.dataset,
        "size": len(body.rows),
        "in_a_page": IN_A_PAGE,
        "in_a_piece": IN_A_PIECE,
        "long": listing.long,
    }


def _figure(review: Review, site: Site, output: Output, marks: Sequence[Mark]) -> dict[str, Any]:
    from crf2tlf.display.figures import draw_clickable  # matplotlib takes a while: only where there are figures

    drawn = draw_clickable(output, draft=review.draft)
    picture = None
    if drawn.png is not None:
        picture = f"{ASSETS}/figures/{output.id}.png"
        site.write(picture, drawn.png)
    places = {mark.key: Place(mark_name(review, mark), mark_address(review, mark)) for mark in marks}
    return {"svg": Markup(inlined(drawn, picture, places)), "alternative": drawn.alternative}  # made by lxml


def mark_name(review: Review, mark: Mark) -> str:
    """Return what an element of a figure is called in the language that the site opens in."""
    values = {**mark.values, "n": _patients(mark)} if mark.records is not None else mark.values
    return interface_text(review.language, f"output.mark.{mark.kind}", **values)


def _patients(mark: Mark) -> int:
    assert mark.records is not None
    return len(pd.unique(pd.Series(mark.records)))


def mark_address(review: Review, mark: Mark) -> str | None:
    """Return the patient's page that a bar or lane leads to, at the record it is made of; None for other elements."""
    if mark.subject is None:
        return None
    result = review.tracing.by_id.get(mark.results[0]) if mark.results else None
    dataset, positions = review.tracing.set_positions(result.numerator if result is not None else None)
    return patient_page(mark.subject, dataset, int(positions[0]) + 1) if len(positions) else patient_page(mark.subject)
