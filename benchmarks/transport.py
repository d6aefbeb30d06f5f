"""Time the writing of a transport file: this program's writer and pyreadstat's, in the same run on the same records.

``python -m benchmarks.transport`` writes a million records of 20 variables (texts with few and with many different
values, numbers, dates, missing values), has pyreadstat read this program's file back and compares value for value,
prints the seconds, and keeps them in ``benchmarks/results.json``. Dataset-JSON and the reading back are timed too.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

from benchmarks.results import keep
from crf2tlf.files.dataset_json import JsonColumn, JsonDataset, write_dataset_json
from crf2tlf.files.xpt import XptDataset, XptVariable, write_xpt
from crf2tlf.files.xpt_check import verify_xpt

RECORDS = 1_000_000
RUNS = 3
LEAST_RATIO = 4.0
STAMP = datetime(2026, 1, 1)


def laboratory(records: int) -> tuple[pd.DataFrame, XptDataset]:
    """Return records as a laboratory dataset has them, 20 variables, and their description."""
    draw = np.random.default_rng(1)
    number = np.arange(records)
    moments = np.datetime64("2020-01-01T00:00", "m") + draw.integers(0, 1_000_000, records)
    results = draw.normal(50, 10, records).round(2)

    def one_of(*values: str | float | None) -> pd.Series:
        return pd.Series(np.array(values, dtype=object)[draw.integers(0, len(values), records)]).infer_objects()

    columns: dict[str, object] = {
        "STUDYID": pd.Series(["STUDY-001"]).repeat(records).reset_index(drop=True),
        "USUBJID": "STUDY-001-" + pd.Series(number // 100).astype("str").str.zfill(6),
        "LBSEQ": number % 100 + 1.0,
        "LBTESTCD": one_of("ALB", "ALT", "AST", "BILI", "CREAT", "GLUC", "HGB", "PLAT"),
        "LBTEST": one_of("Albumin", "Alanine Aminotransferase", "Aspartate Aminotransferase", "Bilirubin"),
        "LBCAT": one_of("CHEMISTRY", "HEMATOLOGY"),
        "LBORRES": pd.Series(np.char.mod("%.2f", results)),
        "LBORRESU": one_of("g/L", "U/L", "umol/L"),
        "LBSTRESN": np.where(draw.random(records) < 0.05, np.nan, results),
        "LBSTNRLO": one_of(1.0, 2.5, 10.0),
        "LBSTNRHI": one_of(100.0, 200.5),
        "LBNRIND": one_of("NORMAL", "HIGH", "LOW", None),
        "VISITNUM": draw.integers(1, 20, records).astype(float),
        "VISIT": one_of(*(f"CYCLE {cycle} DAY 1" for cycle in range(1, 21))),
        "LBDTC": pd.Series(np.datetime_as_string(moments)),
        "LBDY": draw.integers(-10, 900, records).astype(float),
        "ADT": pd.Series(moments.astype("datetime64[D]").astype("datetime64[s]")),
        "AVAL": results / 7,
        "CHG": np.where(draw.random(records) < 0.2, np.nan, draw.normal(size=records)),
        "ABLFL": one_of("Y", None, None, None),
    }
    frame = pd.DataFrame(columns)
    return frame, XptDataset("LB", "Laboratory Test Results", tuple(_variable(frame[name]) for name in frame))


def _variable(column: pd.Series) -> XptVariable:
    name = str(column.name)
    if column.dtype == "str":
        return XptVariable(name, name.title(), "Char", int(column.str.len().max()))
    return XptVariable(name, name.title(), "Num", 8, "DATE9." if column.dtype.kind == "M" else None)


def measure(records: int) -> dict[str, float]:
    """Write, read back and compare; return seconds. Raises AssertionError if a value is not read back as written."""
    frame, dataset = laboratory(records)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lb.xpt"
        ours = min(_seconds(lambda: write_xpt(path, frame, dataset, STAMP)) for _ in range(RUNS))
        start = time.perf_counter()
        assert verify_xpt(path, frame, dataset) == []
        verified = time.perf_counter() - start
        theirs = _seconds(lambda: _pyreadstat(Path(folder) / "theirs.xpt", frame, dataset))
        described = _json(dataset)
        json = _seconds(
            lambda: write_dataset_json(path.with_suffix(".json"), path.with_suffix(".nd"), frame, described)
        )
    measured = {"write": ours, "read back and compare": verified, "Dataset-JSON and NDJSON": json, "pyreadstat": theirs}
    return {name: round(seconds, 2) for name, seconds in measured.items()}


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _pyreadstat(path: Path, frame: pd.DataFrame, dataset: XptDataset) -> None:
    """Have pyreadstat write the same records with the same labels and formats, version 5 too."""
    pyreadstat.write_xport(
        frame,
        path,
        file_label=dataset.label,
        table_name=dataset.name,
        column_labels=[variable.label for variable in dataset.variables],
        variable_format={variable.name: variable.format for variable in dataset.variables if variable.format},
        file_format_version=5,
    )


def _json(dataset: XptDataset) -> JsonDataset:
    columns = [
        JsonColumn(f"IT.LB.{v.name}", v.name, v.label, "string", length=v.length)
        if v.type == "Char"
        else JsonColumn(
            f"IT.LB.{v.name}", v.name, v.label, "date" if v.format else "float", "integer" if v.format else None
        )
        for v in dataset.variables
    ]
    return JsonDataset(
        "IG.LB", "LB", dataset.label, STAMP, STAMP, "F", "S", "M", "define.xml", ("bench", "1"), tuple(columns)
    )


def ratio(measured: dict[str, float]) -> float:
    """Return how many times as fast as pyreadstat's this program's writer is."""
    return round(measured["pyreadstat"] / measured["write"], 1)


def main() -> int:
    """Measure, print and keep the numbers; 1 if the writer is not as much faster as it should be."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--records", type=int, default=RECORDS)
    given = arguments.parse_args()
    measured = measure(given.records)
    print(f"{given.records:,} records of 20 variables")
    for name, seconds in measured.items():
        print(f"  {name:24} {seconds:7.2f} s")
    print(f"pyreadstat takes {ratio(measured)} times as long to write")
    if given.records == RECORDS:
        kept = {"records": given.records, "seconds": measured, "times as fast as pyreadstat": ratio(measured)}
        keep({"transport": kept})
    return 0 if ratio(measured) >= LEAST_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
