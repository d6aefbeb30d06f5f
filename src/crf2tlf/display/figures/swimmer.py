"""The swimmer plot: one lane a subject, with stretches of treatment before and after an origin."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.transforms import ScaledTranslation

from crf2tlf.analysis.results import Lane, Segment, Swimmer
from crf2tlf.display.figures.look import COLOURS, HATCHES, INK, MOST_SINGLE, PALE, bar_corners, choose, filled

_LANE = 0.62
_TINTS = (1.0, 0.35, 0.65)
_ARROW = 0.025
_LEGEND_BELOW = 0.45
_SYMBOLS = ("^", "D", "X", "o", "s", "v", "P", "*")
_LABELS_POINTS = 190.0


def height(figure: Swimmer) -> float:
    """Return the height in inches that the figure asks for."""
    return 1.6 + 0.3 * max(len(figure.lanes), 3)


def describe(figure: Swimmer) -> str:
    """Return the figure in words, for readers who can't see it."""
    stretches = ", ".join(figure.segments)
    marks = f"; marks: {', '.join(figure.marks)}" if figure.marks else ""
    ongoing = sum(lane.ongoing for lane in figure.lanes)
    lanes = f"Swimmer plot of {len(figure.lanes)} subjects, {figure.x_label} ({stretches}{marks})."
    return f"{lanes} Ongoing: {ongoing}." if ongoing else lanes


def draw(axes: Axes, figure: Swimmer) -> None:
    """Draw the lanes, first at the top, with the origin line, marks, arrows and legend."""
    if len(figure.lanes) > MOST_SINGLE:
        _draw_together(axes, figure)
    else:
        for place, lane in enumerate(figure.lanes):
            for segment in lane.segments:
                _draw_segment(axes, figure, place, lane, segment)
        _set_range(axes, figure)
        for place, lane in enumerate(figure.lanes):
            _draw_marks(axes, figure, place, lane)
    _draw_origin(axes, figure)
    _label_lanes(axes, figure)
    _draw_legend(axes, figure)


def _draw_together(axes: Axes, figure: Swimmer) -> None:
    """Draw many lanes as one shape a look: elements of their own would take minutes, and nobody can tell them apart."""
    stretches: dict[tuple[str, str], list[Any]] = {}
    marks: dict[str, tuple[list[float], list[int]]] = {}
    tips: list[float] = []
    _set_range(axes, figure)
    for place, lane in enumerate(figure.lanes):
        for segment in lane.segments:
            corners = bar_corners(segment.start, segment.end, place - _LANE / 2, place + _LANE / 2)
            stretches.setdefault((lane.group, segment.category), []).append(corners)
        for mark in lane.marks:
            xs, ys = marks.setdefault(mark.category, ([], []))
            xs.append(mark.x)
            ys.append(place)
        ends = [segment.end for segment in lane.segments] + [mark.x for mark in lane.marks]
        tips.append(max(ends, default=0.0) if lane.ongoing else math.nan)
    for (group, category), shapes in stretches.items():
        fill = {**_fill(figure, group, category), "hatch": None, "linewidth": 0}
        axes.add_collection(PolyCollection(shapes, zorder=2, **fill), autolim=False)
    for category, (xs, ys) in marks.items():
        axes.plot(xs, ys, zorder=5, **{**_symbol(figure, category), "markersize": 2.5})
    axes.plot(tips, range(len(tips)), color=INK, marker=">", markersize=2.5, linestyle="none", zorder=5)


def _draw_segment(axes: Axes, figure: Swimmer, place: int, lane: Lane, segment: Segment) -> None:
    axes.barh(
        place,
        segment.end - segment.start,
        left=segment.start,
        height=_LANE,
        zorder=2,
        gid=f"segment {lane.subject} {segment.category}",
        **_fill(figure, lane.group, segment.category),
    )


def _fill(figure: Swimmer, group: str, category: str) -> dict[str, Any]:
    """Colour says the group, tint and hatch the stretch; without groups the stretch has the colour."""
    if not figure.groups:
        return filled(figure.segments, category)
    colour = choose(COLOURS, figure.groups, group) if group in figure.groups else PALE
    return {**_stretch(figure, category), "facecolor": _tinted(colour, _tint(figure, category))}


def _stretch(figure: Swimmer, category: str) -> dict[str, Any]:
    backwards = tuple(reversed(figure.segments))
    return {"hatch": choose(HATCHES, backwards, category), "edgecolor": INK, "linewidth": 0.6}


def _tint(figure: Swimmer, category: str) -> float:
    """The last stretch (after the origin) has the full colour, earlier ones are paler."""
    place = figure.segments[::-1].index(category) if category in figure.segments else 0
    return _TINTS[place % len(_TINTS)]


