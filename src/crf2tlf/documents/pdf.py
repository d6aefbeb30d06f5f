"""PDF by typst: templates of this package, data as JSON, fonts embedded, no clock."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import typst

from crf2tlf.documents.fonts import FAMILY, MONOSPACED, families, own_folder

TEMPLATES = Path(__file__).parent / "templates"
_VERSION: Final = "1.7"  # agencies take PDF 1.4 to 1.7


def pdf(template: str, data: Mapping[str, Any], time: datetime, fonts: Sequence[Path] = ()) -> bytes:
    """Return the PDF that a template makes of data; ``fonts`` are files for characters that the usual fonts lack.

    The document states ``time`` (without zone) as the time it was made, so that the same data give the same bytes.
    """
    stated = [time.year, time.month, time.day, time.hour, time.minute, time.second]
    look = {"time": stated, "font": [FAMILY, *families(fonts)], "mono": [MONOSPACED, *families(fonts)]}
    content: bytes = typst.compile(
        str(TEMPLATES / template),
        root=str(TEMPLATES),
        font_paths=[str(own_folder()), *sorted({str(path.parent) for path in fonts})],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps({**data, **look}, ensure_ascii=False, sort_keys=True)},
        pdf_standards=_VERSION,
        format="pdf",
    )
    return content
