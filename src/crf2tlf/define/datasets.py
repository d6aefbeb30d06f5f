"""Datasets and their variables: ``ItemGroupDef``, ``ItemDef`` and value-level metadata."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import odmlib.arm_1_0.model as arm

from crf2tlf.build.oids import (
    codelist_oid,
    comment_oid,
    dataset_oid,
    leaf_id,
    method_oid,
    standard_oid,
    value_list_oid,
    value_oid,
    variable_oid,
)
from crf2tlf.define.comments import dataset_comment
from crf2tlf.define.conditions import condition_text, where_clause_refs
from crf2tlf.define.documents import origin
from crf2tlf.define.texts import described, given, one_line, sas_name
from crf2tlf.metadata.model import DatasetMetadata, Item, Origin, Standard, Submission
from crf2tlf.standards import sdtm_dataset, sdtm_variable

WITH_LENGTH = {"text", "integer", "float"}
"""Data types that have a length (Define-XML 2.1, section 5.3.11)."""

CLASSES = (
    "TRIAL DESIGN",
    "STUDY REFERENCE",
    "SPECIAL PURPOSE",
    "INTERVENTIONS",
    "EVENTS",
    "FINDINGS",
    "FINDINGS ABOUT",
    "RELATIONSHIP",
    "SUBJECT LEVEL ANALYSIS DATASET",
)
"""Classes in the order in which reviewers find them; those not listed follow (CDISC Metadata Submission Guidelines)."""

NOWHERE = Origin("Not Available")
"""The origin of values that a dataset without records would have."""

OCCURRENCE_CLASS, OCCURRENCE_GUIDE = "OCCURRENCE DATA STRUCTURE", "ADaM-OCCDSIG"


def in_order(datasets: Iterable[DatasetMetadata]) -> tuple[DatasetMetadata, ...]:
    """Return datasets by class, and by name within one."""
    return tuple(sorted(datasets, key=lambda dataset: (_class_rank(dataset), dataset.name)))


def _class_rank(dataset: DatasetMetadata) -> int:
    known = dataset.observation_class in CLASSES
    return CLASSES.index(dataset.observation_class) if known else len(CLASSES)


def item_groups(submission: Submission) -> list[arm.ItemGroupDef]:
    """Return the datasets, in their order. Source: Define-XML 2.1, section 5.3.9."""
    return [_item_group(submission, dataset) for dataset in submission.datasets]


def items(submission: Submission) -> list[arm.ItemDef]:
    """Return every variable, each followed by its value-level items. Source: Define-XML 2.1, section 5.3.11."""
    return [_item(submission, dataset, item) for dataset, item in submission.items()]


def value_lists(submission: Submission) -> list[arm.ValueListDef]:
    """Return the value-level metadata of each variable that has some. Source: Define-XML 2.1, section 5.3.7."""
    return [
        arm.ValueListDef(
            OID=value_list_oid(dataset.name, item.name),
            ItemRef=[_item_ref(submission, dataset, value, number) for number, value in enumerate(item.values, 1)],
        )
        for dataset in submission.datasets
        for item in dataset.items
        if item.values
    ]


def dataset_standard(submission: Submission, dataset: DatasetMetadata) -> Standard | None:
    """Return the implementation guide that describes a dataset, or None where none does."""
    guides = [standard for standard in submission.standards if standard.type == "IG"]
    if submission.sdtm and sdtm_dataset(dataset.name) is None:
        return None
    occurrences = dataset.observation_class == OCCURRENCE_CLASS
    special = [guide for guide in guides if guide.name == OCCURRENCE_GUIDE]
    general = [guide for guide in guides if guide.name != OCCURRENCE_GUIDE]
    return next(iter((special if occurrences else []) + general), None)


def _item_group(submission: Submission, dataset: DatasetMetadata) -> arm.ItemGroupDef:
    standard, comment = dataset_standard(submission, dataset), dataset_comment(dataset)
    file = leaf_id(dataset.name)
    return arm.ItemGroupDef(
        **given(
            OID=dataset_oid(dataset.name),
            Name=dataset.name,
            SASDatasetName=sas_name(dataset.name),
            Domain=dataset.domain if submission.sdtm else None,
            Repeating=_yes_no(dataset.repeating),
            IsReferenceData=_yes_no(dataset.reference_data),
            Purpose=dataset.purpose,
            Structure=one_line(dataset.structure),
            ArchiveLocationID=file if dataset.records else None,
            StandardOID=standard and standard_oid(standard.id),
            IsNonStandard=None if standard else "Yes",
            HasNoData=None if dataset.records else "Yes",
            CommentOID=comment and comment_oid(comment),
        ),
        **described(dataset.label),
        ItemRef=[_item_ref(submission, dataset, item, number) for number, item in enumerate(dataset.items, 1)],
        **_alias(submission, dataset),
        Class=_class(dataset),
        **({"leaf": _file(dataset, file)} if dataset.records else {}),
    )


def _class(dataset: DatasetMetadata) -> arm.Class:
    subclasses = [arm.SubClass(Name=dataset.subclass)] if dataset.subclass else []
    return arm.Class(Name=dataset.observation_class, SubClass=subclasses)


def _alias(submission: Submission, dataset: DatasetMetadata) -> dict[str, list[arm.Alias]]:
    """Return the description of the domain that a split dataset such as ``QSPH`` is a part of."""
    domain = sdtm_dataset(dataset.domain) if submission.sdtm and dataset.name != dataset.domain else None
    if domain is None or not dataset.name.startswith(dataset.domain):
        return {}
    return {"Alias": [arm.Alias(Context="DomainDescription", Name=domain.label)]}


def _file(dataset: DatasetMetadata, leaf: str) -> arm.leaf:
    return arm.leaf(ID=leaf, href=dataset.file, title=arm.title(_content=dataset.file))


def _item_ref(submission: Submission, dataset: DatasetMetadata, item: Item, number: int) -> arm.ItemRef:
    return arm.ItemRef(
        **given(
            ItemOID=_oid(dataset, item),
            OrderNumber=number,
            Mandatory=_yes_no(item.mandatory),
            KeySequence=item.key,
            MethodOID=item.method and method_oid(item.method),
            Role=None if item.where else item.role,
            IsNonStandard="Yes" if _is_added(submission, dataset, item) else None,
        ),
        WhereClauseRef=where_clause_refs(item.where),
    )


def _is_added(submission: Submission, dataset: DatasetMetadata, item: Item) -> bool:
    """Whether a variable is in a dataset of SDTMIG though neither the guide nor its model has it there."""
    if not submission.sdtm or item.where or dataset_standard(submission, dataset) is None:
        return False
    return sdtm_variable(dataset.name, item.name) is None


def _item(submission: Submission, dataset: DatasetMetadata, item: Item) -> arm.ItemDef:
    return arm.ItemDef(
        **given(
            OID=_oid(dataset, item),
            Name=item.name,
            SASFieldName=None if item.where else sas_name(item.name),
            DataType=item.data_type,
            Length=item.length if item.data_type in WITH_LENGTH else None,
            SignificantDigits=item.significant_digits if item.data_type == "float" else None,
            DisplayFormat=item.display_format,
            CommentOID=item.comment and comment_oid(item.comment),
        ),
        **described(item.label),
        **dict(_item_parts(submission, dataset, item)),
    )


def _item_parts(submission: Submission, dataset: DatasetMetadata, item: Item) -> Iterator[tuple[str, object]]:
    """Yield the child elements of a variable that has them."""
    if item.codelist:
        yield "CodeListRef", arm.CodeListRef(CodeListOID=codelist_oid(item.codelist))
    came_from = item.origin or (NOWHERE if not dataset.records and not item.values else None)
    if came_from:
        yield "Origin", [origin(submission, came_from)]
    if item.values:
        yield "ValueListRef", arm.ValueListRef(ValueListOID=value_list_oid(dataset.name, item.name))


def _oid(dataset: DatasetMetadata, item: Item) -> str:
    """Return the identifier of a variable, or of those of its values for which the item's where clause holds."""
    if not item.where:
        return variable_oid(dataset.name, item.name)
    return value_oid(dataset.name, item.name, condition_text(item.where, dataset.name))


def _yes_no(truth: bool) -> str:
    return "Yes" if truth else "No"
