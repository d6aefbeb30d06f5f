from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from PIL import Image

from crf2tlf.analysis.results import Bar, Curve, KaplanMeier, Lane, Mark, Segment, Step, Swimmer, Waterfall
from crf2tlf.display import render
from crf2tlf.display.figures import draw
from crf2tlf.display.figures.look import printed_look

from . import samples


def drawn(body: Waterfall | Swimmer | KaplanMeier) -> Axes:
    with printed_look():
        axes = Figure().add_subplot()
        draw(axes, body)
    return axes


def named(axes: Axes, name: str) -> Iterator[Any]:
    return (artist for artist in axes.get_children() if str(artist.get_gid()).startswith(name))


def legend(axes: Axes) -> list[str]:
    box = axes.get_legend()
    return [text.get_text() for text in box.get_texts()] if box else []


def tick_labels(ticks: list[Any]) -> list[str]:
    return [tick.get_text() for tick in ticks]


class TestWaterfall:
    def test_bars_are_sorted_with_the_largest_increase_left(self) -> None:
        axes = drawn(samples.WATERFALL)
        assert tick_labels(axes.get_xticklabels()) == ["002", "003", "008", "006", "005", "004", "007", "001"]
        heights = [bar.get_height() for bar in named(axes, "bar")]
        assert heights == [34.0, 12.5, 0.0, -3.0, -12.0, -31.0, -44.4, -52.3]

    def test_colour_and_hatch_both_tell_the_response(self) -> None:
        bars = {bar.get_gid(): bar for bar in named(drawn(samples.WATERFALL), "bar")}
        looks = {
            name: (to_hex(bars[f"bar {subject}"].get_facecolor()), bars[f"bar {subject}"].get_hatch())
            for name, subject in [("PR", "001"), ("SD", "003"), ("PD", "002")]
        }
        assert len({colour for colour, _ in looks.values()}) == 3
        assert len({hatch for _, hatch in looks.values()}) == 3

    def test_the_legend_follows_the_category_order_and_names_the_marks(self) -> None:
        assert legend(drawn(samples.WATERFALL)) == ["PR", "SD", "PD", "New lesion"]

    def test_reference_lines_are_dashed_and_labelled(self) -> None:
        axes = drawn(samples.WATERFALL)
        lines = list(named(axes, "reference"))
        assert [line.get_ydata()[0] for line in lines] == [20, -30]
        assert all(line.is_dashed() for line in lines)
        labels = [text.get_text() for text in axes.texts]
        assert labels == ["+20\u00a0%", "−30\u00a0%"]

    def test_marks_stand_above_their_bars(self) -> None:
        axes = drawn(samples.WATERFALL)
        above = {mark.get_gid(): (mark.get_xdata()[0], mark.get_ydata()[0]) for mark in named(axes, "mark")}
        assert above.keys() == {"mark 002", "mark 006"}
        assert above["mark 002"][0] == 0
        assert above["mark 002"][1] > 34
        assert above["mark 006"][1] > 0  # a falling bar has its mark over the axis

    @pytest.mark.parametrize(
        ("missing", "note"),
        [((), "Subject"), (("009",), "Subject\nNot evaluable: n = 1 (009)")],
    )
    def test_those_without_a_bar_are_counted(self, missing: tuple[str, ...], note: str) -> None:
        figure = samples.WATERFALL.model_copy(update={"not_evaluable": missing})
        assert drawn(figure).get_xlabel() == note

    def test_many_subjects_without_labels(self) -> None:
        bars = tuple(Bar(subject=str(at), value=at - 50, category="SD") for at in range(100))
        assert drawn(samples.WATERFALL.model_copy(update={"bars": bars})).get_xticks().size == 0


