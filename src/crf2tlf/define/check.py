"""Whether a define.xml is valid: against the schemas, odmlib's rules for its objects, and its own references."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, cast

from lxml import etree
from odmlib.arm_loader import XMLArmLoader
from odmlib.define_2_1.rules.metadata_schema import MetadataSchema
from odmlib.define_loader import XMLDefineLoader
from odmlib.exceptions import OdmlibElementOrderError, OdmlibError
from odmlib.loader import ODMLoader
from odmlib.oid_generator import create_oid_checker
from odmlib.schema_manager import get_schema_path

from crf2tlf.define.contents import content_faults
from crf2tlf.define.document import NAMESPACES
from crf2tlf.define.references import reference_faults

ARM = f"{{{NAMESPACES['arm']}}}"


def check_define(xml: bytes) -> list[str]:
    """Return the faults of a Define-XML 2.1 document, each as a sentence; none where it is valid.

    Valid means: the schemas of Define-XML 2.1 with Analysis Results Metadata 1.0 hold, odmlib can load it and its
    object rules hold, every reference has its target, every definition is used, no identifier occurs twice, and
    lengths, orders, keys, standards and terms are as the text of Define-XML 2.1 asks.
    """
    try:
        root = etree.fromstring(xml)
    except etree.XMLSyntaxError as error:
        return [f"not well-formed: {error}"]
    return [*_schema_faults(root), *reference_faults(root), *content_faults(root), *_object_faults(root)]


def _schema_faults(root: etree._Element) -> Iterator[str]:
    schema = _schema()
    schema.validate(root)
    for entry in cast("Iterable[Any]", schema.error_log):
        yield f"schema: line {entry.line}: {entry.message}"


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(get_schema_path("arm", "1.0-define2.1")))


def _object_faults(root: etree._Element) -> Iterator[str]:
    """Yield what odmlib finds: identifiers are checked with analysis results, all else without, as it has no rules.

    The order of elements inside analysis results is left to the schema: odmlib 0.2.1 declares the attribute Context
    of arm:ProgrammingCode as no attribute, and then finds it among the elements.
    """
    try:
        document = ODMLoader(XMLArmLoader())
        document.load_odm_string(_text(root))
        errors = document.root().validate(collect_errors=True, oid_checker=create_oid_checker("arm_1_0"))
        errors = [error for error in errors if not isinstance(error, OdmlibElementOrderError)]
        plain = ODMLoader(XMLDefineLoader(model_package="define_2_1"))
        plain.load_odm_string(_text(_without_results(root)))
        rules = MetadataSchema()  # type: ignore[no-untyped-call]
        errors += plain.root().validate(collect_errors=True, conformance_checker=rules)
    except OdmlibError as error:
        errors = [error]
    yield from (f"odmlib: {str(error).splitlines()[0]}" for error in errors)


def _without_results(root: etree._Element) -> etree._Element:
    """Return the document without analysis results."""
    copy = etree.fromstring(etree.tostring(root))
    for results in copy.iter(f"{ARM}AnalysisResultDisplays"):
        parent = results.getparent()
        if parent is not None:
            parent.remove(results)
    return copy


def _text(root: etree._Element) -> str:
    return etree.tostring(root, encoding="unicode")
