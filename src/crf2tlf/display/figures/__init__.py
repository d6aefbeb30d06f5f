"""Figures: each drawn once and saved as SVG for editors and as PNG for Word and Excel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
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
from crf2tlf.display.figures.targets import Target, targets

__all__ = ["Clickable", "Picture", "Target", "draw", "draw_clickable", "draw_figures"]

_DOTS_PER_INCH = 300
_SCREEN_DOTS = 200
_LARGEST_SVG = 2_000_000
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


@dataclass(frozen=True)
class Clickable:
    """A figure for the screen: the words that stand for it, its size and elements in points.

    ``png`` is given where the SVG has too many elements for a page.
    """

    svg: bytes
    png: bytes | None
    alternative: str
    width: float
    height: float
    targets: tuple[Target, ...]


def draw_figures(results: Results, names: Sequence[str], folder: Path) -> dict[str, Picture]:
    """Draw every figure of the results into ``folder`` and return the pictures by output id."""
    with printed_look():
        return {
            output.id: _draw_output(output, folder / name, results.draft)
            for output, name in zip(results.outputs, names, strict=True)
            if not isinstance(output.body, Table)
        }


def draw_clickable(output: Output, *, draft: bool) -> Clickable:
    """Draw a figure as :func:`draw_figures` does, and say where its elements are."""
    assert not isinstance(output.body, Table)
    svg, png = BytesIO(), BytesIO()
    with printed_look():
        figure, axes = _drawn(output, draft)
        figure.savefig(svg, format="svg", metadata={"Date": None, "Title": output.title})
        found = tuple(targets(axes, output.body))
        if large := svg.tell() > _LARGEST_SVG:
            figure.savefig(png, format="png", dpi=_SCREEN_DOTS, metadata={"Software": None, "Title": output.title})
    wide, tall = (72 * inches for inches in figure.get_size_inches())
    _, words = _size_and_words(output.body)
    picture = png.getvalue() if large else None
    return Clickable(svg.getvalue(), picture, f"{output.title}. {words}", wide, tall, found)


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


def _drawn(output: Output, draft: bool) -> tuple[Figure, Axes]:
    assert not isinstance(output.body, Table)
    wanted, _ = _size_and_words(output.body)
    height = min(wanted, _TALLEST[output.orientation])
    figure = Figure(figsize=(_WIDTH[output.orientation], height), layout="constrained")
    axes = figure.add_subplot()
    draw(axes, output.body)
    if draft:
        mark_draft(axes)
    return figure, axes


def _draw_output(output: Output, path: Path, draft: bool) -> Picture:
    assert not isinstance(output.body, Table)
    figure, _ = _drawn(output, draft)
    width, height = map(float, figure.get_size_inches())
    _, words = _size_and_words(output.body)
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
