"""The define.xml of whole studies against the transport files that lie beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyreadstat
import pytest
from lxml import etree, html
from tests import whole

from crf2tlf.build.write import write_datasets, written_datasets
from crf2tlf.define import write_define
from crf2tlf.define.check import check_define
from crf2tlf.define.document import NAMESPACES
from crf2tlf.findings import Findings
from crf2tlf.metadata.model import Submission

pytestmark = pytest.mark.slow


Variable = tuple[str, str, str, int | None]
"""Name, label, kind and length; the length of a date in ISO 8601 is not told by a define.xml."""


@dataclass(frozen=True)
class Written:
    """A folder with transport files and define.xml, the metadata they are made of, and what was found."""

    folder: Path
    submission: Submission
    findings: Findings

    @property
    def define(self) -> etree._Element:
        return etree.parse(self.folder / "define.xml").getroot()


@pytest.fixture(scope="module", params=["sdtm", "adam", "pilot", "pilot-adam"])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    outcome = whole.pilot() if request.param.startswith("pilot") else whole.reference()
    submission = outcome.submissions[request.param.endswith("adam")]
    folder, findings = tmp_path_factory.mktemp(request.param), Findings()
    write_datasets(outcome.build, written_datasets(outcome.build, sdtm=submission.sdtm), folder)
    write_define(submission, folder, findings)
    return Written(folder, submission, findings)


def in_transport_files(folder: Path) -> dict[str, list[Variable]]:
    """The variables of each transport file in the order of the file, as pyreadstat reads them."""
    found: dict[str, list[Variable]] = {}
    for path in sorted(folder.glob("*.xpt")):
        _, meta = pyreadstat.read_xport(path, metadataonly=True)
        found[path.name] = [
            (
                name,
                meta.column_names_to_labels[name],
                "text" if meta.readstat_variable_types[name] == "string" else "number",
                meta.variable_storage_width[name],
            )
            for name in meta.column_names
        ]
    return found


def in_define(root: etree._Element) -> dict[str, list[Variable]]:
    """The variables of each dataset of a define.xml by the name of its file."""
    items = {item.get("OID", ""): item for item in root.iter(f"{{{NAMESPACES['odm']}}}ItemDef")}
    found: dict[str, list[Variable]] = {}
    for group in root.iter(f"{{{NAMESPACES['odm']}}}ItemGroupDef"):
        (file,) = group.xpath("def:leaf/@xlink:href", namespaces=NAMESPACES)
        oids = group.xpath("odm:ItemRef/@ItemOID", namespaces=NAMESPACES)
        found[str(file)] = [described(items[str(oid)]) for oid in oids]
    return found


def described(item: etree._Element) -> Variable:
    label = str(item.xpath("string(odm:Description/odm:TranslatedText)", namespaces=NAMESPACES))
    kind = "number" if item.get("DataType") in ("integer", "float") else "text"
    return item.get("Name", ""), label, kind, int(item.get("Length", 0)) or None


def test_every_variable_of_a_file_is_in_the_define_and_the_other_way_round(written: Written) -> None:
    files, define = in_transport_files(written.folder), in_define(written.define)
    assert {name: [v[0] for v in found] for name, found in files.items()} == {
        name: [v[0] for v in found] for name, found in define.items()
    }
    for name, variables in define.items():
        held = [v if told[3] else (*v[:3], None) for v, told in zip(files[name], variables, strict=True)]
        assert held == variables


def test_the_define_is_valid_and_nothing_was_found(written: Written) -> None:
    assert check_define((written.folder / "define.xml").read_bytes()) == []
    assert [str(finding) for finding in written.findings] == []


def test_the_page_leads_to_every_dataset_and_no_link_is_broken(written: Written) -> None:
    page = html.parse(written.folder / "define.html").getroot()
    anchors = set(page.xpath("//@id"))
    assert {f"IG.{dataset.name}" for dataset in written.submission.datasets} <= anchors
    assert {link[1:] for link in page.xpath("//a/@href") if link.startswith("#")} <= anchors


def test_every_file_that_is_linked_lies_beside_or_is_a_document(written: Written) -> None:
    links = {str(link) for link in written.define.xpath("//@xlink:href", namespaces=NAMESPACES)}
    files = {path.name for path in written.folder.glob("*.xpt")}
    assert links == files | {document.href for document in written.submission.documents}
