"""Authored text of the guides: ``specs/guides/csdrg.md`` and ``adrg.md``, put into the sections that headings name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from crf2tlf.documents.markdown import Passage, read_markdown
from crf2tlf.documents.model import Document, Section, paragraph, texts_of, with_blocks
from crf2tlf.findings import Findings, Place, nearest

FOLDER = "specs/guides"
GUIDES = ("csdrg", "adrg")
ACRONYMS = "Acronyms"
"""The section that is filled last, with the acronyms of all others."""


def with_authored_text(document: Document, root: Path, name: str, findings: Findings) -> Document:
    """Return the document with the text of ``specs/guides/<name>.md`` put first in its sections.

    A heading is the title of a section, with or without its number, or a short name of it such as that of a dataset.
    One that is neither, or that stands twice, is a finding (``GUIDE_TEXT``).
    """
    passages = _passages(root, name, findings)
    known = {key: section for section in _all(document.sections) for key in _keys(section)}
    found: dict[int, Passage] = {}
    for passage in passages:
        section = known.get(_key(passage.heading))
        if section is None:
            shown = nearest(passage.heading, [s.title for s in _all(document.sections)])
            message = f"{document.name} has no section {passage.heading!r}{shown}; headings are the titles of sections"
            findings.add("GUIDE_TEXT", passage.place, message)
        elif id(section) in found:
            findings.add("GUIDE_TEXT", passage.place, f"the heading {passage.heading!r} stands twice; join the texts")
        else:
            found[id(section)] = passage
    return replace(document, sections=tuple(_filled(section, found) for section in document.sections))


def authored_places(root: Path, name: str) -> dict[str, Place]:
    """Return the place of each text of ``specs/guides/<name>.md``: that of its paragraph, list or table."""
    return {
        text: place
        for passage in _passages(root, name, Findings())
        for block, place in zip(passage.blocks, passage.places, strict=True)
        for text in texts_of(block)
    }


def with_empty_sections_marked(document: Document, name: str, findings: Findings) -> Document:
    """Return the document with "No remarks." in sections without text; each is a finding (``GUIDE_EMPTY``)."""

    def marked(section: Section) -> Section:
        inner = tuple(marked(part) for part in section.sections)
        if section.blocks or inner or section.title == ACRONYMS:
            return replace(section, sections=inner)
        message = f"the section {section.title!r} of {document.name} has no text; write it under a heading of that name"
        findings.add("GUIDE_EMPTY", Place(f"{FOLDER}/{name}.md"), message)
        return replace(section, blocks=(paragraph("No remarks."),))

    return replace(document, sections=tuple(marked(section) for section in document.sections))


def report_unknown_guides(root: Path, findings: Findings) -> None:
    """Report Markdown files in ``specs/guides`` that belong to no guide."""
    for path in sorted((root / FOLDER).glob("*.md")):
        if path.stem not in GUIDES:
            message = f"there is no guide {path.stem}{nearest(path.stem, GUIDES)}; the guides are {', '.join(GUIDES)}"
            findings.add("GUIDE_TEXT", Place(f"{FOLDER}/{path.name}"), message)


def _passages(root: Path, name: str, findings: Findings) -> list[Passage]:
    path = root / FOLDER / f"{name}.md"
    if not path.exists():
        return []
    file = f"{FOLDER}/{path.name}"
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        findings.add("GUIDE_TEXT", Place(file), "is not in UTF-8; save it in that encoding")
        return []
    except OSError as error:
        findings.add("GUIDE_TEXT", Place(file), f"cannot be read: {error.strerror or error}")
        return []
    return read_markdown(text, file, findings)


def _all(sections: tuple[Section, ...]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from _all(section.sections)


def _keys(section: Section) -> Iterator[str]:
    yield _key(section.title)
    yield from map(_key, section.aliases)


def _key(heading: str) -> str:
    """Return a heading without its number, blanks and case, and with any kind of dash as a hyphen."""
    plain = re.sub(r"^(Appendix\s+[IVX]+[:.]?|\d+(\.\d+)*\.?)\s+", "", heading.strip(), flags=re.IGNORECASE)
    return re.sub(r"\s+", " ", re.sub("[–—−]", "-", plain)).casefold().replace("’", "'")


def _filled(section: Section, found: dict[int, Passage]) -> Section:
    inner = tuple(_filled(part, found) for part in section.sections)
    passage = found.get(id(section))
    filled = replace(section, sections=inner)
    return with_blocks(filled, *passage.blocks) if passage else filled
