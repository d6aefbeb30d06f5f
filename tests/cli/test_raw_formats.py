"""The same raw data in each kind of file give the same datasets."""

from __future__ import annotations

import csv
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import quoteattr

import openpyxl
import pandas as pd
import pytest

from crf2tlf.files.xpt import XptDataset, XptVariable, write_xpt
from tests.cli.conftest import ENCODINGS, SMALL, files, run

FORMS = ("ae", "demog", "diagnosis")
DATA = Path(__file__).parents[1] / "files" / "data"
DAY = re.compile(r"(\d{4})[-/](\d\d)[-/](\d\d)")

Rows = list[list[str]]


def rows_of(form: str) -> Rows:
    """The header and the records of a form of the small study."""
    with (SMALL / "raw" / f"{form}.csv").open(encoding=ENCODINGS.get(f"raw/{form}.csv", "utf-8"), newline="") as file:
        return list(csv.reader(file))


def respec(root: Path, form: str, file: str, more: str = "", renamed: dict[str, str] | None = None) -> None:
    """Let a form's spec name another file; Japanese text is UTF-8 there, and dates may be ISO 8601."""
    path = root / "specs" / "raw" / f"{form}.yaml"
    text = path.read_text().replace(f"file: {form}.csv", f"file: {file}\n{more}").replace("encoding: cp932\n", "")
    text = text.replace("formats: YYYY/MM/DD", "formats: [YYYY/MM/DD, YYYY-MM-DD]")
    text = text.replace("formats: [DD-MON-YYYY, YYYY/MM/DD]", "formats: [DD-MON-YYYY, YYYY/MM/DD, YYYY-MM-DD]")
    for old, new in (renamed or {}).items():
        text = text.replace(old, new)
    path.write_text(text)
    (root / "raw" / f"{form}.csv").unlink(missing_ok=True)


def as_tab_separated(root: Path) -> None:
    for form in FORMS:
        respec(root, form, f"{form}.tsv")
        (root / "raw" / f"{form}.tsv").write_text("\n".join("\t".join(row) for row in rows_of(form)) + "\n", "utf-8")


def as_workbooks(root: Path) -> None:
    for form in FORMS:
        respec(root, form, f"{form}.xlsx")
        book = openpyxl.Workbook()
        fill(book.active, rows_of(form))
        book.save(root / "raw" / f"{form}.xlsx")


def as_one_workbook(root: Path) -> None:
    book = openpyxl.Workbook()
    for form in FORMS:
        respec(root, form, "edc.xlsx", f"sheet: {form.upper()}\nheader_row: 3")
        page = book.create_sheet(form.upper())
        page.append([f"Form {form}"])
        page.append([])
        fill(page, rows_of(form))
    book.save(root / "raw" / "edc.xlsx")


def fill(page, rows: Rows) -> None:
    """Write rows as a person would: whole dates as dates, whole numbers as numbers."""
    header, *records = rows
    page.append(header)
    for record in records:
        page.append([natural(text) for text in record])


def natural(text: str) -> object:
    if match := DAY.fullmatch(text):
        return datetime(*map(int, match.groups())).date()
    return int(text) if text.isdigit() else text or None


def as_transport_files(root: Path) -> None:
    for form in FORMS[:2]:  # texts are ASCII there
        header, *records = rows_of(form)
        names = [name.replace(".", "_") for name in header]
        respec(root, form, f"{form}.xpt", renamed={"IT.AEOUT": "IT_AEOUT"})
        frame = pd.DataFrame(records, columns=names, dtype="str")
        variables = tuple(XptVariable(name, name, "Char", 60, None) for name in names)
        write_xpt(root / "raw" / f"{form}.xpt", frame, XptDataset(form.upper(), form, variables), datetime(2020, 1, 1))


def as_sas_data_sets(root: Path) -> None:
    for form in FORMS:
        respec(root, form, f"{form}.sas7bdat", renamed={"IT.AEOUT": "IT_AEOUT"})
        shutil.copy(DATA / f"{form}.sas7bdat", root / "raw")


def as_dataset_json(root: Path) -> None:
    for form in FORMS:
        header, *records = rows_of(form)
        columns = [{"itemOID": name, "name": name, "label": name, "dataType": "string"} for name in header]
        head = {"datasetJSONVersion": "1.1.0", "records": len(records), "columns": columns}
        respec(root, form, f"{form}.json")
        (root / "raw" / f"{form}.json").write_text(json.dumps({**head, "rows": records}))


def as_ndjson(root: Path) -> None:
    as_dataset_json(root)
    for form in FORMS:
        path = root / "raw" / f"{form}.json"
        content = json.loads(path.read_text())
        lines = [content, *content.pop("rows")]
        respec(root, form, "", renamed={f"file: {form}.json": f"file: {form}.ndjson"})
        path.with_suffix(".ndjson").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
        path.unlink()


