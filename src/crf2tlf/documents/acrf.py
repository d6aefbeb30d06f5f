"""The annotated CRF: each form from its specification, each field with the SDTM variables that it goes to.

Pages: the cover, the contents, then the forms in the order of the study, each on pages of a fixed number of fields, as
:mod:`crf2tlf.metadata.crf_pages` counts them for Define-XML. Look: CDISC Metadata Submission Guidelines (annotations
in the colour of their domain, in the order blue, yellow, green, orange; bookmarks by form and by domain).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import Fit

from crf2tlf.build.result import BuildResult
from crf2tlf.display.reproducible import release_time
from crf2tlf.documents.fields import FieldUse, field_uses
from crf2tlf.documents.fonts import report_missing, study_fonts
from crf2tlf.documents.pdf import pdf
from crf2tlf.findings import Findings, Place
from crf2tlf.metadata.crf_pages import COVER_PAGES, FIELDS_A_PAGE, FORMS_A_PAGE
from crf2tlf.metadata.model import Submission
from crf2tlf.spec.form import ColumnSpec, FormSpec

NOT_SUBMITTED = "[NOT SUBMITTED]"

COLOURS = ("#bfffff", "#ffff96", "#96ff96", "#ffbe9b", "#e0c8ff", "#ffc8e6", "#dcdcdc", "#d8f0c0")
"""Blue, yellow, green and orange as in CDISC's guidelines; further ones for forms of more than four domains."""

REMARKS = (
    "The forms are shown as their specifications describe them: the questions, code lists and date formats of the "
    "extracts. They are not pictures of the screens on which the data were entered.",
    "Beside each field stand the variables that it goes to, in the colour of their domain; the colours are those of "
    "the domains named at the top of the form. [NOT SUBMITTED] marks a field that goes to no variable. Variables that "
    "are derived from collected ones are described in the Define-XML document and are not shown here.",
    "An asterisk marks a question that must be answered. Codes stand in brackets after their meaning. A condition "
    "under a question says in which records it is asked.",
)


def write_acrf(submission: Submission, build: BuildResult, findings: Findings, path: Path) -> Path:
    """Write the annotated CRF of a study; ``submission`` is the metadata of its tabulation datasets.

    Texts with characters that no font has are findings (``DOCUMENT_TEXT``).
    """
    fonts = study_fonts(build.study.root, findings)
    report_missing(_texts(build), fonts, findings)
    data = acrf_data(submission, build)
    content = pdf("acrf.typ", data, release_time(submission.release), fonts)
    path.write_bytes(_with_bookmarks(content, data))
    return path


def acrf_data(submission: Submission, build: BuildResult) -> dict[str, Any]:
    """Return what the annotated CRF shows as plain data."""
    forms = build.study.forms
    uses = field_uses(build, submission)
    labels = {name: dataset.label for name, dataset in build.datasets.items()}
    shown = [_form(forms[name], uses[name], submission.pages[name], labels) for name in forms]
    return {
        "study": submission.study,
        "title": submission.title,
        "draft": submission.draft,
        "notes": list(build.study.spec.footnotes),
        "facts": [["Study", submission.study], ["Protocol", submission.protocol], ["Date", submission.release[:10]]],
        "remarks": [*REMARKS, *build.study.spec.footnotes],
        "forms": shown,
        "contents": [list(part) for part in _parts([_entry(form) for form in shown], FORMS_A_PAGE)],
    }


def _entry(form: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": form["name"],
        "label": form["label"],
        "page": form["page"],
        "domains": [domain["name"] for domain in form["domains"]],
    }


def _form(form: FormSpec, uses: Sequence[FieldUse], pages: Sequence[int], labels: Mapping[str, str]) -> dict[str, Any]:
    fields = Counter(domain for use in uses for domain in use.domains)
    domains = [domain for domain, _ in fields.most_common()]  # the form's main domain is blue
    colours = {domain: COLOURS[at % len(COLOURS)] for at, domain in enumerate(domains)}
    parts = list(_parts(uses, FIELDS_A_PAGE))
    return {
        "name": form.form,
        "label": form.label or form.form,
        "file": form.file,
        "page": pages[0],
        "domains": [{"name": name, "label": labels[name], "colour": colours[name]} for name in domains],
        "pages": [
            {"part": number, "of": len(parts), "fields": [_field(form, use, colours) for use in part]}
            for number, part in enumerate(parts, start=1)
        ],
    }


