"""The Excel workbook: a contents sheet with links, and one sheet per output with real numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from math import ceil, isfinite
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from crf2tlf.analysis.results import Cell, Output, Results, Row, Table
from crf2tlf.display.excel_formats import Formats, number_format
from crf2tlf.display.excel_layout import FOOTNOTE_SIZE, INDENT_POINTS, TYPEFACE, column_points, row_height
from crf2tlf.display.figures import Picture
from crf2tlf.display.headers import depth, headers, spans
from crf2tlf.display.pages import sheets
from crf2tlf.display.reproducible import release_time, write_archive
from crf2tlf.display.text import sheet_names

LINK = "#0563C1"
_CONTENTS = "Contents"
_PLAIN_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_LONGEST_TEXT = 32_767
_CUT = " … [continued in the Word document]"
_CHARACTERS = {"portrait": 92, "landscape": 140}
_A4 = 9
_PAGE_POINTS = {False: 490.0, True: 740.0}
"""The width of a page between the margins that Excel gives it, upright and lying."""
_PICTURE_COLUMNS, _PICTURE_ROW = 8, 15.0
_GAP = 4.0


def write_workbook(results: Results, pictures: Mapping[str, Picture], path: Path) -> Path:
    """Write every output into one workbook and return its path."""
    content = BytesIO()
    typeface = {"default_format_properties": dict(TYPEFACE)}  # a copy: xlsxwriter changes what it is given
    with xlsxwriter.Workbook(content, {"in_memory": True, **typeface, **_PLAIN_TEXT}) as book:
        _set_properties(book, results)
        formats = Formats(book)
        names = sheet_names([output.id for output in results.outputs], taken=[_CONTENTS])
        _write_contents(book.add_worksheet(_CONTENTS), results, names, formats)
        write_outputs(book, results, pictures, names, formats)
    return write_archive(content.getvalue(), path)


def write_outputs(
    book: Any,
    results: Results,
    pictures: Mapping[str, Picture],
    names: Sequence[str],
    formats: Formats,
    contents: str = _CONTENTS,
) -> dict[str, str]:
    """Add a sheet for each output, with a link back to the sheet ``contents``.

    Cells with an id that ``formats.links`` has lead there. Returns where the cells with ids are, as addresses in the
    workbook.
    """
    places: dict[str, str] = {}
    for output, name in zip(results.outputs, names, strict=True):
        sheet = book.add_worksheet(name)
        _set_page(sheet, results, landscape=output.orientation == "landscape")
        _write_output(sheet, results, output, pictures.get(output.id), formats, contents)
        places |= {id_: f"internal:{sheet_link(name)}!{at}" for id_, at in formats.placed.items()}
        formats.placed.clear()
    return places


def sheet_link(name: str) -> str:
    """Return a sheet's name as links have it."""
    quoted = name.replace("'", "''")
    return f"'{quoted}'"


def _set_properties(book: Any, results: Results) -> None:
    released = release_time(results.release_timestamp)
    about = {"title": results.title[:255], "subject": results.study[:255], "author": "crf2tlf"}
    book.set_properties({**about, "created": released})


def _set_page(sheet: Any, results: Results, *, landscape: bool) -> None:
    if landscape:
        sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)
    study = results.study.replace("&", "&&")[:100]
    draft = '&C&"Arial,Bold"&14&KC00000DRAFT' if results.draft else ""
    sheet.set_header(f"&L&8 {study}{draft}")
    sheet.set_footer("&R&8Page &P of &N")


def _write_contents(sheet: Any, results: Results, names: Sequence[str], formats: Formats) -> None:
    _set_page(sheet, results, landscape=False)
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 90)
    _write_text(sheet, 0, 0, results.title, formats.of(bold=True, font_size=14))
    _write_text(sheet, 1, 0, _about(results), formats.of(font_color="#595959"))
    if results.draft:
        _write_text(sheet, 2, 0, "DRAFT", formats.of(bold=True, font_color="#C00000"))
    rule = formats.of(bold=True, top=2, bottom=1)
    _write_text(sheet, 3, 0, "Output", rule)
    _write_text(sheet, 3, 1, "Title", rule)
    for line, (output, name) in enumerate(zip(results.outputs, names, strict=True), start=4):
        _write_text(sheet, line, 0, output.id, formats.of(valign="top"))
        _write_link(sheet, line, 1, name, output.title, formats)
    sheet.freeze_panes(4, 0)
    sheet.repeat_rows(3)


