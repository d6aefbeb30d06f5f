"""Results as data: what ``tlf/results.json`` holds and the only thing that displays are rendered from.

Every statistic is a :class:`Result` with the sets of records behind its numerator and denominator; every output is
an :class:`Output` whose cells name the results they show. Displays know no statistics; this file knows no layout
beyond order, labels and indentation.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RecordSet(_Data):
    """Records behind a number: a dataset (or ``study`` for design constants) and the key values of each record."""

    dataset: str
    keys: tuple[str, ...]
    records: tuple[tuple[str | float, ...], ...]


class Result(_Data):
    """One statistic of one analysis in one group; ``value`` is rounded to 12 significant digits, None if missing."""

    id: str
    output: str
    analysis: str
    analysis_set: str
    group: str
    variable: str
    statistic: str
    value: float | str | None
    text: str
    numerator: str | None = None
    denominator: str | None = None


class Cell(_Data):
    """Text of a cell; ``number`` and ``decimals`` where the cell is one number; the ids of the results it shows."""

    text: str
    id: str | None = None
    number: float | None = None
    decimals: int | None = None
    results: tuple[str, ...] = ()


class Row(_Data):
    """A row of cells, one a column; the first cell is the stub. A heading spans the row; rules part blocks.

    ``record`` is, in a listing, the key values of the record that the row shows (see :class:`Table`).
    """

    cells: tuple[Cell, ...]
    indent: int = 0
    heading: bool = False
    rule_above: bool = False
    record: tuple[str | float, ...] = ()


def _is_empty(value: object) -> bool:
    return value in ((), None)


class Column(_Data):
    """A column: header text, spanning header above it, alignment, and width as a share of the table's width.

    ``over`` are the headers over the spanning one, outermost first.
    """

    label: str
    spanner: str | None = None
    align: Literal["left", "center", "right"] = "left"
    width: float = 1.0
    over: tuple[str, ...] = Field(default=(), exclude_if=_is_empty)


class Page(_Data):
    """A part of a table that begins a page of its own: the number of its first row, and its line under the title."""

    first: int
    subtitle: str


class Table(_Data):
    """A rectangular display (table or listing): every row has as many cells as there are columns.

    A listing names its ``dataset`` and the ``keys`` whose values each row's ``record`` holds. ``pages`` part the rows;
    ``page_rows`` is how many of them a page holds, without it as many as there is room for; ``page_columns`` how many
    columns beside the first.
    """

    kind: Literal["table"] = "table"
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    dataset: str | None = None
    keys: tuple[str, ...] = ()
    pages: tuple[Page, ...] = Field(default=(), exclude_if=_is_empty)
    page_rows: int | None = Field(default=None, exclude_if=_is_empty)
    page_columns: int | None = Field(default=None, exclude_if=_is_empty)


class Mark(_Data):
    """A symbol on a figure: its category names the legend entry."""

    category: str
    x: float


class Bar(_Data):
    """One subject's bar of a waterfall: height in percent, colour category, and marks named by category."""

    subject: str
    value: float
    category: str
    marks: tuple[str, ...] = ()


class Waterfall(_Data):
    """Sorted bars of the best percentage change; ``not_evaluable`` are subjects without a bar."""

    kind: Literal["waterfall"] = "waterfall"
    y_label: str
    x_label: str = ""
    bars: tuple[Bar, ...]
    categories: tuple[str, ...]
    marks: tuple[str, ...] = ()
    reference_lines: tuple[float, ...] = ()
    not_evaluable: tuple[str, ...] = ()


class Segment(_Data):
    """A horizontal stretch of a swimmer lane from ``start`` to ``end`` (axis units; the origin is 0)."""

    category: str
    start: float
    end: float


class Lane(_Data):
    """One subject's lane of a swimmer plot; ``group`` colours the label or bar; ``ongoing`` draws an arrow."""

    subject: str
    group: str = ""
    segments: tuple[Segment, ...]
    marks: tuple[Mark, ...] = ()
    ongoing: bool = False


class Swimmer(_Data):
    """Lanes around an origin (0), with the segments' and marks' categories in legend order."""

    kind: Literal["swimmer"] = "swimmer"
    x_label: str
    origin_label: str = ""
    lanes: tuple[Lane, ...]
    segments: tuple[str, ...]
    groups: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