class TestSwimmer:
    def test_stretches_lie_on_their_side_of_the_origin(self) -> None:
        axes = drawn(samples.SWIMMER)
        (before,) = named(axes, "segment 002 Earlier")
        (after,) = named(axes, "segment 002 Trial")
        assert (before.get_x(), before.get_x() + before.get_width()) == pytest.approx((-5.7, -0.4))
        assert (after.get_x(), after.get_x() + after.get_width()) == pytest.approx((0.2, 5.9))
        (origin,) = named(axes, "origin")
        assert list(origin.get_xdata()) == [0, 0]

    def test_lanes_run_from_the_top_with_subject_and_group(self) -> None:
        axes = drawn(samples.SWIMMER)
        assert axes.yaxis_inverted()
        assert tick_labels(axes.get_yticklabels()) == [lane.subject for lane in samples.SWIMMER.lanes]
        assert [text.get_text() for text in axes.texts if text.get_text() in ("PR", "SD", "PD")] == [
            lane.group for lane in samples.SWIMMER.lanes
        ]

    def test_the_legend_names_everything(self) -> None:
        assert legend(drawn(samples.SWIMMER)) == [
            *("Earlier therapy", "Trial therapy"),
            *("PR", "SD", "PD"),
            *("Response onset", "Progression", "Death"),
            "Ongoing",
        ]

    def test_marks_stand_at_their_time_with_a_symbol_each(self) -> None:
        marks = list(named(drawn(samples.SWIMMER), "mark 002"))
        assert [(mark.get_xdata()[0], mark.get_ydata()[0]) for mark in marks] == [(2.0, 1), (5.9, 1), (9.6, 1)]
        assert len({mark.get_marker() for mark in marks}) == 3

    def test_only_those_ongoing_have_an_arrow(self) -> None:
        arrows = [text for text in drawn(samples.SWIMMER).texts if getattr(text, "arrow_patch", None)]
        assert [(arrow.get_gid(), arrow.xyann) for arrow in arrows] == [("ongoing 001", (14.2, 0))]

    def test_without_groups_the_stretches_have_the_colours(self) -> None:
        figure = samples.SWIMMER.model_copy(update={"groups": ()})
        axes = drawn(figure)
        (before,), (after,) = named(axes, "segment 002 Earlier"), named(axes, "segment 002 Trial")
        assert before.get_facecolor() != after.get_facecolor()
        assert legend(axes)[:3] == ["Earlier therapy", "Trial therapy", "Response onset"]

    def test_a_subject_never_treated_has_an_empty_lane(self) -> None:
        empty = Lane(subject="010", segments=(), ongoing=True)
        figure = samples.SWIMMER.model_copy(update={"lanes": (empty,)})
        assert tick_labels(drawn(figure).get_yticklabels()) == ["010"]


class TestKaplanMeier:
    def test_the_steps_are_the_given_ones_and_end_with_follow_up(self) -> None:
        (line,) = named(drawn(samples.SURVIVAL), "curve")
        assert line.get_drawstyle() == "steps-post"
        assert line.get_xydata().tolist() == [
            *([0, 1], [2.8, 0.8889], [9.6, 0.7778], [12.1, 0.5], [24.1, 0.3], [40, 0], [40, 0])
        ]

    def test_everybody_is_alive_at_the_start(self) -> None:
        curve = Curve(label="A", steps=(Step(time=5, survival=0.5),), censored=((7, 0.5),))
        (line,) = named(drawn(samples.SURVIVAL.model_copy(update={"curves": (curve,)})), "curve")
        assert line.get_xydata().tolist() == [[0, 1], [5, 0.5], [7, 0.5]]

    @pytest.mark.parametrize("median", [18.1, 12.1, 24.1])
    def test_the_median_line_stands_at_the_tabulated_median(self, median: float) -> None:
        curve = samples.SURVIVAL.curves[0].model_copy(update={"median": median})
        (line,) = named(drawn(samples.SURVIVAL.model_copy(update={"curves": (curve,)})), "median")
        assert line.get_xydata().tolist() == [[0, 0.5], [median, 0.5], [median, 0]]

    def test_a_median_not_reached_has_no_line(self) -> None:
        assert [line.get_gid() for line in named(drawn(samples.two_arms()), "median")] == ["median Arm A"]

    def test_censored_times_are_ticked(self) -> None:
        (ticks,) = named(drawn(samples.SURVIVAL), "censored")
        assert ticks.get_xydata().tolist() == [[18.0, 0.5], [30.5, 0.3]]
        assert (ticks.get_marker(), ticks.get_linestyle()) == ("|", "None")

    def test_the_band_is_the_given_limits_where_both_exist(self) -> None:
        bands = [band.get_datalim(band.axes.transData) for band in named(drawn(samples.SURVIVAL), "band")]
        assert [tuple(round(edge, 4) for edge in band.extents) for band in bands] == [
            (2.8, 0.433, 9.6, 0.984),
            (9.6, 0.365, 12.1, 0.939),
            (12.1, 0.204, 24.1, 0.805),
            (24.1, 0.05, 40.0, 0.6),
        ]

    def test_numbers_at_risk_stand_under_their_ticks(self) -> None:
        axes = drawn(samples.two_arms())
        assert list(axes.get_xticks()) == [0, 9, 18, 27, 36, 45]
        counts = [text for text in axes.texts if text.get_gid() == "at risk" and isinstance(text, Annotation)]
        arms = [counts[:6], counts[6:]]
        assert [[count.xy[0] for count in arm] for arm in arms] == [[0, 9, 18, 27, 36, 45]] * 2
        assert [[count.get_text() for count in arm] for arm in arms] == [
            ["9", "7", "4", "3", "2", "0"],
            ["10", "9", "8", "7", "6", "0"],
        ]

    def test_annotations_and_legend(self) -> None:
        axes = drawn(samples.two_arms())
        (notes,) = named(axes, "annotations")
        assert notes.get_text() == "\n".join(samples.SURVIVAL.annotations)
        assert legend(axes) == ["Arm A", "Arm B", "Censored"]
        assert legend(drawn(samples.SURVIVAL)) == ["Censored"]  # one curve needs no name

    def test_arms_differ_in_line_as_well_as_colour(self) -> None:
        first, second = named(drawn(samples.two_arms()), "curve")
        assert first.get_linestyle() != second.get_linestyle()
        assert first.get_color() != second.get_color()


