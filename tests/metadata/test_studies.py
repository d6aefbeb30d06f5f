"""The metadata of whole studies: the reference trial and the pilot study, against their own data and specs."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pytest
from tests import whole
from tests.metadata.small import clause

from crf2tlf.build import BuildResult
from crf2tlf.findings import Findings
from crf2tlf.metadata.model import Item, Submission
from crf2tlf.metadata.value_level import selected

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Described:
    """A study's build, its metadata, and what was found while they were made."""

    build: BuildResult
    submission: Submission
    findings: Findings


@pytest.fixture(scope="module", params=["sdtm", "adam", "pilot", "pilot-adam"])
def study(request: pytest.FixtureRequest) -> Described:
    outcome = whole.pilot() if request.param.startswith("pilot") else whole.reference()
    return Described(outcome.build, outcome.submissions[request.param.endswith("adam")], outcome.findings)


def test_there_are_no_findings(study: Described) -> None:
    """In the whole run: but for what a check of the reference trial says of its data."""
    assert [str(finding) for finding in study.findings if finding.code != "CHECK_FAILED"] == []


def test_clauses_select_exactly_their_records(study: Described) -> None:
    """The items of a variable's values have records, share none, and together have all of its values."""
    faults, several = [], 0
    for dataset in study.submission.datasets:
        frame = study.build.datasets[dataset.name].frame
        for item in dataset.items:
            if not item.values:
                continue
            present = frame[item.name].notna().to_numpy(dtype=bool)
            masks = [selected(study.build.datasets, value.where) for value in item.values]
            with_values = [(mask & present).sum() for mask in masks]
            overlap = np.sum(masks, axis=0).max() > 1
            missed = (present & ~np.any(masks, axis=0)).sum()
            if not all(with_values) or overlap or missed:
                faults.append((dataset.name, item.name, [clause(v) for v in item.values], with_values, missed))
            several += 1
    assert faults == []
    assert several


def test_clauses_are_about_variables_of_the_file(study: Described) -> None:
    names = {(dataset.name, item.name) for dataset in study.submission.datasets for item in dataset.items}
    used = {(part.dataset, part.variable) for _, item in study.submission.items() for part in item.where}
    for display in study.submission.displays:
        for result in display.results:
            for data in result.datasets:
                used |= {(part.dataset, part.variable) for part in data.where}
                used |= {(data.dataset, variable) for variable in data.variables}
    assert used <= names


def test_every_variable_of_every_file_is_described(study: Described) -> None:
    described = {d.name: [item.name for item in d.items] for d in study.submission.datasets}
    written = {
        dataset.name: [variable.name for variable in dataset.variables]
        for dataset in study.build.datasets.values()
        if dataset.sdtm is study.submission.sdtm and dataset.spec.output
    }
    assert described == written


def test_every_item_has_an_origin_at_one_level(study: Described) -> None:
    def lacking(item: Item) -> bool:
        return item.origin is None and (not item.values or any(value.origin is None for value in item.values))

    assert [(d.name, i.name) for d in study.submission.datasets for i in d.items if lacking(i)] == []


def test_derived_items_have_a_method_and_no_others(study: Described) -> None:
    """A variable whose values have methods of their own has none; of those without values exactly the derived."""
    wrong = []
    for dataset, item in study.submission.items():
        derived = item.origin is not None and item.origin.type == "Derived"
        if item.values:
            derived = derived and item.method is not None
        if derived != (item.method is not None):
            wrong.append((dataset.name, item.name, clause(item)))
    assert wrong == []


def test_references_lead_somewhere_and_all_is_used(study: Described) -> None:
    items = [item for _, item in study.submission.items()]
    assert {item.method for item in items} - {None} == {method.id for method in study.submission.methods}
    assert {item.codelist for item in items} - {None} == {codelist.id for codelist in study.submission.codelists}
    comments = {item.comment for item in items} | {dataset.comment for dataset in study.submission.datasets}
    assert comments - {None} == {comment.id for comment in study.submission.comments}
    standards = {codelist.standard for codelist in study.submission.codelists} - {None}
    assert standards == {standard.id for standard in study.submission.standards if standard.type == "CT"}
    forms = {form for item in items if item.origin for form in item.origin.forms}
    assert forms <= set(study.submission.pages)


