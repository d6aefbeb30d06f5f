"""Where on a figure each of its elements is: bars, lanes, steps, marks, lines and points, as rectangles with a key.

A key is what the element is and its number in the figure's model: ``bar-3``, ``step-0-12`` (curve 0, step 12).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from matplotlib.axes import Axes

from crf2tlf.analysis.results import Figure, Forest, KaplanMeier, Swimmer, VisitBoxes, VisitLines, Waterfall
from crf2tlf.display.figures.look import BELOW_AXIS, LINE
from crf2tlf.display.figures.visits import box_width, shifts

_LEAST = 9.0
_POINTS = 72.0


@dataclass(frozen=True)
class Target:
    """The rectangle of an element in points, from the upper left corner of the picture."""

    key: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class _Place:
    """An element in the coordinates of the axes' data; ``below`` is how many points under the axis it stands."""

    key: str
    left: float
    right: float
    bottom: float
    top: float
    below: float | None = None


def targets(axes: Axes, body: Figure) -> list[Target]:
    """Return the rectangles of a drawn figure's elements, none smaller than a finger's or a mouse's reach."""
    return [_target(axes, place) for place in _places(body)]


def _places(body: Figure) -> Iterator[_Place]:
    match body:
        case Waterfall():
            yield from _bars(body)
        case Swimmer():
            for at in range(len(body.lanes)):
                yield _Place(f"lane-{at}", float("-inf"), float("inf"), at + 0.4, at - 0.4)
        case KaplanMeier():
            yield from _curves(body)
        case Forest():
            size = len(body.lines)
            for at, line in enumerate(body.lines):
                if any(line.texts) or line.estimate is not None:
                    yield _Place(f"line-{at}", 0.0, 1.0, size - at - 0.95, size - at - 0.05)
        case VisitLines():
            for number, (drawn, shift) in enumerate(zip(body.lines, shifts(body), strict=True)):
                for at, point in enumerate(drawn.points):
                    if point.value is not None:
                        low, high = point.lower, point.upper
                        ends = (point.value if low is None else low, point.value if high is None else high)
                        yield _Place(f"point-{number}-{at}", point.x + shift, point.x + shift, *ends)
        case VisitBoxes():
            half = 0.45 * box_width(body)
            for number, (group, shift) in enumerate(zip(body.groups, shifts(body), strict=True)):
                for at, box in enumerate(group.boxes):
                    x = box.x + shift
                    yield _Place(f"point-{number}-{at}", x - half, x + half, box.low, box.high)


def _bars(body: Waterfall) -> Iterator[_Place]:
    drawn = sorted(enumerate(body.bars), key=lambda numbered: -numbered[1].value)
    for place, (at, bar) in enumerate(drawn):
        yield _Place(f"bar-{at}", place - 0.4, place + 0.4, min(bar.value, 0.0), max(bar.value, 0.0))


def _curves(body: KaplanMeier) -> Iterator[_Place]:
    for number, curve in enumerate(body.curves):
        before = 1.0
        for at, step in enumerate(curve.steps):
            if step.survival < before:
                yield _Place(f"step-{number}-{at}", step.time, step.time, step.survival, before)
            before = step.survival
        for at, (time, survival) in enumerate(curve.censored):
            yield _Place(f"censored-{number}-{at}", time, time, survival, survival)
    counted = [number for number, curve in enumerate(body.curves) if curve.at_risk]
    for line, number in enumerate(counted, start=1):
        for at, time in enumerate(body.at_risk_times):
            yield _Place(f"at_risk-{number}-{at}", time, time, 0.0, 0.0, below=BELOW_AXIS + LINE * line)


def _target(axes: Axes, place: _Place) -> Target:
    figure = axes.get_figure(root=True)
    assert figure is not None
    scale = _POINTS / figure.dpi
    low, high = sorted(axes.get_xlim())
    corners = [(max(place.left, low), place.bottom), (min(place.right, high), place.top)]
    (x0, y0), (x1, y1) = (axes.transData.transform(corner) * scale for corner in corners)
    if place.below is not None:
        y0 = y1 = axes.transAxes.transform((0, 0))[1] * scale - place.below
    tall = figure.get_figheight() * _POINTS
    left, width = _at_least(x0, x1)
    top, height = _at_least(tall - y1, tall - y0)
    return Target(place.key, *(round(float(number), 2) for number in (left, top, width, height)))


def _at_least(start: float, end: float) -> tuple[float, float]:
    start, end = min(start, end), max(start, end)
    more = max(0.0, _LEAST - (end - start)) / 2
    return start - more, end - start + 2 * more
