"""Forest plots and plots over visits, as matplotlib draws them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crf2tlf.analysis.results import Figure as Drawn
from crf2tlf.analysis.results import Output
from crf2tlf.display import render
from crf2tlf.display.figures import draw
from crf2tlf.display.figures.look import printed_look

from . import samples


def drawn(body: Drawn) -> Axes:
    with printed_look():
        axes = Figure().add_subplot()
        draw(axes, body)
    return axes


def named(axes: Any, name: str) -> Iterator[Any]:
    return (artist for artist in axes.get_children() if str(artist.get_gid()).startswith(name))


def texts(axes: Any) -> list[str]:
    return [text.get_text() for text in axes.texts]


class TestForest:
    def test_texts_stand_in_columns_and_estimates_in_the_plot(self) -> None:
        axes = drawn(samples.FOREST)
        assert texts(axes)[:4] == ["Subgroup", "Drug", "Placebo", "HR (95% CI)"]
        assert {"All", "30/60", "0.70 (0.44–1.12)", "Female", "–"} <= set(texts(axes))
        (plot,) = axes.child_axes
        places = {mark.get_gid(): mark.get_xdata()[0] for mark in named(plot, "estimate")}
        assert places == {"estimate All": 0.7, "estimate Male": 1.2}  # none where there is no estimate
        (bar,) = named(plot, "limits All")
        assert list(bar.get_xdata()) == [0.44, 1.12]

    def test_the_axis_of_ratios_is_logarithmic_with_the_line_at_1(self) -> None:
        (plot,) = drawn(samples.FOREST).child_axes
        assert plot.get_xscale() == "log"
        (line,) = named(plot, "no difference")
        assert list(line.get_xdata()) == [1.0, 1.0]
        assert "1" in [tick.get_text() for tick in plot.get_xticklabels()]

    def test_limits_beyond_the_axis_end_in_arrows(self) -> None:
        figure = samples.FOREST.model_copy(update={"axis": (0.1, 10.0)})
        (plot,) = drawn(figure).child_axes
        assert plot.get_xlim() == (0.1, 10.0)
        assert sorted(mark.get_marker() for mark in named(plot, "cut off")) == ["<", ">"]
        (bar,) = named(plot, "limits Male")
        assert list(bar.get_xdata()) == [0.1, 10.0]

    def test_a_larger_square_has_more_events(self) -> None:
        (plot,) = drawn(samples.FOREST).child_axes
        sizes = {mark.get_gid(): mark.get_markersize() for mark in named(plot, "estimate")}
        assert sizes["estimate All"] > sizes["estimate Male"]

    def test_differences_stand_around_0(self) -> None:
        figure = samples.FOREST.model_copy(update={"logarithmic": False, "no_difference": 0.0})
        (plot,) = drawn(figure).child_axes
        assert plot.get_xscale() == "linear"
        assert plot.get_xlim()[0] < 0 < plot.get_xlim()[1]

    def test_what_each_side_favours(self) -> None:
        (plot,) = drawn(samples.FOREST).child_axes
        assert texts(plot) == ["← Drug better", "Placebo better →"]


class TestVisits:
    def test_lines_stand_side_by_side_with_their_limits(self) -> None:
        axes = drawn(samples.CHANGES)
        lines = {line.get_gid(): line for line in named(axes, "line")}
        assert list(lines["line Drug"].get_ydata()) == [1.0, 2.0]
        assert lines["line Drug"].get_xdata()[0] < 0 < lines["line Placebo"].get_xdata()[0]
        assert [list(bar.get_ydata()) for bar in named(axes, "limits")] == [[0.5, 1.5], [1, 3]]

    def test_colour_line_and_symbol_all_tell_the_groups(self) -> None:
        lines = list(named(drawn(samples.CHANGES), "line"))
        for look in ("get_color", "get_linestyle", "get_marker"):
            assert len({getattr(line, look)() for line in lines}) == 2

    def test_the_numbers_of_values_stand_below(self) -> None:
        numbers = [text.get_text() for text in named(drawn(samples.CHANGES), "number of values")]
        assert numbers == ["9", "8", "1", "0"]
        without = samples.CHANGES.model_copy(update={"counts": False})
        assert not list(named(drawn(without), "number of values"))

    def test_boxes_have_their_numbers(self) -> None:
        axes = drawn(samples.BOXES)
        (box,) = axes.patches
        corners = np.asarray(box.get_path().vertices)[:, 1]
        assert [corners.min(), corners.max()] == [2, 5]
        assert any(np.asarray(line.get_ydata()).tolist() == [30] for line in axes.lines)
        legend = axes.get_legend()
        assert legend is not None
        assert [text.get_text() for text in legend.get_texts()] == ["Drug", "Placebo"]


@pytest.mark.parametrize("body", [samples.FOREST, samples.CHANGES, samples.BOXES], ids=lambda body: body.kind)
def test_word_excel_and_pictures_carry_them(body: Drawn, tmp_path: Path) -> None:
    output = Output(id="figure-9", kind="figure", title="Figure 9. Sample", footnotes=("Note.",), body=body)
    render(samples.results(output), tmp_path)
    names = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert {"figure-9.docx", "tlf.docx", "tlf.xlsx", "figures/figure-9.png", "figures/figure-9.svg"} <= names
