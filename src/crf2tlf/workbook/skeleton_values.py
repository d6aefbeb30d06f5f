"""Words of workbooks from elsewhere in the words of specs: types, origins, classes, keys and terms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from crf2tlf.findings import Findings, nearest
from crf2tlf.spec.located import LocatedMap
from crf2tlf.standards.terminology import Codelist
from crf2tlf.workbook.cells import located
from crf2tlf.workbook.sheets import Line
from crf2tlf.workbook.tree import Labelled, add, new_list, new_map, put

_TEXTS = (
    "text char character string partialDate partialDatetime partialTime incompleteDate incompleteDatetime "
    "incompleteTime durationDatetime intervalDatetime boolean URI"
)
KINDS = {
    **{word.casefold(): "text" for word in _TEXTS.split()},
    **dict.fromkeys(("integer", "float", "num", "numeric", "number", "decimal", "double"), "number"),
    **{word: word for word in ("date", "datetime", "time")},
}
ORIGINS = {
    "collected": "Collected", "crf": "Collected", "edt": "Collected", "derived": "Derived", "assigned": "Assigned",
    "protocol": "Protocol", "predecessor": "Predecessor", "not available": "Not Available",
}  # fmt: skip
STRUCTURES = {
    "SUBJECT LEVEL ANALYSIS DATASET": "ADSL", "ADSL": "ADSL", "BASIC DATA STRUCTURE": "BDS", "BDS": "BDS",
    "OCCURRENCE DATA STRUCTURE": "OCCDS", "OCCDS": "OCCDS", "TIME-TO-EVENT": "TTE", "TTE": "TTE",
}  # fmt: skip
_TRUTH = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}


def checked(line: Line, header: str, words: Mapping[str, str], findings: Findings) -> str | None:
    """Return the word for a cell's; one that is none of the known words is a finding. Blank gives None."""
    text = line.text(header)
    if not text:
        return None
    found = words.get(" ".join(text.split()).casefold())
    if found is None:
        message = f"{header} is {text!r:.60}{nearest(text, words)}; one of {', '.join(words)} is wanted"
        findings.add("WORKBOOK_CELL", line.place_of(header), message)
    return found


def whole_number(line: Line, header: str, findings: Findings) -> str | None:
    """Return a whole number as it is to be written; anything else is a finding. Blank gives None."""
    text = line.text(header)
    if not text:
        return None
    if re.fullmatch(r"\d{1,9}", text):
        return str(int(text))
    findings.add("WORKBOOK_CELL", line.place_of(header), f"{header} is {text!r:.60}; a whole number is wanted")
    return None


def yes(line: Line, header: str, findings: Findings) -> bool:
    """Whether a cell says Yes; what is neither Yes nor No is a finding."""
    text = line.text(header).casefold()
    if text and text not in _TRUTH:
        message = f"{header} is {line.text(header)!r:.60}; Yes or No is wanted"
        findings.add("WORKBOOK_CELL", line.place_of(header), message)
    return _TRUTH.get(text, False)


def key_list(line: Line, variables: Iterable[str], findings: Findings) -> Labelled:
    """Return the keys of a dataset in their order, with whatever stands between them; unknown names are findings."""
    known, place = list(variables), line.place_of("Key Variables")
    names = [name for name in re.split(r"[,;\s]+", line.text("Key Variables")) if name]
    for name in names:
        if name not in known:
            message = f"{line.text('Dataset')} has no variable {name}{nearest(name, known)}"
            findings.add("WORKBOOK_REFERENCE", place, message)
    keys = new_list(place)
    for name in names or ["STUDYID", "USUBJID"]:
        add(keys, located(name, place), place, name)
    return keys


def term_lists(lines: list[Line], standard: Codelist | None, findings: Findings) -> tuple[LocatedMap, LocatedMap]:
    """Return the terms of a codelist with their decodes: those of CDISC's or the study's own, and added ones."""
    terms, added = new_map(lines[0].place), new_map(lines[0].place)
    for line in lines:
        term, decode = line.text("Term"), line.text("Decoded Value")
        if not term:
            if any(one.text("Term") for one in lines):
                findings.add("WORKBOOK_KEY", line.place_of("Term"), f"Term is blank in the codelist {line.text('ID')}")
            continue
        if term in terms or term in added:
            message = f"{line.text('ID')}: the term {term} stands twice"
            findings.add("WORKBOOK_KEY", line.place_of("Term"), message)
            continue
        target = terms if standard is None or term in standard.terms else added
        put(target, term, located(decode, line.place_of("Decoded Value")) if decode else None, line.place_of("Term"))
    return terms, added
