"""The waterfall plot: each subject's best percentage change from baseline."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D

from crf2tlf.analysis.results import Bar, Waterfall
from crf2tlf.display.figures.look import INK, MOST_SINGLE, PALE, SYMBOLS, bar_corners, choose, filled, key, signed

_MARK_STEP = 0.05
_MOST_LABELLED = 60
_MOST_LISTED = 6


def height(figure: Waterfall) -> float:
    """Return the height in inches that the figure asks for."""
    return 4.0 + (0.2 if figure.not_evaluable else 0.0)


def describe(figure: Waterfall) -> str:
    """Return the figure in words, for readers who can't see it."""
    counts = ", ".join(
        f"{name} {count}" for name in figure.categories if (count := sum(bar.category == name for bar in figure.bars))
    )
    bars = f"Waterfall plot of {figure.y_label} in {len(figure.bars)} subjects ({counts})."
    return f"{bars} Not evaluable: {len(figure.not_evaluable)}." if figure.not_evaluable else bars


def draw(axes: Axes, figure: Waterfall) -> None:
    """Draw the sorted bars, largest increase left, with reference lines, marks and legend."""
    bars = sorted(figure.bars, key=lambda bar: -bar.value)
    _set_range(axes, figure)
    if len(bars) > MOST_SINGLE:
        _draw_together(axes, figure, bars)
    for place, bar in enumerate(bars if len(bars) <= MOST_SINGLE else ()):
        style = filled(figure.categories, bar.category)
        axes.bar(place, bar.value, width=0.8, zorder=2, label=bar.category, gid=f"bar {bar.subject}", **style)
        if bar.value == 0:
            axes.plot([place - 0.4, place + 0.4], [0, 0], color=style["facecolor"], linewidth=3, zorder=4)
        _draw_marks(axes, figure, place, bar)
    _draw_reference_lines(axes, figure)
    _label_subjects(axes, figure, bars)
    _draw_legend(axes, figure)


def _draw_together(axes: Axes, figure: Waterfall, bars: list[Bar]) -> None:
    """Draw many bars as one shape a category, and their marks as one line a kind of mark."""
    shapes: dict[str, list[Any]] = {}
    marks: dict[str, tuple[list[int], list[float]]] = {}
    low, high = axes.get_ylim()
    for place, bar in enumerate(bars):
        shapes.setdefault(bar.category, []).append(bar_corners(place - 0.4, place + 0.4, 0.0, bar.value))
        for level, mark in enumerate(bar.marks, start=1):
            xs, ys = marks.setdefault(mark, ([], []))
            xs.append(place)
            ys.append(max(bar.value, 0.0) + (high - low) * _MARK_STEP * (level - 0.25))
    for category, corners in shapes.items():
        fill = {**filled(figure.categories, category), "hatch": None, "linewidth": 0}
        axes.add_collection(PolyCollection(corners, zorder=2, **fill), autolim=False)
    for mark, (xs, ys) in marks.items():
        axes.plot(xs, ys, zorder=4, **{**_symbol(figure, mark), "markersize": 2.5})


def _set_range(axes: Axes, figure: Waterfall) -> None:
    values = [bar.value for bar in figure.bars] + list(figure.reference_lines) + [0.0]
    room = max(max(values) - min(values), 20.0) * 0.08
    lowest = min(values) - room
    stacked = max((len(bar.marks) for bar in figure.bars), default=0)
    axes.set_ylim(max(lowest, -103.0) if min(values) >= -100 else lowest, max(values) + room * (1 + stacked))
    axes.set_xlim(-0.6, max(len(figure.bars), 1) - 0.4)
    axes.axhline(0, color=INK, linewidth=0.8, zorder=3, gid="zero")
    axes.set_ylabel(figure.y_label)


def _draw_marks(axes: Axes, figure: Waterfall, place: int, bar: Bar) -> None:
    low, high = axes.get_ylim()
    for level, mark in enumerate(bar.marks, start=1):
        y = max(bar.value, 0.0) + (high - low) * _MARK_STEP * (level - 0.25)
        axes.plot(place, y, gid=f"mark {bar.subject}", zorder=4, **_symbol(figure, mark))


def _symbol(figure: Waterfall, mark: str) -> dict[str, Any]:
    marker = choose(SYMBOLS, figure.marks, mark)
    size = 8 if marker == "*" else 5.5
    return {"marker": marker, "markersize": size, "color": INK, "linestyle": "none"}


def _draw_reference_lines(axes: Axes, figure: Waterfall) -> None:
    for value in figure.reference_lines:
        axes.axhline(value, color=PALE, linewidth=0.9, linestyle=(0, (5, 3)), zorder=1, gid="reference")
        axes.annotate(
            f"{signed(value)}\u00a0%",
            xy=(1, value),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            annotation_clip=False,
        )


def _label_subjects(axes: Axes, figure: Waterfall, bars: list[Bar]) -> None:
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="x", length=0)
    labels = [bar.subject for bar in bars] if len(bars) <= _MOST_LABELLED else []
    crowded = sum(len(label) + 2 for label in labels) > 90
    axes.set_xticks(range(len(labels)), labels, rotation=90 if crowded else 0)
    note = _not_evaluable(figure.not_evaluable)
    axes.set_xlabel("\n".join(text for text in (figure.x_label, note) if text))


def _not_evaluable(subjects: tuple[str, ...]) -> str:
    if not subjects:
        return ""
    listed = f" ({', '.join(subjects)})" if len(subjects) <= _MOST_LISTED else ""
    return f"Not evaluable: n = {len(subjects)}{listed}"


def _draw_legend(axes: Axes, figure: Waterfall) -> None:
    used = {bar.category for bar in figure.bars}
    marked = {mark for bar in figure.bars for mark in bar.marks}
    handles = [key(figure.categories, name) for name in figure.categories if name in used]
    symbols = [Line2D([], [], label=mark, **_symbol(figure, mark)) for mark in figure.marks if mark in marked]
    if handles or symbols:
        axes.legend(handles=[*handles, *symbols], loc="upper right", handleheight=1.1)
