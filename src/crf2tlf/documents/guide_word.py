"""A document as Word: the copy that people edit. Headings, contents, header and footer are Word's own."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from docx import document as docx_document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, RGBColor

from crf2tlf.display import word_xml as xml
from crf2tlf.display.reproducible import release_time, write_archive
from crf2tlf.display.word_styles import MARGIN_MM, PAGE_MM, Style, define_style, new_document, update_fields_when_opened
from crf2tlf.documents.model import Block, Bullets, Document, Line, Numbered, Paragraph, Table, Text, numbered

_ACCENT, _GREY = RGBColor(0x1F, 0x4E, 0x79), RGBColor(0x59, 0x59, 0x59)
_TWIPS_PER_MM = 1440 / 25.4
_CONTENTS_DEPTH = 3
_NUMBER_INDENT = 284
_STYLES = (
    Style("Normal", 10, after=6),
    Style("Title", 22, bold=True, colour=_ACCENT, before=160, after=10),
    Style("Subtitle", 12, after=14),
    Style("Heading 1", 14, bold=True, colour=_ACCENT, before=18, after=6, with_next=True),
    Style("Heading 2", 11.5, bold=True, colour=_ACCENT, before=14, after=5, with_next=True),
    Style("Heading 3", 10.5, bold=True, colour=_ACCENT, before=11, after=4, with_next=True),
    Style("Heading 4", 10, bold=True, colour=_ACCENT, before=10, after=4, with_next=True),
    Style("Guide Contents", 14, bold=True, colour=_ACCENT, after=8, with_next=True),
    Style("toc 1", 10, bold=True, before=6, after=2),
    Style("toc 2", 9.5, after=2),
    Style("toc 3", 9, after=1),
    Style("Guide Caption", 9, bold=True, before=6, after=4, with_next=True),
    Style("Guide Header", 8.5, bold=True, before=2, after=2, with_next=True),
    Style("Guide Cell", 8.5, before=2, after=2),
    Style("Guide Fact", 10, colour=_GREY, after=2),
    Style("List Bullet", 10, after=3),
    Style("Guide Number", 10, after=3),
)

Relate = Callable[[str], str]
"""Gives the relationship id of an address outside the document."""


def write_word(document: Document, path: Path) -> Path:
    """Write a document as a Word file whose bytes depend on nothing but the document."""
    word = _begin(document)
    sections = list(numbered(document))
    _add_front_page(word, document, sections)
    wide = False
    for place, item in enumerate(sections):
        if item.section.landscape != wide:
            _end_section(word, wide)
            wide = item.section.landscape
        _add_section(word, item, place, _text_width(wide))
    _set_orientation(word.element.body.sectPr, wide)
    content = BytesIO()
    word.save(content)
    return write_archive(content.getvalue(), path)


def _begin(document: Document) -> docx_document.Document:
    word = new_document()
    for style in _STYLES:
        define_style(word, style)
    for level, indent in ((2, 5), (3, 10)):
        contents: Any = word.styles[f"toc {level}"]
        contents.paragraph_format.left_indent = Mm(indent)
    properties = word.core_properties
    properties.title, properties.subject, properties.author = document.name, document.study[:255], ""
    properties.last_modified_by, properties.comments, properties.keywords = "", "", ""
    properties.created = properties.modified = release_time(document.release)
    update_fields_when_opened(word)
    header = word.sections[0].header
    header.paragraphs[0].add_run(f"{document.study} · {document.name}")
    if document.draft:
        header.add_paragraph("DRAFT", style="Display Draft")
    footer = word.sections[0].footer
    numbers = [xml.run("Page "), xml.field("PAGE", "1"), xml.run(" of "), xml.field("NUMPAGES", "1")]
    footer.paragraphs[0]._p.addprevious(xml.element(xml.paragraph("".join(numbers), "Footer")))
    footer.paragraphs[-1].add_run(" ".join(document.notes))
    return word


def _append(word: docx_document.Document, *elements: str) -> None:
    for text in elements:
        element = xml.element(text)
        word.element.body.sectPr.addprevious(element)


def _add_front_page(word: docx_document.Document, document: Document, sections: Sequence[Numbered]) -> None:
    facts = [xml.paragraph(xml.run(f"{name}: {value}"), "GuideFact") for name, value in document.facts]
    notes = [xml.paragraph(xml.run(note), "GuideFact") for note in document.notes]
    _append(
        word,
        xml.paragraph(xml.run(document.name), "Title"),
        xml.paragraph(xml.run(document.title), "Subtitle"),
        *facts,
        *notes,
        '<w:p><w:r><w:br w:type="page"/></w:r></w:p>',
        xml.paragraph(xml.run("Contents"), "GuideContents"),
        *_contents(sections),
        '<w:p><w:r><w:br w:type="page"/></w:r></w:p>',
    )


def _contents(sections: Sequence[Numbered]) -> list[str]:
    """Return the contents: a field with a link to each section; Word adds page numbers when it opens the file."""
    shown = [(place, item) for place, item in enumerate(sections) if item.level <= _CONTENTS_DEPTH]
    entries = [(item.level, xml.link(xml.run(item.heading), _bookmark(place))) for place, item in shown]
    begin = xml.field_begin(f'TOC \\o "1-{_CONTENTS_DEPTH}" \\h \\z \\u')
    lines = [
        xml.paragraph(begin + entry if place == 0 else entry, f"toc{level}")
        for place, (level, entry) in enumerate(entries)
    ]
    return [*lines, xml.paragraph(xml.FIELD_END, "DisplayEnd")]


def _bookmark(number: int) -> str:
    return f"_Toc{number:08}"


def _add_section(word: docx_document.Document, item: Numbered, place: int, width: int) -> None:
    inner = xml.bookmarked(xml.run(item.heading), item.id.replace("-", "_"), 2 * place + 1)
    title = xml.bookmarked(inner, _bookmark(place), 2 * place)
    _append(word, xml.paragraph(title, f"Heading{min(item.level, 4)}"))
    for block in item.section.blocks:
        _append(word, *_block(block, width, _relate(word)))


def _relate(word: docx_document.Document) -> Relate:
    def relate(address: str) -> str:
        return str(word.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))

    return relate


def _block(block: Block, width: int, relate: Relate) -> list[str]:
    match block:
        case Paragraph(content):
            return [xml.paragraph(_runs(content, relate), "Normal")]
        case Bullets(items, ordered):
            if not ordered:
                return [xml.paragraph(_runs(item, relate), "ListBullet") for item in items]
            # Word's own numbers would go on from one list to the next.
            return [
                xml.paragraph(xml.run(f"{number}. ") + _runs(item, relate), "GuideNumber", indent=_NUMBER_INDENT)
                for number, item in enumerate(items, start=1)
            ]
        case Table():
            caption = [xml.paragraph(xml.run(block.caption), "GuideCaption")] if block.caption else []
            return [*caption, _table(block, width, relate), xml.paragraph("", "DisplayEnd")]


def _table(table: Table, width: int, relate: Relate) -> str:
    whole = sum(column.width for column in table.columns)
    widths = [round(width * column.width / whole) for column in table.columns]
    alignment = ["right" if column.align == "right" else "" for column in table.columns]
    rule = xml.border("bottom", 4)
    header = [
        xml.cell(xml.paragraph(xml.run(column.label), "GuideHeader", align=align), size, borders=rule, foot=True)
        for column, align, size in zip(table.columns, alignment, widths, strict=True)
    ]
    thin, last = xml.border("bottom", 2), len(table.rows) - 1
    rows = []
    for place, row in enumerate(table.rows):
        keep = table.is_small and place < last
        texts = [
            xml.paragraph(_runs(cell, relate), "GuideCell", align=align, keep=keep)
            for cell, align in zip(row, alignment, strict=True)
        ]
        rows.append(xml.row(xml.cell(text, size, borders=thin) for text, size in zip(texts, widths, strict=True)))
    return xml.table([xml.row(header, header=True), *rows], widths, table.caption or "Table")


def _runs(content: Line, relate: Relate) -> str:
    return "".join(_linked(piece, relate) if piece.link else _run(piece) for piece in content)


def _linked(piece: Text, relate: Relate) -> str:
    if piece.link.startswith("#"):
        return xml.link(_run(piece), piece.link[1:].replace("-", "_"))
    return f'<w:hyperlink {nsdecls("r")} r:id={quoteattr(relate(piece.link))} w:history="1">{_run(piece)}</w:hyperlink>'


def _run(piece: Text) -> str:
    look = [
        '<w:rFonts w:ascii="Consolas" w:hAnsi="Consolas" w:cs="Consolas"/>' if piece.code else "",
        "<w:b/>" if piece.bold else "",
        "<w:i/>" if piece.italic else "",
        '<w:color w:val="1F4E79"/>' if piece.link else "",
    ]
    lines = [f'<w:t xml:space="preserve">{escape(part)}</w:t>' for part in piece.text.split("\n")]
    return f"<w:r><w:rPr>{''.join(look)}</w:rPr>{'<w:br/>'.join(lines)}</w:r>"


# Sections of pages


def _text_width(wide: bool) -> int:
    short, long = PAGE_MM
    return round(((long if wide else short) - 2 * MARGIN_MM) * _TWIPS_PER_MM)


def _set_orientation(section: Any, wide: bool) -> None:
    short, long = (str(round(side * _TWIPS_PER_MM)) for side in PAGE_MM)
    size = section.find(qn("w:pgSz"))
    size.set(qn("w:w"), long if wide else short)
    size.set(qn("w:h"), short if wide else long)
    size.set(qn("w:orient"), "landscape" if wide else "portrait")


def _end_section(word: docx_document.Document, wide: bool) -> None:
    """End the pages of one orientation in the last paragraph; the header and footer stay those of the first."""
    following = word.element.body.sectPr
    if following.getprevious().tag != qn("w:p"):
        _append(word, xml.paragraph("", "DisplayEnd"))
    section = copy.deepcopy(following)
    _set_orientation(section, wide)
    following.getprevious().get_or_add_pPr().append(section)
    for reference in following.findall(qn("w:headerReference")) + following.findall(qn("w:footerReference")):
        following.remove(reference)
