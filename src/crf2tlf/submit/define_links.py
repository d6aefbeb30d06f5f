"""Whether a define.xml and the files beside it go together: links, datasets and variables, both ways."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pyreadstat
from lxml import etree

from crf2tlf.findings import Findings
from crf2tlf.submit.layout import Layout
from crf2tlf.submit.rejection import DEFINE

ODM = "{http://www.cdisc.org/ns/odm/v1.3}"
DEF = "{http://www.cdisc.org/ns/def/v2.1}"
HREF = "{http://www.w3.org/1999/xlink}href"
_STYLESHEET = re.compile(r"""href=["']([^"']+)["']""")


def check_define_links(layout: Layout, folder: Path, study: str, findings: Findings) -> None:
    """Report what a folder's define.xml says that is not so of the files, and what files it leaves out.

    Links are relative, in lower case, and lead to a file (criterion 1736 needs the file itself; a missing one is
    reported there). Every transport file is a dataset of the define file and the other way round, with the same
    variables in the same order (Define-XML 2.1, section 5.3.9). The study's name is ``study``.
    Findings: SUBMIT_DEFINE, SUBMIT_STUDY.
    """
    path = folder / DEFINE
    if not path.is_file():
        return
    place = layout.place(path)
    try:
        root = etree.parse(str(path)).getroot()
    except etree.XMLSyntaxError as error:
        findings.add("SUBMIT_DEFINE", place, f"is not readable XML: {error}")
        return
    name = root.findtext(f"{ODM}Study/{ODM}GlobalVariables/{ODM}StudyName") or ""
    if name.strip() != study:
        findings.add("SUBMIT_STUDY", place, f"StudyName is {name.strip()!r}, not {study!r} as in specs/study.yaml")
    for message in (*_links(root, folder), *_datasets(root, folder)):
        findings.add("SUBMIT_DEFINE", place, message)


def _links(root: etree._Element, folder: Path) -> Iterator[str]:
    hrefs = [leaf.get(HREF, "") for leaf in root.iter(f"{DEF}leaf")]
    for sibling in root.itersiblings(preceding=True):
        if isinstance(sibling, etree._ProcessingInstruction) and sibling.target == "xml-stylesheet":
            hrefs += _STYLESHEET.findall(sibling.text or "")
    for href in dict.fromkeys(hrefs):
        target = unquote(href.split("#")[0])
        if re.match(r"[a-z]+:|/|\\", target, flags=re.IGNORECASE) or "\\" in target or not target:
            yield f"the link {href!r} is not relative to the file"
        elif target != target.lower():
            yield f"the link {href!r} is not in lower case"
        elif not (folder / target).is_file():
            yield f"the link {href!r} leads to no file"


def _datasets(root: etree._Element, folder: Path) -> Iterator[str]:
    """Yield what differs between the datasets of the define file and the transport files."""
    names = {item.get("OID"): item.get("Name") for item in root.iter(f"{ODM}ItemDef")}
    described: dict[str, list[str | None]] = {}
    for group in root.iter(f"{ODM}ItemGroupDef"):
        leaf = group.find(f"{DEF}leaf")
        href = leaf.get(HREF, "") if leaf is not None else f"{(group.get('Name') or '').lower()}.xpt"
        described[href] = [names.get(ref.get("ItemOID")) for ref in group.iterfind(f"{ODM}ItemRef")]
    files = {path.name: path for path in sorted(folder.glob("*.xpt"))}
    for name in sorted(files.keys() - described.keys()):
        yield f"{name} is beside the file and not in it"
    for name in sorted(files.keys() & described.keys()):
        found = _variables(files[name])
        if found is not None and found != described[name]:
            yield f"{name} has the variables {', '.join(found)}; here are {', '.join(map(str, described[name]))}"


def _variables(path: Path) -> list[str] | None:
    """Return the variables of a transport file; None where it cannot be read, which is reported elsewhere."""
    try:
        _, metadata = pyreadstat.read_xport(path, metadataonly=True)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError):
        return None
    names: list[str] = metadata.column_names
    return names
