"""The reference trial's SDTM: trial design, relationships, reference dates, and domains that tell of the same thing."""

from __future__ import annotations

import pandas as pd
import pytest

from crf2tlf import workflow

# What FDA's Study Data Technical Conformance Guide lists in its appendix on trial summary, as far as it concerns an
# interventional trial of a drug. A value that is not known or does not apply has a null flavor.
PARAMETERS = """
    ACTSUB ADAPT ADDON AGEMAX AGEMIN COMPTRT CURTRT DCUTDESC DCUTDTC EXTTIND FCNTRY HLTSUBJI INDIC INTMODEL INTTYPE
    LENGTH NARMS NCOHORT OBJPRIM OBJSEC ONGOSIND OUTMSPRI OUTMSSEC PCLAS PDPSTIND PDSTIND PIPIND PLANSUB RANDOM RANDQT
    RDIND REGID SDTIGVER SDTMVER SENDTC SEXPOP SPONSOR SSTDTC STOPRULE STYPE TBLIND TCNTRL TDIGRP THERAREA TINDTP TITLE
    TPHASE TRT TTYPE
"""


def frame(reference: workflow.Outcome, name: str) -> pd.DataFrame:
    return reference.build.datasets[name].frame


def value(reference: workflow.Outcome, parameter: str, column: str = "TSVAL") -> str:
    ts = frame(reference, "TS")
    return str(ts.loc[ts["TSPARMCD"] == parameter, column].item())


# Trial design


def test_trial_summary_has_the_parameters_that_agencies_ask_for(reference: workflow.Outcome) -> None:
    assert set(PARAMETERS.split()) - set(frame(reference, "TS")["TSPARMCD"]) == set()


def test_every_parameter_has_a_value_or_says_why_not(reference: workflow.Outcome) -> None:
    ts = frame(reference, "TS")
    assert (ts["TSVAL"].isna() ^ ts["TSVALNF"].isna()).all()
    assert set(ts["TSVALNF"].dropna()) == {"NA", "PINF", "UNK"}  # null flavors of ISO 21090


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        ("SSTDTC", "2016-06-14"),  # raw/registration.csv: the first informed consent
        ("SENDTC", "2020-03-30"),  # raw/survival.csv: the last contact up to the data cut-off
        ("DCUTDTC", "2020-03-31"),
        ("ACTSUB", "9"),
        ("PLANSUB", "9"),
        ("NARMS", "1"),
        ("AGEMIN", "P20Y"),
        ("CRMDUR", "P28D"),
        ("SDMDUR", "P42D"),
        ("SDTIGVER", "3.4"),
        ("REGID", "UMIN000015984"),
    ],
)
def test_value_of_a_parameter(reference: workflow.Outcome, parameter: str, expected: str) -> None:
    assert value(reference, parameter) == expected


@pytest.mark.parametrize(
    ("parameter", "code", "reference_terminology"),
    [
        ("TPHASE", "C15601", "CDISC CT"),  # codes as in the examples of SDTMIG 3.4, section 7.4.2, and NCI EVS
        ("SEXPOP", "C49636", "CDISC CT"),
        ("TINDTP", "C49656", "CDISC CT"),
        ("INTMODEL", "C82640", "CDISC CT"),
        ("RANDOM", "C49487", "CDISC CT"),
        ("TRT", "53AH36668S", "UNII"),
        ("INDIC", "254637007", "SNOMED"),
    ],
)
def test_code_of_a_parameter(
    reference: workflow.Outcome, parameter: str, code: str, reference_terminology: str
) -> None:
    assert value(reference, parameter, "TSVALCD") == code
    assert value(reference, parameter, "TSVCDREF") == reference_terminology


def test_a_code_of_cdisc_has_the_version_of_the_terminology(reference: workflow.Outcome) -> None:
    ts = frame(reference, "TS")
    version = reference.build.study.spec.standards.sdtm_ct
    assert set(ts.loc[ts["TSVCDREF"] == "CDISC CT", "TSVCDVER"]) == {version}
    assert ts.loc[ts["TSVCDREF"] == "CDISC CT", "TSVALCD"].str.fullmatch(r"C\d+").all()


def test_criteria(reference: workflow.Outcome) -> None:
    ti = frame(reference, "TI")
    assert ti["IETESTCD"].is_unique
    assert ti["IETEST"].str.len().max() <= 200
    assert (ti["IETESTCD"].str.slice(0, 4) == ti["IECAT"].map({"INCLUSION": "INCL", "EXCLUSION": "EXCL"})).all()


