"""Plots over visits: lines with limits, and boxes, side by side at each visit, with the numbers of values below."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from crf2tlf.analysis.results import BoxGroup, VisitBoxes, VisitLine, VisitLines
from crf2tlf.display.figures.look import COLOURS, INK, LINES, PALE, below_axis, choose, filled, key

_MARKERS = ("o", "s", "^", "D", "v", "X", "P", "*")
_MOST_ACROSS = 60


def height(figure: VisitLines | VisitBoxes) -> float:
    """Return the height in inches that the figure asks for."""
    return 4.0 + (0.17 * len(_labels(figure)) + 0.25 if figure.counts else 0)


def describe(figure: VisitLines | VisitBoxes) -> str:
    """Return the figure in words, for readers who can't see it."""
    kind = "Line plot" if isinstance(figure, VisitLines) else "Box plot"
    names = [label for label in _labels(figure) if label]
    of = f" of {', '.join(' '.join(name.split()) for name in names)}" if names else ""
    return f"{kind}{of}: {figure.y_label} by {figure.x_label}, {len(figure.ticks)} visits."


def draw(axes: Axes, figure: VisitLines | VisitBoxes) -> None:
    """Draw the groups side by side at each visit."""
    labels = _labels(figure)
    _set_axes(axes, figure)
    for height_of in figure.reference_lines:
        axes.axhline(height_of, color=PALE, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1, gid="reference line")
    beside = shifts(figure)
    handles: list[Artist] = []
    if isinstance(figure, VisitLines):
        for line, shift in zip(figure.lines, beside, strict=True):
            handles.append(_draw_line(axes, line, labels, shift))
    else:
        for group, shift in zip(figure.groups, beside, strict=True):
            _draw_boxes(axes, group, labels, shift, box_width(figure))
            handles.append(key(labels, group.label))
    if len(labels) > 1:
        axes.legend(handles=handles, loc="best")
    if figure.counts:
        _draw_counts(axes, figure)


def _labels(figure: VisitLines | VisitBoxes) -> tuple[str, ...]:
    groups: Sequence[VisitLine | BoxGroup] = figure.lines if isinstance(figure, VisitLines) else figure.groups
    return tuple(group.label for group in groups)


def _room(figure: VisitLines | VisitBoxes) -> float:
    """Return the distance between the nearest visits."""
    places = sorted(place for place, _ in figure.ticks)
    return min((after - before for before, after in pairwise(places) if after > before), default=1.0)


def shifts(figure: VisitLines | VisitBoxes) -> list[float]:
    """Return how far each group stands beside the visit's place."""
    number = len(_labels(figure))
    share = 0.12 if isinstance(figure, VisitLines) else 0.8 / max(number, 1)
    return [_room(figure) * share * (at - (number - 1) / 2) for at in range(number)]


def box_width(figure: VisitBoxes) -> float:
    """Return how much of the axis a box of a visit has for itself."""
    return 0.8 * _room(figure) / len(figure.groups)


def _set_axes(axes: Axes, figure: VisitLines | VisitBoxes) -> None:
    places = [place for place, _ in figure.ticks] or [0.0]
    names = [label for _, label in figure.ticks]
    room = _room(figure)
    axes.set_xlim(min(places) - 0.6 * room, max(places) + 0.6 * room)
    slanted = sum(len(name) + 2 for name in names) > 2 * _MOST_ACROSS
    axes.set_xticks(places[: len(names)], names, rotation=30 if slanted else 0, ha="right" if slanted else "center")
    axes.set_xlabel(figure.x_label)
    axes.set_ylabel(figure.y_label)


def _draw_line(axes: Axes, line: VisitLine, labels: tuple[str, ...], shift: float) -> Line2D:
    style: dict[str, Any] = {
        "color": choose(COLOURS, labels, line.label),
        "linestyle": choose(LINES, labels, line.label),
        "marker": choose(_MARKERS, labels, line.label),
        "markersize": 4.5,
        "linewidth": 1.4,
    }
    points = [point for point in line.points if point.value is not None]
    places, values = [point.x + shift for point in points], [point.value or 0.0 for point in points]
    axes.plot(places, values, zorder=3, gid=f"line {line.label}", **style)
    for place, point in zip(places, points, strict=True):
        if point.lower is not None and point.upper is not None:
            bar = {"color": style["color"], "linewidth": 1.0, "zorder": 2, "gid": f"limits {line.label}"}
            axes.plot([place, place], [point.lower, point.upper], marker="_", markersize=5, **bar)
    return Line2D([], [], label=line.label, **style)


def _draw_boxes(axes: Axes, group: BoxGroup, labels: tuple[str, ...], shift: float, width: float) -> None:
    if not group.boxes:
        return
    stats = [
        {"med": b.median, "q1": b.q1, "q3": b.q3, "whislo": b.low, "whishi": b.high, "mean": b.mean, "fliers": b.beyond}
        for b in group.boxes
    ]
    ink = {"color": INK, "linewidth": 0.9}
    look = filled(labels, group.label)
    axes.bxp(
        stats,
        positions=[b.x + shift for b in group.boxes],
        widths=0.9 * width,
        patch_artist=True,
        showmeans=True,
        manage_ticks=False,
        boxprops=look,
        medianprops={"color": INK, "linewidth": 1.6},
        whiskerprops=ink,
        capprops=ink,
        meanprops={"marker": "D", "markersize": 4, "markerfacecolor": "white", "markeredgecolor": INK},
        flierprops={"marker": "o", "markersize": 3, "markerfacecolor": "none", "markeredgecolor": INK},
    )


def _draw_counts(axes: Axes, figure: VisitLines | VisitBoxes) -> None:
    """Write the numbers of values under the visits they belong to, a line a group."""
    below_axis(axes, "Number of values", 0.0, 0, ("axes fraction", "axes fraction"), ha="left", weight="bold")
    if isinstance(figure, VisitLines):
        counted = [{point.x: point.n for point in line.points} for line in figure.lines]
    else:
        counted = [{box.x: box.n for box in group.boxes} for group in figure.groups]
    for line, (label, numbers) in enumerate(zip(_labels(figure), counted, strict=True), start=1):
        if len(counted) > 1:
            name = " ".join(label.split())
            below_axis(axes, name, 0.0, line, ("axes fraction", "axes fraction"), ha="right", shift=-14)
        for place, _ in figure.ticks:
            text = str(numbers.get(place, 0))
            below_axis(axes, text, place, line, ("data", "axes fraction"), ha="center", gid="number of values")
