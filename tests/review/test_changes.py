"""What changed since an older cut: one thing that is different in the raw data is found in exactly the right places."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page

from crf2tlf import workflow
from crf2tlf.findings import Findings
from crf2tlf.review.changes import FIGURE, Changes, changes_between, figure_changes
from tests.review.sites import ROOT, address, copied, visit, written

pytestmark = pytest.mark.slow

SUBJECT = "UMIN000015984-{}"


@dataclass(frozen=True)
class Case:
    """What stands now, what stood in the older cut (nothing: the line was not there), and all that differs.

    ``tables``: for each table how many records were added, removed, and changed. ``cells``: cells of tables, and values
    of figures, with both texts.
    """

    file: str
    now: str
    before: str | None
    subjects: set[str]
    tables: dict[str, tuple[int, int, int]]
    cells: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)


CASES = {
    "grade": Case(
        "ae.csv",
        "01-001,2,Diarrhea,Diarrhea,Gastrointestinal disorders,1,",
        "01-001,2,Diarrhea,Diarrhea,Gastrointestinal disorders,3,",
        {"01-001"},
        # the second event of the patient loses and gets the flags of the first of grade 3
        {"raw.ae": (0, 0, 1), "AE": (0, 0, 1), "ADAE": (0, 0, 2), "listing-5": (0, 0, 1)},
        {"table-4/event/Diarrhea/grade3": ("1 (11)", "0 (0)")},
    ),
    "start date, a key of AE": Case(
        "ae.csv",
        "01-001,2,Diarrhea,Diarrhea,Gastrointestinal disorders,1,05-JUL-2016",
        "01-001,2,Diarrhea,Diarrhea,Gastrointestinal disorders,1,28-JUN-2016",
        {"01-001"},
        {"raw.ae": (0, 0, 1), "AE": (1, 1, 0), "ADAE": (1, 1, 1), "listing-5": (1, 1, 0)},
    ),
    # AESEQ of all later events is another: no change of theirs
    "a new event, the first of its patient": Case(
        "ae.csv",
        "01-001,1,Flashing lights,",
        None,
        {"01-001"},
        {"raw.ae": (1, 0, 0), "AE": (1, 0, 0), "ADAE": (1, 0, 1), "listing-5": (1, 0, 0)},
        {"table-4/event/Flashing-lights/any": ("5 (56)", "6 (67)")},
    ),
    "lesion": Case(
        "target.csv",
        '04-001,3,WEEK 8,T1,"lung, left lower lobe",N,07-NOV-2017,1,34,',
        '04-001,3,WEEK 8,T1,"lung, left lower lobe",N,07-NOV-2017,1,37,',
        {"04-001"},
        {
            "raw.target": (0, 0, 1),
            "TR": (0, 0, 1),
            "ADSL": (0, 0, 1),
            # the lesion and the sum at this visit, and at later ones what is counted from the nadir
            "ADTR": (0, 0, 5),
            "listing-4": (0, 0, 3),
        },
        # 52 and 55 mm after 62 mm at baseline
        {"figure-1a bars 04-001 · value": ("-11.2903", "-16.129")},
    ),
}


def computed(raw: Path | None) -> workflow.Outcome:
    return workflow.compute(ROOT, raw, "tlf", lambda _text: None, Findings())


@pytest.fixture(scope="module")
def current() -> workflow.Outcome:
    return computed(None)


def older(case: Case, folder: Path) -> Path:
    """Write the raw folder of the older cut."""
    raw = shutil.copytree(ROOT / "raw", folder / "older")
    path = raw / case.file
    text = path.read_text(encoding="utf-8")
    assert text.count(case.now) == 1
    if case.before is None:
        lines = [line for line in text.splitlines(keepends=True) if not line.startswith(case.now)]
        path.write_text("".join(lines), encoding="utf-8")
    else:
        path.write_text(text.replace(case.now, case.before), encoding="utf-8")
    return raw


def between(current: workflow.Outcome, raw: Path) -> Changes:
    before = computed(raw)
    assert before.results is not None
    assert current.results is not None
    return changes_between(before.build, before.results, current.build, current.results)


def cells_of(changes: Changes) -> dict[str, tuple[str | None, str | None]]:
    found: dict[str, tuple[str | None, str | None]] = {}
    for cell in changes.cells:
        if cell.output == "reconciliation":
            continue
        if cell.cell == FIGURE:
            found |= {f"{cell.output} {place}": (old, new) for place, old, new in figure_changes(cell.old, cell.new)}
        else:
            found[cell.cell] = (cell.old, cell.new)
    return found


@pytest.mark.parametrize("name", CASES)
def test_exactly_what_differs_is_found(current: workflow.Outcome, tmp_path: Path, name: str) -> None:
    case = CASES[name]
    changes = between(current, older(case, tmp_path))
    tables = {
        found.table: (len(found.added), len(found.removed), found.comparison.records_changed)
        for found in changes.tables
    }
    subjects = {
        s for found in changes.tables for part in (found.added, found.removed, found.changed) for s in part["subject"]
    }
    assert tables == case.tables
    assert subjects == {SUBJECT.format(subject) for subject in case.subjects}
    assert cells_of(changes) == case.cells
    assert changes.old == "older"


def test_raw_numbers_are_lines_of_the_file(current: workflow.Outcome, tmp_path: Path) -> None:
    changes = between(current, older(CASES["grade"], tmp_path))
    [line] = next(found for found in changes.tables if found.table == "raw.ae").changed["number"]
    text = (ROOT / "raw" / "ae.csv").read_text(encoding="utf-8").splitlines()[line - 1]
    assert text.startswith(CASES["grade"].now)


def test_the_same_extract_has_no_changes(current: workflow.Outcome) -> None:
    assert current.results is not None
    changes = changes_between(current.build, current.results, current.build, current.results)
    assert changes.tables == ()
    assert changes.cells == ()


# The page


@pytest.fixture(scope="module")
def changed_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site against an older extract, where an event had another grade and a later one was not there yet."""
    folder = tmp_path_factory.mktemp("changed")
    return written(copied(ROOT, folder / "study"), older(CASES["grade"], folder))


