"""The annotated CRF and the guides of the reference trial, against its Define-XML metadata and its forms."""

from __future__ import annotations

import pytest
from pypdf import PdfReader
from tests import whole

from crf2tlf.build import BuildResult
from crf2tlf.conform.model import Conformance
from crf2tlf.documents import guides, write_acrf
from crf2tlf.documents.fields import field_uses
from crf2tlf.documents.model import numbered
from crf2tlf.findings import Findings
from crf2tlf.metadata.model import Submission

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def build() -> BuildResult:
    return whole.reference().build


@pytest.fixture(scope="module")
def sdtm() -> Submission:
    return whole.reference().submissions[0]


@pytest.fixture(scope="module")
def acrf(build: BuildResult, sdtm: Submission, tmp_path_factory: pytest.TempPathFactory) -> PdfReader:
    findings = Findings()
    path = write_acrf(sdtm, build, findings, tmp_path_factory.mktemp("acrf") / "acrf.pdf")
    assert not findings.items
    return PdfReader(path)


def text_of(pdf: PdfReader, pages: tuple[int, ...]) -> str:
    return " ".join(" ".join(pdf.pages[page - 1].extract_text().split()) for page in pages)


def test_every_collected_variable_is_annotated_on_the_pages_that_define_names(
    acrf: PdfReader, sdtm: Submission
) -> None:
    texts = {form: text_of(acrf, pages) for form, pages in sdtm.pages.items()}
    lacking = []
    for dataset, item in sdtm.items():
        if item.origin and item.origin.type == "Collected":
            qualifiers = [value for part in item.where if part.variable == "QNAM" for value in part.values]
            for name in qualifiers or [item.name]:
                shown = f"{dataset.name}.QVAL where QNAM = {name}" if qualifiers else f"{dataset.name}.{name}"
                lacking += [(form, shown) for form in item.origin.forms if shown not in texts[form]]
    assert lacking == []


def test_every_question_stands_on_the_pages_of_its_form(acrf: PdfReader, build: BuildResult, sdtm: Submission) -> None:
    for name, form in build.study.forms.items():
        text = text_of(acrf, sdtm.pages[name])
        assert [label for c in form.columns.values() if (label := c.label or "") not in text] == []


def test_fields_without_a_variable_are_those_that_the_guide_explains(build: BuildResult, sdtm: Submission) -> None:
    # Japanese has no place in transport files; visits without a new lesion are left out of TU
    assert [
        (form, use.column)
        for form, uses in field_uses(build, sdtm).items()
        for use in uses
        if not use.targets and not use.selects
    ] == [("diagnosis", "DXTXTJ"), ("newlesion", "NLYN")]


def test_the_authored_texts_of_the_guides_have_their_places(build: BuildResult, sdtm: Submission) -> None:
    findings = Findings()
    adam = whole.reference().submissions[1]
    made = guides(build, sdtm, adam, Conformance((), (), ()), findings)
    assert [str(finding) for finding in findings] == []
    domains = {section.section.aliases for section in numbered(made["csdrg"])}
    assert {(dataset.name,) for dataset in sdtm.datasets if not dataset.name.startswith("SUPP")} <= domains
