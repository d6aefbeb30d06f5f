"""Reading the files of forms, whatever their kind; each file is read once, also where several forms are in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath

from crf2tlf.files.csv import read_csv
from crf2tlf.files.json_table import read_json_table
from crf2tlf.files.odm import OdmGroup, read_odm
from crf2tlf.files.raw_table import RawTable
from crf2tlf.files.sas import read_sas
from crf2tlf.findings import Findings
from crf2tlf.spec.form import EXCEL_FILES, FormSpec

DELIMITED = (".csv", ".txt", ".tsv")
READABLE = (*DELIMITED, *EXCEL_FILES, ".xls", ".sas7bdat", ".xpt", ".json", ".ndjson", ".xml")
"""Extensions of files that hold forms (.xls is told what to become)."""


def read_tables(folder: Path, forms: Iterable[FormSpec], findings: Findings) -> dict[str, RawTable | None]:
    """Read the files of forms in a folder; gives the table of each form, None where it cannot be read.

    The kind of a file is that of its extension; one without a known extension is delimited text.
    Findings: see the readers.
    """
    by_file: dict[str, list[FormSpec]] = {}
    for form in forms:
        by_file.setdefault(form.file, []).append(form)
    return {form: table for name, sharing in by_file.items() for form, table in _read(folder / name, sharing, findings)}


def _read(path: Path, forms: Sequence[FormSpec], findings: Findings) -> Iterable[tuple[str, RawTable | None]]:
    """Read one file, and give each form that is in it its table."""
    place = f"raw/{path.name}"
    extension = PurePath(path.name).suffix.lower()
    if extension in (*EXCEL_FILES, ".xls"):
        from crf2tlf.files.excel import read_workbook  # openpyxl takes a while to import

        sheets = dict.fromkeys((form.sheet, form.header_row) for form in forms)
        by_sheet = read_workbook(path, place, sheets, findings)
        return [(form.form, by_sheet.get((form.sheet, form.header_row))) for form in forms]
    if extension == ".xml":
        groups = {form.form: OdmGroup(form.odm.form, form.odm.item_group) for form in forms if form.odm}
        by_group = read_odm(path, place, dict.fromkeys(groups.values()), findings)
        return [(form, by_group.get(group)) for form, group in groups.items()]
    if extension in (".json", ".ndjson"):
        table = read_json_table(path, place, findings)
        return [(form.form, table) for form in forms]
    if extension in (".sas7bdat", ".xpt"):
        by_encoding = {code: read_sas(path, place, code, findings) for code in dict.fromkeys(map(_encoding, forms))}
        return [(form.form, by_encoding[_encoding(form)]) for form in forms]
    ways = dict.fromkeys((form.encoding, _delimiter(form)) for form in forms)
    tables = {way: read_csv(path, place, way[0], findings, delimiter=way[1]) for way in ways}
    return [(form.form, tables[form.encoding, _delimiter(form)]) for form in forms]


def _encoding(form: FormSpec) -> str | None:
    """The encoding that a form's spec states; a SAS data set knows its own."""
    return form.encoding if "encoding" in form.model_fields_set else None


def _delimiter(form: FormSpec) -> str:
    tabs = form.file.lower().endswith(".tsv") and "delimiter" not in form.model_fields_set
    return "\t" if tabs else form.delimiter
