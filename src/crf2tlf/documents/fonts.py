"""The fonts of PDF documents: DejaVu, which comes with matplotlib, and those that a study adds for other scripts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
from fontTools.ttLib import TTCollection, TTFont, TTLibError

from crf2tlf.findings import Findings, Place

FAMILY, MONOSPACED = "DejaVu Sans", "DejaVu Sans Mono"
_FILES = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
FONT_FILES = {".ttf", ".otf", ".ttc"}


def own_folder() -> Path:
    """Return the folder with the fonts of every document."""
    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"


def study_fonts(root: Path, findings: Findings) -> tuple[Path, ...]:
    """Return the font files that a study has in ``specs/guides/fonts`` for characters beyond the usual ones.

    A file that is no font is a finding (``DOCUMENT_TEXT``) and left out.
    """
    readable = []
    for path in sorted((root / "specs" / "guides" / "fonts").glob("*")):
        if path.suffix.lower() in FONT_FILES:
            try:
                _characters(path)
            except (TTLibError, OSError) as error:
                message = f"cannot be read as a font: {error}; take it away, or put another one in its place"
                findings.add("DOCUMENT_TEXT", Place(path.relative_to(root).as_posix()), message)
            else:
                readable.append(path)
    return tuple(readable)


def families(files: Iterable[Path]) -> tuple[str, ...]:
    """Return the names of the font families in files."""
    names = (font["name"].getBestFamilyName() for path in files for font in _fonts(path))
    return tuple(dict.fromkeys(name for name in names if name))


def report_missing(texts: Mapping[str, Place], further: Iterable[Path], findings: Findings) -> None:
    """Report texts with characters that neither the usual fonts nor ``further`` ones have (``DOCUMENT_TEXT``).

    Without this the PDF would show a box, or nothing, where the character stands.
    """
    usual = [own_folder() / name for name in _FILES]
    known = frozenset.intersection(*(_characters(path) for path in usual))
    known = known.union(*(_characters(path) for path in further))
    for text, place in texts.items():
        lacking = sorted({character for character in text if character.isprintable() and ord(character) not in known})
        if lacking:
            message = (
                f"{text!r} has characters that the fonts of the PDF lack: {' '.join(lacking)}; "
                "write it in another way, or put a font that has them into specs/guides/fonts"
            )
            findings.add("DOCUMENT_TEXT", place, message)


@cache
def _characters(path: Path) -> frozenset[int]:
    return frozenset(code for font in _fonts(path) for code in font.getBestCmap() or {})


def _fonts(path: Path) -> list[Any]:
    return list(TTCollection(path)) if path.suffix.lower() == ".ttc" else [TTFont(path, lazy=True)]
