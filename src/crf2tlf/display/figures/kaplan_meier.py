"""Kaplan–Meier curves: steps, confidence band, censor ticks, median lines and the numbers at risk."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from crf2tlf.analysis.results import Curve, KaplanMeier, Step
from crf2tlf.display.figures.look import COLOURS, INK, LINES, PALE, below_axis, choose


def height(figure: KaplanMeier) -> float:
    """Return the height in inches that the figure asks for."""
    return 4.2 + 0.17 * len(figure.curves)


def describe(figure: KaplanMeier) -> str:
    """Return the figure in words, for readers who can't see it."""
    names = [curve.label for curve in figure.curves if curve.label]
    of = f" of {', '.join(names)}" if names else ""
    notes = " ".join(f"{note}." for note in figure.annotations)
    return f"Kaplan–Meier plot{of}: {figure.y_label} by {figure.x_label}. {notes}".strip()


def draw(axes: Axes, figure: KaplanMeier) -> None:
    """Draw the curves on common axes, with the numbers at risk under the ticks they belong to."""
    labels = tuple(curve.label for curve in figure.curves)
    _set_axes(axes, figure)
    for curve in figure.curves:
        style = _line(labels, curve.label)
        _draw_band(axes, curve, style["color"])
        _draw_curve(axes, curve, style)
        _draw_median(axes, curve, style["color"])
    _draw_at_risk(axes, figure)
    _draw_key(axes, figure, labels)


def _line(labels: tuple[str, ...], label: str) -> dict[str, Any]:
    return {"color": choose(COLOURS, labels, label), "linestyle": choose(LINES, labels, label)}


def _set_axes(axes: Axes, figure: KaplanMeier) -> None:
    last = max([_end(curve) for curve in figure.curves] + list(figure.at_risk_times) + [0.0])
    axes.set_xlim(0, last * 1.02 or 1.0)
    axes.set_ylim(0, 1.03)
    axes.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    if figure.at_risk_times:
        axes.set_xticks(figure.at_risk_times, [f"{time:g}" for time in figure.at_risk_times])
    axes.set_xlabel(figure.x_label)
    axes.set_ylabel(figure.y_label)


def _steps(curve: Curve) -> list[Step]:
    """The curve's steps, from everybody alive at time 0."""
    start = Step(time=0.0, survival=1.0)
    return [*([] if curve.steps and curve.steps[0].time <= 0 else [start]), *curve.steps]


def _end(curve: Curve) -> float:
    """Where follow-up ends: the last event or the last censored time."""
    return max([step.time for step in _steps(curve)] + [time for time, _ in curve.censored])


def _draw_curve(axes: Axes, curve: Curve, style: dict[str, Any]) -> None:
    steps = _steps(curve)
    times = [step.time for step in steps] + [_end(curve)]
    survival = [step.survival for step in steps] + [steps[-1].survival]
    axes.step(times, survival, where="post", linewidth=1.5, zorder=3, gid=f"curve {curve.label}", **style)
    if curve.censored:
        axes.plot(
            [time for time, _ in curve.censored],
            [at for _, at in curve.censored],
            zorder=4,
            gid=f"censored {curve.label}",
            **_tick(style["color"]),
        )


def _tick(colour: str) -> dict[str, Any]:
    return {"linestyle": "none", "marker": "|", "markersize": 8, "markeredgewidth": 1.3, "color": colour}


def _draw_band(axes: Axes, curve: Curve, colour: str) -> None:
    """Shade between the limits, step by step, only where both exist."""
    steps = _steps(curve)
    ends = [following.time for _, following in pairwise(steps)] + [_end(curve)]
    for step, end in zip(steps, ends, strict=True):
        if step.lower is not None and step.upper is not None and end > step.time:
            axes.fill_between(
                [step.time, end],
                step.lower,
                step.upper,
                color=colour,
                alpha=0.15,
                linewidth=0,
                zorder=1,
                gid=f"band {curve.label}",
            )


def _draw_median(axes: Axes, curve: Curve, colour: str) -> None:
    """Draw from the axis at 0.5 to the tabulated median and straight down, wherever the steps are."""
    if curve.median is None:
        return
    axes.plot(
        [0, curve.median, curve.median],
        [0.5, 0.5, 0],
        color=colour if colour != COLOURS[0] else PALE,
        linewidth=0.9,
        linestyle=(0, (4, 3)),
        zorder=2,
        gid=f"median {curve.label}",
    )


def _draw_at_risk(axes: Axes, figure: KaplanMeier) -> None:
    counted = [curve for curve in figure.curves if curve.at_risk]
    if not counted:
        return
    below_axis(axes, "Number at risk", 0.0, 0, ("axes fraction", "axes fraction"), ha="left", weight="bold")
    for line, curve in enumerate(counted, start=1):
        if len(figure.curves) > 1:
            below_axis(axes, curve.label, 0.0, line, ("axes fraction", "axes fraction"), ha="right", shift=-14)
        for time, count in zip(figure.at_risk_times, curve.at_risk, strict=True):
            below_axis(axes, str(count), time, line, ("data", "axes fraction"), ha="center", gid="at risk")


def _draw_key(axes: Axes, figure: KaplanMeier, labels: tuple[str, ...]) -> None:
    """Write annotations and legend into the emptier corner, upper right or lower left."""
    high = _upper_right_is_free(figure)
    x, y, side = (0.99, 0.98, "right") if high else (0.02, 0.04, "left")
    handles: list[Artist] = []
    if len(labels) > 1:
        for label in labels:
            handles.append(Line2D([], [], label=label, **_line(labels, label)))
    if any(curve.censored for curve in figure.curves):
        handles.append(Line2D([], [], label="Censored", **_tick(INK)))
    notes = "\n".join(figure.annotations)
    if notes:
        va = "top" if high else "bottom"
        white = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 2}
        place: dict[str, Any] = {"transform": axes.transAxes, "ha": side, "va": va}
        axes.text(x, y, notes, linespacing=1.4, gid="annotations", bbox=white, **place)
    if handles:
        taken = 0.055 * len(figure.annotations)
        corner = (1.0, 1.0 - taken) if high else (0.0, 0.02 + taken)
        axes.legend(handles=handles, loc="upper right" if high else "lower left", bbox_to_anchor=corner)


def _upper_right_is_free(figure: KaplanMeier) -> bool:
    middle = max((_end(curve) for curve in figure.curves), default=0.0) / 2
    late, early = 0.0, 1.0
    for curve in figure.curves:
        for step in _steps(curve):
            if step.time <= middle:
                early = min(early, step.survival)
        at_middle = [step.survival for step in _steps(curve) if step.time <= middle]
        late = max(late, at_middle[-1])
    return late < 0.7 or early < 0.3
