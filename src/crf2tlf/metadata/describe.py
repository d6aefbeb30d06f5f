"""The metadata of a submission from a build: everything is read from specs, standards, compiled rules and data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from crf2tlf.build.metadata import declared
from crf2tlf.build.result import BuildResult, Dataset
from crf2tlf.build.run import report_records
from crf2tlf.build.write import written_datasets
from crf2tlf.findings import Findings
from crf2tlf.metadata.analyses import displays_of
from crf2tlf.metadata.codelists import Codelists
from crf2tlf.metadata.crf_pages import crf_pages
from crf2tlf.metadata.datasets import described_dataset
from crf2tlf.metadata.items import Context
from crf2tlf.metadata.methods import Methods
from crf2tlf.metadata.model import DatasetMetadata, Document, Item, Standard, Submission
from crf2tlf.metadata.origins import Origins
from crf2tlf.metadata.parts import as_texts
from crf2tlf.metadata.value_level import selected
from crf2tlf.rules.scope import by_value
from crf2tlf.spec import Study

ACRF = Document("acrf", "Annotated CRF", "acrf.pdf")
CSDRG = Document("csdrg", "Clinical Study Data Reviewer's Guide", "csdrg.pdf")
ADRG = Document("adrg", "Analysis Data Reviewer's Guide", "adrg.pdf")


def describe_submission(build: BuildResult, findings: Findings, *, sdtm: bool, draft: bool = False) -> Submission:
    """Return the metadata of all tabulation (``sdtm``) or all analysis datasets that are submitted.

    A value in the data that its codelist lacks is a finding DEFINE_VALUE, a dictionary that study.yaml does not know a
    SPEC_REFERENCE. Source: Define-XML 2.1 and, for analyses, Analysis Results Metadata 1.0.
    """
    study, spec = build.study, build.study.spec
    origins = Origins(build, sdtm=sdtm)
    context = Context(build, findings, origins, Methods(build, origins), Codelists(study, findings))
    datasets = tuple(described_dataset(context, dataset) for dataset in written_datasets(build, sdtm=sdtm))
    codelists = context.codelists.all()
    _check_values(context, datasets)
    return Submission(
        study=spec.study,
        title=spec.title,
        protocol=spec.protocol or spec.study,
        sdtm=sdtm,
        release=spec.release_timestamp.isoformat(),
        standards=_standards(study, context.codelists.packages, sdtm=sdtm),
        datasets=datasets,
        codelists=codelists,
        methods=context.methods.all,
        comments=tuple(context.comments.values()),
        documents=(ACRF, CSDRG) if sdtm else (ADRG,),
        displays=() if sdtm else displays_of(build),
        pages=crf_pages(study) if sdtm else {},
        draft=draft,
    )


def _standards(study: Study, packages: Mapping[str, str], *, sdtm: bool) -> tuple[Standard, ...]:
    """Return the implementation guide, and the packages of terminology that codelists are of."""
    given = study.spec.standards
    guide, version = ("SDTMIG", given.sdtmig) if sdtm else ("ADaMIG", given.adamig)
    terminology = (
        Standard(package, "CDISC/NCI", "CT", packages[package], package.removesuffix(" CT"))
        for package in sorted(packages)
    )
    return (Standard(guide, guide, "IG", version), *terminology)


# Values outside their codelists


def _check_values(context: Context, datasets: Iterable[DatasetMetadata]) -> None:
    """Report every value that is not among the terms of its codelist, at the raw lines of its records."""
    unlisted = context.codelists.unlisted
    for described in datasets:
        for item in _leaves(described):
            if item.codelist in unlisted:
                _check_item(context, context.build.datasets[described.name], item, unlisted[item.codelist])


def _leaves(dataset: DatasetMetadata) -> Iterator[Item]:
    """Yield the items that say what values there may be: those of values, or else the variable."""
    for item in dataset.items:
        yield from item.values or (item,)


def _check_item(context: Context, dataset: Dataset, item: Item, unlisted: set[str]) -> None:
    values = as_texts(dataset, item.name)
    outside = values.isin(unlisted).to_numpy(dtype=bool)
    if item.where:
        outside = outside & selected(context.build.datasets, item.where)
    given = declared(dataset.spec, item.name)
    place = given.place if given.place.file else dataset.spec.place
    for shown, records in by_value(np.flatnonzero(outside), values):
        what = f"{dataset.name}.{item.name}: {shown} is not in the codelist {item.codelist} of the define file"
        message = f"{what}; correct it, or put it on record with `add` in codelists.yaml if the list may be extended"
        table, positions = dataset.spec.dataset, dataset.positions[records]
        report_records(context.build.tables, table, positions, "DEFINE_VALUE", message, place, context.findings)
