"""Figures: each drawn once and saved as SVG for editors and as PNG for Word and Excel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crf2tlf.analysis.results import (
    Figure as Drawn,
)
from crf2tlf.analysis.results import (
    Forest,
    KaplanMeier,
    Output,
    Results,
    Swimmer,
    Table,
    VisitBoxes,
    VisitLines,
    Waterfall,
)
from crf2tlf.display.figures import forest, kaplan_meier, swimmer, visits, waterfall
from crf2tlf.display.figures.look import mark_draft, printed_look

__all__ = ["Picture", "draw", "draw_figures"]

_DOTS_PER_INCH = 300
_WIDTH = {"portrait": 6.6, "landscape": 9.4}
_TALLEST = {"portrait": 7.6, "landscape": 4.7}


@dataclass(frozen=True)
class Picture:
    """A figure as files, with the words that stand for it where it can't be seen, and its size in inches."""

    svg: Path
    png: Path
    alternative: str
    width: float
    height: float


def draw_figures(results: Results, names: Sequence[str], folder: Path) -> dict[str, Picture]:
    """Draw every figure of the results into ``folder`` and return the pictures by output id."""
    with printed_look():
        return {
            output.id: _draw_output(output, folder / name, results.draft)
            for output, name in zip(results.outputs, names, strict=True)
            if not isinstance(output.body, Table)
        }


def draw(axes: Axes, body: Drawn) -> None:
    """Draw a figure's data on the axes."""
    match body:
        case Waterfall():
            waterfall.draw(axes, body)
        case Swimmer():
            swimmer.draw(axes, body)
        case KaplanMeier():
            kaplan_meier.draw(axes, body)
        case Forest():
            forest.draw(axes, body)
        case VisitLines() | VisitBoxes():
            visits.draw(axes, body)


def _draw_output(output: Output, path: Path, draft: bool) -> Picture:
    assert not isinstance(output.body, Table)
    width = _WIDTH[output.orientation]
    wanted, words = _size_and_words(output.body)
    height = min(wanted, _TALLEST[output.orientation])
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    draw(axes, output.body)
    if draft:
        mark_draft(axes)
    path.parent.mkdir(parents=True, exist_ok=True)
    svg, png = path.with_name(f"{path.name}.svg"), path.with_name(f"{path.name}.png")
    figure.savefig(svg, metadata={"Date": None, "Title": output.title})
    figure.savefig(png, dpi=_DOTS_PER_INCH, metadata={"Software": None, "Title": output.title})
    return Picture(svg, png, f"{output.title}. {words}", width, height)


def _size_and_words(body: Drawn) -> tuple[float, str]:
    match body:
        case Waterfall():
            return waterfall.height(body), waterfall.describe(body)
        case Swimmer():
            return swimmer.height(body), swimmer.describe(body)
        case KaplanMeier():
            return kaplan_meier.height(body), kaplan_meier.describe(body)
        case Forest():
            return forest.height(body), forest.describe(body)
        case VisitLines() | VisitBoxes():
            return visits.height(body), visits.describe(body)
