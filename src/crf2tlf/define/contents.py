"""What the text of Define-XML 2.1 asks of a define.xml beyond its schema."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from crf2tlf.define.document import NAMESPACES
from crf2tlf.define.references import elements, identifier, name, where

DEF = f"{{{NAMESPACES['def']}}}"
ODM = f"{{{NAMESPACES['odm']}}}"

CONTENT = "content: "
"""With this begins a fault that specs can cause: something the specification wants was not given."""

WITH_LENGTH = {"text", "integer", "float"}
CODELIST_CONTENTS = ("CodeListItem", "EnumeratedItem", "ExternalCodeList")
WITHOUT_SOURCE = {"Predecessor", "Not Available", "Protocol", "Assigned"}


def content_faults(root: etree._Element) -> Iterator[str]:
    """Yield what the schema lets pass and the specification does not, in the order of the document."""
    rules = {
        "ItemGroupDef": _dataset_faults,
        "ValueListDef": _order_faults,
        "ItemDef": _item_faults,
        "CodeList": _codelist_faults,
        "RangeCheck": _comparison_faults,
    }
    for element in elements(root):
        rule = rules.get(name(element))
        if rule:
            yield from (f"{CONTENT}{where(element)}: {fault}" for fault in rule(element))


def _dataset_faults(dataset: etree._Element) -> Iterator[str]:
    """Sections 5.3.9 and 5.3.10: a standard or none, a file unless empty, keys numbered from 1."""
    if (dataset.get(f"{DEF}StandardOID") is None) == (dataset.get(f"{DEF}IsNonStandard") is None):
        yield "wants either def:StandardOID or def:IsNonStandard"
    empty = dataset.get(f"{DEF}HasNoData") is not None
    files = [identifier(leaf) for leaf in dataset.findall(f"{DEF}leaf")]
    if files != ([] if empty else [dataset.get(f"{DEF}ArchiveLocationID")]):
        yield "wants one def:leaf, that of def:ArchiveLocationID, where it has data, and else none"
    if empty and dataset.get(f"{DEF}CommentOID") is None:
        yield "wants a comment on why it has no data"
    keys = [int(ref.get("KeySequence", 0)) for ref in dataset.findall(f"{ODM}ItemRef") if ref.get("KeySequence")]
    if sorted(keys) != list(range(1, len(keys) + 1)):
        yield f"the keys are numbered {sorted(keys)}, not from 1 without gaps"
    yield from _order_faults(dataset)


def _order_faults(owner: etree._Element) -> Iterator[str]:
    """Section 5.3.10: items are numbered in the order of the file."""
    numbers = [ref.get("OrderNumber") for ref in owner.findall(f"{ODM}ItemRef")]
    if numbers != [str(number) for number in range(1, len(numbers) + 1)]:
        yield f"the items are numbered {numbers}, not from 1 without gaps"


def _item_faults(item: etree._Element) -> Iterator[str]:
    """Section 5.3.11: lengths by data type, and where the values come from."""
    kind = item.get("DataType", "")
    if (item.get("Length") is not None) != (kind in WITH_LENGTH):
        yield f"Length is {item.get('Length')} with data type {kind}"
    if (item.get("SignificantDigits") is not None) != (kind == "float"):
        yield f"SignificantDigits is {item.get('SignificantDigits')} with data type {kind}"
    if item.find(f"{DEF}Origin") is None and item.find(f"{DEF}ValueListRef") is None:
        yield "neither its values nor its value list have an origin"
    for origin in item.findall(f"{DEF}Origin"):
        if origin.get("Source") is None and origin.get("Type") not in WITHOUT_SOURCE:
            yield f"the origin {origin.get('Type')} has no source"
        if origin.get("Type") == "Predecessor" and origin.find(f"{ODM}Description") is None:
            yield "the predecessor is not named"


def _codelist_faults(codelist: etree._Element) -> Iterator[str]:
    """Section 5.3.12: terms of one kind, each once; a standard, an external dictionary or neither."""
    kinds = [
        kind for kind in ("CodeListItem", "EnumeratedItem", "ExternalCodeList") if codelist.findall(f"{ODM}{kind}")
    ]
    if len(kinds) != 1:
        yield f"holds {' and '.join(kinds) or 'nothing'}, not terms of one kind or a dictionary"
    values = [str(term.get("CodedValue")) for term in codelist if term.get("CodedValue") is not None]
    for value in sorted({value for value in values if values.count(value) > 1}):
        yield f"has the term {value} more than once"
    own, external = codelist.get(f"{DEF}IsNonStandard") is not None, kinds == ["ExternalCodeList"]
    if [own, external, codelist.get(f"{DEF}StandardOID") is not None].count(True) != 1:
        yield "wants one of def:StandardOID, def:IsNonStandard and ExternalCodeList"


def _comparison_faults(comparison: etree._Element) -> Iterator[str]:
    """Section 5.3.8: lists are compared with values, the other comparators with one value."""
    values = len(comparison.findall(f"{ODM}CheckValue"))
    comparator = comparison.get("Comparator")
    if not (values >= 1 if comparator in ("IN", "NOTIN") else values == 1):
        yield f"{comparator} compares with {values} values"
