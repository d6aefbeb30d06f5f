"""Pages and pieces of outputs beside the results they were made from: cells, headers, elements of figures, sets."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lxml import html

from crf2tlf import workflow
from crf2tlf.analysis.reconcile import ReconciliationRow
from crf2tlf.analysis.results import Cell, KaplanMeier, Output, Table
from crf2tlf.display.figures import draw_clickable
from crf2tlf.display.headers import headers
from crf2tlf.findings import Findings
from crf2tlf.review import outputs
from crf2tlf.review.addresses import cell_anchor
from crf2tlf.review.cell_labels import labels_of_cells, row_labels
from crf2tlf.review.listing_rows import IN_A_PAGE
from crf2tlf.review.model import Review
from crf2tlf.review.output_piece import reconciled
from crf2tlf.review.pieces import Site
from crf2tlf.review.records import subject_index
from crf2tlf.trace import Tracing

ROOT = Path(__file__).resolve().parents[2]
PILOT = os.environ.get("CRF2TLF_PILOT", "")
STUDIES = {
    "reference": (ROOT, None),
    "two-arm": (ROOT / "examples" / "two-arm", None),
    "pilot": (ROOT / "tests" / "studies" / "pilot", Path(PILOT)),
}


@dataclass(frozen=True)
class Pages:
    """The pages and pieces of a study's outputs, with the review they show."""

    review: Review
    folder: Path

    @property
    def outputs(self) -> tuple[Output, ...]:
        return self.review.results.outputs

    def page(self, output: str) -> Any:
        return html.fromstring((self.folder / f"output-{output}.html").read_bytes())

    def piece(self, name: str) -> Any:
        text = (self.folder / "data" / f"{name}.js").read_text(encoding="utf-8")
        packed = re.fullmatch(r'crf2tlf\.piece\("[^"]+","([^"]+)"\);\n', text)
        assert packed is not None
        return json.loads(gzip.decompress(base64.b64decode(packed[1])))


@cache
def _pages(study: str, folder: Path) -> Pages:
    root, raw = STUDIES[study]
    findings = Findings()
    made = workflow.compute(root, raw, "tlf", lambda _text: None, findings, tracing=True)
    assert made.results is not None
    tracing = Tracing(made.build, made.results)
    review = Review(made.build, made.submissions, made.results, made.reconciliation, None, findings, tracing)
    outputs.write(review, Site(review, folder / study))
    return Pages(review, folder / study)


