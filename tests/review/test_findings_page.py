"""The page of findings in a real browser: filters, exports, comments that stay, and the query list they become."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from typer.testing import CliRunner

from crf2tlf.cli import app
from crf2tlf.findings import Findings, Severity
from crf2tlf.review.found import KINDS
from crf2tlf.review.query_list import COLUMNS, guarded, read_queries
from crf2tlf.review.texts import LANGUAGES, interface_texts
from tests.review.sites import ROOT, address, copied, piece

pytestmark = pytest.mark.browser
SUBJECT = "UMIN000015984-01-003"


def saved(page: Page, action: Callable[[], None], folder: Path) -> Path:
    """What a button offers for download, as a file."""
    with page.expect_download() as offered:
        action()
    path = folder / offered.value.suggested_filename
    offered.value.save_as(path)
    return path


def shown(page: Page) -> list[str]:
    """The identifiers of the findings that the table shows."""
    found: list[str] = page.locator("#findings-rows tr").evaluate_all("rows => rows.map((row) => row.id)")
    return found


def comment(page: Page, button: str, text: str, column: str = "", category: str = "query") -> None:
    """Type a comment with the button of a name."""
    page.get_by_role("button", name=re.compile(button)).first.click()
    dialog = page.locator("dialog.comment-editor")  # the chain beside it is a dialog too
    if column:
        dialog.locator("#comment-column").select_option(column)
    dialog.get_by_label("Text").fill(text)
    dialog.locator(f'input[value="{category}"]').check()
    dialog.get_by_label("Reviewer").fill("A. Reviewer")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog).to_be_hidden()


def test_the_meant_finding_comes_first_and_leads_to_its_records(site: Path, page: Page) -> None:
    page.goto(address(site, "findings.html"))
    first = page.locator("#findings-rows tr").first
    expect(first).to_contain_text("The investigator's overall response differs")
    expect(first).to_contain_text("AVALC: SD")
    expect(first).to_contain_text("= PR")
    expect(first).to_contain_text("RECIST")
    first.get_by_role("link", name="response:15").click()
    page.wait_for_url(f"**/patient.html?subject={SUBJECT}#raw_response-15")


FILTERS = {
    "kind": ("filter-kind", "reconciliation", 90),
    "state": ("filter-state", "left out", 35),
    "domain": ("filter-domain", "ADRS", 1),
    "severity": ("filter-severity", "warning", 1),
}


@pytest.mark.parametrize(("name", "value", "count"), FILTERS.values(), ids=FILTERS)
def test_filters(site: Path, page: Page, name: str, value: str, count: int) -> None:
    page.goto(address(site, "findings.html"))
    page.locator(f"#{name}").select_option(value)
    expect(page.locator("#found")).to_have_text(f"{count} of 153 rows")
    assert len(shown(page)) == count


def test_search_by_text_and_subject_and_clearing(site: Path, page: Page) -> None:
    page.goto(address(site, "findings.html"))
    page.get_by_label("Search").first.fill("ＬＥＳＩＯＮ")  # as wide letters are typed in Japan
    expect(page.locator("#found")).not_to_have_text("153 of 153 rows")
    assert 0 < len(shown(page)) < 60
    page.get_by_role("button", name="Clear filters").click()
    expect(page.locator("#found")).to_have_text("153 of 153 rows")
    page.get_by_label("Subject").fill("01-003")
    expect(page.locator("#found")).not_to_have_text("153 of 153 rows")
    expect(page.locator("#findings-rows tr").first).to_contain_text(SUBJECT)
    assert 0 < len(shown(page)) < 20


def test_sorting_by_keyboard(site: Path, page: Page) -> None:
    page.goto(address(site, "findings.html"))
    page.get_by_role("button", name="Dataset or output").focus()
    page.keyboard.press("Enter")
    expect(page.locator('th[aria-sort="ascending"]')).to_have_text(re.compile("Dataset or output"))
    first = page.locator("#findings-rows tr").first.locator("td").nth(2)
    expect(first).to_have_text("ADRS")
    page.keyboard.press("Enter")
    expect(page.locator('th[aria-sort="descending"]')).to_be_visible()
    expect(first).to_have_text("target")


def test_the_filtered_rows_are_exported(site: Path, page: Page, tmp_path: Path) -> None:
    page.goto(address(site, "findings.html?kind=check"))
    expect(page.locator("#found")).to_have_text("1 of 153 rows")
    book = load_workbook(saved(page, page.locator("#export-excel").click, tmp_path))
    header, row = book["Findings"].iter_rows(values_only=True)
    told = dict(zip(map(str, header), row, strict=True))
    assert (told["TOPIC"], told["VALUE"], told["EXPECTED"], told["COUNT"]) == ("RECIST", "AVALC: SD", "= PR", 1)
    assert (told["SUBJECTS"], told["RECORDS"]) == (SUBJECT, "ADRS:142; raw.response:15")
    assert [cell.data_type for line in book["Findings"].iter_rows() for cell in line if cell.data_type == "f"] == []
    text = saved(page, page.locator("#export-csv").click, tmp_path).read_text(encoding="utf-8-sig")
    lines = list(csv.reader(StringIO(text)))
    assert lines[0] == [str(name) for name in header]
    assert lines[1][header.index("EXPECTED")] == "'= PR"  # no formula, in CSV either


def test_comments_stay_and_become_a_query_list_that_is_followed_up(site: Path, page: Page, tmp_path: Path) -> None:
    page.goto(address(site, f"patient.html?subject={SUBJECT}#raw_response-15"))
    comment(page, r"Comment on .*response 15", "=Is this SD?\nSee the lesions.", "RSOVR")
    page.goto(address(site, "findings.html"))
    comment(page, "Comment on Finding F-", "Please explain", category="remark")
    page.reload()
    expect(page.get_by_role("link", name="Comments: 2")).to_be_visible()
    page.get_by_role("tab", name=re.compile("Comments")).click()
    expect(page.locator("#comments-rows tr")).to_have_count(2)
    excel = saved(page, page.locator("#queries-excel").click, tmp_path)
    text = saved(page, page.locator("#queries-csv").click, tmp_path)
    for path in (excel, text):
        findings = Findings()
        listed = read_queries(path, findings)
        assert listed is not None
        assert (listed.columns, findings.items) == (COLUMNS, [])
        query = next(query for query in listed.queries.values() if not query.finding)
        assert (query.subject, query.table, query.line, query.column) == (SUBJECT, "response", "15", "RSOVR")
        assert (query.text.splitlines()[0], query.status) == ("=Is this SD?", "open")
        assert query.record["RSOVR"] == query.value != ""
        assert set(query.keys) < set(query.record)
    _follow_up(text, excel, tmp_path)


def _follow_up(text: Path, excel: Path, tmp_path: Path) -> None:
    """Follow the list up on an extract in which the response was corrected and stands on another line."""
    study = copied(ROOT, tmp_path / "next")
    raw = study / "raw" / "response.csv"
    header, *records = raw.read_text(encoding="utf-8").splitlines()
    cells = records[13].split(",")
    cells[header.split(",").index("RSOVR")] = "2"  # PR
    raw.write_text("\n".join([header, ",".join(cells), *records[:13], *records[14:]]) + "\n", encoding="utf-8")
    for given, output in ((text, "followed.xlsx"), (excel, "followed.csv")):
        call = ["--study", str(study), "queries", str(given), "--json", "--output", str(tmp_path / output)]
        done = CliRunner().invoke(app, call)
        assert done.exit_code == 0, done.output
        told = json.loads(done.stdout)
        query, remark = sorted(told, key=lambda one: bool(one["finding"]))
        assert (query["outcome"], query["now"], query["place"]) == ("answered", "2", "raw/response.csv:2")
        assert (remark["outcome"], remark["note"]) == ("answered", "the finding is no longer made")
        again = read_queries(tmp_path / output, Findings())
        assert again is not None
        assert {row["STATUS"] for row in again.rows} == {"answered"}


def test_a_comment_on_a_cell_names_its_row_and_column(site: Path, page: Page) -> None:
    page.goto(address(site, "output-table-4.html?cell=table-4%2Fevent%2FFlashing-lights%2Fany"))
    comment(page, "Comment on table-4 · .*Flashing lights, ", "Is this right?")
    page.goto(address(site, "findings.html#comments"))
    link = page.locator("#comments-rows").get_by_role("link")
    expect(link).to_have_text(re.compile(r"^table-4 · .*Flashing lights, \w"))
    expect(link).to_have_attribute("href", re.compile(r"cell=table-4%2Fevent%2FFlashing-lights%2Fany$"))


def test_a_comment_is_edited_and_deleted(site: Path, page: Page) -> None:
    page.goto(address(site, "findings.html"))
    comment(page, "Comment on Finding F-", "First words")
    page.get_by_role("tab", name=re.compile("Comments")).click()
    page.get_by_role("button", name="Edit: Finding").click()
    page.get_by_role("dialog").get_by_label("Text").fill("Other words")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#comments-rows")).to_contain_text("Other words")
    expect(page.locator("#comments-rows tr")).to_have_count(1)
    page.get_by_role("button", name="Delete: Finding").click()
    expect(page.locator("#comments-rows tr")).to_have_count(1)
    page.get_by_role("button", name="Delete this comment?").click()
    expect(page.locator("#comments-rows tr")).to_have_count(0)


def test_a_comment_without_text_or_name_is_not_saved(site: Path, page: Page) -> None:
    page.goto(address(site, "findings.html"))
    page.get_by_role("button", name=re.compile("Comment on Finding")).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog.get_by_role("alert")).to_have_text("Please type a text.")
    dialog.get_by_label("Text").fill("Words")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("Please give your name")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.evaluate("document.activeElement.className").startswith("comment")


def test_two_reviewers_merge_their_comments(site: Path, page: Page, phone: Page, tmp_path: Path) -> None:
    for reviewer, words in ((page, "From the first"), (phone, "From the second")):
        reviewer.goto(address(site, "findings.html"))
        comment(reviewer, "Comment on Finding F-", words)
    page.goto(address(site, "findings.html#comments"))
    page.reload()
    path = saved(page, page.locator("#comments-save").click, tmp_path)
    phone.get_by_role("tab", name=re.compile("Comments")).click()
    phone.locator("#comments-file").set_input_files(path)
    expect(phone.locator("#comments-rows tr")).to_have_count(2)
    phone.locator("#comments-file").set_input_files(path)  # once more changes nothing
    expect(phone.locator("#comments-rows tr")).to_have_count(2)


def test_raw_texts_stay_texts_in_comments_and_exports(hostile_site: Path, page: Page, tmp_path: Path) -> None:
    subject = piece(hostile_site, "subjects")["rows"][0][0]
    page.goto(address(hostile_site, f"patient.html?subject={subject}#raw_ae-2"))
    comment(page, r"Comment on .*ae 2", "<b>bold</b>", "AECOM")
    page.goto(address(hostile_site, "findings.html#comments"))
    expect(page.locator("#comments-rows")).to_contain_text("<b>bold</b>")
    expect(page.locator("#comments-rows")).to_contain_text("=cmd|' /C calc'!A0")
    book = load_workbook(saved(page, page.locator("#queries-excel").click, tmp_path))
    cells = [cell for line in book["Queries"].iter_rows() for cell in line]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    listed = read_queries(saved(page, page.locator("#queries-csv").click, tmp_path), Findings())
    assert listed is not None
    assert listed.queries[0].value == "=cmd|' /C calc'!A0"


def test_csv_of_the_browser_and_of_the_program_guard_the_same_texts(site: Path, page: Page) -> None:
    page.goto(address(site, "findings.html"))
    texts = ["=1+1", "-1.5", "- 1", "+x", "@x", "'=1", "''=1", "'x", "x", "-"]
    made = page.evaluate("texts => crf2tlf.csv([texts])", texts)
    assert next(csv.reader(StringIO(made.removeprefix("\ufeff")))) == [guarded(text) for text in texts]


def test_a_hundred_thousand_findings_stay_usable(site: Path, page: Page, tmp_path: Path) -> None:
    large = tmp_path / "large"
    shutil.copytree(site, large)
    page.goto(address(large, "findings.html"))
    took = page.evaluate(
        """async () => {
          const data = await crf2tlf.load("findings");
          const n = data.ids.length;
          const times = Math.ceil(100000 / n);
          const repeat = (list) => Array.from({ length: n * times }, (_, at) => list[at % n]);
          for (const column of Object.values(data.columns)) column.codes = repeat(column.codes);
          for (const name of ["ids", "counts", "subjects", "records"]) data[name] = repeat(data[name]);
          const before = performance.now();
          const search = document.getElementById("filter-text");
          search.value = "lesion";
          search.dispatchEvent(new Event("input", { bubbles: true }));
          await new Promise((done) => setTimeout(done, 125));
          const rows = document.querySelectorAll("#findings-rows tr").length;
          return [data.ids.length, rows, performance.now() - before];
        }"""
    )
    assert took[0] >= 100_000
    assert took[1] == 100
    assert took[2] < 3_000


def test_texts_of_kinds_severities_and_states_exist() -> None:
    states = ("open", "explained", "agrees", "differs", "mapped", "looked_up", "left_out", "unused")
    keys = {f"findings.kind.{kind}" for kind in KINDS} | {f"findings.state.{state}" for state in states}
    keys |= {f"findings.severity.{severity.value}" for severity in Severity}
    for language in LANGUAGES:
        assert keys <= set(interface_texts(language))