def _about(results: Results) -> str:
    return f"{results.study} · {release_time(results.release_timestamp):%Y-%m-%d}"


def _write_output(
    sheet: Any, results: Results, output: Output, picture: Picture | None, formats: Formats, contents: str
) -> None:
    """Write back-link, title and population, then the table or picture, then footnotes."""
    widths = _set_widths(sheet, output, picture)
    _write_link(sheet, 0, 0, contents, f"← {contents}", formats)
    line = 1
    if results.draft:
        _write_text(sheet, line, 0, "DRAFT", formats.of(bold=True, font_color="#C00000"))
        line += 1
    top = line
    line = _write_across(sheet, line, widths, output.title, formats, bold=True, font_size=11)
    if output.population:
        line = _write_across(sheet, line, widths, output.population, formats)
    if isinstance(output.body, Table):
        line = _write_table(sheet, top, line, output.body, widths, formats)
    elif picture:
        line = _insert_picture(sheet, line, picture)
    if output.footnotes:
        sheet.set_row(line, _GAP)
        line += 1
    for note in output.footnotes:
        line = _write_across(sheet, line, widths, note, formats, font_size=FOOTNOTE_SIZE)


def _set_widths(sheet: Any, output: Output, picture: Picture | None) -> list[float]:
    """Set the columns' widths and return them; a figure's columns are together as wide as the picture.

    They are several, since a single column wider than the page would be cut instead of scaled.
    """
    if isinstance(output.body, Table):
        room = float(_CHARACTERS[output.orientation])
        whole = sum(column.width for column in output.body.columns)
        widths = [max(room * column.width / whole, 7.0) for column in output.body.columns]
    else:
        pixels = picture.width * 96 if picture else 600.0
        widths = [(pixels / _PICTURE_COLUMNS - 5) / 7] * _PICTURE_COLUMNS
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    return widths


def _write_across(sheet: Any, line: int, widths: list[float], text: str, formats: Formats, **look: Any) -> int:
    """Write a text over the whole width, in a row high enough for it; return the next line."""
    size, bold = look.get("font_size", TYPEFACE["font_size"]), look.get("bold", False)
    sheet.set_row(line, row_height([text], [_points_across(widths)], size=size, bold=bold))
    _merge(sheet, line, 0, line, len(widths) - 1, text, formats.of(wrap=True, **look))
    return line + 1


def _points_across(widths: list[float]) -> float:
    return sum(column_points(width) for width in widths)


def _write_table(sheet: Any, top: int, line: int, table: Table, widths: list[float], formats: Formats) -> int:
    """Write header and rows; the lines from ``top`` to the header come again on each printed page."""
    line = _write_header(sheet, line, table, formats)
    room = [column_points(width) - INDENT_POINTS * _apart(table, at) for at, width in enumerate(widths)]
    sheet.set_row(line - 1, row_height([column.label for column in table.columns], room, bold=True))
    sheet.repeat_rows(top, line - 1)
    sheet.freeze_panes(line, 1 if len(table.columns) > 1 else 0)
    texts = [[cell.text for cell in row.cells] for row in table.rows]
    breaks = []
    for number, part in enumerate(sheets(table, [0.0] * len(table.rows), lambda _: 0.0)):
        breaks += [line] if number else []
        if part.subtitle:
            line = _write_across(sheet, line, widths, part.subtitle, formats, bold=True)
        shown = [row for row, _ in part.lines(table, texts)]
        for row in shown:
            height = row_height([cell.text for cell in row.cells], _room(table, row, widths), bold=row.heading)
            sheet.set_row(line, height)
            _write_row(sheet, line, table, row, formats, last=row is shown[-1])
            line += 1
    if breaks:  # where a sheet is fitted to the width of a page, breaks do not hold
        sheet.set_print_scale(_scale(widths, landscape=sheet.orientation == 0))
        sheet.set_h_pagebreaks(breaks)
    return line


def _scale(widths: list[float], *, landscape: bool) -> int:
    """Return the percentage at which columns of these widths fit a page, at most 100; some readers draw them wider."""
    whole = sum((width * 7 + 5) * 0.75 for width in widths)
    return max(10, min(100, int(91 * _PAGE_POINTS[landscape] / whole)))