@pytest.fixture(
    scope="module",
    params=["reference", *(pytest.param(study, marks=pytest.mark.slow) for study in ("two-arm", "pilot"))],
)
def pages(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pages:
    if request.param == "pilot" and not PILOT:
        pytest.skip("CRF2TLF_PILOT is not set: it names the folder with the pilot study's extracts")
    return _pages(request.param, tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    return _pages("reference", tmp_path_factory.getbasetemp())


def plain(text: str) -> str:
    """A text without what only places it: kinds of blanks, and the marks of the comparison with a publication."""
    return " ".join(re.sub(r"\s*[✓※≠]+$", "", text.replace("\u00a0", " ").strip()).split())


def shown_rows(page: Any) -> list[list[str]]:
    """The texts of the rows of a page's table, without the lines that begin a page; a spanning label stands alone."""
    rows = page.xpath('//table[contains(@class, "display")]/tbody/tr[not(contains(@class, "page"))]')
    return [[plain(cell.text_content()) for cell in row.xpath("th|td")] for row in rows]


def wanted_rows(table: Table) -> Iterator[list[str]]:
    for row in table.rows:
        texts = [plain(cell.text) for cell in row.cells]
        yield texts[:1] if row.heading and not any(texts[1:]) else texts


def tables(pages: Pages) -> Iterator[tuple[Output, Table]]:
    for output in pages.outputs:
        if isinstance(output.body, Table):
            yield output, output.body


def cells(output: Output) -> Iterator[Cell]:
    yield from output.cells
    if isinstance(output.body, Table):
        yield from (cell for row in output.body.rows for cell in row.cells)


def summed(differences: list[int]) -> list[int]:
    return [int(number) for number in np.cumsum(differences, dtype=np.int64)]


# Tables and listings


def test_every_row_is_in_the_page(pages: Pages) -> None:
    for output, table in tables(pages):
        shown = shown_rows(pages.page(output.id))
        if output.kind == "listing" and table.dataset:
            shown = [row[1:] for row in shown]  # the first column leads to the record
            wanted = list(wanted_rows(table))[:IN_A_PAGE]
        else:
            wanted = list(wanted_rows(table))
        assert shown == wanted, output.id


def test_every_number_is_a_button_with_its_chain(pages: Pages) -> None:
    for output in pages.outputs:
        page, piece = pages.page(output.id), pages.piece(f"output/{output.id}")
        buttons = {button.get("data-cell"): button for button in page.xpath('//button[@class="result"]')}
        numbers = {cell.id: cell for cell in cells(output) if cell.results}
        assert set(buttons) == set(numbers), output.id
        for id_, cell in numbers.items():
            assert id_ is not None
            assert plain(buttons[id_].text_content()) == plain(cell.text)
            assert buttons[id_].get("id") == cell_anchor(id_)
            assert plain(buttons[id_].get("aria-label")).endswith(plain(cell.text))
            assert piece["cells"][id_]["results"] == list(cell.results)
            assert set(cell.results) <= set(piece["results"])


def test_names_of_elements_are_unique(pages: Pages) -> None:
    for output in pages.outputs:
        names = pages.page(output.id).xpath("//@id")
        assert len(names) == len(set(names)), output.id


def test_headers_span_their_columns(pages: Pages) -> None:
    """Each column has above it, in the header's cells with their spans, the headers of the results and its label."""
    for output, table in tables(pages):
        page = pages.page(output.id)
        above: dict[int, dict[int, str]] = {}
        rows = page.xpath('//table[contains(@class, "display")]/thead/tr')
        for at, row in enumerate(rows):
            column = 0
            for cell in row.xpath("th"):
                while at in above.get(column, {}):
                    column += 1
                for over in range(int(cell.get("colspan", 1))):
                    for down in range(int(cell.get("rowspan", 1))):
                        above.setdefault(column + over, {})[at + down] = plain(cell.text_content())
                column += int(cell.get("colspan", 1))
        first = 1 if output.kind == "listing" and table.dataset else 0
        assert len(above) == len(table.columns) + first, output.id
        for number, described in enumerate(table.columns, start=first):
            wanted = [plain(text) for text in (*headers(described), described.label)]
            filled = wanted + [wanted[-1]] * (len(rows) - len(wanted))
            assert [above[number][at] for at in range(len(rows))] == filled, (output.id, number)


def test_a_long_listing_is_in_pieces(reference: Pages) -> None:
    """Listing 4 has 129 rows: the page has the first 100, the piece all of them."""
    output = next(output for output in reference.outputs if output.id == "listing-4")
    assert isinstance(output.body, Table)
    rows = reference.piece("listing/listing-4/0")
    assert [[plain(text) for text in row[0]] for row in rows] == list(wanted_rows(output.body))
    assert len(shown_rows(reference.page("listing-4"))) == IN_A_PAGE < len(rows)


def test_rows_of_listings_lead_to_their_records(reference: Pages) -> None:
    for output, table in tables(reference):
        if output.kind == "listing":
            frame = reference.review.build.datasets[str(table.dataset)].frame
            links = reference.page(output.id).xpath('//td[@class="record-link"]/a')
            assert len(links) == min(len(table.rows), IN_A_PAGE)
            for link, row in zip(links, table.rows, strict=False):
                number = int(link.text_content().split()[-1])
                record = frame.iloc[number - 1]
                assert [record[key] for key in table.keys if isinstance(record[key], str)] == [
                    value for key, value in zip(table.keys, row.record, strict=True) if isinstance(record[key], str)
                ]
                wanted = f"patient.html?subject={record['USUBJID']}#{table.dataset}-{number}"
                assert link.get("href") == wanted


def test_labels_of_rows_have_those_above(reference: Pages) -> None:
    """Table 1: "Male" stands under "Sex"."""
    table = next(table for output, table in tables(reference) if output.id == "table-1")
    assert "Sex, N (%) / Male" in row_labels(table)


def test_cells_have_words_for_labels(reference: Pages) -> None:
    """Row and column of a table; of a number in a text the words of its id, abbreviations of the study as such."""
    labels = labels_of_cells(reference.review.build.study, reference.review.results)
    assert reference.piece("cells") == labels
    assert labels["table-4"]["table-4/event/AST-ALT-elevation/grade3"] == ["AST/ALT elevation", "Grade ≥ 3, N (%)"]
    assert labels["table-4"]["table-4/related-deaths"] == ["related deaths"]
    assert labels["figure-2a"]["figure-2a/pfs/range"] == ["PFS: range"]


# Sets


def test_every_number_has_its_sets(pages: Pages) -> None:
    """The records of a set, decoded, are those whose keys the results have; constants stand in a line of study.yaml."""
    review = pages.review
    numbers = {number: name for name, number in review.tracing.sets.numbers.items()}
    names = subject_index(review.build).tolist()
    seen: set[int] = set()
    for output in pages.outputs:
        piece = pages.piece(f"output/{output.id}")
        for result in piece["results"].values():
            for side in ("numerator", "denominator"):
                assert result[side] is not None
                assert str(result[side]) in piece["sets"]
        for number, found in piece["sets"].items():
            if int(number) not in numbers or int(number) in seen:
                continue
            seen.add(int(number))
            known = review.results.record_sets[numbers[int(number)]]
            if "constants" in found:
                assert [tuple(item[:2]) for item in found["constants"]] == list(known.records)
                assert all(item[2].startswith("specs/study.yaml:") for item in found["constants"])
                continue
            frame = review.build.datasets[found["dataset"]].frame
            chosen = frame.iloc[[record - 1 for record in summed(found["records"])]]
            assert len(chosen) == len(known.records)
            assert sorted(chosen["USUBJID"].unique()) == sorted(names[at] for at in summed(found["subjects"]))
            first = known.keys.index("USUBJID")
            assert sorted(chosen["USUBJID"]) == sorted(str(record[first]) for record in known.records)
    assert len(seen) == len(
        {result.numerator for result in review.results.results}
        | {result.denominator for result in review.results.results}
    )


def test_an_empty_numerator_is_there(reference: Pages) -> None:
    piece = reference.piece("output/table-4")
    n = piece["results"]["table-4/event/Fever/grade3/n"]
    assert piece["sets"][str(n["numerator"])] == {"dataset": "ADAE", "records": [], "subjects": []}
    assert len(piece["sets"][str(n["denominator"])]["records"]) == 9


def test_rules_name_their_places(reference: Pages) -> None:
    piece = reference.piece("output/table-4")
    rules = piece["rules"][piece["results"]["table-4/event/Fever/grade3/n"]["rules"]]
    assert ["column's records", "ATOXGRN >= 3", "specs/tlf/table-4.yaml:10"] in rules
    assert all(re.match(r"specs/.+\.yaml:\d+$", place) for _, _, place in rules)


def test_every_result_has_its_rules(pages: Pages) -> None:
    for output in pages.outputs:
        piece = pages.piece(f"output/{output.id}")
        for result in pages.review.results.results:
            if result.output == output.id:
                wanted = [[line.what, line.text, line.place] for line in pages.review.tracing.rule_of(result)]
                assert piece["rules"][piece["results"][result.id]["rules"]] == wanted


def test_published_numbers_are_beside_their_cells(reference: Pages) -> None:
    compared = {row.cell: row for row in reference.review.reconciliation}
    shown = {
        button.get("data-cell"): button.getnext().get("class")
        for output in reference.outputs
        for button in reference.page(output.id).xpath('//button[@class="result"][following-sibling::span]')
    }
    assert set(shown) == set(compared)
    assert all(row.agrees for row in compared.values())  # so that marks are of two kinds only
    assert {cell for cell, of in shown.items() if of == "reconciled agrees"} == {
        cell for cell, row in compared.items() if not row.note
    }
    assert {cell for cell, of in shown.items() if of == "reconciled noted"} == {
        cell for cell, row in compared.items() if row.note
    }
    for cell, row in compared.items():
        found = reference.piece(f"output/{cell.split('/')[0]}")["reconciliation"][cell]
        assert (found["computed"], found["note"]) == (row.generated, row.note)


@pytest.mark.parametrize(
    ("found", "status"),
    [
        ([("1", True, "")], "agrees"),
        ([("1", True, "Why")], "noted"),
        ([("2", False, "Why")], "explained"),
        ([("2", False, "")], "differs"),
        ([("1", True, ""), ("2", False, "")], "differs"),  # published twice: the worse of them
        ([("2", False, "Why"), ("1", True, "")], "explained"),
    ],
)
def test_the_status_of_a_published_number(found: list[tuple[str, bool, str]], status: str) -> None:
    rows = [ReconciliationRow("t", "s", "r", "c", each, "t/r/c", "1", agrees, note) for each, agrees, note in found]
    told = reconciled(rows)["t/r/c"]
    assert told["status"] == status
    assert told["published"] == "; ".join(each for each, _, _ in found)


# Figures


def test_every_element_of_a_figure_leads_somewhere(pages: Pages) -> None:
    """What can be chosen is all that was drawn; behind it is a patient, a set that is not empty, or results."""
    for output in pages.outputs:
        if isinstance(output.body, Table):
            continue
        page, piece = pages.page(output.id), pages.piece(f"output/{output.id}")
        places = page.xpath('//*[contains(@class, "place") and @data-mark]')
        drawn = [target.key for target in draw_clickable(output, draft=pages.review.draft).targets]
        assert [place.get("data-mark") for place in places] == drawn
        assert drawn, output.id
        for place in places:
            mark = piece["marks"][place.get("data-mark")]
            assert place.get("tabindex") == "0"
            assert place.get("aria-label")
            if mark["subject"] is not None:
                assert place.get("role") == "link"
                assert place.get("href").startswith("patient.html?subject=")
                continue
            assert place.get("role") == "button"
            assert mark["set"] is not None or mark["results"]
            if mark["set"] is not None:
                assert piece["sets"][str(mark["set"])]["subjects"]
            assert set(mark["results"]) <= set(piece["results"])


def test_steps_and_ticks_have_the_patients_of_their_time(pages: Pages) -> None:
    """Beside pandas: those of the curve with an event (or censored) at the time, by the numbers in the dataset."""
    names = subject_index(pages.review.build).tolist()
    for output in pages.outputs:
        if not isinstance(output.body, KaplanMeier):
            continue
        spec = pages.review.build.study.outputs[output.id].kaplan_meier
        assert spec is not None
        assert spec.where is not None
        parameter = re.search(r'PARAMCD == "(\w+)"', spec.where.text)
        assert parameter is not None
        data = pages.review.build.datasets["ADTTE"].frame.query(f"PARAMCD == {parameter[1]!r}")
        piece = pages.piece(f"output/{output.id}")
        for number, curve in enumerate(output.body.curves):
            everyone = piece["sets"][
                str(piece["results"][piece["marks"][f"median-{number}"]["results"][0]]["numerator"])
            ]
            subjects = {names[at] for at in summed(everyone["subjects"])}
            group = data[data["USUBJID"].isin(subjects)]
            assert len(group) == curve.at_risk[0]
            counted = 0
            times = {f"step-{number}-{at}": (step.time, 0) for at, step in enumerate(curve.steps)}
            times |= {f"censored-{number}-{at}": (time, 1) for at, (time, _) in enumerate(curve.censored)}
            for key, (time, censored) in times.items():
                there = group[np.isclose(group["AVAL"], time, rtol=1e-11) & (group["CNSR"].clip(upper=1) == censored)]
                if key not in piece["marks"]:
                    assert there.empty
                    continue
                found = piece["sets"][str(piece["marks"][key]["set"])]
                assert sorted(names[at] for at in summed(found["subjects"])) == sorted(there["USUBJID"])
                counted += len(there)
            assert counted == len(group)  # everybody has an event or is censored once


def test_bars_and_lanes_are_their_subjects(pages: Pages) -> None:
    names = subject_index(pages.review.build).tolist()
    for output in pages.outputs:
        if isinstance(output.body, Table) or output.body.kind not in ("waterfall", "swimmer"):
            continue
        marks = pages.piece(f"output/{output.id}")["marks"]
        shown = [
            (mark["values"]["subject"], names[mark["subject"]])
            for mark in marks.values()
            if mark["kind"] in ("bar", "lane")
        ]
        frame = pages.review.build.datasets["ADSL"].frame.set_index("USUBJID")
        assert shown
        assert all(frame.loc[subject, "SUBJID"] == label for label, subject in shown)


# Policy


def test_pages_have_no_styles_or_scripts_of_their_own(pages: Pages) -> None:
    for path in sorted(pages.folder.glob("*.html")):
        page = html.fromstring(path.read_bytes())
        assert page.xpath("//@style | //style | //script[not(@src)] | //@*[starts-with(name(), 'on')]") == [], path.name


def test_the_same_review_gives_the_same_bytes(reference: Pages, tmp_path: Path) -> None:
    outputs.write(reference.review, Site(reference.review, tmp_path))
    for path in sorted([*tmp_path.glob("*.html"), *tmp_path.glob("data/**/*.js")]):
        assert path.read_bytes() == (reference.folder / path.relative_to(tmp_path)).read_bytes(), path.name