# Relationships


def test_related_records_exist(reference: workflow.Outcome) -> None:
    relrec = frame(reference, "RELREC")
    for relation in relrec[relrec["USUBJID"].notna()].itertuples():
        related = frame(reference, str(relation.RDOMAIN))
        same = (related["USUBJID"] == relation.USUBJID) & (related[relation.IDVAR] == float(str(relation.IDVARVAL)))
        assert same.sum() == 1, relation
    assert set(relrec.loc[relrec["USUBJID"].notna(), "RDOMAIN"]) == {"AE", "DS", "EC"}


@pytest.mark.parametrize(
    ("many", "one", "where"),
    [
        ("TR.TRLNKID", "TU.TULNKID", ""),
        ("RS.RSLNKGRP", "TR.TRLNKGRP", "RSCAT == 'RECIST 1.1' and RSSTRESC != 'NE'"),
        ("EX.EXLNKID", "EC.ECLNKID", ""),
        ("GF.GFLNKID", "PR.PRLNKID", ""),
        ("MI.MILNKID", "PR.PRLNKID", ""),
    ],
)
def test_links_between_datasets_have_both_ends(reference: workflow.Outcome, many: str, one: str, where: str) -> None:
    (left, link), (right, linked) = many.split("."), one.split(".")
    records = frame(reference, left)
    records = (records.query(where) if where else records).dropna(subset=[link])
    there = set(zip(frame(reference, right)["USUBJID"], frame(reference, right)[linked], strict=True))
    assert len(records)
    assert set(zip(records["USUBJID"], records[link], strict=True)) <= there
    relrec = frame(reference, "RELREC")
    kinds = relrec[relrec["USUBJID"].isna()].groupby("RELID")
    assert any(set(zip(g["RDOMAIN"], g["IDVAR"], strict=True)) == {(left, link), (right, linked)} for _, g in kinds)


# Reference dates, and what several domains tell of


def test_nothing_is_collected_after_the_end_of_participation(reference: workflow.Outcome) -> None:
    """FDA business rule FB3406: --DTC is not after RFPENDTC."""
    ends = frame(reference, "DM").set_index("USUBJID")["RFPENDTC"]
    for name, dataset in reference.build.datasets.items():
        collected = f"{name}DTC"
        if dataset.sdtm and collected in dataset.frame:
            records = dataset.frame.dropna(subset=[collected])
            end = ends.loc[records["USUBJID"]].to_numpy()
            assert (records[collected].str.slice(0, 10).to_numpy() <= end).all(), name


def test_every_domain_tells_of_the_same_deaths(reference: workflow.Outcome) -> None:
    dm, ds, ss = (frame(reference, name) for name in ("DM", "DS", "SS"))
    died = dm[dm["DTHFL"] == "Y"].set_index("USUBJID")["DTHDTC"]
    assert len(died) == 6
    deaths = ds[ds["DSDECOD"] == "DEATH"].set_index("USUBJID")["DSSTDTC"]
    assert deaths.to_dict() == died.to_dict()
    assert set(ss.loc[ss["SSSTRESC"] == "DEAD", "USUBJID"]) == set(frame(reference, "DD")["USUBJID"]) == set(died.index)
    assert (frame(reference, "SE").groupby("USUBJID")["SEENDTC"].max().loc[died.index] == died).all()


def test_an_event_that_did_not_end_has_no_end_date(reference: workflow.Outcome) -> None:
    ae = frame(reference, "AE")
    assert ae.loc[ae["AEOUT"] == "NOT RECOVERED/NOT RESOLVED", "AEENDTC"].isna().all()


def test_visits_start_as_planned_with_informed_consent(reference: workflow.Outcome) -> None:
    sv = frame(reference, "SV")
    started = sv[sv["VISIT"] == "SCREENING"].set_index("USUBJID")["SVSTDTC"]
    assert started.to_dict() == frame(reference, "DM").set_index("USUBJID")["RFICDTC"].to_dict()


def test_one_baseline_for_each_subject_and_what_was_measured(reference: workflow.Outcome) -> None:
    for name, by in {"VS": ["VSTESTCD"], "RS": ["RSTESTCD"], "TR": ["TRLNKID", "TRTESTCD"], "TU": ["TULNKID"]}.items():
        flagged = frame(reference, name).query(f"{name}LOBXFL == 'Y'")
        assert not flagged.duplicated(["USUBJID", *by]).any()
        assert flagged["USUBJID"].nunique() == 9
