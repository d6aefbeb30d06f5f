"""How figures look: type, colours that colour-blind readers tell apart, hatches and symbols for print in grey."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib import font_manager, style
from matplotlib.axes import Axes
from matplotlib.patches import Patch

INK = "#222222"
PALE = "#8A8A8A"
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#F0E442", "#999999")
HATCHES = ("", "////", "....", "xxxx", "\\\\\\\\", "++", "oo", "--")
LINES = ("-", "--", "-.", ":")
SYMBOLS = ("*", "D", "X", "^", "o", "s", "v", "P")
BELOW_AXIS = 40
LINE = 12
_JAPANESE = ("Noto Sans CJK JP", "Noto Sans JP", "IPAexGothic", "IPAGothic", "Yu Gothic", "MS Gothic")

_SETTINGS: dict[str, Any] = {
    "font.size": 8,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.labelsize": 8.5,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.edgecolor": "none",
    "legend.framealpha": 0.8,
    "legend.fontsize": 8,
    "hatch.linewidth": 0.45,
    "svg.hashsalt": "crf2tlf",
    "svg.fonttype": "path",
}


@contextmanager
def printed_look() -> Iterator[None]:
    """Draw with matplotlib's own defaults and ours on top, whatever the user's configuration says."""
    known = set(font_manager.get_font_names())
    families = ["DejaVu Sans", *(name for name in _JAPANESE if name in known)]
    with style.context(["default", {**_SETTINGS, "font.family": families}]):
        yield


def choose(options: tuple[str, ...], names: tuple[str, ...], name: str) -> str:
    """Return the option that belongs to ``name`` by its place among ``names`` (unknown names share the last)."""
    place = names.index(name) if name in names else len(options) - 1
    return options[place % len(options)]


MOST_SINGLE = 200
"""Subjects whose bars or lanes are drawn one by one, with their names."""


def bar_corners(left: float, right: float, bottom: float, top: float) -> list[tuple[float, float]]:
    """Return the corners of a bar."""
    return [(left, bottom), (right, bottom), (right, top), (left, top)]


def filled(names: tuple[str, ...], name: str) -> dict[str, Any]:
    """Return the fill of a category: colour and hatch by its place in the category order."""
    return {
        "facecolor": choose(COLOURS, names, name),
        "hatch": choose(HATCHES, names, name),
        "edgecolor": INK,
        "linewidth": 0.6,
    }


def key(names: tuple[str, ...], name: str) -> Patch:
    """Return the legend's patch of a category."""
    return Patch(**filled(names, name), label=name)


def below_axis(axes: Axes, text: str, x: float, line: int, within: Any, shift: float = 0, **style: Any) -> None:
    """Write a text under the axis' title: in which line, at which place of the coordinates ``within``."""
    axes.annotate(
        text,
        xy=(x, 0),
        xycoords=within,
        xytext=(shift, -BELOW_AXIS - LINE * line),
        textcoords="offset points",
        va="center",
        annotation_clip=False,
        **style,
    )


def signed(value: float) -> str:
    """Return the number with its sign, minus as the proper character."""
    return f"{value:+g}".replace("-", "−")


def mark_draft(axes: Axes) -> None:
    """Write DRAFT across the figure, behind the data, so that a picture on its own says so too."""
    axes.text(
        0.5,
        0.5,
        "DRAFT",
        transform=axes.transAxes,
        fontsize=60,
        color="#C00000",
        alpha=0.15,
        rotation=25,
        ha="center",
        va="center",
        zorder=0,
        gid="draft",
    )
