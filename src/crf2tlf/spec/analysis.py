"""``specs/analysis.yaml``: what the outputs share; and ``specs/reconciliation.yaml``: the published numbers."""

from __future__ import annotations

from pydantic import Field, model_validator

from crf2tlf.findings import nearest
from crf2tlf.spec.model import RuleText, SpecFault, SpecModel, Text
from crf2tlf.spec.output import ANALYSES, ColumnSpec
from crf2tlf.spec.template import CellTemplate, TextTemplate


class PopulationSpec(SpecModel):
    """The subjects that an output is about: records of a dataset with one record a subject."""

    dataset: str = Field(description="A dataset with one record a subject, such as ADSL.")
    where: RuleText | None = Field(default=None, description="Which of its subjects; unknown is not selected.")
    label: TextTemplate = Field(description="The population's name, as it stands under titles; {{ N }} is its size.")


class AnalysisSpec(SpecModel):
    """Populations, columns and abbreviations by name, and what cells show where an output does not say it."""

    populations: dict[str, PopulationSpec] = Field(default={}, description="Populations by the name that outputs use.")
    columns: dict[str, tuple[ColumnSpec, ...]] = Field(default={}, description="Columns that several tables have.")
    abbreviations: dict[str, Text] = Field(default={}, description="What abbreviations stand for.")
    missing: Text = Field(default="–", description="What stands in a cell for a number that does not exist.")
    zero: Text | None = Field(
        default=None,
        description="What a count's or proportion's cell shows where nobody is counted: `0` for 0 (0.0).",
    )
    show: dict[str, CellTemplate] = Field(
        default={}, description="What cells show by the analysis' key, where neither row nor column says: `count: …`."
    )

    @model_validator(mode="after")
    def _known_analyses(self) -> AnalysisSpec:
        for name in self.show:
            if name not in ANALYSES:
                raise SpecFault(f"there is no analysis {name}{nearest(name, ANALYSES)}", "show", name)
        return self


class PublishedOutput(SpecModel):
    """Where the published numbers of an output are among the results.

    The id of a cell is `output/row/column`, or `output/row` where the table's one column has no id.
    """

    output: str | None = Field(default=None, description="The output's id, where it is not the published name.")
    columns: dict[str, str] = Field(default={}, description="Published column → column id.")
    rows: dict[str, Text | dict[str, Text]] = Field(
        description="Published section → row → row id; section → row id for rows without a name."
    )


class ReconciliationNote(SpecModel):
    """An explanation, of the cells it names or of the publication as a whole."""

    cells: tuple[str, ...] = Field(default=(), description="Ids of the cells that the note is about.")
    text: TextTemplate = Field(description="The explanation.")


class ReconciliationSpec(SpecModel):
    """Which result each published number is compared with."""

    published: str = Field(
        default="published.csv",
        pattern=r"^[A-Za-z0-9_.-]+$",
        description="A file in specs/ with the columns output, section, row, column, published.",
    )
    title: TextTemplate = Field(description="The title of the page that shows the comparison.")
    outputs: dict[str, PublishedOutput] = Field(description="The published outputs by the name in the file.")
    notes: tuple[ReconciliationNote, ...] = Field(default=(), description="What the comparison explains.")
