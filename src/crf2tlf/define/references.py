"""The references in a define.xml: each has its target, each definition is used, and no identifier occurs twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

REFERENCES = {
    "ItemOID": "ItemDef",
    "ParameterOID": "ItemDef",
    "ItemGroupOID": "ItemGroupDef",
    "CodeListOID": "CodeList",
    "RoleCodeListOID": "CodeList",
    "MethodOID": "MethodDef",
    "CommentOID": "CommentDef",
    "WhereClauseOID": "WhereClauseDef",
    "ValueListOID": "ValueListDef",
    "StandardOID": "Standard",
    "leafID": "leaf",
    "ArchiveLocationID": "leaf",
}
"""Attributes that refer to a definition, with the element that they refer to (Define-XML 2.1, ARM 1.0)."""

MAY_BE_UNUSED = {"ItemGroupDef"}
"""Definitions that stand for themselves."""

IDENTIFIED = {*REFERENCES.values(), "ODM", "Study", "MetaDataVersion", "ResultDisplay", "AnalysisResult"}


def reference_faults(root: etree._Element) -> Iterator[str]:
    """Yield every dangling reference, unused definition and repeated identifier, in the order of the document.

    A variable counts as used where a dataset or value list has it; a where clause that compares with it does not
    make it one of the data.
    """
    defined: dict[str, list[str]] = {}
    used: dict[str, set[str]] = {kind: set() for kind in REFERENCES.values()}
    for element in elements(root):
        own = identifier(element)
        if own is not None and name(element) in IDENTIFIED:
            defined.setdefault(own, []).append(name(element))
    for element in elements(root):
        for attribute, target in _references(element):
            kind = REFERENCES[attribute]
            if kind not in defined.get(target, ()):
                yield f"dangling: {where(element)} refers to {kind} {target} by {attribute}, and there is none"
            if kind != "ItemDef" or name(element) == "ItemRef":
                used[kind].add(target)
    for own, kinds in defined.items():
        if len(kinds) > 1:
            yield f"duplicate: {own} identifies {len(kinds)} elements ({', '.join(kinds)})"
        for kind in Counter(kinds):
            if kind in used and kind not in MAY_BE_UNUSED and own not in used[kind]:
                yield f"unused: nothing refers to {kind} {own}"


def elements(root: etree._Element) -> Iterator[etree._Element]:
    """Yield all elements of a document: no comments, no processing instructions."""
    yield from root.iter("*")


def name(element: etree._Element) -> str:
    """Return the name of an element without its namespace."""
    return etree.QName(element).localname


def identifier(element: etree._Element) -> str | None:
    """Return an element's own identifier, or None."""
    return element.get("OID") or element.get("ID")


def where(element: etree._Element) -> str:
    """Return which element is meant, for a message: its name, and that of the nearest one with an identifier."""
    owner: etree._Element | None = element
    while owner is not None and identifier(owner) is None:
        owner = owner.getparent()
    if owner is None or owner is element:
        return f"{name(element)} {identifier(element) or ''}".strip()
    return f"{name(element)} of {name(owner)} {identifier(owner)}"


def _references(element: etree._Element) -> Iterator[tuple[str, str]]:
    for attribute, value in element.items():
        plain = etree.QName(attribute).localname
        if plain in REFERENCES:
            yield plain, str(value)