@pytest.mark.browser
def test_a_changed_cell_leads_to_its_output_and_patient(changed_site: Path, page: Page) -> None:
    page.goto(address(changed_site, "changes.html"))
    table = page.locator("#changes-outputs details", has_text="Table 4")
    table.locator("summary").click()
    cell = table.locator("tbody tr", has_text="Diarrhea")
    assert cell.locator("td").all_inner_texts() == ["1 (11)", "0 (0)"]
    assert cell.locator("a").get_attribute("href") == "output-table-4.html?cell=table-4%2Fevent%2FDiarrhea%2Fgrade3"
    patients = page.locator("#changes-patients details")
    assert patients.locator("summary .changes-subject").all_inner_texts() == [SUBJECT.format("01-001")]
    patients.locator("summary").click()
    raw = patients.locator("[aria-label^='raw.ae'] tbody tr")
    raw.wait_for()
    assert raw.locator("td").all_inner_texts() == ["changed", "AETOXGR", "3", "1"]
    assert raw.locator("th").inner_text() == "line 3 SUBJID 01-001 · AESPID 2"


@pytest.mark.browser
def test_without_an_older_cut_the_page_says_how_to_get_it(site: Path, page: Page) -> None:
    page.goto(address(site, "changes.html"))
    page.locator("#changes-none").wait_for()
    assert "--against" in page.locator("#changes-none").inner_text()
    assert page.locator("#changes").is_hidden()


@pytest.mark.browser
def test_a_patient_whose_data_changed_is_marked(changed_site: Path, page: Page) -> None:
    """Four records of one patient: the raw line, the one of AE, and two of ADAE."""
    visit(page, changed_site, "patients.html")
    links = page.locator("#patients-grid a[href^='changes.html']")
    assert links.all_inner_texts() == ["4"]
    links.click()
    opened = page.locator("#changes-patients details[open]")
    opened.locator("table").first.wait_for()
    assert opened.locator(".changes-subject").all_inner_texts() == [SUBJECT.format("01-001")]
    visit(page, changed_site, f"patient.html?subject={SUBJECT.format('01-001')}")
    page.locator("#patient-changes").wait_for()
    visit(page, changed_site, f"patient.html?subject={SUBJECT.format('01-002')}")
    assert page.locator("#patient-changes").is_hidden()
