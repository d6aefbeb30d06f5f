"""Small studies traced: what a rule read, as short texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pytest
from tests.conftest import WriteStudy

from crf2tlf import workflow
from crf2tlf.findings import Findings
from crf2tlf.rules.reading import OWN, SOURCE
from crf2tlf.rules.scope import Ref
from crf2tlf.trace import Tracing
from crf2tlf.trace.chain import Chains
from crf2tlf.trace.model import Touched
from crf2tlf.trace.touch import Touch


@dataclass(frozen=True)
class Traced:
    """A traced build of a small study."""

    tracing: Tracing

    def reads(self, dataset: str, variable: str, number: int, *, chosen: bool = True) -> set[str]:
        """What a variable's rule read for a record: TABLE.COLUMN and the record's number or line there.

        ``chosen`` False: what it looked at. Own and source columns of the record itself have no number.
        """
        found = set()
        stages = [name for name in self.tracing.build.plan.stages if name.split("@")[0] == dataset]
        for stage in stages:
            position = self._position(dataset, number)
            if position >= self.tracing.build.tables[stage].size:
                continue
            for reading in self.tracing.read.variables.get(Ref(stage, variable), ()):
                if reading.chosen is chosen:
                    left, right = reading.pairs(self.tracing.build.tables[stage].size)
                    for at in right[left == position]:
                        found |= {
                            self._name(dataset, reading.table, name, int(at), position) for name in reading.variables
                        }
        return found

    def _name(self, dataset: str, table: str, variable: str, at: int, position: int) -> str:
        if table in (OWN, SOURCE):
            return f"{table}.{variable}" + ("" if at == position else f" {self.tracing.number(dataset)[at]}")
        return f"{table}.{variable} {self.tracing.number(table)[at]}"

    def _position(self, dataset: str, number: int) -> int:
        return int(np.flatnonzero(self.tracing.number(dataset) == number)[0])

    def made(self, dataset: str, number: int, *variables: str) -> set[str]:
        """The raw lines (and lines of study.yaml) with the columns that values of a record were made from."""
        found = Chains(self.tracing).of_record(dataset, number, variables)
        ends = (record for record in found.chain if record.kind in ("raw", "design"))
        return {f"{record.place} {value.name}" for record in ends for value in record.values}

    def touched(self, table: str, line: int, *columns: str) -> Touched:
        """What a raw line or record reaches."""
        return Touch(Chains(self.tracing)).of(table, line, columns)

    def reached(self, table: str, line: int, *columns: str) -> set[str]:
        """The values that may change: DATASET NUMBER VARIABLE."""
        records = self.touched(table, line, *columns).records
        return {f"{record.place} {name}" for record in records for name in record.variables}


TraceStudy = Callable[[Mapping[str, str]], Traced]


@pytest.fixture
def trace_small(study_folder: WriteStudy) -> TraceStudy:
    """Write a study folder and trace its build."""

    def trace(files: Mapping[str, str]) -> Traced:
        findings = Findings()
        found = workflow.trace(study_folder(files), None, lambda _text: None, findings)
        faults = [str(finding) for finding in findings.errors if not finding.code.startswith("RAW_")]
        assert not faults, faults
        return Traced(found)

    return trace
