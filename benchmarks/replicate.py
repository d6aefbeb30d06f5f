"""Replicate the reference extract to many subjects, build it stage by stage, and measure seconds, rows and memory.

``python -m benchmarks.replicate`` builds 900 and 9,000 subjects (each size in a process of its own, so that peak memory
is its own), prints a table and writes ``benchmarks/results.json``. The growth exponent of a stage is
log(seconds₂ / seconds₁) / log(subjects₂ / subjects₁): 1 is linear.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from benchmarks.results import keep
from crf2tlf.build import build_datasets
from crf2tlf.build.lineage import lineage
from crf2tlf.build.plan import plan
from crf2tlf.build.raw import read_forms
from crf2tlf.build.write import write_datasets, written_datasets
from crf2tlf.findings import Findings
from crf2tlf.spec import Study, load_study

ROOT = Path(__file__).resolve().parent.parent
SIZES = (900, 9_000)
LARGEST_EXPONENT = 1.1


def replicate(study: Study, subjects: int, folder: Path) -> Path:
    """Write an extract of so many subjects: the records of the study's own, again and again, under new subject ids."""
    for form in study.forms.values():
        source = study.raw / form.file
        with source.open(encoding=form.encoding, newline="") as file:
            header, *records = list(csv.reader(file))
        at = header.index(form.header(form.subject))
        everyone = sorted({record[at] for record in records})
        copies = math.ceil(subjects / len(_all_subjects(study)))
        assert everyone, form.file
        with (folder / form.file).open("w", encoding=form.encoding, newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            for copy in range(copies):
                writer.writerows([*r[:at], f"{r[at]}-{copy:05d}", *r[at + 1 :]] for r in records)
    return folder


def _all_subjects(study: Study) -> set[str]:
    found: set[str] = set()
    for form in study.forms.values():
        with (study.raw / form.file).open(encoding=form.encoding, newline="") as file:
            found.update(record[form.header(form.subject)] for record in csv.DictReader(file))
    return found


def measure(subjects: int) -> dict[str, object]:
    """Build an extract of so many subjects; return seconds and rows by stage, and the peak memory of the process."""
    findings = Findings()
    reference = load_study(ROOT, None, findings)
    assert reference is not None, findings.items
    folder = Path(tempfile.mkdtemp())
    try:
        study = replace(reference, raw=replicate(reference, subjects, folder))
        return {"subjects": subjects, "stages": _stages(study, folder), "peak_mb": _peak()}
    finally:
        shutil.rmtree(folder)


def _stages(study: Study, folder: Path) -> dict[str, dict[str, float]]:
    stages: dict[str, dict[str, float]] = {}

    def note(name: str, start: float, rows: int) -> float:
        now = time.perf_counter()
        stages[name] = {"seconds": round(now - start, 3), "rows": rows}
        return now

    clock = time.perf_counter()
    plan(study, Findings())
    clock = note("plan", clock, 0)
    raw = read_forms(study, Findings())
    clock = note("raw", clock, sum(form.size for form in raw.forms.values()))
    only_sdtm = build_datasets(replace(study, adam=MappingProxyType({})), Findings())
    clock = note("raw and sdtm", clock, sum(d.size for d in only_sdtm.datasets.values()))
    built = build_datasets(study, Findings())
    clock = note("raw, sdtm and adam", clock, sum(d.size for d in built.datasets.values()))
    adam = written_datasets(built, sdtm=False)
    clock = time.perf_counter()
    kept = lineage(built, built.datasets.values())
    clock = note("lineage", clock, sum(len(r["sources"]) for d in kept.values() for r in d["records"].values()))
    write_datasets(built, [*written_datasets(built, sdtm=True), *adam], folder)
    note("write", clock, sum(d.size for d in built.datasets.values()))
    _split(stages)
    return stages


def _split(stages: dict[str, dict[str, float]]) -> None:
    """Turn the nested builds into stages of their own: what SDTM takes beyond reading, what ADaM takes beyond SDTM."""
    sdtm, adam = stages.pop("raw and sdtm"), stages.pop("raw, sdtm and adam")
    read = stages["raw"]["seconds"] + stages["plan"]["seconds"]
    stages["sdtm"] = {"seconds": round(sdtm["seconds"] - read, 3), "rows": sdtm["rows"]}
    stages["adam"] = {"seconds": round(adam["seconds"] - sdtm["seconds"], 3), "rows": adam["rows"] - sdtm["rows"]}


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def exponents(small: dict[str, object], large: dict[str, object]) -> dict[str, float]:
    """Return the growth exponent of each stage between two sizes."""
    ratio = math.log(float(str(large["subjects"])) / float(str(small["subjects"])))
    grown = {}
    for name, before in small["stages"].items():  # type: ignore[attr-defined]
        after = large["stages"][name]  # type: ignore[index]
        if before["seconds"] > 0 and after["seconds"] > 0:
            grown[name] = round(math.log(after["seconds"] / before["seconds"]) / ratio, 2)
    return grown


def main() -> int:
    """Measure the sizes asked for, print them, and keep them."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--one", type=int, help="measure one size and print it as JSON")
    arguments.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    given = arguments.parse_args()
    if given.one:
        print(json.dumps(measure(given.one)))
        return 0
    runs = []
    for size in given.sizes:
        command = [sys.executable, "-m", "benchmarks.replicate", "--one", str(size)]
        runs.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    growth = exponents(runs[0], runs[-1])
    for run in runs:
        print(f"{run['subjects']} subjects, peak memory {run['peak_mb']} MB")
        for name, stage in run["stages"].items():
            print(f"  {name:8} {stage['seconds']:8.2f} s {stage['rows']:10,} rows")
    print("growth exponents:", ", ".join(f"{name} {value}" for name, value in growth.items()))
    keep({"runs": runs, "exponents": growth})
    return 0 if max(growth.values()) <= LARGEST_EXPONENT else 1


if __name__ == "__main__":
    sys.exit(main())
