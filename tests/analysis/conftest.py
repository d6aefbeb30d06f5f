"""A small study without raw data: datasets from tables of text, output specs from YAML."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from textwrap import dedent
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crf2tlf.analysis import analyse
from crf2tlf.analysis.results import Output, Result, Results, Table
from crf2tlf.build import BuildResult, Dataset
from crf2tlf.findings import Findings
from crf2tlf.methods import Kind
from crf2tlf.spec import Study, load_study

ANALYSIS = """\
populations:
  ALL: {dataset: ADSL, label: "All subjects (N = {{ N }})"}
abbreviations: {CR: complete response}
"""

# Two arms of three, and one subject who was never treated.
ADSL = """
USUBJID ARM SEX AGE:n  BRTHDT:d
01      A   F   30     1990-05-01
02      A   F   41     1979-02-28
03      A   M   55     1965-12-31
04      B   F   62     1958-07-15
05      B   M   70     1950-01-02
06      B   M   .      .
07      .   F   25     1995-03-03
"""


@dataclass(frozen=True)
class Analysed:
    """Results of a small study, and what was found on the way."""

    results: Results
    findings: Findings
    study: Study

    def __getitem__(self, output: str) -> Output:
        return next(o for o in self.results.outputs if o.id == output)

    def rows(self, output: str) -> list[str]:
        """The rows of a table as they would be read: indented, cells parted by bars."""
        body = self[output].body
        assert isinstance(body, Table), [str(f) for f in self.findings]
        return ["  " * row.indent + " | ".join(cell.text for cell in row.cells).rstrip(" |") for row in body.rows]

    def heads(self, output: str) -> list[str]:
        """The headers of a table's columns, with the spanning headers before a >."""
        body = self[output].body
        assert isinstance(body, Table)
        return [" > ".join([*c.over, *([c.spanner] if c.spanner else []), c.label]) for c in body.columns]

    def result(self, id_: str) -> Result:
        """A result by its id."""
        return {r.id: r for r in self.results.results}[id_]

    def behind(self, id_: str, part: str = "numerator") -> list[str]:
        """The key values of the records behind a result."""
        name = getattr(self.result(id_), part)
        return [" ".join(str(v) for v in record) for record in self.results.record_sets[name].records]

    @property
    def problems(self) -> list[str]:
        """The findings as they are printed."""
        return [str(f) for f in self.findings]


def dataset(name: str, text: str, keys: tuple[str, ...]) -> Dataset:
    """A finished dataset from a table: a column's name may end in :n (number) or :d (date), a point is missing."""
    frame = pd.read_csv(io.StringIO(dedent(text)), sep=r"\s+", dtype=str, na_values=["."], keep_default_na=False)
    kinds, columns = {}, {}
    for head in frame.columns:
        variable, _, kind = str(head).partition(":")
        kinds[variable] = {"n": Kind.NUMBER, "d": Kind.DATE, "": Kind.TEXT}[kind]
        values = frame[head].str.replace("_", " ")
        columns[variable] = values.astype({"n": "float64", "d": "datetime64[s]", "": "str"}[kind])
    whole = pd.DataFrame(columns)
    unused: Any = None
    return Dataset(name, name, whole, kinds, keys, (), False, unused, np.arange(len(whole)))


def _first_two(text: str) -> tuple[str, ...]:
    return tuple(head.partition(":")[0] for head in text.split()[:2])


AnalyseSmall = Callable[..., Analysed]


@pytest.fixture
def analyse_small(study_folder: Callable[[Mapping[str, str]], Any]) -> AnalyseSmall:
    """Analyse an output spec on small datasets: the one given, and others by name, keys after the name."""

    def run(output: str, analysis: str = ANALYSIS, more: Mapping[str, str] | None = None, **tables: str) -> Analysed:
        specs = {f"specs/tlf/{number}.yaml": text for number, text in enumerate([output]) if text}
        root = study_folder({"specs/analysis.yaml": analysis, **specs, **(more or {})})
        findings = Findings()
        study = load_study(root, None, findings)
        assert study is not None, [str(f) for f in findings]
        keyed = {"ADSL": ADSL, **tables}
        datasets = {
            name: dataset(
                name,
                text,
                ("USUBJID",) if name == "ADSL" else _first_two(text),
            )
            for name, text in keyed.items()
        }
        unused: Any = None
        build = BuildResult(study, unused, unused, datasets, (), findings)
        return Analysed(analyse(build, findings), findings, study)

    return run
