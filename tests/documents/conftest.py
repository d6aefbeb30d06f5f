"""The metadata of small studies, as far as the documents need them."""

from __future__ import annotations

from crf2tlf.build import BuildResult
from crf2tlf.metadata.crf_pages import crf_pages
from crf2tlf.metadata.model import DatasetMetadata, Item, Origin, Submission


def described(build: BuildResult, *, draft: bool = False) -> Submission:
    """The tabulation datasets of a build, all of their variables collected on the forms."""
    spec = build.study.spec
    datasets = tuple(
        DatasetMetadata(
            dataset.name,
            dataset.label,
            dataset.name,
            "EVENTS",
            "One record per record",
            "Tabulation",
            repeating=True,
            reference_data=False,
            records=dataset.size,
            keys=dataset.keys,
            items=tuple(
                Item(v.name, v.label, "text", Origin("Collected", forms=tuple(build.study.forms)))
                for v in dataset.variables
            ),
        )
        for dataset in build.datasets.values()
        if dataset.sdtm and dataset.spec.output
    )
    pages = crf_pages(build.study)
    release = spec.release_timestamp.isoformat()
    return Submission(spec.study, spec.title, "", True, release, (), datasets, (), (), (), (), (), pages, draft)
