"""Writing define.xml, the stylesheet that it names, and the page."""

from __future__ import annotations

from pathlib import Path

from crf2tlf.findings import Findings, Place
from crf2tlf.metadata.model import Submission

XML, HTML = "define.xml", "define.html"


def write_define(submission: Submission, folder: Path, findings: Findings) -> list[Path]:
    """Write define.xml, define2-1.xsl and define.html into a folder and return their paths.

    The document is checked first. What the text of Define-XML asks beyond its schema (``content: …``) may be missing
    because the specs do not give it, so that is a finding (``DEFINE_INVALID``). Any other fault is one of the program:
    raises ``AssertionError`` with all of them, and nothing is written. The metadata of a draft may be anything, so
    there each fault is a finding.
    """
    # odmlib and the reader of schemas take a while to import: only a run that writes pays for it.
    from crf2tlf.define.check import check_define
    from crf2tlf.define.contents import CONTENT
    from crf2tlf.define.document import STYLESHEET, define_xml
    from crf2tlf.define.page import define_html, stylesheet

    xml = define_xml(submission)
    faults = check_define(xml)
    if not submission.draft and any(not fault.startswith(CONTENT) for fault in faults):
        raise AssertionError("\n".join([f"{XML} of {submission.study} is not valid:", *faults]))
    for fault in faults:
        findings.add("DEFINE_INVALID", Place(f"{folder.name}/{XML}"), fault)
    contents = {XML: xml, STYLESHEET: stylesheet(), HTML: define_html(xml)}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in contents]
