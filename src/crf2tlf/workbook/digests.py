"""Whether cells that only inform were changed: an export notes what they said, in a hidden sheet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from crf2tlf.findings import Findings, Place
from crf2tlf.workbook.layout import INFORMATION
from crf2tlf.workbook.sheets import PART, Book, Line, Sheet, information, passes, slots

DIGESTS = "Digests"
DIGEST_HEADERS = ("Sheet", "Row", "Digest")
_READ = 1_000
"""How much of a text counts."""


def add_digests(book: Book) -> None:
    """Add the sheet that says what the cells that only inform say."""
    sheet = Sheet(DIGESTS, list(DIGEST_HEADERS))
    for name, row, digest, _ in list(_digests(book)):
        sheet.add({"Sheet": name, "Row": row, "Digest": digest})
    book[DIGESTS] = sheet


def report_changed_information(book: Book, findings: Findings) -> None:
    """Report, once for each sheet, the rows whose information is not what the export wrote; it goes nowhere."""
    if DIGESTS not in book:
        return
    known = {(line.text("Sheet"), line.text("Row"), line.text("Digest")) for line in book[DIGESTS].lines}
    changed: dict[str, list[Place]] = {}
    for name, row, digest, place in _digests(book):
        if (name, row, digest) not in known:
            changed.setdefault(name, []).append(place)
    for places in changed.values():
        message = "grey cells were changed; they only inform and are not imported: write into the columns with a colon"
        findings.add("WORKBOOK_INFORMATION", places[0], message, records=places[1:], count=len(places))


def _digests(book: Book) -> Iterator[tuple[str, str, str, Place]]:
    """Yield sheet, row, digest and place of every row that informs."""
    for name, headers in INFORMATION.items():
        if name in book and book[name].lines:
            lines = book[name].lines
            texts = [line.text(header) for line in lines for header in headers]
            yield name, "*", _digest(texts), lines[0].place
    for name in dict.fromkeys(slot.table.sheet for slot in slots() if not passes(slot.table) and slot.table.known):
        slot = next(s for s in slots() if s.table.sheet == name and not passes(s.table))
        told = information(slot.table, slot.keys)
        for line in book[name].lines if name in book else ():
            if any(line.text(header) for header in told):
                row = " ".join(line.text(key) for key in (*slot.keys, PART)).strip()
                yield name, row, _digest([line.text(header) for header in told]), _place(line, told)


def _place(line: Line, told: tuple[str, ...]) -> Place:
    return next(line.cells[header].place for header in told if header in line.cells)


def _digest(texts: list[str]) -> str:
    whole = "\x1f".join(" ".join(text.split())[:_READ] for text in texts)
    return hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()[:12]
