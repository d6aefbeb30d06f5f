"""Writing finished datasets: transport files, in pieces too where they are large, and Dataset-JSON beside them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pandas as pd

from crf2tlf.build.dataset_json import json_form
from crf2tlf.build.result import BuildResult, Dataset
from crf2tlf.build.transport import as_held, transport_form, transport_lengths
from crf2tlf.files.dataset_json import write_dataset_json
from crf2tlf.files.split import piece_names, split_positions
from crf2tlf.files.xpt import XptDataset, records_that_fit, transport_size, write_xpt
from crf2tlf.files.xpt_check import verify_xpt

SUBJECT = "USUBJID"
SPLIT = "split"
"""The folder of the pieces, beside the whole files."""


def written_datasets(build: BuildResult, *, sdtm: bool) -> list[Dataset]:
    """Return the tabulation (or the analysis) datasets that are written."""
    return [d for d in build.datasets.values() if d.sdtm is sdtm and d.spec.output]


def write_datasets(
    build: BuildResult, datasets: Iterable[Dataset], folder: Path, *, draft: bool = False, dataset_json: bool = True
) -> list[Path]:
    """Write each dataset as a transport file, and as Dataset-JSON and NDJSON if asked; return the paths of all files.

    Transport files are read back and compared. One above the study's size limit is also given in pieces under
    ``split/``. Raises ``AssertionError`` where a file is not its data.
    """
    lengths, study = transport_lengths(build), build.study.spec
    written, names = [], set(build.datasets)
    for dataset in datasets:
        frame, described = as_held(*transport_form(dataset, lengths), draft=draft)
        path = folder / f"{dataset.name.lower()}.xpt"
        _write_transport(path, frame, described, study.release_timestamp)
        written.append(path)
        if dataset_json:
            beside = path.with_suffix(".json"), path.with_suffix(".ndjson")
            write_dataset_json(*beside, *json_form(build, dataset, frame, described))
            written += beside
        if transport_size(described, len(frame)) > study.transport.split_above:
            pieces = _write_pieces(build, frame, described, folder / SPLIT, names)
            names |= set(pieces)
            written += pieces.values()
    return written


def _write_transport(path: Path, frame: pd.DataFrame, described: XptDataset, timestamp: datetime) -> None:
    """Write a transport file, read it back and compare."""
    write_xpt(path, frame, described, timestamp)
    differences = verify_xpt(path, frame, described)
    assert not differences, f"{path.name} does not read back as written: {differences[:3]}"


def _write_pieces(
    build: BuildResult, frame: pd.DataFrame, described: XptDataset, folder: Path, taken: Collection[str]
) -> dict[str, Path]:
    """Write a dataset in pieces that differ from it in their names and records only; return the paths by name.

    A piece is at most as large as the study's limit, unless one record is larger. A subject's records stay together
    where they fit. Source: FDA Study Data Technical Conformance Guide, section 3.3.2 (Dataset Size).
    """
    study = build.study.spec
    most = max(1, records_that_fit(described, study.transport.split_above))
    subjects = frame.get(SUBJECT)
    positions = split_positions(subjects, len(frame), most)
    paths = {}
    folder.mkdir(exist_ok=True)
    for name, records in zip(piece_names(described.name, len(positions), taken), positions, strict=True):
        paths[name] = folder / f"{name.lower()}.xpt"
        piece = frame.iloc[records].reset_index(drop=True)
        _write_transport(paths[name], piece, replace(described, name=name), study.release_timestamp)
    return paths
