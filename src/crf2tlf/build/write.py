"""Writing finished datasets as SAS transport files, with the lineage of their records and variables beside them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from crf2tlf.build.result import BuildResult, Dataset
from crf2tlf.build.tables import DatasetTable
from crf2tlf.files.xpt import XptDataset, XptVariable, write_xpt
from crf2tlf.files.xpt_check import check_xpt, verify_xpt
from crf2tlf.findings import Findings, Place
from crf2tlf.methods.catalogue import Integers
from crf2tlf.rules.scope import Ref


def written_datasets(build: BuildResult, *, sdtm: bool) -> list[Dataset]:
    """Return the tabulation (or the analysis) datasets that are written."""
    return [d for d in build.datasets.values() if d.sdtm is sdtm and d.spec.output]


def transport_form(dataset: Dataset) -> tuple[pd.DataFrame, XptDataset]:
    """Return a dataset's records and description as a transport file takes them.

    The length of a text is the longest value's, or the declared one where the spec gives it.
    """
    frame = dataset.frame[[v.name for v in dataset.variables]]
    variables = []
    for v in dataset.variables:
        if v.type == "Num":
            variables.append(XptVariable(v.name, v.label, "Num", 8, v.format))
        else:
            longest = frame[v.name].str.len().max()
            length = int(longest) if pd.notna(longest) else 1
            variables.append(XptVariable(v.name, v.label, "Char", v.length or max(length, 1), v.format))
    return frame, XptDataset(dataset.name, dataset.label, tuple(variables))


def check_transport(build: BuildResult, findings: Findings) -> None:
    """Report every text, number or name that a transport file cannot hold."""
    for dataset in build.datasets.values():
        if dataset.spec.output:
            frame, description = transport_form(dataset)
            check_xpt(frame, description, Place(dataset.spec.place.file, dataset.spec.place.line), findings)


def write_datasets(build: BuildResult, datasets: Iterable[Dataset], folder: Path) -> list[Path]:
    """Write transport files, read each back, and compare. Raises ``AssertionError`` where a file is not its data."""
    timestamp = build.study.spec.release_timestamp
    written = []
    for dataset in datasets:
        frame, description = transport_form(dataset)
        path = folder / f"{dataset.name.lower()}.xpt"
        write_xpt(path, frame, description, timestamp)
        differences = verify_xpt(path, frame, description)
        assert not differences, f"{path.name} does not read back as written: {differences[:3]}"
        written.append(path)
    return written


# Lineage of finished datasets


def record_lineage(build: BuildResult, dataset: Dataset) -> list[tuple[str, Integers, Integers]]:
    """Return the source records of a finished dataset's records, stages taken together.

    Each entry is a source table with offsets and rows: the sources of record ``i`` are
    ``rows[offsets[i]:offsets[i + 1]]``, positions in the source's table.
    """
    links = _expanded(build, dataset.name.removeprefix("SUPP"))
    result = []
    for table, record, row in links:
        where = np.full(_size(build, dataset), -1, dtype=np.int64)
        where[dataset.positions] = np.arange(len(dataset.positions))
        at = where[record]
        kept = np.flatnonzero(at >= 0)
        order = kept[np.lexsort((row[kept], at[kept]))]
        counts = np.bincount(at[order], minlength=dataset.size)
        result.append((table, np.r_[0, np.cumsum(counts)].astype(np.int64), row[order]))
    return result


def _size(build: BuildResult, dataset: Dataset) -> int:
    return build.tables[dataset.name.removeprefix("SUPP")].size


def _expanded(build: BuildResult, name: str) -> list[tuple[str, Integers, Integers]]:
    """Return pairs of record and source position by source table; a stage's own records are replaced by theirs."""
    table = build.tables[name]
    assert isinstance(table, DatasetTable)
    pairs: dict[str, list[tuple[Integers, Integers]]] = {}
    for block in table.blocks:
        for link in block.links:
            counts = np.diff(link.offsets)
            record = np.repeat(np.arange(block.start, block.stop, dtype=np.int64), counts)
            if "@" not in link.table:
                pairs.setdefault(link.table, []).append((record, link.rows))
                continue
            for source, inner, rows in _expanded(build, link.table):
                order = np.argsort(inner, kind="stable")
                first = np.searchsorted(inner[order], link.rows, side="left")
                count = np.searchsorted(inner[order], link.rows, side="right") - first
                outer = np.repeat(record, count)
                within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
                pairs.setdefault(source, []).append((outer, rows[order[np.repeat(first, count) + within]]))
    return [
        (source, np.concatenate([r for r, _ in parts]), np.concatenate([s for _, s in parts]))
        for source, parts in pairs.items()
    ]


def variable_lineage(build: BuildResult, dataset: Dataset) -> dict[str, list[str]]:
    """Return for each variable the variables and columns its rules use, stages under the dataset's own name."""
    result = {}
    for variable in dataset.variables:
        planned = build.plan.variables.get(Ref(dataset.name, variable.name))
        needs = planned.needs if planned else frozenset()
        result[variable.name] = sorted({f"{ref.table.split('@')[0]}.{ref.variable}" for ref in needs})
    return result
