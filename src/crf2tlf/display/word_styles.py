"""The named styles of every Word document, built in code so that a change of look is a change one can read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from crf2tlf.display.text_width import lines

LATIN, EAST_ASIAN = "Arial", "MS Gothic"
PAGE_MM, MARGIN_MM = (210, 297), 20
_INK, _GREY, _RED = RGBColor(0, 0, 0), RGBColor(0x59, 0x59, 0x59), RGBColor(0xC0, 0, 0)


@dataclass(frozen=True)
class Style:
    """A named paragraph style: its font size in points, its look, and the space around it in points."""

    name: str
    size: float
    bold: bool = False
    colour: RGBColor = _INK
    align: ALIGN = ALIGN.LEFT
    before: float = 0
    after: float = 0
    with_next: bool = False


_CELL = Style("Display Cell", 9, before=1, after=1)
_STYLES = (
    Style("Normal", 10),
    Style("Title", 18, bold=True, before=24, after=6),
    Style("Subtitle", 10, colour=_GREY, after=4),
    Style("Heading 1", 10.5, bold=True, after=4, with_next=True),
    Style("Display Title", 10.5, bold=True, after=4, with_next=True),
    Style("Display Contents", 12, bold=True, before=18, after=6, with_next=True),
    Style("toc 1", 9.5, after=4),
    Style("Display Population", 9, after=5, with_next=True),
    Style("Display Header", 9, bold=True, before=1.5, after=1.5, with_next=True),
    _CELL,
    Style("Display Group", 9, bold=True, before=3, after=1, with_next=True),
    replace(_CELL, name="Listing Cell", size=8),
    Style("Listing Header", 8, bold=True, before=1.5, after=1.5, with_next=True),
    Style("Listing Group", 8, bold=True, before=3, after=1, with_next=True),
    Style("Display Figure", 9, align=ALIGN.CENTER, with_next=True),
    Style("Display Footnote", 8, before=1.5, after=0.5),
    Style("Display End", 2),
    Style("Header", 8, colour=_GREY),
    Style("Footer", 8, colour=_GREY, align=ALIGN.RIGHT),
    Style("Display Draft", 12, bold=True, colour=_RED, align=ALIGN.CENTER),
)


_BY_ID = {style.name.replace(" ", ""): style for style in _STYLES}
_LINE = 1.16
"""A line's height in relation to the size of Arial."""


def height_of(style: str, text: str, room: float) -> float:
    """Return about how high a paragraph of a style (by its id) is that has ``room`` points from left to right."""
    look = _BY_ID[style]
    return lines(text, room, look.size, look.bold) * look.size * _LINE + look.before + look.after


def new_document() -> Document:
    """Return an empty A4 document with the named styles and no other program's leftovers."""
    document = docx.Document()
    _drop_thumbnail(document)
    _set_default_fonts(document)
    for style in _STYLES:
        define_style(document, style)
    text_width = Mm(PAGE_MM[0] - 2 * MARGIN_MM)
    contents: Any = document.styles["toc 1"]
    contents.paragraph_format.tab_stops.add_tab_stop(text_width, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
    section = document.sections[0]
    section.page_width, section.page_height = (Mm(side) for side in PAGE_MM)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(MARGIN_MM)
    section.header_distance = section.footer_distance = Mm(10)
    return document


def update_fields_when_opened(document: Document) -> None:
    """Ask Word to bring the table of contents up to date, page numbers included, when it opens the file."""
    settings = document.settings.element
    update = settings.makeelement(qn("w:updateFields"), {qn("w:val"): "true"})
    following = settings.find(qn("w:compat"))
    settings.append(update) if following is None else following.addprevious(update)


def _drop_thumbnail(document: Document) -> None:
    relations = document.part.package.rels
    for key in [key for key, relation in relations.items() if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del relations[key]


def _set_default_fonts(document: Document) -> None:
    defaults = document.styles.element.find(qn("w:docDefaults")).find(f".//{qn('w:rPr')}")
    _set_fonts(defaults)
    language = defaults.find(qn("w:lang"))
    language.set(qn("w:eastAsia"), "ja-JP")


def define_style(document: Document, wanted: Style) -> None:
    """Give a document a style, or change the one of that name."""
    styles = document.styles
    known = wanted.name in styles
    style: Any = styles[wanted.name] if known else styles.add_style(wanted.name, WD_STYLE_TYPE.PARAGRAPH)
    style.hidden, style.quick_style = False, True
    _remove(style.element.get_or_add_pPr(), "w:pBdr")
    style.font.size, style.font.bold, style.font.italic = Pt(wanted.size), wanted.bold, False
    style.font.color.rgb = wanted.colour
    _remove(style.element.rPr, "w:spacing")
    _set_fonts(style.element.rPr)
    layout = style.paragraph_format
    layout.alignment, layout.keep_with_next = wanted.align, wanted.with_next
    layout.space_before, layout.space_after, layout.line_spacing = Pt(wanted.before), Pt(wanted.after), 1.0


def _remove(properties: Any, name: str) -> None:
    for found in properties.findall(qn(name)):
        properties.remove(found)


def _set_fonts(properties: Any) -> None:
    fonts = properties.get_or_add_rFonts()
    fonts.attrib.clear()
    for script in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{script}"), LATIN)
    fonts.set(qn("w:eastAsia"), EAST_ASIAN)