def test_no_rule_of_the_language_is_left_untold(study: Described) -> None:
    """Words hold no Python: `is None`, `==`, `lambda` or a row source's own word `source.`."""
    wrong = [
        (method.id, found[0])
        for method in study.submission.methods
        if (found := re.search(r"is None|is not None| [=!]= |source\.[A-Z]|study\.[A-Z]|``", method.description))
    ]
    assert wrong == []


def test_values_are_in_their_codelists(study: Described) -> None:
    terms = {c.id: {term.value for term in c.terms} for c in study.submission.codelists if not c.dictionary}
    outside = []
    for dataset in study.submission.datasets:
        frame = study.build.datasets[dataset.name].frame
        for item in dataset.items:
            for leaf in item.values or (item,):
                if leaf.codelist not in terms or leaf.data_type != "text":
                    continue
                chosen = selected(study.build.datasets, leaf.where) if leaf.where else np.ones(len(frame), dtype=bool)
                values = set(frame[item.name][chosen].dropna())
                if not values <= terms[leaf.codelist]:
                    outside.append((dataset.name, item.name, values - terms[leaf.codelist]))
    assert outside == []


def test_lengths_hold_the_values(study: Described) -> None:
    short = []
    for dataset in study.submission.datasets:
        frame = study.build.datasets[dataset.name].frame
        for item in dataset.items:
            for part in (item, *item.values):
                if part.data_type == "text" and frame[item.name].notna().any():
                    chosen = (
                        selected(study.build.datasets, part.where) if part.where else np.ones(len(frame), dtype=bool)
                    )
                    longest = frame[item.name][chosen].str.len().max()
                    if part.length is None or longest > part.length or part.length > (item.length or 0):
                        short.append((dataset.name, item.name, clause(part), part.length, longest))
    assert short == []


def test_every_table_and_figure_has_its_analyses() -> None:
    displays, outputs = whole.reference().submissions[1].displays, whole.reference().build.study.outputs
    assert [display.id for display in displays] == list(outputs)
    constant = {"table-design"}  # the operating characteristics of a design come from constants
    without = {display.id for display in displays if not display.results}
    assert without == constant | {id for id, output in outputs.items() if output.kind == "listing"}
    for result in (result for display in displays for result in display.results):
        assert result.datasets
        assert all(data.variables for data in result.datasets)
        assert result.program


def test_what_a_reviewer_of_the_reference_trial_looks_up() -> None:
    """Responses and reasons in the lists of the standard; parameters and relations assigned; primary and secondary."""
    sdtm, adam = whole.reference().submissions
    items = {f"{d.name}.{item.name}": item for part in (sdtm, adam) for d in part.datasets for item in d.items}
    codes = {entry.id: entry.code for part in (sdtm, adam) for entry in part.codelists}
    for name in ("BORI", "CBORI", "BORR", "CBORR"):
        assert codes[items[f"ADSL.{name}"].codelist or ""] == "C96785"  # Oncology Response Assessment Result
    assert codes[items["ADSL.DCTREAS"].codelist or ""] == "C66727"  # Completion/Reason for Non-Completion
    assert all(value.codelist for value in items["ADRS.AVALC"].values)
    assert items["AE.AEREL"].codelist == items["ADAE.AREL"].codelist == "AEREL"
    assigned = (
        "RELREC.RDOMAIN",
        "RELREC.RELID",
        "DM.ARM",
        "CM.CMDECOD",
        "PR.PRDECOD",
        "EC.ECDOSU",
        "EX.EXDOSU",
        "ADRS.PARAMCD",
        "ADTR.PARAM",
        "ADTR.PARAMN",
    )
    origins = {name: item.origin.type for name, item in items.items() if item.origin}
    assert {name: origins[name] for name in assigned} == dict.fromkeys(assigned, "Assigned")
    assert origins["ADSL.DCSREAS"] == "Derived"
    results = {(display.id, result.id): result for display in adam.displays for result in display.results}
    for result in (results["table-3", "orr"], results["table-text", "interim"]):
        assert (result.reason, result.purpose) == ("SPECIFIED IN PROTOCOL", "PRIMARY OUTCOME MEASURE")
    for key in (("figure-2a", "pfs"), ("figure-2b", "os"), ("table-4", "event"), ("table-text", "grade4-liver")):
        assert (results[key].reason, results[key].purpose) == ("SPECIFIED IN PROTOCOL", "SECONDARY OUTCOME MEASURE")
