"""What changed in tables, listings and figures: two ``results.json`` compared by the ids of their cells."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crf2tlf.findings import Findings, Place

_TEXTS = ("title", "population")


@dataclass(frozen=True)
class CellChange:
    """A text of an output: its cell's id (or what it is), and what stood and stands there; None where it was not."""

    output: str
    cell: str
    old: str | None
    new: str | None


def compare_results(old: Path, new: Path, findings: Findings) -> tuple[CellChange, ...]:
    """Return the cells, titles, footnotes and figures whose content differs, in the order of the new outputs.

    A listing's cells are told apart by the record that their row shows. Findings: COMPARE_FILE.
    """
    sides = [_texts_of(path, findings) for path in (old, new)]
    if any(side is None for side in sides):
        return ()
    before, after = ({} if side is None else side for side in sides)
    return _changed(before, after)


def compare_outputs(old: Iterable[dict[str, Any]], new: Iterable[dict[str, Any]]) -> tuple[CellChange, ...]:
    """Return what :func:`compare_results` does, of outputs as plain data."""
    return _changed(_texts_by_place(old), _texts_by_place(new))


_Texts = dict[tuple[str, str], str]


def _changed(before: _Texts, after: _Texts) -> tuple[CellChange, ...]:
    return tuple(
        CellChange(*place, before.get(place), after.get(place))
        for place in dict.fromkeys([*after, *before])
        if before.get(place) != after.get(place)
    )


def _texts_of(path: Path, findings: Findings) -> _Texts | None:
    """Return the texts of all outputs by output and cell; None if the file is none of results."""
    try:
        return _texts_by_place(json.loads(path.read_text(encoding="utf-8"))["outputs"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        findings.add("COMPARE_FILE", Place(path.name), f"the file holds no results: {problem!r}")
        return None


def _texts_by_place(outputs: Iterable[dict[str, Any]]) -> _Texts:
    return {(output["id"], cell): text for output in outputs for cell, text in _texts(output)}


def _texts(output: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ((f"({name})", str(output[name])) for name in _TEXTS if output.get(name))
    yield from ((f"(footnote {n})", text) for n, text in enumerate(output.get("footnotes", ()), 1))
    body = output.get("body") or {}
    if body.get("kind") == "table":
        yield from _cells(body)
    else:
        yield "(figure)", json.dumps(body, ensure_ascii=False, sort_keys=True)
    yield from ((cell["id"], cell["text"]) for cell in output.get("cells", ()) if cell.get("id"))


def _cells(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the headers and cells of a table; those without an id by their record, or by the first id of their row."""
    headers = [column["label"] for column in body.get("columns", ())]
    yield from ((f"(column {number})", text) for number, text in enumerate(headers, 1))
    for number, row in enumerate(body.get("rows", ()), 1):
        record = "/".join(map(str, row.get("record", ())))
        row_id = next((cell["id"] for cell in row["cells"] if cell.get("id")), f"row {number}")
        for header, cell in zip(headers, row["cells"], strict=True):
            if cell.get("id"):
                yield cell["id"], cell["text"]
            elif record:
                yield f"{record}: {header}", cell["text"]
            elif cell["text"]:
                yield f"({header} of {row_id})", cell["text"]
