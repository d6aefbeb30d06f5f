"""A workbook in Pinnacle 21's shape that somebody wrote by hand: no rules, other spellings, numbers as numbers."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

from openpyxl import Workbook

Sheets = dict[str, list[list[Any]]]

_VARIABLES = "Order,Dataset,Variable,Label,Data Type,Length,Significant Digits,Format,Mandatory,Code List,Origin,Pages,"
_VALUES = "Order,Dataset,Variable,Where Clause,Data Type,Length,Mandatory,Codelist,Origin,Method"

SHEETS: Sheets = {
    "Define": [
        ["Attribute", "Value"],
        ["StudyName", "ABC-1"],
        ["StudyDescription", "A study"],
        ["ProtocolName", "ABC-1"],
        ["StandardName", "ADaM-IG"],
        ["Language", "en"],
    ],
    "Datasets": [
        [
            "Dataset",
            "Description",
            "Class",
            "Structure",
            "Purpose",
            "Key Variables",
            "Repeating",
            "Reference Data",
            "Comment",
        ],
        [
            "ADSL",
            "Subject-Level Analysis Dataset",
            "SUBJECT LEVEL ANALYSIS DATASET",
            "One record per subject",
            "Analysis",
            "STUDYID,USUBJID",
            "No",
            "No",
            None,
        ],
        [
            "VS",
            "Vital Signs",
            "FINDINGS",
            "One record per vital sign",
            "Tabulation",
            "STUDYID, USUBJID, VSTESTCD,VISITNUM",
            "Yes",
            "No",
            "COM.VS",
        ],
    ],
    "Variables": [
        f"{_VARIABLES}Method,Predecessor,Role,Comment,Developer Notes".split(","),
        [
            1,
            "ADSL",
            "STUDYID",
            "Study Identifier",
            "text",
            7.0,
            None,
            None,
            "Yes",
            None,
            "Predecessor",
            None,
            None,
            "DM.STUDYID",
        ],
        [
            2,
            "ADSL",
            "USUBJID",
            "Unique Subject Identifier",
            "text",
            20,
            None,
            None,
            "Yes",
            None,
            "Predecessor",
            None,
            None,
            "DM.USUBJID",
        ],
        [3, "ADSL", "SEX", "Sex", "text", 1, None, None, "No", "SEX", "Predecessor", None, None, "DM.SEX "],
        [4, "ADSL", "AGEGRX", "Age group of ours", "text", 8, None, None, "No", "AGEGRX", "Derived", None, "MT.AGEGR"],
        [
            5,
            "ADSL",
            "TRTSDT",
            "Date of First Exposure to Treatment",
            "integer",
            8,
            None,
            "DATE9.",
            "No",
            None,
            "Derived",
        ],
        [1, "VS", "STUDYID", "Study Identifier", "text", 7, None, None, "Yes", None, "Protocol"],
        [2, "VS", "USUBJID", "Unique Subject Identifier", "text", 20, None, None, "Yes", None, "Derived"],
        [3, "VS", "VSTESTCD", "Vital Signs Test Short Name", "text", 8, None, None, "Yes", "VSTESTCD", "Assigned"],
        [4, "VS", "VISITNUM", "Visit Number", "float", 8, 1, None, "No", None, "CRF", "5 6"],
        [5, "VS", "VSPOS", "Vital Signs Position of Subject", "text", 8, None, None, "No", None, "CRF", "5 6"],
        [6, "VS", "VSORRES", "Result or Finding in Original Units", "text", 8],
        [7, "VS", "VSORRESU", "Original Units", "text", 8],
    ],
    "ValueLevel": [
        _VALUES.split(","),
        [1, "VS", "VSORRES", "WC.SYS", "integer", 3, "No", None, "CRF", None],
        [2, "VS", "VSORRES", "WC.TEMP", "float", 5, "No", None, "CRF", "MT.TEMP"],
        [1, "VS", "VSORRESU", "WC.SYS1, WC.DIA", "text", 3, "No", None, "Assigned", None],
        [2, "VS", "VSORRESU", 'VSTESTCD NE "TEMP" AND VSPOS EQ "SUPINE"', "text", 3, "No", None, "Assigned", None],
    ],
    "WhereClauses": [
        ["ID", "Dataset", "Variable", "Comparator", "Value"],
        ["WC.SYS", "VS", "VSTESTCD", "IN", "SYSBP, DIABP"],
        ["WC.TEMP", "VS", "VSTESTCD", "EQ", "TEMP"],
        ["WC.SYS1", "VS", "VSTESTCD", "EQ", "SYSBP"],
        ["WC.SYS1", "VS", "VSPOS", "IN", '"SITTING","STANDING, UP"'],
        ["WC.SYS1", "VS", "VISITNUM", "GE", 2],
        ["WC.DIA", "VS", "VSTESTCD", "EQ", "DIABP"],
    ],
    "Codelists": [
        ["ID", "Name", "NCI Codelist Code", "Data Type", "Order", "Term", "NCI Term Code", "Decoded Value"],
        ["SEX", "Sex", "C66731", "text", 1, "M", "C20197", "Male"],
        ["SEX", "Sex", "C66731", "text", 2, "F", "C16576", "Female"],
        ["AGEGRX", "Age group", None, "text", 1, "01", None, "<65"],
        ["AGEGRX", "Age group", None, "text", 2, "02", None, ">=65"],
        ["VSTESTCD", "Tests", "C66741", "text", 1, "SYSBP", "C25298", "Systolic"],
        ["VSTESTCD", "Tests", "C66741", "text", 2, "MYTEST", None, "Mine"],
    ],
    "Dictionaries": [
        ["ID", "Name", "Data Type", "Dictionary", "Version"],
        ["AEDICT", "MedDRA", "text", "MedDRA", 23.1],
    ],
    "Methods": [
        ["ID", "Name", "Type", "Description"],
        ["MT.AGEGR", "Age group", "Computation", "If AGE < 65\nthen 01 else 02"],
        ["MT.TEMP", "Celsius", "Computation", "(F-32)/1.8"],
    ],
    "Comments": [["ID", "Description"], ["COM.VS", "Vital signs: seated"]],
    "Documents": [["ID", "Title", "Href"]],
}


def written(path: Path, sheets: Sheets) -> Path:
    """Write sheets of values as an Excel file."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def changed(*changes: tuple[str, int, str, Any]) -> Sheets:
    """The sheets with some cells changed: sheet, row (1 is the header), column letter, value."""
    sheets = deepcopy(SHEETS)
    for name, row, column, value in changes:
        rows, at = sheets[name], ord(column) - ord("A")
        while len(rows) < row:
            rows.append([])
        rows[row - 1].extend([None] * (at + 1 - len(rows[row - 1])))
        rows[row - 1][at] = value
    return sheets
