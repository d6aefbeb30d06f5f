"""A small finished package, written by the program's own writers, that tests break in one place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from pypdf import PdfWriter

from crf2tlf.files.xpt import XptDataset, XptVariable, write_xpt
from crf2tlf.findings import Findings
from crf2tlf.submit.layout import Layout, layout_of

STUDY = "ABC-123"
STAMP = datetime(2020, 1, 2)
TS = {
    "STUDYID": [STUDY, STUDY],
    "TSPARMCD": ["SSTDTC", "TITLE"],
    "TSVAL": ["2015-07-01", "A trial"],
    "TSVALNF": ["", ""],
}
SUBJECTS = {"STUDYID": [STUDY], "USUBJID": ["ABC-123-1"]}


def xpt(path: Path, columns: Mapping[str, list[str]]) -> None:
    """Write a transport file of texts."""
    frame = pd.DataFrame({name: pd.Series(values, dtype="str") for name, values in columns.items()})
    variables = tuple(XptVariable(name, name.title(), "Char", 40) for name in columns)
    write_xpt(path, frame.replace("", None), XptDataset(path.stem.upper(), path.stem, variables), STAMP)


def pdf(path: Path, *, bookmark: bool = True) -> None:
    """Write a PDF of one empty page."""
    writer, content = PdfWriter(), BytesIO()
    writer.add_blank_page(width=100, height=100)
    if bookmark:
        writer.add_outline_item(title="Contents", page_number=0)
    writer.write(content)
    path.write_bytes(content.getvalue())


def define(path: Path, datasets: Mapping[str, list[str]], *, documents: list[str], study: str = STUDY) -> None:
    """Write what a define file says of files: datasets by their links with their variables, and documents."""
    leaf = '<def:leaf ID="LF.{0}" xlink:href="{0}"><def:title>{0}</def:title></def:leaf>'
    groups, items = "", ""
    for href, names in datasets.items():
        oids = [f"IT.{href}.{name}" for name in names]
        refs = "".join(f'<ItemRef ItemOID="{oid}"/>' for oid in oids)
        groups += f'<ItemGroupDef Name="{href[:-4].upper()}">{refs}{leaf.format(href)}</ItemGroupDef>'
        items += "".join(f'<ItemDef OID="{oid}" Name="{name}"/>' for oid, name in zip(oids, names, strict=True))
    path.write_text(
        f"""<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="define2-1.xsl"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:def="http://www.cdisc.org/ns/def/v2.1"
     xmlns:xlink="http://www.w3.org/1999/xlink">
<Study><GlobalVariables><StudyName>{study}</StudyName></GlobalVariables>
<MetaDataVersion>{groups}{items}{"".join(map(leaf.format, documents))}</MetaDataVersion></Study></ODM>"""
    )


@pytest.fixture
def package(tmp_path: Path) -> Layout:
    """A package with nothing wrong in it."""
    layout = layout_of(STUDY, tmp_path / "submission", Findings())
    for folder in (layout.tabulations, layout.analysis, layout.programs):
        folder.mkdir(parents=True)
    xpt(layout.tabulations / "ts.xpt", TS)
    xpt(layout.tabulations / "dm.xpt", SUBJECTS)
    xpt(layout.analysis / "adsl.xpt", SUBJECTS)
    (layout.programs / "adsl.txt").write_text("ADSL\n")
    for folder, documents in ((layout.tabulations, ["acrf.pdf", "csdrg.pdf"]), (layout.analysis, ["adrg.pdf"])):
        (folder / "define2-1.xsl").write_text("<xsl/>")
        for name in documents:
            pdf(folder / name)
    write_defines(layout)
    return layout


def write_defines(layout: Layout) -> None:
    """Write both define files of the package."""
    define(
        layout.tabulations / "define.xml",
        {"dm.xpt": list(SUBJECTS), "ts.xpt": list(TS)},
        documents=["acrf.pdf", "csdrg.pdf"],
    )
    define(layout.analysis / "define.xml", {"adsl.xpt": list(SUBJECTS)}, documents=["adrg.pdf"])