def _field(form: FormSpec, use: FieldUse, colours: Mapping[str, str]) -> dict[str, Any]:
    column: ColumnSpec = form.columns[use.column]
    header = form.header(use.column)
    return {
        "label": column.label or use.column,
        "column": use.column if header == use.column else f"{use.column} ({header})",
        "required": column.required,
        "codes": [[code, meaning] for code, meaning in column.codes.items()],
        "formats": list(column.formats),
        "unit": column.unit or "",
        "hint": _hint(column),
        "when": column.when.text if column.when else "",
        "annotations": list(_annotations(use, colours)),
    }


def _hint(column: ColumnSpec) -> str:
    """Return what a field takes, in words: the kind of number and its range, or that of a date; empty for others."""
    words = {"integer": "whole number", "number": "number"}
    parts = [words[column.kind]] if column.kind in words else []
    if column.decimals:
        parts.append(f"{column.decimals} decimal{'s' if column.decimals > 1 else ''}")
    low, high = (f"{end:g}" if isinstance(end, float) else end and str(end) for end in column.range or (None, None))
    if low and high:
        parts.append(f"{low} to {high}")
    elif low or high:
        parts.append(f"from {low}" if low else f"up to {high}")
    return ", ".join(parts)


def _annotations(use: FieldUse, colours: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    order = list(colours)
    for target in sorted(use.targets, key=lambda target: order.index(target.domain)):
        yield {"text": str(target), "colour": colours[target.domain], "weak": False}
    if not use.targets and not use.selects:
        yield {"text": NOT_SUBMITTED, "colour": None, "weak": False}
        if use.why_not:
            yield {"text": use.why_not, "colour": None, "weak": True}
    for selection in use.selects:
        yield {"text": str(selection), "colour": colours[selection.domain], "weak": True}
    for reason in use.leaves_out:
        yield {"text": f"Leaves records out: {reason}", "colour": None, "weak": True}


def _parts(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _texts(build: BuildResult) -> dict[str, Place]:
    """Return every text from specs that the document shows, with its place."""
    study = build.study
    texts = dict.fromkeys([study.spec.study, study.spec.title, *study.spec.footnotes], study.spec.place)
    texts |= {dataset.label: dataset.spec.place for dataset in build.datasets.values()}
    for form in study.forms.values():
        texts |= dict.fromkeys([form.label or "", form.file, *(out.reason for out in form.leave_out)], form.place)
        for name, column in form.columns.items():
            shown = [column.label or "", form.header(name), *column.codes, *column.codes.values(), *column.formats]
            shown += [column.unit or "", column.when.text if column.when else ""]
            texts |= dict.fromkeys(shown, column.place)
    return texts


# Bookmarks


def _with_bookmarks(content: bytes, data: Mapping[str, Any]) -> bytes:
    """Add bookmarks by form and by domain: typst makes them of headings only, and each form can be a heading once."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(content)))
    assert len(writer.pages) == COVER_PAGES + len(data["contents"]) + sum(len(form["pages"]) for form in data["forms"])
    writer.pdf_header = "%PDF-1.7"
    page, contents = Fit.fit(), COVER_PAGES if data["contents"] else 0
    by_form = writer.add_outline_item(title="Forms", page_number=contents, fit=page)
    for form in data["forms"]:
        writer.add_outline_item(title=form["label"], page_number=form["page"] - 1, parent=by_form, fit=page)
    by_domain = writer.add_outline_item(title="Domains", page_number=contents, fit=page)
    labels = {domain["name"]: domain["label"] for form in data["forms"] for domain in form["domains"]}
    for name, label in sorted(labels.items()):
        of_domain = [form for form in data["forms"] if any(domain["name"] == name for domain in form["domains"])]
        first = of_domain[0]["page"] - 1
        item = writer.add_outline_item(title=f"{name} ({label})", page_number=first, parent=by_domain, fit=page)
        for form in of_domain:
            writer.add_outline_item(title=form["label"], page_number=form["page"] - 1, parent=item, fit=page)
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()
