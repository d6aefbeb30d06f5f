"""From worked-out columns to finished datasets: order, metadata, supplemental qualifiers, and the checks on values."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from crf2tlf.build.codelists import check_codelists
from crf2tlf.build.metadata import VariableMetadata, describe, is_sdtm, variable_names
from crf2tlf.build.planned import Plan
from crf2tlf.build.result import Dataset, permutation
from crf2tlf.build.tables import Tables
from crf2tlf.build.values import check_values
from crf2tlf.findings import Findings
from crf2tlf.methods import CATALOGUE, Kind
from crf2tlf.rules import columns
from crf2tlf.rules.grouping import codes
from crf2tlf.rules.scope import Ref
from crf2tlf.spec import Study
from crf2tlf.spec.dataset import DatasetSpec
from crf2tlf.standards import sdtm_dataset, sdtm_order, sdtm_variable

SUPPLEMENTAL = ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QLABEL", "QVAL", "QORIG", "QEVAL")


def finish(study: Study, plan: Plan, tables: Tables, findings: Findings) -> dict[str, Dataset]:
    """Return all finished datasets by name, SDTM first; what is wrong with their values becomes findings."""
    finished: dict[str, Dataset] = {}
    check_codelists(study, findings)
    for spec in study.datasets.values():
        dataset = _dataset(study, plan, tables, spec, findings)
        check_values(study, dataset, tables, findings)
        finished[spec.dataset] = dataset
        if spec.supplemental and spec.output and _takes_supplement(dataset, findings):
            supplement = _supplement(dataset)
            finished[supplement.name] = supplement
    return finished


def _dataset(study: Study, plan: Plan, tables: Tables, spec: DatasetSpec, findings: Findings) -> Dataset:
    table = tables[spec.dataset]
    names = variable_names(spec)
    worked = {name: table.column(name) for name in names}
    for key in spec.keys:
        if key not in worked:
            findings.add("SPEC_REFERENCE", spec.place, f"{spec.dataset}: the key {key} is not one of its variables")
    at = permutation(worked, spec.keys, table.size)
    written = [n for n in names if n not in spec.supplemental and (n not in spec.variables or spec.variables[n].output)]
    ordered = sdtm_order(spec.dataset, written) if is_sdtm(study, spec.dataset) else written
    kinds = {name: plan.variables[Ref(spec.dataset, name)].kind for name in names}
    metadata = tuple(describe(study, spec, name, kinds[name]) for name in ordered)
    for variable in metadata:
        if not variable.label and spec.output:
            place = spec.variables[variable.name].place if variable.name in spec.variables else spec.place
            message = f"{spec.dataset}.{variable.name} is not in the standard; give it a label"
            findings.add("SPEC_VARIABLE", place, message)
    # All worked-out columns stay at hand for rules on the finished dataset; `variables` are those that are written.
    for name in ordered:
        if kinds[name] is Kind.TRUTH:  # reported as RULE_TYPE; a draft shows it as Y and N
            worked[name], kinds[name] = CATALOGUE["yn"].function(worked[name]), Kind.TEXT
    frame = pd.DataFrame({name: columns.take(worked[name], at) for name in [*ordered, *_rest(names, ordered)]})
    standard = sdtm_dataset(spec.dataset)
    label = spec.label or (standard.label if standard else spec.dataset)
    sdtm = is_sdtm(study, spec.dataset)
    return Dataset(spec.dataset, label, frame, kinds, spec.keys, metadata, sdtm, spec, at)


def _rest(names: list[str], ordered: list[str]) -> list[str]:
    return [name for name in names if name not in set(ordered)]


# Supplemental qualifiers


def _takes_supplement(dataset: Dataset, findings: Findings) -> bool:
    """Whether a dataset can have supplemental qualifiers; report what is wrong with them."""
    spec = dataset.spec
    if not dataset.sdtm:
        message = f"{spec.dataset}: supplemental qualifiers are for SDTM; make them variables"
        findings.add("SPEC_VARIABLE", spec.place, message)
        return False
    lacking = [name for name in ("STUDYID", "USUBJID") if name not in dataset.frame]
    if lacking:
        message = f"{spec.dataset} needs {' and '.join(lacking)} for its supplemental qualifiers"
        findings.add("SPEC_VARIABLE", spec.place, message)
        return False
    for name, variable in spec.supplemental.items():
        if not variable.label:
            findings.add(
                "SPEC_VARIABLE", variable.place, f"{spec.dataset}.{name}: a supplemental qualifier needs a label"
            )
        if len(name) > 8:
            message = f"{spec.dataset}.{name}: the name of a supplemental qualifier has at most 8 characters"
            findings.add("SPEC_VARIABLE", variable.place, message)
    return True


def _supplement(dataset: Dataset) -> Dataset:
    """Return SUPP<domain>: one record for each present value of each supplemental qualifier."""
    spec, sequence = dataset.spec, f"{dataset.name}SEQ"
    has_sequence = dataset.kinds.get(sequence) is Kind.NUMBER
    parts, positions = [], []
    for name, variable in spec.supplemental.items():
        present = np.flatnonzero(dataset.frame[name].notna())
        records = dataset.frame.iloc[present]
        part = pd.DataFrame(
            {
                "STUDYID": records["STUDYID"],
                "RDOMAIN": dataset.name,
                "USUBJID": records["USUBJID"],
                "IDVAR": sequence if has_sequence else None,
                "IDVARVAL": records[sequence].map("{:.0f}".format, na_action="ignore") if has_sequence else None,
                "QNAM": name,
                "QLABEL": variable.label or name,
                "QVAL": records[name],
                "QORIG": variable.origin or "Collected",
                "QEVAL": variable.evaluator,
            }
        )
        parts.append(part)
        positions.append(present)
    frame = pd.concat(parts, ignore_index=True).astype("str")
    at = np.concatenate(positions)
    number = pd.to_numeric(frame["IDVARVAL"]) if has_sequence else pd.Series(np.zeros(len(frame)))
    order = np.lexsort((codes(frame["QNAM"]), number.to_numpy(), pd.factorize(frame["USUBJID"], sort=True)[0]))
    frame = frame.iloc[order].reset_index(drop=True)
    frame = frame.where(frame.notna() & (frame != ""))
    name = f"SUPP{dataset.name}"
    return Dataset(
        name,
        f"Supplemental Qualifiers for {dataset.name}",
        frame,
        dict.fromkeys(SUPPLEMENTAL, Kind.TEXT),
        ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM"),
        tuple(_supplement_metadata()),
        True,
        spec,
        dataset.positions[at[order]],
    )


def _supplement_metadata() -> Iterator[VariableMetadata]:
    for order, name in enumerate(SUPPLEMENTAL):
        standard = sdtm_variable("SUPPQUAL", name)
        assert standard is not None
        codelists, role, core = standard.codelists, standard.role, standard.core
        yield VariableMetadata(name, standard.label, "Char", None, None, codelists, role, core, order)
