"""The files that are written, and the page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree, html
from tests.define.samples import ADAM, ADSL, SDTM

from crf2tlf.define import write_define
from crf2tlf.define.document import define_xml
from crf2tlf.define.page import define_html, stylesheet, with_keys
from crf2tlf.findings import Findings
from crf2tlf.metadata.model import Origin, Submission

NO_METHODS = replace(SDTM, methods=())


def test_three_files_are_written(tmp_path: Path) -> None:
    findings = Findings()
    paths = write_define(SDTM, tmp_path, findings)
    assert [path.name for path in paths] == ["define.xml", "define2-1.xsl", "define.html"]
    assert all(path.parent == tmp_path for path in paths)
    assert (tmp_path / "define.xml").read_bytes() == define_xml(SDTM)
    assert b"The MIT License (MIT)" in (tmp_path / "define2-1.xsl").read_bytes()
    assert not findings.items


def test_an_invalid_document_is_a_fault_of_the_program(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"(?s)MethodDef MT.CELSIUS .* MethodDef MT.USUBJID"):
        write_define(NO_METHODS, tmp_path, Findings())
    assert not list(tmp_path.iterdir())


def test_what_specs_leave_out_is_a_finding(tmp_path: Path) -> None:
    unnamed = replace(ADSL, items=(replace(ADSL.items[0], origin=Origin("Predecessor")), *ADSL.items[1:]))
    findings = Findings()
    write_define(replace(ADAM, datasets=(unnamed, *ADAM.datasets[1:])), tmp_path, findings)
    assert [finding.message for finding in findings] == [
        "content: ItemDef IT.ADSL.STUDYID: the predecessor is not named"
    ]


def test_that_of_a_draft_is_written_with_findings(tmp_path: Path) -> None:
    findings = Findings()
    write_define(replace(NO_METHODS, draft=True), tmp_path, findings)
    assert {finding.code for finding in findings} == {"DEFINE_INVALID"}
    assert "DRAFT: A trial of" in (tmp_path / "define.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("submission", [SDTM, ADAM], ids=["sdtm", "adam"])
def test_keys_make_the_page_sooner_and_no_other(submission: Submission) -> None:
    xml = define_xml(submission)
    assert with_keys(stylesheet()).count(b"<xsl:key ") >= 8
    assert define_html(xml) == bytes(etree.XSLT(etree.fromstring(stylesheet()))(etree.fromstring(xml)))


@pytest.mark.parametrize("submission", [SDTM, ADAM], ids=["sdtm", "adam"])
def test_the_page_leads_to_every_dataset_and_no_link_is_broken(submission: Submission) -> None:
    page = html.document_fromstring(define_html(define_xml(submission)))
    anchors = set(page.xpath("//@id"))
    links = {link[1:] for link in page.xpath("//a/@href") if link.startswith("#")}
    assert {f"IG.{dataset.name}" for dataset in submission.datasets} <= anchors
    assert links <= anchors
    assert "[unresolved" not in page.find("body").text_content()
