"""One changed value in the raw extract changes exactly the numbers it should, through to the displays."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from crf2tlf import workflow
from crf2tlf.analysis.results import KaplanMeier, Results, Waterfall
from tests.reference.conftest import Changed, changed_outputs, table_cells

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Change:
    """What is changed, the cells of tables that change, and the outputs that do not look the same afterwards."""

    file: str
    old: str
    new: str
    outputs: set[str]
    cells: dict[str, tuple[str, str]] = field(default_factory=dict)


CHANGES = {
    "sex": Change(
        "demog.csv",
        "01-001,1957/11/03,2,",
        "01-001,1957/11/03,1,",
        {"table-1", "listing-2"},
        {"table-1/sex/M": ("3 (33)", "4 (44)"), "table-1/sex/F": ("6 (67)", "5 (56)")},
    ),
    "birth date: 63 is the median, and this patient has it": Change(
        "demog.csv",
        "01-002,1953/05/09",
        "01-002,1951/05/09",
        {"table-1", "listing-2"},
        {"table-1/age": ("63 (42–80)", "65 (42–80)")},
    ),
    "grade": Change(
        "ae.csv",
        "01-001,2,Diarrhea,Diarrhea,Gastrointestinal disorders,1,",
        "01-001,2,Diarrhea,Diarrhea,Gastrointestinal disorders,3,",
        {"table-4", "listing-5"},
        {"table-4/event/Diarrhea/grade3": ("0 (0)", "1 (11)")},
    ),
    "reason for stopping": Change(
        "eot.csv",
        "02-001,13-OCT-2016,12-OCT-2016,1,",
        "02-001,13-OCT-2016,12-OCT-2016,4,",
        {"table-2", "listing-1"},
        {
            "table-2/reason/PROGRESSIVE-DISEASE": ("7 (78)", "6 (67)"),
            "table-2/reason/TRANSFERRED-TO-ANOTHER-HOSPITAL": ("1 (11)", "2 (22)"),
        },
    ),
    "interruption, a day shorter": Change(
        "dosing.csv",
        "01-001,2,2016-09-12,2016-09-25,",
        "01-001,2,2016-09-12,2016-09-24,",
        {"table-2", "listing-3"},
        {"table-2/interruption": ("14 (3–44)", "13 (3–44)")},
    ),
    "subsequent therapy": Change(
        "subsequent.csv",
        "01-002,1,Carboplatin + pemetrexed,2,",
        "01-002,1,Ceritinib,1,",
        {"table-5", "listing-7"},
        {
            "table-5/platinum": ("4 (44)", "3 (33)"),
            "table-5/alk-tki": ("5 (56)", "6 (67)"),
            "table-5/agent/CERITINIB": ("3 (33)", "4 (44)"),
        },
    ),
    "lesion: the best change is another": Change(
        "target.csv",
        '04-001,3,WEEK 8,T1,"lung, left lower lobe",N,07-NOV-2017,1,34,',
        '04-001,3,WEEK 8,T1,"lung, left lower lobe",N,07-NOV-2017,1,37,',
        {"figure-1a", "listing-4"},
    ),
    "death date: the median of overall survival is this patient's": Change(
        "survival.csv",
        "2,2020/01/18,",
        "2,2019/11/18,",
        {"figure-1b", "figure-2b", "listing-1", "listing-6"},
    ),
    "death date: the first death is the lower end of the range": Change(
        "survival.csv",
        "2,2016/12/06,",
        "2,2016/12/26,",
        {"table-text", "figure-1b", "figure-2b", "listing-1", "listing-6"},
        {"table-text/follow-up": ("21.2 (2.8–42.6)", "21.2 (3.4–42.6)")},
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_change(reference: workflow.Outcome, changed: Changed, name: str) -> None:
    change = CHANGES[name]
    after = changed(change.file, change.old, change.new)
    cells = table_cells(reference.results), table_cells(after.results)
    differing = {i: (text, cells[1].get(i)) for i, text in cells[0].items() if cells[1].get(i) != text}
    assert differing == change.cells
    assert cells[0].keys() == cells[1].keys()
    assert changed_outputs(reference.results, after.results) == change.outputs


def body(results: Results | None, output: str) -> object:
    assert results is not None
    return next(o.body for o in results.outputs if o.id == output)


def test_a_lesion_moves_its_bar(reference: workflow.Outcome, changed: Changed) -> None:
    """The sum at baseline is 62 mm; the least sum after it was 52 mm, and is 55 mm after the change."""
    change = CHANGES["lesion: the best change is another"]
    heights = []
    for outcome in (reference, changed(change.file, change.old, change.new)):
        waterfall = body(outcome.results, "figure-1a")
        assert isinstance(waterfall, Waterfall)
        heights.append({bar.subject: round(bar.value, 2) for bar in waterfall.bars})
    assert heights[0].pop("04-001") == round(100 * (52 - 62) / 62, 2)
    assert heights[1].pop("04-001") == round(100 * (55 - 62) / 62, 2)
    assert heights[0] == heights[1]


def test_a_death_moves_the_median(reference: workflow.Outcome, changed: Changed) -> None:
    """From registration (2018-01-16) to 2020-01-18 are 733 days, to 2019-11-18 672 days; both ends count."""
    change = CHANGES["death date: the median of overall survival is this patient's"]
    medians = []
    for outcome in (reference, changed(change.file, change.old, change.new)):
        curves = body(outcome.results, "figure-2b")
        assert isinstance(curves, KaplanMeier)
        medians.append(curves.curves[0].median)
    assert medians == pytest.approx([733 / 30.4375, 672 / 30.4375])
