"""The CDISC pilot study, built by its own specs: DM, AE and VS (and EX and DS, which DM needs) equal the SDTM that
others made of the same extracts, variable by variable, save for what tests/studies/pilot/differences.yaml explains.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from crf2tlf.build import BuildResult
from crf2tlf.documents.fields import field_uses

from .comparison import count_differences, read_expected
from .study import EXTRACTS, STUDY, built_pilot, written

DIFFERENCES = YAML(typ="safe").load(STUDY / "differences.yaml")

PAIRED_BY = {
    "DM": ["USUBJID"],
    "EX": ["USUBJID", "EXTRT", "EXSTDTC"],
    "DS": ["USUBJID", "DSSTDTC", "DSDECOD"],
    "AE": ["USUBJID", "AEDECOD", "AELLT", "AEDTC", "AEENDTC", "AESEV", "AEOUT", "AEREL"],
    "VS": ["USUBJID", "VSTESTCD", "VISITNUM", "VSTPTNUM"],
}


@pytest.fixture(scope="module")
def pilot() -> BuildResult:
    return built_pilot()


def test_there_are_no_findings(pilot: BuildResult) -> None:
    assert [str(finding) for finding in pilot.findings] == []


@pytest.mark.parametrize("name", PAIRED_BY)
def test_only_explained_differences(name: str, pilot: BuildResult) -> None:
    built = written(pilot, name)
    expected = read_expected(Path(EXTRACTS) / "expected" / f"{name.lower()}.csv", built)
    explained = {d["variable"]: d["count"] for d in DIFFERENCES if d["dataset"] == name}
    assert count_differences(built, expected, PAIRED_BY[name]) == explained


@pytest.mark.parametrize(("name", "records"), {"DM": 306, "EX": 591, "DS": 850, "AE": 1191, "VS": 29_644}.items())
def test_record_counts(name: str, records: int, pilot: BuildResult) -> None:
    assert pilot.datasets[name].size == records


def test_every_record_of_every_form_is_used(pilot: BuildResult) -> None:
    used = {entry.form: (entry.fate, entry.count) for entry in pilot.ledger}
    assert used == {
        "dm": ("mapped", 306),
        "ae": ("mapped", 1191),
        "ds": ("mapped", 850),
        "ec": ("mapped", 591),
        "vs": ("mapped", 12_978),
    }


def test_every_column_of_every_form_is_used_or_has_a_reason(pilot: BuildResult) -> None:
    fields = [(name, use) for name, uses in field_uses(pilot).items() for use in uses]
    unused = [(name, use) for name, use in fields if not use.targets and not use.selects]
    assert [(name, use.column) for name, use in unused if not use.why_not] == []
    reasons = {use.column for _, use in unused}
    assert reasons == {"STUDY", "FOLDER", "FOLDERL", "FORM", "FORML", "SITENM", "ECREFID"}
    stated = {
        (name, column)
        for name, form in pilot.study.forms.items()
        for column in form.columns
        if form.columns[column].not_submitted
    }
    assert stated == {(name, use.column) for name, use in unused}


def test_adverse_events_recorded_again_are_told_apart_by_their_date_of_collection(pilot: BuildResult) -> None:
    events = written(pilot, "AE")
    usual_keys = ["USUBJID", "AEDECOD", "AESTDTC"]
    assert events.duplicated(usual_keys).sum() == 310
    assert events.duplicated([*usual_keys, "AEDTC"]).sum() == 3  # these only by their order in the form


def test_unmeasured_positions_are_kept_as_not_done(pilot: BuildResult) -> None:
    signs = written(pilot, "VS")
    assert signs.loc[signs["VSSTAT"] == "NOT DONE", "VSTESTCD"].value_counts().to_dict() == {
        "SYSBP": 3,
        "DIABP": 3,
        "PULSE": 3,
    }


def test_each_difference_is_explained_once() -> None:
    assert all(set(d) == {"dataset", "variable", "count", "reason"} and d["reason"] for d in DIFFERENCES)
    assert len({(d["dataset"], d["variable"]) for d in DIFFERENCES}) == len(DIFFERENCES)
