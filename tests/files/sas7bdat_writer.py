"""Writes small SAS data sets for the tests, with the writer of the ReadStat library that pyreadstat brings along.

Only the files beside this one are needed to run the tests; they were made by ``python -m tests.files.sas7bdat_writer``.
ReadStat (MIT licence) is by Evan Miller. SAS itself was not used: no SAS was at hand.
"""

from __future__ import annotations

import csv
import ctypes
from collections.abc import Sequence
from pathlib import Path

import pyreadstat._readstat_writer

HERE = Path(__file__).parent
DATA = HERE / "data"
STUDY = HERE.parent / "cli" / "study" / "raw"
STRING, DOUBLE = 0, 5

Value = str | float | None
Column = tuple[str, str, str, int]
"""Name, label, format (empty for none), and bytes of a text or 0 for a number."""


def write_sas7bdat(path: Path, columns: Sequence[Column], rows: Sequence[Sequence[Value]]) -> None:
    """Write a data set; a number may be a letter, which is a special missing value."""
    library = ctypes.CDLL(pyreadstat._readstat_writer.__file__)
    content = bytearray()
    take = ctypes.CFUNCTYPE(ctypes.c_ssize_t, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p)

    @take
    def received(data: int, length: int, _: int) -> int:
        content.extend(ctypes.string_at(data, length))
        return length

    pointer = ctypes.c_void_p
    for name in ("readstat_writer_init", "readstat_add_variable"):
        getattr(library, name).restype = pointer
    writer = pointer(library.readstat_writer_init())
    library.readstat_set_data_writer(writer, received)
    library.readstat_writer_set_file_timestamp(writer, ctypes.c_long(1_577_836_800))
    variables = []
    for name, label, display, width in columns:
        kind = STRING if width else DOUBLE
        variable = pointer(library.readstat_add_variable(writer, name.encode(), kind, ctypes.c_size_t(width)))
        library.readstat_variable_set_label(variable, label.encode())
        if display:
            library.readstat_variable_set_format(variable, display.encode())
        variables.append(variable)
    assert library.readstat_begin_writing_sas7bdat(writer, None, ctypes.c_long(len(rows))) == 0
    for row in rows:
        assert library.readstat_begin_row(writer) == 0
        for variable, (_, _, _, width), value in zip(variables, columns, row, strict=True):
            if width:
                library.readstat_insert_string_value(writer, variable, str(value or "").encode())
            elif value is None:
                library.readstat_insert_missing_value(writer, variable)
            elif isinstance(value, str):
                library.readstat_insert_tagged_missing_value(writer, variable, ctypes.c_char(value.encode()))
            else:
                library.readstat_insert_double_value(writer, variable, ctypes.c_double(value))
        assert library.readstat_end_row(writer) == 0
    assert library.readstat_end_writing(writer) == 0
    library.readstat_writer_free(writer)
    path.write_bytes(bytes(content))


def write_form(name: str, encoding: str = "utf-8") -> None:
    """Write a form of the small study as a data set of texts."""
    with (STUDY / f"{name}.csv").open(encoding=encoding, newline="") as file:
        header, *rows = list(csv.reader(file))
    columns = [(title.replace(".", "_"), title, "", 60) for title in header]
    write_sas7bdat(DATA / f"{name}.sas7bdat", columns, rows)


def main() -> None:
    """Write all files."""
    DATA.mkdir(exist_ok=True)
    typed: list[Column] = [
        ("SUBJID", "Subject", "Z3.", 0),
        ("VISDAT", "Date", "DATE9.", 0),
        ("VISTIM", "Time", "TIME5.", 0),
        ("VISDTM", "Moment", "DATETIME20.", 0),
        ("WEIGHT", "Weight", "5.1", 0),
        ("RESULT", "Result", "", 0),
        ("NOTE", "Note", "", 40),
    ]
    rows: list[list[Value]] = [
        [1, 21915, 37800, 1893493845, 70, 0.1 + 0.2, "first"],
        [12, 21916, 37845, 1893456000, 70.25, 5, "Übelkeit"],
        [123, None, None, None, None, "A", None],
        [4, -715509, 90000, 1893493845.5, 1e-7, 12345678901234, "  leading"],
    ]
    write_sas7bdat(DATA / "typed.sas7bdat", typed, rows)
    for name, encoding in {"ae": "utf-8", "demog": "utf-8", "diagnosis": "cp932"}.items():
        write_form(name, encoding)


if __name__ == "__main__":
    main()
