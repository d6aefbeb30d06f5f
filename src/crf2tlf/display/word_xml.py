"""WordprocessingML that python-docx has no words for, as text: each function returns one element."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml


def element(xml: str) -> Any:
    """Return the XML text as an element that fits into a python-docx document."""
    tag_end = min(at for at in (xml.find(">"), xml.find(" "), xml.find("/>")) if at > 0)
    return parse_xml(f"{xml[:tag_end]} {nsdecls('w')}{xml[tag_end:]}")


def run(text: str) -> str:
    """Return a run with the text; its line ends become line breaks."""
    lines = [f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n")]
    return f"<w:r>{'<w:br/>'.join(lines)}</w:r>"


def paragraph(
    content: str,
    style: str,
    *,
    align: str = "",
    indent: int = 0,
    keep: bool = False,
    borders: str = "",
    new_page: bool = False,
) -> str:
    """Return a paragraph of runs; ``indent`` in twips; ``keep`` on the next paragraph's page."""
    properties = [
        f'<w:pStyle w:val="{style}"/>',
        "<w:keepNext/>" if keep else "",
        "<w:pageBreakBefore/>" if new_page else "",
        borders,
        f'<w:ind w:left="{indent}"/>' if indent else "",
        f'<w:jc w:val="{align}"/>' if align else "",
    ]
    return f"<w:p><w:pPr>{''.join(properties)}</w:pPr>{content}</w:p>"


def border(side: str, eighths: int) -> str:
    """Return one border line; its weight in eighths of a point."""
    return f'<w:{side} w:val="single" w:sz="{eighths}" w:space="0" w:color="000000"/>'


def cell(content: str, width: int, *, span: int = 1, borders: str = "", merge: str = "", foot: bool = False) -> str:
    """Return a table cell; ``merge`` is ``restart`` or ``continue`` for a cell over several rows."""
    properties = [
        f'<w:tcW w:w="{width}" w:type="dxa"/>',
        f'<w:gridSpan w:val="{span}"/>' if span > 1 else "",
        f'<w:vMerge w:val="{merge}"/>' if merge else "",
        f"<w:tcBorders>{borders}</w:tcBorders>" if borders else "",
        f'<w:vAlign w:val="{"bottom" if foot else "top"}"/>',
    ]
    return f"<w:tc><w:tcPr>{''.join(properties)}</w:tcPr>{content}</w:tc>"


def row(cells: Iterable[str], *, header: bool = False) -> str:
    """Return a table row that never splits over pages; a header row comes again on each page."""
    repeated = "<w:tblHeader/>" if header else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{''.join(cells)}</w:tr>"


def table(rows: Iterable[str], widths: list[int], title: str) -> str:
    """Return a table of fixed column widths with a rule above and below, described by its title."""
    properties = [
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>',
        f"<w:tblBorders>{border('top', 8)}{border('bottom', 8)}</w:tblBorders>",
        '<w:tblLayout w:type="fixed"/>',
        '<w:tblCellMar><w:left w:w="70" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar>',
        '<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0"/>',
        f"<w:tblDescription w:val={quoteattr(title)}/>",
    ]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return f"<w:tbl><w:tblPr>{''.join(properties)}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def field_begin(code: str) -> str:
    """Return the runs that open a field, up to its result."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {escape(code)} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )


FIELD_END = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'


def field(code: str, shown: str) -> str:
    """Return a field with the result it shows until it is updated."""
    return field_begin(code) + run(shown) + FIELD_END


def bookmarked(content: str, name: str, number: int) -> str:
    """Return runs inside a bookmark."""
    start = f'<w:bookmarkStart w:id="{number}" w:name={quoteattr(name)}/>'
    return f'{start}{content}<w:bookmarkEnd w:id="{number}"/>'


def link(content: str, bookmark: str) -> str:
    """Return runs that lead to a bookmark when clicked."""
    return f'<w:hyperlink w:anchor={quoteattr(bookmark)} w:history="1">{content}</w:hyperlink>'
