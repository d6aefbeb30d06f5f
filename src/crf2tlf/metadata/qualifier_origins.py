"""QORIG of supplemental qualifiers: the origin that the metadata give to a qualifier's values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from crf2tlf.build.result import BuildResult, Dataset
from crf2tlf.metadata.origins import Origins


def with_qualifier_origins(build: BuildResult) -> BuildResult:
    """Return a build whose SUPP-- datasets say in QORIG what Define-XML says of the values.

    What a spec gives as a qualifier's ``origin`` stands; else the origin is read from its rules, like that of any
    variable. Source: SDTMIG 3.4 section 8.4.1 (QORIG: collected, derived or assigned), in the words of Define-XML 2.1.
    """
    origins = Origins(build, sdtm=True)
    datasets = {
        name: _with_origins(dataset, origins) if dataset.is_supplement else dataset
        for name, dataset in build.datasets.items()
    }
    return replace(build, datasets=MappingProxyType(datasets))


def _with_origins(dataset: Dataset, origins: Origins) -> Dataset:
    parent = dataset.spec.dataset
    found: Mapping[str, str] = {
        name: given.origin or origins.of_parts(origins.parts(parent, name)).type
        for name, given in dataset.spec.supplemental.items()
    }
    return replace(dataset, frame=dataset.frame.assign(QORIG=dataset.frame["QNAM"].map(found).astype("str")))