def as_odm(root: Path) -> None:
    groups = []
    for form in FORMS:
        respec(root, form, "edc.xml", f"odm: {{form: F.{form}, item_group: IG.{form}}}")
        header, *records = rows_of(form)
        for number, record in enumerate(records, 1):
            items = "".join(
                f"<ItemData ItemOID={quoteattr(name)} Value={quoteattr(text)}/>\n"
                for name, text in zip(header, record, strict=True)
            )
            groups.append(
                f'<SubjectData SubjectKey="{record[0]}"><StudyEventData StudyEventOID="SE">\n'
                f'<FormData FormOID="F.{form}">\n'
                f'<ItemGroupData ItemGroupOID="IG.{form}" ItemGroupRepeatKey="{number}">\n{items}'
                "</ItemGroupData></FormData></StudyEventData></SubjectData>\n"
            )
    root_tag = '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="Snapshot" ODMVersion="1.3.2">'
    data = f'<ClinicalData StudyOID="S" MetaDataVersionOID="1">\n{"".join(groups)}</ClinicalData>'
    content = f'<?xml version="1.0" encoding="UTF-8"?>\n{root_tag}{data}</ODM>'
    (root / "raw" / "edc.xml").write_text(content, "utf-8")


def as_archive(root: Path) -> None:
    """With all files in one folder of the archive, as an EDC exports them."""
    with zipfile.ZipFile(root / "raw.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((root / "raw").iterdir()):
            archive.write(path, f"export-2020-01-01/{path.name}")
    shutil.rmtree(root / "raw")


WAYS = [
    as_tab_separated,
    as_workbooks,
    as_one_workbook,
    as_transport_files,
    as_sas_data_sets,
    as_dataset_json,
    as_ndjson,
    as_odm,
    as_archive,
]


def datasets(root: Path) -> dict[str, bytes]:
    """The datasets of a built study; its lineage names lines, which differ."""
    found = {name: content for name, content in files(root / "sdtm").items() if name.endswith((".xpt", ".ndjson"))}
    assert {"ae.xpt", "dm.xpt"} <= found.keys()
    return found


@pytest.mark.parametrize("way", WAYS)
def test_each_kind_of_file_gives_the_same_datasets(built_study, tmp_path, way: Callable[[Path], None]):
    shutil.copytree(SMALL, tmp_path / "study")
    way(tmp_path / "study")
    ran = run(tmp_path / "study", "build", "sdtm")
    assert (ran.exit_code, ran.findings) == (0, []), ran.err
    assert datasets(tmp_path / "study") == datasets(built_study)


def test_findings_name_row_and_sheet(tmp_path):
    shutil.copytree(SMALL, tmp_path / "study")
    as_one_workbook(tmp_path / "study")
    path = tmp_path / "study" / "raw" / "edc.xlsx"
    book = openpyxl.load_workbook(path)
    book["AE"]["D5"] = 9
    book.save(path)
    ran = run(tmp_path / "study", "check")
    assert "'9' is not in the code list" in ran.finding("raw/edc.xlsx#AE:5: error: RAW_CODE")


def test_a_folder_goes_before_an_archive(tmp_path):
    shutil.copytree(SMALL, tmp_path / "study")
    shutil.copytree(tmp_path / "study" / "raw", tmp_path / "kept")
    as_archive(tmp_path / "study")
    shutil.copytree(tmp_path / "kept", tmp_path / "study" / "raw")
    ran = run(tmp_path / "study", "check")
    assert ran.exit_code == 0
    assert "is not read" in ran.finding("raw.zip: warning: RAW_FILE_EXTRA")


def test_an_archive_on_the_command_line(built_study, tmp_path):
    shutil.copytree(SMALL, tmp_path / "study")
    as_archive(tmp_path / "study")
    (tmp_path / "study" / "raw.zip").rename(tmp_path / "cut.zip")
    ran = run(tmp_path / "study", "--raw", str(tmp_path / "cut.zip"), "build", "sdtm")
    assert (ran.exit_code, ran.findings) == (0, []), ran.err
    assert datasets(tmp_path / "study") == datasets(built_study)


# keys of a form's spec, words of the finding
WRONG_KEYS = [
    ("file: ae.xml", "needs `odm:`"),
    ("file: ae.xml\nodm: {}", "needs `odm:`"),
    ("file: ae.csv\nodm: {form: F.AE}", "only an ODM-XML file"),
    ("file: ae.csv\nsheet: AE", "only an Excel workbook"),
    ("file: ae.sas7bdat\nheader_row: 2", "only an Excel workbook"),
]


@pytest.mark.parametrize(("keys", "words"), WRONG_KEYS)
def test_keys_for_another_kind_of_file(tmp_path, keys, words):
    shutil.copytree(SMALL, tmp_path / "study")
    path = tmp_path / "study" / "specs" / "raw" / "ae.yaml"
    path.write_text(path.read_text().replace("file: ae.csv", keys))
    ran = run(tmp_path / "study", "check")
    assert any("SPEC_MODEL" in line and words in line for line in ran.findings), ran.err


@pytest.mark.slow
def test_the_manifest_of_a_package_names_the_archive(tmp_path):
    root = tmp_path / "study"
    shutil.copytree(SMALL, root)
    as_archive(root)
    run(root, "package", "--mode", "draft")
    manifest = json.loads((root / "submission" / "manifest.json").read_text())
    assert [entry["path"] for entry in manifest["inputs"] if not entry["path"].startswith("specs/")] == ["raw.zip"]
