"""What a standard says of a dataset and a variable, and the reading of the tables under ``data/``."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Literal, cast

VariableType = Literal["Char", "Num"]


@dataclass(frozen=True)
class Variable:
    """A variable as a standard describes it.

    ``role`` is the SDTM role (``Identifier``, ``Topic``, ``… Qualifier``, ``Timing``) or the ADaM group of variables;
    ``core`` is ``Req``, ``Exp`` or ``Perm`` in SDTM and ``Req``, ``Cond`` or ``Perm`` in ADaM. ``codelists`` are
    submission names (``AESEV``), empty where the standard names none; ``order`` is the place in its table.
    ``value_domain`` names a format or dictionary where the standard does (``ISO 8601 duration``, ``MedDRA``).
    ``label`` is empty only where a standard fixes a name's type and leaves its meaning to the study (``XYZDT``).
    """

    name: str
    label: str
    type: VariableType
    role: str
    core: str
    codelists: tuple[str, ...]
    order: int
    value_domain: str = ""


@dataclass(frozen=True)
class DatasetStandard:
    """A dataset as SDTMIG describes it: label, observation class, and structure (``One record per …``)."""

    name: str
    label: str
    observation_class: str
    structure: str


def read_table(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a table under ``data/`` (``.csv`` or ``.csv.gz``) as texts; blank cells are empty texts."""
    content = resources.files("crf2tlf.standards").joinpath("data", name).read_bytes()
    text = gzip.decompress(content) if name.endswith(".gz") else content
    yield from csv.DictReader(io.StringIO(text.decode("utf-8"), newline=""))


def split_list(cell: str) -> tuple[str, ...]:
    """Return the entries of a cell that separates them by ``;`` and a blank."""
    return tuple(part for part in cell.split("; ") if part)


def as_variable(row: dict[str, str], order: int) -> Variable:
    """Turn a row of a variable table into a :class:`Variable` at the given place."""
    return Variable(
        name=row["variable"],
        label=row["label"],
        type=cast(VariableType, row["type"]),
        role=row["role"],
        core=row["core"],
        codelists=split_list(row["codelists"]),
        order=order,
        value_domain=row.get("value_domain", ""),
    )
