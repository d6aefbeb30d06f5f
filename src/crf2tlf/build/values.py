"""Checks on the values of finished datasets: keys, required values, codelists, and codes with their names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from crf2tlf.build.codelists import allowed_values
from crf2tlf.build.metadata import VariableMetadata, declared, describe
from crf2tlf.build.result import Dataset
from crf2tlf.build.run import report_records
from crf2tlf.build.tables import Tables
from crf2tlf.findings import Findings, Place, nearest
from crf2tlf.methods import CATALOGUE, Kind
from crf2tlf.rules.grouping import codes, combine
from crf2tlf.rules.scope import by_value
from crf2tlf.spec import Study
from crf2tlf.spec.dataset import CodelistBy
from crf2tlf.spec.model import NOWHERE


def check_values(study: Study, dataset: Dataset, tables: Tables, findings: Findings) -> None:
    """Report keys that are not unique, missing required values, and values outside codelists and naming rules."""
    if dataset.spec.output:  # a helper dataset's keys are its order only
        _check_keys(dataset, tables, findings)
    supplemental = [describe(study, dataset.spec, name, Kind.TEXT) for name in dataset.spec.supplemental]
    for variable in [*dataset.variables, *supplemental]:
        values = dataset.frame[variable.name]
        given = declared(dataset.spec, variable.name)
        required = given.required or (dataset.sdtm and variable.core == "Req")
        if required and values.isna().any():
            message = f"{dataset.name}.{variable.name} must not be missing"
            absent = np.flatnonzero(values.isna())
            _report(dataset, absent, "KEY_MISSING", message, tables, findings, given.place)
        _check_codelist(study, dataset, variable, values, tables, findings)
        _check_short_name(dataset, variable, values, tables, findings)
    for code, name in paired_names(dataset):
        _check_one_to_one(dataset, code, name, tables, findings)


def _report(
    dataset: Dataset,
    found: Any,
    code: str,
    message: str,
    tables: Tables,
    findings: Findings,
    rule: Place = NOWHERE,
) -> None:
    place = rule if rule.file else dataset.spec.place
    report_records(tables, dataset.name, dataset.positions[found], code, message, place, findings)


def _check_keys(dataset: Dataset, tables: Tables, findings: Findings) -> None:
    keys = [key for key in dataset.keys if key in dataset.frame]
    groups = pd.Series(combine([codes(dataset.frame[key]) for key in keys], dataset.size))
    again = np.flatnonzero(groups.duplicated(keep=False))
    if len(again):
        message = f"{dataset.name}: {len(again)} records share the key {', '.join(keys)} with another"
        _report(dataset, again, "KEY_DUPLICATE", message, tables, findings)


def _check_codelist(
    study: Study, dataset: Dataset, variable: VariableMetadata, values: Any, tables: Tables, findings: Findings
) -> None:
    if variable.type != "Char" or not variable.codelists:
        return
    given = declared(dataset.spec, variable.name).codelist
    parts = [(np.ones(dataset.size, dtype=bool), variable.codelists)]
    if isinstance(given, CodelistBy):
        if given.by not in dataset.frame:  # reported with the other references
            return
        chooser = dataset.frame[given.by]
        if dataset.kinds[given.by] is Kind.NUMBER:
            chooser = CATALOGUE["text"].function(chooser)
        parts = [((chooser == value).to_numpy(dtype=bool), (name,)) for value, name in given.cases.items()]
    place = declared(dataset.spec, variable.name).place
    for concerned, names in parts:
        lists = [found for name in names if (found := allowed_values(study, name))]
        if not lists:
            continue
        allowed = list(dict.fromkeys(term for terms, _ in lists for term in terms))
        listed = values.isna() | values.isin(allowed)
        if variable.name.endswith("STRESC"):  # a result is a term of the list or a number
            listed |= values.str.fullmatch(_NUMBER).fillna(False).astype(bool)
        outside = np.flatnonzero(concerned & ~listed.to_numpy(dtype=bool))
        code = "CODELIST_EXTENDED" if any(extensible for _, extensible in lists) else "CODELIST_VALUE"
        if code == "CODELIST_EXTENDED" and not allowed:
            continue
        for shown, records in by_value(outside, values):
            takes = _expected(str(values.iloc[records[0]]), allowed)
            message = f"{dataset.name}.{variable.name}: {shown} is not in the codelist {', '.join(names)}{takes}"
            _report(dataset, records, code, message, tables, findings, place)


def _expected(value: str, allowed: list[str]) -> str:
    """Return what a codelist takes: its terms where they are few, else the one most like the value."""
    return f" ({', '.join(allowed)})" if len(allowed) <= _FEW_TERMS else nearest(value, allowed)


_FEW_TERMS = 8
_NUMBER = r"[<>]?=?[+-]?[0-9]+(\.[0-9]+)?"
_SHORT_NAME = r"[A-Z_][A-Z0-9_]{0,7}"


def _check_short_name(
    dataset: Dataset, variable: VariableMetadata, values: Any, tables: Tables, findings: Findings
) -> None:
    """Report test and parameter codes that cannot become a variable's name (SDTMIG 4.2.1, ADaMIG 3.3.4)."""
    if variable.name != "PARAMCD" and not (dataset.sdtm and variable.name == f"{dataset.name}TESTCD"):
        return
    wrong = np.flatnonzero((values.notna() & ~values.str.fullmatch(_SHORT_NAME)).to_numpy(dtype=bool))
    place = declared(dataset.spec, variable.name).place
    for shown, records in by_value(wrong, values):
        message = f"{dataset.name}.{variable.name}: {shown} is not a name of at most 8 capitals, digits and underscores"
        _report(dataset, records, "NAME_VALUE", message, tables, findings, place)


def paired_names(dataset: Dataset) -> list[tuple[str, str]]:
    """Return the pairs of variables of a dataset that go one to one: test and parameter codes with their names."""
    pairs = [(f"{dataset.name}TESTCD", f"{dataset.name}TEST")] if dataset.sdtm else []
    pairs += [("PARAMCD", "PARAM"), ("PARAMCD", "PARAMN")]
    return [(code, name) for code, name in pairs if code in dataset.frame and name in dataset.frame]


def _check_one_to_one(dataset: Dataset, code: str, name: str, tables: Tables, findings: Findings) -> None:
    pairs = dataset.frame[[code, name]].dropna().drop_duplicates()
    for one, other in ((code, name), (name, code)):
        several = pairs[pairs[one].duplicated(keep=False)]
        for value, group in several.groupby(one, sort=True):
            records = np.flatnonzero((dataset.frame[one] == value).to_numpy(dtype=bool))
            shown = ", ".join(map(str, group[other].iloc[:3]))
            message = f"{dataset.name}: the {one} {value!r} goes with several values of {other} ({shown})"
            place = declared(dataset.spec, other).place
            _report(dataset, records, "NAME_PAIR", message, tables, findings, place)
