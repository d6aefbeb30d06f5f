"""Addresses and names inside of the site, as ``review.js`` makes them too."""

from __future__ import annotations

import re
from urllib.parse import urlencode


def output_page(output: str, cell: str | None = None) -> str:
    """Return the address of an output's page; with a cell, the page opens its chain."""
    return f"output-{output}.html" + (f"?{urlencode({'cell': cell})}" if cell is not None else "")


def patient_page(subject: str, table: str = "", record: int | None = None) -> str:
    """Return the address of a patient's page, or of a record or table there."""
    place = table.replace(".", "_")
    anchor = f"#{place}" + (f"-{record}" if record is not None else "") if table else ""
    return f"patient.html?{urlencode({'subject': subject})}{anchor}"


def cell_anchor(cell: str) -> str:
    """Return the name of a cell's element: its id, with what a name may not have as ``~`` and hex."""
    safe = re.sub(r"[^A-Za-z0-9_/.-]", lambda found: "".join(f"~{byte:02x}" for byte in found[0].encode()), cell)
    return f"cell-{safe}"