def _tinted(colour: str, strength: float) -> tuple[float, float, float]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (1 - strength * (1 - part) for part in parts)
    return red, green, blue


def _set_range(axes: Axes, figure: Swimmer) -> None:
    ends = [0.0]
    for lane in figure.lanes:
        ends += [end for segment in lane.segments for end in (segment.start, segment.end)]
        ends += [mark.x for mark in lane.marks]
    first, last = min(ends), max(ends)
    room = max(last - first, 1.0) * 0.04
    axes.set_xlim(first - room if first < 0 else 0.0, last + room)
    axes.set_ylim(max(len(figure.lanes), 1) - 0.4, -0.6)
    axes.set_xlabel(figure.x_label)


def _draw_marks(axes: Axes, figure: Swimmer, place: int, lane: Lane) -> None:
    for mark in lane.marks:
        axes.plot(mark.x, place, zorder=5, gid=f"mark {lane.subject}", **_symbol(figure, mark.category))
    if lane.ongoing:
        end = max([segment.end for segment in lane.segments] + [mark.x for mark in lane.marks], default=0.0)
        low, high = axes.get_xlim()
        arrow = {"arrowstyle": "-|>", "color": INK, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0}
        tip = end + (high - low) * _ARROW
        axes.annotate("", xy=(tip, place), xytext=(end, place), arrowprops=arrow, gid=f"ongoing {lane.subject}")
        axes.set_xlim(low, max(high, tip + (high - low) * 0.01))


def _symbol(figure: Swimmer, mark: str) -> dict[str, Any]:
    place = figure.marks.index(mark) if mark in figure.marks else len(figure.marks)
    return {
        "marker": _SYMBOLS[place % len(_SYMBOLS)],
        "markersize": 6.5,
        "markerfacecolor": "white" if place % 2 == 0 else INK,
        "markeredgecolor": INK if place % 2 == 0 else "white",
        "markeredgewidth": 0.9 if place % 2 == 0 else 0.6,
        "linestyle": "none",
    }


def _draw_origin(axes: Axes, figure: Swimmer) -> None:
    axes.axvline(0, color=INK, linewidth=1.1, zorder=4, gid="origin")
    if figure.origin_label:
        axes.annotate(
            figure.origin_label,
            xy=(0, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            va="bottom",
            annotation_clip=False,
        )


def _label_lanes(axes: Axes, figure: Swimmer) -> None:
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    size = max(min(8.0, _LABELS_POINTS / max(len(figure.lanes), 1)), 3.0)
    labelled = figure.lanes if len(figure.lanes) <= MOST_SINGLE else ()
    axes.set_yticks(range(len(labelled)), [lane.subject for lane in labelled], fontsize=size)
    axes.grid(axis="x", color="#E4E4E4", linewidth=0.6, zorder=0)
    axes.set_axisbelow(True)
    for place, lane in enumerate(labelled):
        if figure.groups:
            axes.annotate(
                lane.group,
                xy=(1, place),
                xycoords=("axes fraction", "data"),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=size,
                annotation_clip=False,
            )


def _draw_legend(axes: Axes, figure: Swimmer) -> None:
    stretches = [_stretch_key(figure, name) for name in figure.segments]
    groups = [
        Patch(facecolor=choose(COLOURS, figure.groups, name), edgecolor=INK, linewidth=0.6, label=name)
        for name in figure.groups
        if any(lane.group == name for lane in figure.lanes)
    ]
    seen = {mark.category for lane in figure.lanes for mark in lane.marks}
    marks: list[Artist] = [Line2D([], [], label=name, **_symbol(figure, name)) for name in figure.marks if name in seen]
    if any(lane.ongoing for lane in figure.lanes):
        arrow = {"marker": ">", "color": INK, "linewidth": 1.2, "markevery": [1], "markersize": 5}
        marks.append(Line2D([0, 1], [0, 0], label="Ongoing", **arrow))  # type: ignore[arg-type]
    handles: Any = [*stretches, *groups, *marks]
    if handles:
        axes.legend(
            handles=handles,
            loc="upper center",
            bbox_to_anchor=(0.5, 0),
            bbox_transform=axes.transAxes + ScaledTranslation(0, -_LEGEND_BELOW, _inches(axes)),
            ncols=min(len(handles), 5),
            handleheight=1.1,
        )


def _inches(axes: Axes) -> Any:
    figure = axes.get_figure(root=True)
    assert figure is not None
    return figure.dpi_scale_trans


def _stretch_key(figure: Swimmer, name: str) -> Patch:
    if not figure.groups:
        return Patch(**filled(figure.segments, name), label=name)
    colour = _tinted(PALE, _tint(figure, name))
    return Patch(**_stretch(figure, name), facecolor=colour, label=name)