def test_pictures_are_svg_and_png_at_300_dots_an_inch(tmp_path: Path) -> None:
    files = render(samples.results(*samples.FIGURES), tmp_path)
    for output in samples.FIGURES:
        svg, png = (tmp_path / "figures" / f"{output.id}.{kind}" for kind in ("svg", "png"))
        assert {svg, png} <= set(files)
        assert "<svg" in svg.read_text(encoding="utf-8")
        with Image.open(png) as picture:
            assert round(picture.info["dpi"][0]) == 300
            assert picture.width == round((9.4 if output.orientation == "landscape" else 6.6) * 300)


def test_dollar_signs_are_not_mathematics(tmp_path: Path) -> None:
    figure = samples.SURVIVAL.model_copy(update={"annotations": ("$x^{2$ costs $5",)})
    assert render(samples.results(samples.figure(figure, "figure-1", "Figure $1$")), tmp_path)


class TestManySubjects:
    """More subjects than anybody can tell apart: one shape a look, no names, so that 10,000 take seconds."""

    MANY = 300

    def test_bars_of_a_category_are_one_shape_of_the_same_heights(self) -> None:
        bars = tuple(
            Bar(subject=f"S{n}", value=100.0 - n / 2, category="PR" if n % 3 else "PD", marks=("New",))
            for n in range(self.MANY)
        )
        axes = drawn(Waterfall(y_label="%", bars=bars, categories=("PR", "PD"), marks=("New",)))
        tops = {
            tuple(path.vertices[2]) for shape in axes.collections for path in shape.get_paths()
        }  # the upper right corners
        assert tops == {(n + 0.4, 100.0 - n / 2) for n in range(self.MANY)}
        assert len(axes.collections) == 2
        assert tick_labels(axes.get_xticklabels()) == []
        assert legend(axes) == ["PR", "PD", "New"]

    def test_lanes_of_a_look_are_one_shape(self) -> None:
        lanes = tuple(
            Lane(
                subject=f"S{n}",
                segments=(Segment(category="A", start=0, end=n + 1),),
                marks=(Mark(category="Death", x=n + 1),),
                ongoing=n % 2 == 0,
            )
            for n in range(self.MANY)
        )
        axes = drawn(Swimmer(x_label="Months", lanes=lanes, segments=("A",), marks=("Death",)))
        [shape] = axes.collections
        assert [path.vertices[1][0] for path in shape.get_paths()] == [n + 1 for n in range(self.MANY)]
        assert tick_labels(axes.get_yticklabels()) == []
        assert legend(axes) == ["A", "Death", "Ongoing"]
