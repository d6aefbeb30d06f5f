"""The Markdown of authored texts: headings, paragraphs, lists, simple tables, bold, italic, code and links."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from crf2tlf.documents.model import Block, Bullets, Column, Line, Paragraph, Table, Text
from crf2tlf.findings import Findings, Place

MOST_COLUMNS = 12
"""The most columns of an authored table: with more, the words of a cell do not fit between its neighbours."""


@dataclass(frozen=True)
class Passage:
    """What stands under a heading; ``places`` are those of its blocks."""

    heading: str
    place: Place
    blocks: tuple[Block, ...] = ()
    places: tuple[Place, ...] = ()


def read_markdown(text: str, file: str, findings: Findings) -> list[Passage]:
    """Return the passages of a Markdown text, one a heading, whatever the heading's level.

    Text before the first heading, and what this subset does not have (code blocks, pictures, HTML other than
    comments, lists within lists), is a finding (``GUIDE_TEXT``) at its line.
    """
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    reader = _Reader(file, findings)
    passages: list[Passage] = []
    at = 0
    while at < len(tokens):
        token, end = tokens[at], _end(tokens, at)
        place = reader.place(token)
        if token.type == "heading_open":
            passages.append(Passage(tokens[at + 1].content.strip(), place))
        elif not _is_comment(token):
            block = reader.block(tokens[at:end])
            if not passages:
                findings.add("GUIDE_TEXT", place, "the text stands under no heading; begin with a section's title")
            elif block is not None:
                last = passages[-1]
                passages[-1] = replace(last, blocks=(*last.blocks, block), places=(*last.places, place))
        at = end
    return passages


def _end(tokens: Sequence[Token], start: int) -> int:
    """Return where the block that begins at ``start`` ends."""
    depth = 0
    for at in range(start, len(tokens)):
        depth += tokens[at].nesting
        if depth == 0:
            return at + 1
    return len(tokens)


def _is_comment(token: Token) -> bool:
    return token.type == "html_block" and token.content.lstrip().startswith("<!--")


class _Reader:
    def __init__(self, file: str, findings: Findings) -> None:
        self.file = file
        self.findings = findings

    def place(self, token: Token) -> Place:
        return Place(self.file, token.map[0] + 1 if token.map else 0)

    def refuse(self, token: Token, what: str) -> None:
        message = f"{what} cannot stand in a guide; use paragraphs, lists, tables, **bold**, *italic* and `code`"
        self.findings.add("GUIDE_TEXT", self.place(token), message)

    def block(self, tokens: Sequence[Token]) -> Block | None:
        """Return the block that tokens from an opening to its closing one make; None for what is refused."""
        match tokens[0].type:
            case "paragraph_open":
                return Paragraph(self.line(tokens[1]))
            case "bullet_list_open" | "ordered_list_open":
                return self._list(tokens)
            case "table_open":
                return self._table(tokens)
        name = {"fence": "a code block", "code_block": "a code block", "html_block": "HTML", "hr": "a rule"}
        self.refuse(tokens[0], name.get(tokens[0].type, tokens[0].type.removesuffix("_open").replace("_", " ")))
        return None

    def _list(self, tokens: Sequence[Token]) -> Bullets:
        for token in tokens[1:]:
            if token.type.endswith("list_open"):
                self.refuse(token, "a list within a list")
        lines = tuple(self.line(token) for token in tokens if token.type == "inline")
        return Bullets(lines, ordered=tokens[0].type == "ordered_list_open")

    def _table(self, tokens: Sequence[Token]) -> Table | None:
        rows: list[list[Line]] = []
        for token in tokens:
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                rows[-1].append(self.line(replace_map(token, tokens[0])))
        if len(rows[0]) > MOST_COLUMNS:
            message = f"a table of {len(rows[0])} columns does not fit on a page; make tables of at most {MOST_COLUMNS}"
            self.findings.add("GUIDE_TEXT", self.place(tokens[0]), message)
            return None
        labels = ["".join(piece.text for piece in cell) for cell in rows[0]]
        longest = [max((len("".join(p.text for p in row[at])) for row in rows), default=1) for at in range(len(labels))]
        columns = (Column(label, min(max(size, 8), 60)) for label, size in zip(labels, longest, strict=True))
        return Table(tuple(columns), tuple(map(tuple, rows[1:])))

    def line(self, inline: Token) -> Line:
        """Return the pieces of an inline token."""
        return tuple(piece for piece in self._pieces(inline) if piece.text)

    def _pieces(self, inline: Token) -> Iterator[Text]:
        style = Text("")
        for token in inline.children or ():
            match token.type:
                case "text":
                    yield replace(style, text=token.content)
                case "softbreak":
                    yield replace(style, text=" ")
                case "hardbreak":
                    yield replace(style, text="\n")
                case "code_inline":
                    yield replace(style, text=token.content, code=True)
                case "strong_open" | "strong_close":
                    style = replace(style, bold=token.nesting == 1)
                case "em_open" | "em_close":
                    style = replace(style, italic=token.nesting == 1)
                case "link_open":
                    style = replace(style, link=str(token.attrs["href"]))
                case "link_close":
                    style = replace(style, link="")
                case "html_inline" if token.content.startswith("<!--"):
                    continue
                case _:
                    self.refuse(inline, "a picture" if token.type == "image" else "HTML")


def replace_map(token: Token, of: Token) -> Token:
    """Return a token with the lines of another one where it has none: cells of tables know no lines."""
    return token if token.map else token.copy(map=of.map)
