"""A document as PDF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from crf2tlf.display.reproducible import release_time
from crf2tlf.documents.model import Block, Bullets, Document, Numbered, Paragraph, Table, numbered
from crf2tlf.documents.pdf import pdf


def write_pdf(document: Document, path: Path, fonts: Sequence[Path] = ()) -> Path:
    """Write a document as PDF: bookmarks and contents from its headings, fonts embedded."""
    path.write_bytes(pdf("guide.typ", _data(document), release_time(document.release), fonts))
    return path


def _data(document: Document) -> dict[str, Any]:
    groups = groupby(numbered(document), key=lambda item: item.section.landscape)
    return {
        "name": document.name,
        "study": document.study,
        "title": document.title,
        "draft": document.draft,
        "facts": [list(fact) for fact in document.facts],
        "notes": list(document.notes),
        "groups": [{"landscape": wide, "sections": [_section(item) for item in items]} for wide, items in groups],
    }


def _section(item: Numbered) -> dict[str, Any]:
    blocks = [_block(block) for block in item.section.blocks]
    return {
        "level": item.level,
        "heading": item.heading,
        "id": item.id,
        "blocks": blocks,
    }


def _block(block: Block) -> Mapping[str, Any]:
    match block:
        case Paragraph():
            return {"kind": "paragraph", **asdict(block)}
        case Bullets():
            return {"kind": "bullets", **asdict(block)}
        case Table(columns, rows, caption):
            shape = {"columns": [asdict(column) for column in columns], "caption": caption}
            breaks = {"together": block.is_small, "whole_rows": block.has_short_cells}
            cells = [[{"content": [asdict(piece) for piece in cell]} for cell in row] for row in rows]
            return {"kind": "table", **shape, **breaks, "rows": cells}
