"""Finished datasets in the form that transport files hold: descriptions, lengths, and what does not fit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.build.metadata import VariableMetadata, declared
from crf2tlf.build.result import BuildResult, Dataset
from crf2tlf.files.ibm_float import representable
from crf2tlf.files.xpt import NUMBER_LENGTH, XptDataset, XptVariable, as_sas_numbers, holds_texts, parse_format
from crf2tlf.files.xpt_check import TEXT_LENGTH as LONGEST
from crf2tlf.files.xpt_check import check_xpt
from crf2tlf.findings import Findings, Place

Lengths = Mapping[tuple[str, str], int]
"""The length of each text variable, by dataset and variable."""


def transport_lengths(build: BuildResult) -> Lengths:
    """Return the length of every text variable of all datasets that are written.

    A variable has the same length in all datasets of the study: the longest value's in any of them, at least 1. Only
    longer values in analysis datasets leave the tabulations as they are, which are there before them. A supplemental
    qualifier dataset has lengths of its own. A declared length is an upper bound; longer values are findings. Source:
    FDA Study Data Technical Conformance Guide, section 3.3.3 (Dataset Column Length).
    """
    longest: dict[tuple[str, str], int] = {}
    for dataset in build.datasets.values():
        if dataset.spec.output:
            for variable in _texts(dataset):
                length = dataset.frame[variable.name].str.len().max()
                bound = variable.length or LONGEST
                longest[dataset.name, variable.name] = 1 if pd.isna(length) else max(1, min(int(length), bound))
    study_wide: dict[tuple[bool, str], int] = {}
    for (dataset_name, name), length in longest.items():
        dataset = build.datasets[dataset_name]
        for sdtm in () if dataset.is_supplement else (True, False) if dataset.sdtm else (False,):
            study_wide[sdtm, name] = max(length, study_wide.get((sdtm, name), 1))
    return {
        (name, variable): length
        if build.datasets[name].is_supplement
        else study_wide[build.datasets[name].sdtm, variable]
        for (name, variable), length in longest.items()
    }


def _texts(dataset: Dataset) -> Iterator[VariableMetadata]:
    return (variable for variable in dataset.variables if variable.type == "Char")


def transport_form(dataset: Dataset, lengths: Lengths) -> tuple[pd.DataFrame, XptDataset]:
    """Return a dataset's records and description as a transport file takes them.

    ``lengths`` are those of the study, from :func:`transport_lengths`.
    """
    variables = tuple(
        XptVariable(v.name, v.label, "Num", NUMBER_LENGTH, v.format)
        if v.type == "Num"
        else XptVariable(v.name, v.label, "Char", lengths[dataset.name, v.name], v.format)
        for v in dataset.variables
    )
    return dataset.frame[[v.name for v in dataset.variables]], XptDataset(dataset.name, dataset.label, variables)


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
    return pd.DataFrame(held, copy=False), XptDataset(dataset.name[:8], label, tuple(variables))


def _held_text(values: pd.Series[Any], v: XptVariable) -> tuple[pd.Series[Any], XptVariable]:
    length = min(v.length, LONGEST)
    if not holds_texts(values, length):
        values = values.astype("str").str.replace(r"[^ -~]", "?", regex=True).str.slice(0, length)
    return values, replace(v, length=length)


def _held_number(values: pd.Series[Any], v: XptVariable) -> tuple[pd.Series[Any], XptVariable]:
    known = v.format if v.format and parse_format(v.format) else None
    for described in (replace(v, format=known), replace(v, format="DATE9." if values.dtype.kind == "M" else None)):
        try:
            numbers = as_sas_numbers(values, described.format)
        except ValueError:
            continue
        held = representable(numbers)
        return values if held.all() else values.where(held), described
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
            bounds = {(dataset.name, v.name): v.length or LONGEST for v in _texts(dataset)}
            frame, description = transport_form(dataset, bounds)
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
