"""Writing finished datasets as SAS transport files, with the lineage of their records and variables beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.build.metadata import declared
from crf2tlf.build.result import BuildResult, Dataset
from crf2tlf.files.ibm_float import representable
from crf2tlf.files.xpt import XptDataset, XptVariable, as_sas_numbers, parse_format, write_xpt
from crf2tlf.files.xpt_check import TEXT_LENGTH as LONGEST
from crf2tlf.files.xpt_check import check_xpt, verify_xpt
from crf2tlf.findings import Findings, Place


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
            length = min(max(int(longest), 1), LONGEST) if pd.notna(longest) else 1
            variables.append(XptVariable(v.name, v.label, "Char", v.length or length, v.format))
    return frame, XptDataset(dataset.name, dataset.label, tuple(variables))


def as_held(frame: pd.DataFrame, dataset: XptDataset, *, draft: bool) -> tuple[pd.DataFrame, XptDataset]:
    """Return data that a transport file takes whatever their faults; data without faults stay as they are.

    Texts are cut to what fits, and characters that the file cannot hold become ``?``; numbers that it cannot hold are
    missing; long names are cut. Faults are findings before this is reached: only a draft goes on, or a study whose
    policy says that they are no errors. The label of a draft says DRAFT.
    """
    held, variables = {}, []
    names = _short_names([v.name for v in dataset.variables])
    for v in dataset.variables:
        column, described = (_held_text if v.type == "Char" else _held_number)(frame[v.name], v)
        held[names[v.name]] = column
        variables.append(replace(described, name=names[v.name], label=_plain(v.label)))
    label = _plain(f"DRAFT: {dataset.label}" if draft else dataset.label)
    return pd.DataFrame(held), XptDataset(dataset.name[:8], label, tuple(variables))


def _held_text(values: pd.Series[Any], v: XptVariable) -> tuple[pd.Series[Any], XptVariable]:
    length = min(v.length, LONGEST)
    return values.astype("str").str.replace(r"[^ -~]", "?", regex=True).str.slice(0, length), replace(v, length=length)


def _held_number(values: pd.Series[Any], v: XptVariable) -> tuple[pd.Series[Any], XptVariable]:
    known = v.format if v.format and parse_format(v.format) else None
    for described in (replace(v, format=known), replace(v, format="DATE9." if values.dtype.kind == "M" else None)):
        try:
            numbers = as_sas_numbers(values, described.format)
        except ValueError:
            continue
        return values.where(representable(numbers)), described
    return pd.Series(np.full(len(values), np.nan)), replace(v, format=None)


def _short_names(names: list[str]) -> dict[str, str]:
    """Return for each name one of at most 8 characters, all different."""
    short: dict[str, str] = {name: name for name in names if len(name) <= 8}
    for name in names:
        candidate, number = name[:8], 0
        while name not in short and candidate in short.values():
            number += 1
            candidate = f"{name[: 8 - len(str(number))]}{number}"
        short.setdefault(name, candidate)
    return short


def _plain(label: str) -> str:
    return re.sub("[^ -~]", "?", label)[:40]


def check_transport(build: BuildResult, findings: Findings) -> None:
    """Report every text, number or name that a transport file cannot hold."""
    for dataset in build.datasets.values():
        if dataset.spec.output:
            frame, description = transport_form(dataset)
            check_xpt(
                frame,
                description,
                dataset.spec.place,
                findings,
                record_place=partial(_record_place, build, dataset),
                variable_place=partial(_variable_place, dataset),
            )


def _record_place(build: BuildResult, dataset: Dataset, record: int) -> Place:
    places = build.tables.places(dataset.spec.dataset, dataset.positions[record : record + 1])
    return places[0] if places else dataset.spec.place


def _variable_place(dataset: Dataset, variable: str) -> Place:
    place = declared(dataset.spec, variable).place
    return place if place.file else dataset.spec.place


def write_datasets(build: BuildResult, datasets: Iterable[Dataset], folder: Path, *, draft: bool = False) -> list[Path]:
    """Write transport files, read each back, and compare. Raises ``AssertionError`` where a file is not its data."""
    timestamp = build.study.spec.release_timestamp
    written = []
    for dataset in datasets:
        frame, description = transport_form(dataset)
        frame, description = as_held(frame, description, draft=draft)
        path = folder / f"{dataset.name.lower()}.xpt"
        write_xpt(path, frame, description, timestamp)
        differences = verify_xpt(path, frame, description)
        assert not differences, f"{path.name} does not read back as written: {differences[:3]}"
        written.append(path)
    return written
