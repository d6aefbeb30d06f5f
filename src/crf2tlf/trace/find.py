"""What a person means by a cell, a result, a record, a raw line or a subject."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from crf2tlf.build.tables import FormTable
from crf2tlf.findings import Place, nearest
from crf2tlf.trace.chain import Chains
from crf2tlf.trace.model import CellPlace


class NotFound(Exception):
    """Nothing of that name; the message says what there is. ``place`` is where it was looked for."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        self.place = place or Place("crf2tlf trace")
        super().__init__(message)


@dataclass(frozen=True)
class FoundCells:
    """Cells of outputs, or one result."""

    cells: tuple[CellPlace, ...] = ()
    result: str | None = None


@dataclass(frozen=True)
class FoundRecord:
    """A record by table and number, and the variables that were named."""

    table: str
    number: int
    variables: tuple[str, ...] = ()


@dataclass(frozen=True)
class FoundLeftOut:
    """A raw line that a form's spec left out, and why."""

    place: str
    reason: str


@dataclass(frozen=True)
class FoundSubject:
    """A subject by USUBJID."""

    subject: str


Found = FoundCells | FoundRecord | FoundLeftOut | FoundSubject

_LINE = re.compile(r"^(?P<name>.+?):(?P<number>[0-9]+)$")
_DATASET = re.compile(r"^(?:sdtm/|adam/)?(?P<name>[A-Za-z][A-Za-z0-9]*)(?:\.(?:xpt|json))?$")


def find(chains: Chains, words: Sequence[str]) -> Found:
    """Return what words name: an output with a row and column, the id of a cell or result, a dataset with a record
    number, a raw file with a line (and columns), or a subject. Raises :class:`NotFound`.
    """
    first, rest = words[0].strip(), [word.strip() for word in words[1:]]
    output = PurePosixPath(first).name.removesuffix(".docx")
    if output in {cell.output for cell, _ in chains.cells.values()}:
        return _cell(chains, output, rest)
    if first in chains.cells:
        return FoundCells((chains.cells[first][0],))
    if first in chains.tracing.by_id:
        return FoundCells(result=first)
    line = _LINE.match(first)
    if line is not None:
        return _record(chains, line["name"], int(line["number"]), rest)
    if rest and rest[0].isdigit():
        return _record(chains, first, int(rest[0]), rest[1:])
    return _subject(chains, first)


def _cell(chains: Chains, output: str, rest: Sequence[str]) -> FoundCells:
    cells = [place for place, _ in chains.cells.values() if place.output == output]
    place = Place(f"tlf/{output}")
    if rest:
        rows = _matching(rest[0], {_row_names(cell): cell.row for cell in cells})
        if not rows:
            shown = dict.fromkeys(cell.row.split(" / ")[-1] for cell in cells if cell.row)
            raise NotFound(f"there is no row {rest[0]!r}{nearest(rest[0], shown)}; there are {_listed(shown)}", place)
        cells = [cell for cell in cells if cell.row in rows]
    if len(rest) > 1:
        columns = _matching(
            rest[1],
            {(cell.column, *cell.column.split(" / "), cell.cell.rsplit("/", 1)[-1]): cell.column for cell in cells},
        )
        if not columns:
            known = dict.fromkeys(cell.column for cell in cells)
            raise NotFound(
                f"there is no column {rest[1]!r}{nearest(rest[1], known)}; there are {_listed(known)}", place
            )
        cells = [cell for cell in cells if cell.column in columns]
    return FoundCells(tuple(cells))


def _row_names(cell: CellPlace) -> tuple[str, ...]:
    parts = cell.cell.split("/")
    return (cell.row, cell.row.split(" / ")[-1], *parts[1:], "/".join(parts[1:]))


def _column_names(cell: CellPlace) -> tuple[str, ...]:
    return (cell.column, *cell.column.split(" / "), cell.cell.rsplit("/", 1)[-1])


def _matching(wanted: str, names: dict[tuple[str, ...], str]) -> set[str]:
    """Return what has the wanted name; without any, what has a name that begins with it."""
    asked = _plain(wanted)
    exact = {value for each, value in names.items() if asked in {_plain(name) for name in each}}
    return exact or {value for each, value in names.items() if any(_plain(name).startswith(asked) for name in each)}


def _plain(text: str) -> str:
    return " ".join(text.replace(">=", "≥").replace("<=", "≤").casefold().split())


def _record(chains: Chains, name: str, number: int, variables: Sequence[str]) -> FoundRecord | FoundLeftOut:
    tracing = chains.tracing
    table = _table(chains, name)
    here = tracing.build.tables[table]
    if number not in set(tracing.number(table).tolist()):
        if isinstance(here, FormTable):
            for out in tracing.build.left_out:
                if f"raw.{out.form}" == table and number in set(out.lines.tolist()):
                    return FoundLeftOut(f"{here.file}:{number}", out.reason)
            lines = (
                f"records are on lines {here.lines.min()} to {here.lines.max()}" if here.size else "it has no records"
            )
            raise NotFound(f"there is no record on this line; {lines}", Place(here.file, number))
        raise NotFound(f"{table} has no record {number}; its records are numbered 1 to {here.size}")
    known = [name for name in here.columns if "@" not in name]
    for variable in variables:
        if variable not in known:
            raise NotFound(f"{table} has no variable {variable}{nearest(variable, known)}; there are {_listed(known)}")
    return FoundRecord(table, number, tuple(variables))


def _table(chains: Chains, name: str) -> str:
    build = chains.tracing.build
    files = {form.file: table for table, form in build.tables.items() if isinstance(form, FormTable)}
    by_name = {PurePosixPath(file).name: table for file, table in files.items() if table.startswith("raw.")}
    for known in (files, by_name, {table: table for table in build.tables if "@" not in table}):
        if name in known:
            return known[name]
    dataset = _DATASET.match(name)
    if dataset is not None and dataset["name"].upper() in build.datasets:
        found = build.datasets[dataset["name"].upper()]
        if found.is_supplement:
            message = (
                f"{found.name} has no rules of its own: ask for the record of {found.spec.dataset} that it qualifies"
            )
            raise NotFound(message)
        return found.name
    everything = [*build.datasets, *files, *by_name]
    raise NotFound(f"there is no dataset or raw file {name}{nearest(name, everything)}")


def _subject(chains: Chains, name: str) -> FoundSubject:
    subjects = [str(subject) for subject in chains.subjects]
    exact = [subject for subject in subjects if subject == name]
    ending = exact or [subject for subject in subjects if subject.endswith(f"-{name}")]
    if len(ending) == 1:
        return FoundSubject(ending[0])
    if ending:
        raise NotFound(f"{name} could be {_listed(ending)}")
    outputs = dict.fromkeys(cell.output for cell, _ in chains.cells.values())
    known = [*outputs, *chains.tracing.build.datasets, *subjects, *chains.cells]
    raise NotFound(
        f"{name} is no output, cell, result, dataset, raw file or subject{nearest(name, known)}; "
        "ask for tlf/OUTPUT ROW COLUMN, a result's id, DATASET NUMBER, raw/FILE:LINE or USUBJID"
    )


def _listed(names: Iterable[str], most: int = 12) -> str:
    shown = list(names)
    rest = f" and {len(shown) - most} more" if len(shown) > most else ""
    return ", ".join(shown[:most]) + rest
