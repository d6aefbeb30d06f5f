"""Forest plots: a line for each subgroup, its texts in columns, the estimate as a square with its limits as a bar."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from crf2tlf.analysis.results import Forest, ForestLine
from crf2tlf.display.figures.look import COLOURS, INK, PALE

_LINE_HEIGHT = 0.215
_CHARACTER = 0.0128  # the width of a character as a share of a portrait page, at the size of the texts
_LEAST_PLOT = 0.24
_ROUND = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_WIDEST = (0.05, 20.0)


def height(figure: Forest) -> float:
    """Return the height in inches that the figure asks for."""
    return 1.1 + _LINE_HEIGHT * (len(figure.lines) + _header_lines(figure)) + (0.2 if figure.favours else 0)


def describe(figure: Forest) -> str:
    """Return the figure in words, for readers who can't see it."""
    estimate = figure.columns[figure.before] if len(figure.columns) > figure.before else "estimate"
    shown = [line for line in figure.lines if not line.heading and _text(line, figure)]
    told = [f"{line.label}: {_text(line, figure)}" for line in shown]
    return f"Forest plot of {figure.x_label}. {estimate}: {'; '.join(told)}."


def _text(line: ForestLine, figure: Forest) -> str:
    return line.texts[figure.before] if len(line.texts) > figure.before else ""


def draw(axes: Axes, figure: Forest) -> None:
    """Draw the texts on the axes given, and the plot on axes of its own between them."""
    axes.axis("off")
    size = len(figure.lines)
    top = size + _header_lines(figure)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, top)
    left, columns, start, end = _places(figure)
    _draw_header(axes, figure, columns, size)
    for at, line in enumerate(figure.lines):
        _draw_texts(axes, line, columns, left, size - at - 0.5)
    plot = axes.inset_axes((start, 0, end - start, size / top))
    _set_axes(plot, figure)
    heaviest = max((line.weight for line in figure.lines), default=0.0) or 1.0
    for at, line in enumerate(figure.lines):
        if line.estimate is not None:
            _draw_estimate(plot, line, size - at - 0.5, line.weight / heaviest)
    _draw_favours(plot, figure)


def _header_lines(figure: Forest) -> int:
    return max([label.count("\n") + 1 for label in (figure.stub, *figure.columns)])


def _places(figure: Forest) -> tuple[float, list[float], float, float]:
    """Return the labels' place, the middles of the columns of text, and where the plot starts and ends."""
    labels = [2 * line.indent + len(line.label) for line in figure.lines] + [len(figure.stub)]
    widths = [
        max([len(text) for text in figure.columns[at].split("\n")] + [len(line.texts[at]) for line in shown]) + 2
        for at, shown in ((at, [line for line in figure.lines if len(line.texts) > at]) for at in range(_count(figure)))
    ]
    wanted = [_CHARACTER * (max(labels) + 2), *(_CHARACTER * width for width in widths)]
    scale = min(1.0, (1 - _LEAST_PLOT) / sum(wanted))
    stub, *shares = [share * scale for share in wanted]
    before, after = shares[: figure.before], shares[figure.before :]
    start, end = stub + sum(before), 1 - sum(after)
    middles, at = [], stub
    for number, share in enumerate(shares):
        if number == figure.before:
            at = end
        middles.append(at + share / 2)
        at += share
    return 0.0, middles, start + 0.01, end - 0.01


def _count(figure: Forest) -> int:
    return len(figure.columns)


def _draw_header(axes: Axes, figure: Forest, columns: list[float], size: int) -> None:
    style: dict[str, Any] = {"weight": "bold", "va": "bottom", "linespacing": 1.2}
    axes.text(0, size + 0.15, figure.stub, ha="left", **style)
    for at, label in zip(columns, figure.columns, strict=True):
        axes.text(at, size + 0.15, label, ha="center", **style)
    axes.plot([0, 1], [size, size], color=INK, linewidth=0.8, clip_on=False)


