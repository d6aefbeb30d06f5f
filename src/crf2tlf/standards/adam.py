"""ADaMIG 1.3 and OCCDS 1.1: the variables of the analysis structures, with names that hold an index resolved.

The guides write ``TRTxxP`` for ``TRT01P``, ``TRT02P``, …: lower-case letters stand for an index, ``*`` for any
beginning. An ADaM dataset also carries variables of ADSL and of SDTM unchanged, so those are looked up last.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Literal

from crf2tlf.standards.catalogue import Variable, as_variable, read_table
from crf2tlf.standards.sdtm import sdtm_variable, sdtm_variables

ADAMIG = "1.3"

AdamStructure = Literal["ADSL", "BDS", "OCCDS", "TTE", "OTHER"]

# Which tables describe a structure, the most specific first. Time-to-event datasets have the structure of BDS.
_TABLES: Mapping[AdamStructure, tuple[str, ...]] = {
    "ADSL": ("ADSL",),
    "BDS": ("BDS", "ADSL"),
    "TTE": ("BDS", "ADSL"),
    "OCCDS": ("OCCDS", "BDS", "ADSL"),
    "OTHER": ("BDS", "OCCDS", "ADSL"),
}

# ADaMIG 1.3 section 3.1.4: xx and zz are zero-padded numbers, w and y are not; w is of one digit.
_INDEXES = {"xx": r"0[1-9]|[1-9]\d", "zz": r"0[1-9]|[1-9]\d", "y": r"[1-9]\d?", "w": r"[1-9]"}
_PLACEHOLDER = re.compile("|".join(_INDEXES))

# ADaMIG 1.3 section 3.1.1: endings that fix what kind of variable it is, whatever it means.
_FLAG_ENDINGS: Mapping[str, Literal["Char", "Num"]] = {"FL": "Char", "FN": "Num"}
_LABEL_LENGTH = 40


def adam_variable(structure: AdamStructure, name: str) -> Variable | None:
    """Return what the standards say of a variable in an analysis dataset of a structure, or None.

    Looked up in turn: the names of the structure's tables; their templates (``TRT01P`` after ``TRTxxP``, with the
    index in the label); SDTM variables carried over (``AETERM``, ``COUNTRY``); the numeric twin of one of these
    (``SEXN``); and the endings that fix a type only (``…DT``, ``…DTM``, ``…FL``): those have an empty label, since
    the study decides what they mean.
    """
    if re.search(r"[a-z*]", name):
        return None
    found = _described(structure, name)
    if found:
        return found
    text = _described(structure, name.removesuffix("N")) if name.endswith("N") else None
    if text and text.type == "Char":
        label = f"{text.label} (N)"
        short = label if len(label) <= _LABEL_LENGTH else ""
        return replace(text, name=name, label=short, type="Num", core="Perm", codelists=(), value_domain="")
    return _by_ending(name)


def adam_variables(structure: AdamStructure) -> dict[str, Variable]:
    """Return the variables that a structure's own tables list, by name or template, in the order of the guide."""
    return dict(_tables()[_TABLES[structure][0]]) if structure != "OTHER" else {}


@cache
def _described(structure: AdamStructure, name: str) -> Variable | None:
    """Look a name up in the structure's tables, in their templates, and in SDTM."""
    tables = [_tables()[table] for table in _TABLES[structure]]
    for table in tables:
        if name in table:
            return table[name]
    for table_name in _TABLES[structure]:
        for pattern, template in _templates(table_name):
            match = pattern.fullmatch(name)
            if match:
                label = _with_indexes(template.label, match.groupdict())
                return replace(template, name=name, label=label)
    return _carried_over(name)


@cache
def _tables() -> dict[str, dict[str, Variable]]:
    """The variables of each structure by name or template, in the order of the guides."""
    tables: dict[str, dict[str, Variable]] = {}
    for source in ("adamig-1-3-variables.csv", "adam-occds-1-1-variables.csv"):
        for row in read_table(source):
            table = tables.setdefault(row["structure"], {})
            # STUDYID and the like stand twice in a structure: the first description counts
            table.setdefault(row["variable"], as_variable(row, len(table) + 1))
    return tables


@cache
def _templates(table: str) -> list[tuple[re.Pattern[str], Variable]]:
    """The templates with an index as patterns, the one with the most fixed letters first."""
    templates = [
        (re.compile(_as_pattern(name)), variable)
        for name, variable in _tables()[table].items()
        if re.search("[a-z]", name) and "*" not in name
    ]
    return sorted(templates, key=lambda item: -len(re.sub("[a-z]", "", item[1].name)))


def _as_pattern(template: str) -> str:
    """``TRTxxP`` becomes a pattern that captures the index under the name ``xx``."""
    return _PLACEHOLDER.sub(lambda m: f"(?P<{m.group()}>{_INDEXES[m.group()]})", template)


def _with_indexes(label: str, indexes: Mapping[str, str]) -> str:
    """Put the indexes of a name into its label."""
    for placeholder, index in indexes.items():
        label = re.sub(rf"\b{placeholder}\b", index, label)
    return label


def _carried_over(name: str) -> Variable | None:
    """An SDTM variable that an analysis dataset keeps unchanged: of DM, of the domain its prefix names, of any."""
    for dataset in ("DM", name[:2]):
        variable = sdtm_variables(dataset).get(name)
        if variable:
            return replace(variable, core="Perm")
    return sdtm_variable("--", name)


def _by_ending(name: str) -> Variable | None:
    """Describe a name by its ending alone: type and codelists, no label."""
    for ending, variable in _endings():
        if name.endswith(ending) and len(name) > len(ending):
            return replace(variable, name=name, label="")
    return None


@cache
def _endings() -> list[tuple[str, Variable]]:
    """The endings of the guide (``*DT``, ``*DTM``, …) and those of flags, the longest first."""
    return sorted(_all_endings(), key=lambda item: -len(item[0]))


def _all_endings() -> Iterator[tuple[str, Variable]]:
    for name, variable in _tables()["BDS"].items():
        if name.startswith("*"):
            yield name.removeprefix("*"), variable
    for ending, kind in _FLAG_ENDINGS.items():
        yield ending, Variable(f"*{ending}", "", kind, "Flag", "Perm", (), len(_tables()["BDS"]) + 1)