class Step(_Data):
    """A point of a survival curve: from ``time`` on, the survival probability and its limits (None: not reached)."""

    time: float
    survival: float
    lower: float | None = None
    upper: float | None = None


class Curve(_Data):
    """One group's survival curve; ``at_risk`` belongs to the figure's ``at_risk_times``."""

    label: str
    steps: tuple[Step, ...]
    censored: tuple[tuple[float, float], ...] = ()
    at_risk: tuple[int, ...] = ()
    median: float | None = None
    median_lower: float | None = None
    median_upper: float | None = None


class KaplanMeier(_Data):
    """Survival curves with a common axis and the times at which numbers at risk are shown."""

    kind: Literal["kaplan_meier"] = "kaplan_meier"
    x_label: str
    y_label: str
    curves: tuple[Curve, ...]
    at_risk_times: tuple[float, ...]
    annotations: tuple[str, ...] = ()


class ForestLine(_Data):
    """A line of a forest plot: its label, the texts of its columns, and the estimate with its limits.

    A limit that does not exist is None; ``weight`` is the number of subjects or events behind the estimate.
    """

    label: str
    texts: tuple[str, ...] = ()
    estimate: float | None = None
    lower: float | None = None
    upper: float | None = None
    weight: float = 0.0
    indent: int = 0
    heading: bool = False


class Forest(_Data):
    """Estimates in subgroups around a line of no difference, with columns of text.

    ``before`` of the columns stand before the plot, the others after it; the axis of ratios is logarithmic.
    """

    kind: Literal["forest"] = "forest"
    x_label: str
    stub: str = ""
    columns: tuple[str, ...]
    before: int
    lines: tuple[ForestLine, ...]
    no_difference: float
    logarithmic: bool
    favours: tuple[str, ...] = ()
    axis: tuple[float, float] | None = None


class VisitPoint(_Data):
    """What a line shows at a place of the axis: the value with its limits, and how many values it is made of."""

    x: float
    n: int
    value: float | None = None
    lower: float | None = None
    upper: float | None = None


class VisitLine(_Data):
    """One group's values over visits; a visit without values is not among the points."""

    label: str
    points: tuple[VisitPoint, ...]


class VisitLines(_Data):
    """Lines over visits: where the visits stand and what they are called, a line a group."""

    kind: Literal["line"] = "line"
    x_label: str
    y_label: str
    ticks: tuple[tuple[float, str], ...]
    lines: tuple[VisitLine, ...]
    counts: bool = True
    reference_lines: tuple[float, ...] = ()


class VisitBox(_Data):
    """A box at a place of the axis: quartiles, median and mean, the ends of the whiskers, the values beyond them."""

    x: float
    n: int
    mean: float
    median: float
    q1: float
    q3: float
    low: float
    high: float
    beyond: tuple[float, ...] = ()


class BoxGroup(_Data):
    """One group's boxes over visits; a visit without values has none."""

    label: str
    boxes: tuple[VisitBox, ...]


class VisitBoxes(_Data):
    """Boxes over visits: where the visits stand and what they are called, a box a group at each."""

    kind: Literal["box"] = "box"
    x_label: str
    y_label: str
    ticks: tuple[tuple[float, str], ...]
    groups: tuple[BoxGroup, ...]
    counts: bool = True
    reference_lines: tuple[float, ...] = ()


Figure = Waterfall | Swimmer | KaplanMeier | Forest | VisitLines | VisitBoxes
Body = Annotated[Table | Figure, Field(discriminator="kind")]


class Output(_Data):
    """One table, figure or listing as it is to be rendered; all texts are final.

    ``cells`` are the numbers that a figure states in its annotations, footnotes or accompanying text.
    """

    id: str
    kind: Literal["table", "figure", "listing"]
    title: str
    population: str = ""
    footnotes: tuple[str, ...] = ()
    orientation: Literal["portrait", "landscape"] = "portrait"
    body: Body
    cells: tuple[Cell, ...] = ()


class Results(_Data):
    """The whole of ``tlf/results.json``."""

    version: Literal["1"] = "1"
    study: str
    title: str
    draft: bool = False
    release_timestamp: str
    outputs: tuple[Output, ...]
    results: tuple[Result, ...]
    record_sets: dict[str, RecordSet]
