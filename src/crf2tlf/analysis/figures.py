"""Figures: their models for the display, and the numbers that they show as results."""

from __future__ import annotations

from dataclasses import dataclass

from crf2tlf.analysis.collect import Collector
from crf2tlf.analysis.data import Records
from crf2tlf.analysis.scope import Scope
from crf2tlf.analysis.statistic import Source, Statistic
from crf2tlf.analysis.templates import Value
from crf2tlf.analysis.texts import Texts
from crf2tlf.spec.model import SpecModel
from crf2tlf.spec.output import OutputSpec
from crf2tlf.spec.template import Template


@dataclass(frozen=True, eq=False)
class Drawing:
    """One figure being made: its spec, subjects, and where its texts and numbers go."""

    output: OutputSpec
    scope: Scope
    collector: Collector
    texts: Texts

    def text(self, template: Template | None, **names: object) -> str:
        """Return a text of the spec."""
        return self.texts.render(template, N=self.scope.size, **names)

    def one(self, records: Records, position: int) -> Records:
        """Return one of the records."""
        return Records(records.dataset, records.positions[position : position + 1])

    def add(
        self,
        part: str,
        statistic: str,
        value: Value,
        behind: tuple[Source | None, Source | None],
        spec: SpecModel,
        variable: str | None = None,
    ) -> None:
        """Add a number of the figure as a result; ``part`` names the bar, lane or curve, ``spec`` the analysis."""
        where = getattr(spec, "where", None)
        about = {
            "output": self.output.id,
            "analysis": part.split("/")[0],
            "analysis_set": self.scope.population,
            "group": part.partition("/")[2] or "all",
            "variable": variable if variable is not None else where.text if where else "",
        }
        id_ = f"{self.output.id}/{part}/{statistic}"
        self.collector.add_one(id_, about, statistic, Statistic(value, *behind), "", spec.place)
