"""Word documents: one for each output, and all of them in one with a table of contents."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Inches

from crf2tlf.analysis.results import Output, Results, Table
from crf2tlf.display import word_xml as xml
from crf2tlf.display.figures import Picture
from crf2tlf.display.reproducible import release_time, write_archive
from crf2tlf.display.word_styles import MARGIN_MM, PAGE_MM, new_document, update_fields_when_opened
from crf2tlf.display.word_table import table_parts

_TWIPS_PER_MM = 1440 / 25.4


def write_documents(
    results: Results, names: Sequence[str], pictures: Mapping[str, Picture], folder: Path
) -> list[Path]:
    """Write one document per output, named after it."""
    return [
        _write_document(results, output, pictures, folder / f"{name}.docx")
        for output, name in zip(results.outputs, names, strict=True)
    ]


def _write_document(results: Results, output: Output, pictures: Mapping[str, Picture], path: Path) -> Path:
    document = _begin(results, output.title)
    _add_output(document, output, pictures, number=1, draft=results.draft)
    _set_orientation(document.element.body.sectPr, output.orientation)
    return _save(document, path)


def write_collection(results: Results, pictures: Mapping[str, Picture], path: Path) -> Path:
    """Write every output into one document, each on a page of its own, after title and contents."""
    document = _begin(results, results.title)
    update_fields_when_opened(document)
    _add_front_page(document, results)
    before: str = "portrait"
    for number, output in enumerate(results.outputs, start=1):
        _end_section(document, before)
        _add_output(document, output, pictures, number, draft=results.draft)
        before = output.orientation
    _set_orientation(document.element.body.sectPr, before)
    return _save(document, path)


def _begin(results: Results, title: str) -> Document:
    """Return an empty document with properties, header and footer."""
    document = new_document()
    properties = document.core_properties
    properties.title, properties.subject, properties.author = title[:255], results.study[:255], "crf2tlf"
    properties.last_modified_by, properties.comments, properties.keywords = "crf2tlf", "", ""
    properties.created = properties.modified = release_time(results.release_timestamp)
    header = document.sections[0].header
    header.paragraphs[0].add_run(results.study)
    if results.draft:
        header.add_paragraph("DRAFT", style="Display Draft")
    footer = document.sections[0].footer.paragraphs[0]._p
    numbers = [xml.run("Page "), xml.field("PAGE", "1"), xml.run(" of "), xml.field("NUMPAGES", "1")]
    _fill(footer, xml.paragraph("".join(numbers), "Footer"))
    return document


def _fill(target: Any, source: str) -> None:
    target.getparent().replace(target, xml.element(source))


def _append(document: Document, *elements: str) -> None:
    for text in elements:
        document.element.body.sectPr.addprevious(xml.element(text))


def _add_output(
    document: Document, output: Output, pictures: Mapping[str, Picture], number: int, *, draft: bool
) -> None:
    """Add title, population, the table or picture, and footnotes; the last is always a paragraph.

    A table that is longer than a page comes in parts, each with all of these on a page of its own.
    """
    title = xml.bookmarked(xml.run(output.title), _bookmark(number), number)
    heading = xml.paragraph(title, "Heading1")
    if isinstance(output.body, Table):
        for part in table_parts(output, output.body, _text_width(output.orientation), draft=draft):
            _append(document, heading, *_lines_above(output, part.subtitle), part.xml, *_lines_below(output))
            heading = xml.paragraph(xml.run(output.title), "DisplayTitle", new_page=True)
        return
    _append(document, heading, *_lines_above(output, ""))
    _add_picture(document, pictures[output.id])
    _append(document, *_lines_below(output))


def _lines_above(output: Output, subtitle: str) -> list[str]:
    """Return what stands between the title and the table or picture."""
    return [xml.paragraph(xml.run(text), "DisplayPopulation") for text in (output.population, subtitle) if text]


def _lines_below(output: Output) -> list[str]:
    notes = [xml.paragraph(xml.run(note), "DisplayFootnote") for note in output.footnotes]
    return notes or [xml.paragraph("", "DisplayEnd")]


def _add_picture(document: Document, picture: Picture) -> None:
    paragraph = document.add_paragraph(style="Display Figure")
    shape = paragraph.add_run().add_picture(str(picture.png), width=Inches(picture.width))
    properties = shape._inline.docPr
    properties.set("name", picture.png.stem)
    properties.set("descr", picture.alternative)


def _text_width(orientation: str) -> int:
    short, long = PAGE_MM
    page = long if orientation == "landscape" else short
    return round((page - 2 * MARGIN_MM) * _TWIPS_PER_MM)


def _set_orientation(section: Any, orientation: str) -> None:
    short, long = (str(round(side * _TWIPS_PER_MM)) for side in PAGE_MM)
    size = section.find(qn("w:pgSz"))
    wide = orientation == "landscape"
    size.set(qn("w:w"), long if wide else short)
    size.set(qn("w:h"), short if wide else long)
    size.set(qn("w:orient"), orientation)


def _end_section(document: Document, orientation: str) -> None:
    """End the section in the last paragraph, which exists, so that no empty page can come of it.

    The first section keeps the header and footer; those after it inherit them.
    """
    following = document.element.body.sectPr
    section = copy.deepcopy(following)
    _set_orientation(section, orientation)
    following.getprevious().get_or_add_pPr().append(section)
    for reference in following.findall(qn("w:headerReference")) + following.findall(qn("w:footerReference")):
        following.remove(reference)


def _add_front_page(document: Document, results: Results) -> None:
    released = release_time(results.release_timestamp)
    count = len(results.outputs)
    about = f"{results.study} · {released:%Y-%m-%d} · {count} output{'' if count == 1 else 's'}"
    _append(
        document,
        xml.paragraph(xml.run(results.title), "Title"),
        xml.paragraph(xml.run(about), "Subtitle"),
        xml.paragraph(xml.run("Contents"), "DisplayContents"),
        *_contents(results),
    )


def _contents(results: Results) -> list[str]:
    """Return the table of contents: a field with a link to each output.

    Page numbers depend on who lays the pages out; Word adds them when it opens the file and updates the field.
    """
    entries = [
        xml.link(xml.run(output.title.replace("\n", " ")), _bookmark(number))
        for number, output in enumerate(results.outputs, start=1)
    ] or [""]
    entries[0] = xml.field_begin('TOC \\o "1-1" \\h \\z \\u') + entries[0]
    end = xml.paragraph(xml.FIELD_END, "DisplayEnd")
    # LibreOffice leaves the footer's fields empty when a section ends in the paragraph that ends the contents.
    return [*(xml.paragraph(entry, "toc1") for entry in entries), end, xml.paragraph("", "DisplayEnd")]


def _bookmark(number: int) -> str:
    return f"_Toc{number:08}"


def _save(document: Document, path: Path) -> Path:
    content = BytesIO()
    document.save(content)
    return write_archive(content.getvalue(), path)