def _draw_texts(axes: Axes, line: ForestLine, columns: list[float], left: float, y: float) -> None:
    weight = "bold" if line.heading else "normal"
    axes.text(left + 2 * _CHARACTER * line.indent, y, line.label, ha="left", va="center", weight=weight)
    for at, text in zip(columns, line.texts, strict=False):
        axes.text(at, y, text, ha="center", va="center", gid="forest text")


def _set_axes(plot: Axes, figure: Forest) -> None:
    low, high = figure.axis or _extent(figure)
    plot.set_ylim(0, len(figure.lines))
    plot.set_yticks([])
    plot.spines["left"].set_visible(False)
    plot.patch.set_alpha(0)
    if figure.logarithmic:
        plot.set_xscale("log")
        ticks = _thinned([value for value in _ROUND if low <= value <= high])
        plot.set_xticks(ticks, [f"{value:g}" for value in ticks])
        plot.xaxis.set_minor_locator(NullLocator())
    plot.set_xlim(low, high)
    plot.set_xlabel(figure.x_label)
    plot.axvline(figure.no_difference, color=PALE, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1, gid="no difference")


def _thinned(ticks: list[float]) -> list[float]:
    """Return at most seven ticks; 1 stays."""
    step = -(-len(ticks) // 7)
    offset = ticks.index(1) % step if 1 in ticks else 0
    return ticks[offset::step]


def _extent(figure: Forest) -> tuple[float, float]:
    """Return an axis that holds the estimates, and their limits as far as they make sense."""
    centres = [line.estimate for line in figure.lines if line.estimate is not None]
    ends = [end for line in figure.lines for end in (line.lower, line.upper) if end is not None]
    low, high = min([*centres, *ends, figure.no_difference]), max([*centres, *ends, figure.no_difference])
    if not figure.logarithmic:
        margin = 0.05 * (high - low) or 1.0
        return low - margin, high + margin
    positive = [value for value in centres if value > 0]
    low = max(low, min(_WIDEST[0], *positive, 1.0)) if low > 0 else _WIDEST[0]
    high = min(high, max(_WIDEST[1], *positive, 1.0))
    below = [value for value in _ROUND if value <= low] or [_ROUND[0]]
    above = [value for value in _ROUND if value >= high] or [_ROUND[-1]]
    return min(below[-1], 0.5), max(above[0], 2.0)


def _draw_estimate(plot: Axes, line: ForestLine, y: float, share: float) -> None:
    """Draw the bar between the limits, cut off with arrows at the axis' ends, and the square, larger with more data."""
    low, high = plot.get_xlim()
    assert line.estimate is not None
    lower = line.lower if line.lower is not None else line.estimate
    upper = line.upper if line.upper is not None else line.estimate
    style: dict[str, Any] = {"color": INK, "linewidth": 1.1, "zorder": 2}
    if lower < upper and lower < high and upper > low:
        plot.plot([max(lower, low), min(upper, high)], [y, y], gid=f"limits {line.label}", **style)
        for end, inside, marker in ((lower, lower >= low, "<"), (upper, upper <= high, ">")):
            if inside:
                plot.plot([end], [y], marker="|", markersize=6, markeredgewidth=1.1, color=INK, zorder=2)
            else:
                edge = low if marker == "<" else high
                plot.plot([edge], [y], marker=marker, markersize=5, color=INK, clip_on=False, zorder=3, gid="cut off")
    if low <= line.estimate <= high:
        look: dict[str, Any] = {"marker": "s", "markersize": 3.5 + 4.5 * share**0.5, "color": COLOURS[0]}
        plot.plot([line.estimate], [y], zorder=4, gid=f"estimate {line.label}", **look)


def _draw_favours(plot: Axes, figure: Forest) -> None:
    """Write what each side favours, left and right of the line of no difference."""
    if not figure.favours:
        return
    style: dict[str, Any] = {"textcoords": "offset points", "annotation_clip": False, "va": "center", "fontsize": 7.5}
    at = (figure.no_difference, 0)
    for text, shift, side in ((f"← {figure.favours[0]}", -6, "right"), (f"{figure.favours[1]} →", 6, "left")):
        place = plot.get_xaxis_transform()
        plot.annotate(text, xy=at, xycoords=place, xytext=(shift, -38), ha=side, gid="favours", **style)
