"""Writing finished datasets as SAS transport files, with the lineage of their records and variables beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from crf2tlf.build.result import BuildResult, Dataset
from crf2tlf.files.xpt import XptDataset, XptVariable, write_xpt
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
            length = int(longest) if pd.notna(longest) else 1
            variables.append(XptVariable(v.name, v.label, "Char", v.length or max(length, 1), v.format))
    return frame, XptDataset(dataset.name, dataset.label, tuple(variables))


def as_draft(frame: pd.DataFrame, dataset: XptDataset) -> tuple[pd.DataFrame, XptDataset]:
    """Return data that a transport file takes whatever their faults, under a label that says DRAFT.

    Characters that it cannot hold become ``?``, texts are cut to 200. Only for draft builds.
    """
    texts = {v.name for v in dataset.variables if v.type == "Char"}
    fitted = frame.copy()
    for name in texts:
        plain = fitted[name].astype("str").str.replace(r"[^ -~]", "?", regex=True).str.slice(0, 200)
        fitted[name] = plain
    variables = []
    for v in dataset.variables:
        longest = fitted[v.name].str.len().max() if v.name in texts else 8
        length = max(int(longest), 1) if pd.notna(longest) else 1
        variables.append(replace(v, name=v.name[:8], label=_plain(v.label), length=length))
    fitted.columns = pd.Index([name[:8] for name in fitted.columns])
    return fitted, XptDataset(dataset.name, _plain(f"DRAFT: {dataset.label}"), tuple(variables))


def _plain(label: str) -> str:
    return label.encode("ascii", "replace").decode("ascii")[:40]


def check_transport(build: BuildResult, findings: Findings) -> None:
    """Report every text, number or name that a transport file cannot hold."""
    for dataset in build.datasets.values():
        if dataset.spec.output:
            frame, description = transport_form(dataset)
            check_xpt(frame, description, Place(dataset.spec.place.file, dataset.spec.place.line), findings)


def write_datasets(build: BuildResult, datasets: Iterable[Dataset], folder: Path, *, draft: bool = False) -> list[Path]:
    """Write transport files, read each back, and compare. Raises ``AssertionError`` where a file is not its data."""
    timestamp = build.study.spec.release_timestamp
    written = []
    for dataset in datasets:
        frame, description = transport_form(dataset)
        if draft:
            frame, description = as_draft(frame, description)
        path = folder / f"{dataset.name.lower()}.xpt"
        write_xpt(path, frame, description, timestamp)
        differences = verify_xpt(path, frame, description)
        assert not differences, f"{path.name} does not read back as written: {differences[:3]}"
        written.append(path)
    return written