def _write_header(sheet: Any, line: int, table: Table, formats: Formats) -> int:
    last = depth(table)
    for level in range(last + 1):
        for spanning, group in spans(table, level):
            top_rule = 0 if level else 2
            if spanning is not None:
                style = formats.of(bold=True, align="center", valign="bottom", top=top_rule, bottom=1, wrap=True)
                _merge(sheet, line + level, group[0], line + level, group[-1], spanning, style)
                continue
            column = table.columns[group[0]]
            if len(headers(column)) == level:
                look: dict[str, Any] = {"align": column.align, "valign": "bottom", "top": top_rule, "bottom": 1}
                look |= {"indent": 1} if _apart(table, group[0]) else {}
                style = formats.of(bold=True, wrap=True, **look)
                _merge(sheet, line + level, group[0], line + last, group[0], column.label, style)
    return line + 1 + last


def _merge(sheet: Any, top: int, left: int, bottom: int, right: int, text: str, style: Any) -> None:
    if (top, left) != (bottom, right):
        sheet.merge_range(top, left, bottom, right, "", style)
    _write_text(sheet, top, left, text, style)


def _spans(row: Row) -> bool:
    return row.heading and len(row.cells) > 1 and not any(cell.text for cell in row.cells[1:])


def _apart(table: Table, place: int) -> bool:
    """Return whether a column's left-aligned cells would touch the right-aligned ones before them."""
    return place > 0 and (table.columns[place - 1].align, table.columns[place].align) == ("right", "left")


def _indent(table: Table, row: Row, place: int) -> int:
    return int(_apart(table, place)) if place else row.indent


def _room(table: Table, row: Row, widths: list[float]) -> list[float]:
    """Return the points of text that each cell of the row has room for."""
    if _spans(row):
        return [_points_across(widths) - INDENT_POINTS * row.indent]
    return [column_points(width) - INDENT_POINTS * _indent(table, row, at) for at, width in enumerate(widths)]


def _write_row(sheet: Any, line: int, table: Table, row: Row, formats: Formats, *, last: bool) -> None:
    look: dict[str, Any] = {"valign": "top", "wrap": True}
    look |= {"top": 1} if row.rule_above else {}
    look |= {"bottom": 2} if last else {}
    look |= {"bold": True} if row.heading else {}
    if _spans(row):
        style = formats.of(**look, align="left", indent=row.indent)
        _merge(sheet, line, 0, line, len(row.cells) - 1, row.cells[0].text, style)
        return
    for place, (column, cell) in enumerate(zip(table.columns, row.cells, strict=True)):
        indent = _indent(table, row, place)
        placed = {"indent": indent, "align": "left"} if indent else {"align": column.align}
        _write_cell(sheet, line, place, cell, formats, {**look, **placed})


def _write_cell(sheet: Any, line: int, place: int, cell: Cell, formats: Formats, look: dict[str, Any]) -> None:
    if cell.id is not None:
        formats.placed[cell.id] = xl_rowcol_to_cell(line, place)
        if cell.id in formats.links:  # what is written next stands over the text of the link
            sheet.write_url(line, place, formats.links[cell.id], None, string=cell.text or " ")
            look = {**look, "font_color": LINK, "underline": 1}
    if cell.number is not None and isfinite(cell.number):
        style = formats.of(**look, num_format=number_format(cell))
        sheet.write_number(line, place, cell.number, style)
    else:
        _write_text(sheet, line, place, cell.text, formats.for_text(cell.text, **look))


def _write_text(sheet: Any, line: int, place: int, text: str, style: Any) -> None:
    """Write a text as text, whatever it starts with; what Excel can't hold is cut and says so."""
    if len(text) > _LONGEST_TEXT:
        text = text[: _LONGEST_TEXT - len(_CUT)] + _CUT
    if text:
        sheet.write_string(line, place, text, style)
    else:
        sheet.write_blank(line, place, None, style)


def _write_link(sheet: Any, line: int, place: int, target: str, text: str, formats: Formats) -> None:
    style = formats.of(font_color=LINK, underline=1, wrap=True)
    sheet.write_url(line, place, f"internal:{sheet_link(target)}!A1", style, string=text[:_LONGEST_TEXT])


def _insert_picture(sheet: Any, line: int, picture: Picture) -> int:
    """Insert the picture at its printed size under the title; return the first line below it."""
    content = BytesIO(picture.png.read_bytes())
    options = {"image_data": content, "description": picture.alternative, "object_position": 2}
    sheet.insert_image(line, 0, picture.png.name, options)
    below = line + ceil(picture.height * 72 / _PICTURE_ROW)
    for row in range(line, below):
        sheet.set_row(row, _PICTURE_ROW)
    return below
